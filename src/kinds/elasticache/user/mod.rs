mod example;
mod spec;
#[cfg(test)]
mod tests;

use aws_sdk_elasticache::types::{
    AuthenticationMode, AuthenticationType, InputAuthenticationType, User as Description,
};
use serde_json::Value;

use self::spec::{IAM, NONE, PASSWORD};
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::elasticache;
use crate::kinds::elasticache::access_string::AccessString;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::list::some;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::{retry_while, turn};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, State, Tags, Turn, Unmodelled,
};

pub use self::spec::{Outputs, Spec};

/// Who logs in to caches, and what it may do there.
pub struct User;

/// The longest id of a user, and of a group of users.
pub(in crate::kinds::elasticache) const NAME_MAX: usize = 40;

impl Kind for User {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/UserName"],
        write_only: &["/AuthenticationMode/Passwords"],
        sensitive: &["/AuthenticationMode/Passwords"],
        seconds: 30,
        cloudformation: CloudFormation { needs_name: true, ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::ElastiCache::User",
            is_global: false,
            indexed_as: Some("elasticache"),
            reference: "UserId",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("UserId"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::ElastiCache::UserGroup",
                Detection::Left("it lets the user in somewhere, and changes nothing of it"),
            )],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["elasticache:DescribeUsers", "elasticache:ListTagsForResource"],
                create: &[
                    "elasticache:CreateUser",
                    "elasticache:AddTagsToResource",
                    "elasticache:DescribeUsers",
                    "elasticache:ListTagsForResource",
                    "iam:CreateServiceLinkedRole",
                    "secretsmanager:GetSecretValue",
                ],
                update: &["elasticache:ModifyUser", "secretsmanager:GetSecretValue"],
                retag: &["elasticache:AddTagsToResource", "elasticache:RemoveTagsFromResource"],
                delete: &["elasticache:DeleteUser"],
                on: &[
                    ("elasticache:CreateUser", &[On::Made("user:*")]),
                    ("elasticache:AddTagsToResource", &[On::Ours, On::Untagged("user:*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("elasticache.amazonaws.com")]),
                    ("secretsmanager:GetSecretValue", &[On::Ours, On::InYaml("secret:")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer
            .elasticache()
            .create_user()
            .user_id(name.as_str())
            .user_name(&spec.user_name)
            .engine(&spec.engine)
            .access_string(spec.access_string.as_str())
            .authentication_mode(mode(writer, spec).await?)
            .set_tags(tag::write(tags));
        let sent = async {
            let answer = retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await?;
            Ok(made(name.as_str(), answer.arn(), answer.status()))
        };
        named::create(writer, name.as_str(), spec, tags, sent).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let is_login = changes.touches("/AuthenticationMode");
        let mode = if is_login { Some(mode(writer, spec).await?) } else { None };
        let call = writer
            .elasticache()
            .modify_user()
            .user_id(&live.id)
            .set_access_string(changes.touches("/AccessString").then(|| spec.access_string.as_str().to_owned()))
            .set_authentication_mode(mode)
            .set_engine(changes.touches("/Engine").then(|| spec.engine.clone()));
        let sent = retry_while(MINUTE, elasticache::TRANSIENT, || call.clone().send()).await;
        let made = || Made { state: State::Settling("the user".to_owned()), ..live.updated() };
        turn(sent.map(|_| made()), elasticache::is_transient)
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elasticache::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let sent = gone(writer.elasticache().delete_user().user_id(&live.id).send().await);
        turn(sent.map(|()| Vec::new()), elasticache::is_transient)
    }

    /// Rules that shut something out are told as they stand: nobody can say what a program does.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let logs_in_otherwise = fields.iter().any(|field| {
            let is_mode = matches!(field.path.as_str(), "/AuthenticationMode" | "/AuthenticationMode/Type");
            is_mode || (field.path == "/AccessString" && is_shut_out(field))
        });
        if logs_in_otherwise { Disruption::Outage } else { Disruption::None }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let (kind, passwords) = (spec.authentication_mode.r#type.as_str(), spec.authentication_mode.passwords.len());
        Mistake::all([
            (!["redis", "valkey"].contains(&spec.engine.as_str()), "/Engine", "is none of redis and valkey"),
            (
                ![IAM, NONE, PASSWORD].contains(&kind),
                "/AuthenticationMode/Type",
                "is none of iam, password and no-password-required",
            ),
            (
                kind == NONE && spec.engine == "valkey",
                "/AuthenticationMode/Type",
                "is no-password-required, and Valkey has no users without a password",
            ),
            (
                (kind == PASSWORD) != (1..=2).contains(&passwords),
                "/AuthenticationMode/Passwords",
                "goes with the type password, which wants one or two",
            ),
            (
                spec.access_string.has_password(),
                "/AccessString",
                "says something of passwords, which have their place in AuthenticationMode",
            ),
            (
                kind == IAM && spec.user_name == "default",
                "/AuthenticationMode/Type",
                "is iam, which the user named default can't have: its id would have to be default as well",
            ),
        ])
        .collect()
    }
}

/// Whether a user that is on is turned off.
fn is_shut_out(field: &FieldDiff) -> bool {
    let is_on =
        |side: &Option<Value>| side.as_ref().and_then(Value::as_str).is_some_and(|text| text.starts_with("on "));
    is_on(&field.before) && !is_on(&field.after)
}

/// How it logs in, with the passwords themselves.
async fn mode(writer: &Writer, spec: &Spec) -> Result<AuthenticationMode> {
    let mut passwords = Vec::new();
    for password in &spec.authentication_mode.passwords {
        passwords.push(password.value(writer).await?);
    }
    let kind = InputAuthenticationType::from(spec.authentication_mode.r#type.as_str());
    Ok(AuthenticationMode::builder().r#type(kind).set_passwords(some(passwords)).build())
}

impl Named for User {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let pages = reader.elasticache().describe_users().max_records(elasticache::PAGE).into_paginator().items();
        let users = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(users.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, index: &TagIndex) -> Result<Tags> {
        elasticache::tags_of_users(clients, index, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let Made { outputs, state, .. } = made(&one.id, Some(&one.arn), one.summary.status());
        let unmodelled = unmodelled(&one.summary);
        Ok(Found { state, unmodelled, ..Found::ready(one.id, Some(one.name), spec(&one.summary), outputs, tags) })
    }
}

impl Adopted for User {
    const WHAT: &'static str = "the user";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        let answer = writer.elasticache().describe_users().user_id(name).send().await?;
        Ok(answer.users.into_iter().flatten().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.id, Some(&one.arn), one.summary.status()))
    }
}

fn listed(user: Description) -> Option<Listed<Description>> {
    let (id, arn) = (user.user_id.clone(), user.arn.clone());
    let is_deleting = state(user.status()) == State::Deleting;
    Some(Listed { is_deleting, ..Listed::named(id, arn, user)? })
}

fn spec(user: &Description) -> Spec {
    let kind = match user.authentication().and_then(|how| how.r#type()) {
        Some(AuthenticationType::NoPassword) => NONE,
        Some(kind) => kind.as_str(),
        None => PASSWORD,
    };
    Spec {
        access_string: AccessString::new(user.access_string().unwrap_or_default()),
        authentication_mode: spec::AuthenticationMode { passwords: Vec::new(), r#type: kind.to_owned() },
        engine: user.engine().unwrap_or("redis").to_ascii_lowercase(),
        user_name: user.user_name().unwrap_or_default().to_owned(),
    }
}

/// That somebody can log in by a second password: nobody reads them, but how many there are is told.
fn unmodelled(user: &Description) -> Vec<Unmodelled> {
    let passwords = user.authentication().and_then(|how| how.password_count()).unwrap_or_default();
    let mut parts = UnmodelledParts::default();
    parts.note("/AuthenticationMode/Passwords", passwords > 1, "it has two passwords").take()
}

fn made(id: &str, arn: Option<&str>, status: Option<&str>) -> Made<User> {
    let outputs = Outputs { user_id: id.to_owned(), arn: arn.unwrap_or_default().to_owned() };
    Made { id: id.to_owned(), outputs, state: state(status) }
}

/// How a user or a group of users is doing.
pub(in crate::kinds::elasticache) fn state(status: Option<&str>) -> State {
    match status {
        Some("active") => State::Ready,
        Some("deleting") => State::Deleting,
        other => State::Settling(other.unwrap_or("the change").to_owned()),
    }
}

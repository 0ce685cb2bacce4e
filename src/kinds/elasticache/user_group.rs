use aws_sdk_elasticache::types::UserGroup as Description;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::elasticache;
use crate::kinds::elasticache::user::{self, User};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::list::some;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::{retry_while, turn};
use crate::kinds::shared::tag;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, Found, Identity, Kept, Kind, Listing, Made, Mistake,
    Name, NameRule, On, Permissions, Ref, Result, Scope, State, Tags, Turn,
};

/// The users that a cache lets in. All others, and who logs in without a name, are refused.
pub struct UserGroup;

/// The most users of a group: "Quotas for ElastiCache".
const USERS_MAX: usize = 100;

/// The properties of `AWS::ElastiCache::UserGroup`. Its id is the resource's name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `redis`, which caches of Valkey take as well, or `valkey`.
    pub engine: String,
    /// Users of different names; with `redis` one of them is named `default`.
    pub user_ids: Set<Ref<User>>,
}

/// The return values of `AWS::ElastiCache::UserGroup`. Its status is none here: whoever refers to it would change with it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub user_group_id: String,
    pub arn: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::ElastiCache::User
    name: nobody
    properties:
      Engine: redis
      UserName: default
      AccessString: off -@all
      AuthenticationMode: { Type: no-password-required }
  - type: AWS::ElastiCache::User
    name: cart
    properties:
      Engine: redis
      UserName: \"{{ physical('AWS::ElastiCache::User/cart') }}\"
      AccessString: on ~* +@all -@dangerous
      AuthenticationMode: { Type: iam }
  - type: AWS::ElastiCache::UserGroup
    name: sessions
    properties:
      Engine: redis
      UserIds: [\"{{ ref('AWS::ElastiCache::User/nobody') }}\", \"{{ ref('AWS::ElastiCache::User/cart') }}\"]
";

const CHANGED: &str = "
resources:
  - type: AWS::ElastiCache::User
    name: cart
    properties:
      Engine: redis
      UserName: \"{{ physical('AWS::ElastiCache::User/cart') }}\"
      AccessString: on ~* +@all -@dangerous
      AuthenticationMode: { Type: iam }
  - type: AWS::ElastiCache::User
    name: office
    properties:
      Engine: redis
      UserName: \"{{ physical('AWS::ElastiCache::User/office') }}\"
      AccessString: on ~* +@read
      AuthenticationMode: { Type: iam }
  - type: AWS::ElastiCache::UserGroup
    name: sessions
    properties:
      Engine: valkey
      UserIds: [\"{{ ref('AWS::ElastiCache::User/cart') }}\", \"{{ ref('AWS::ElastiCache::User/office') }}\"]
";

impl Kind for UserGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        grants: &["/UserIds"],
        seconds: 30,
        cloudformation: CloudFormation { needs_name: true, ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::ElastiCache::UserGroup",
            is_global: false,
            indexed_as: Some("elasticache"),
            reference: "UserGroupId",
            name: NameRule::Unique { max: user::NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("UserGroupId"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ElastiCache::User", Detection::Compared("/UserIds")),
                Attachable::new(
                    "AWS::ElastiCache::ReplicationGroup",
                    Detection::Left("it lets these users in, and changes nothing of the group"),
                ),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["elasticache:DescribeUserGroups", "elasticache:ListTagsForResource"],
                create: &[
                    "elasticache:CreateUserGroup",
                    "elasticache:AddTagsToResource",
                    "elasticache:DescribeUserGroups",
                    "elasticache:ListTagsForResource",
                ],
                update: &["elasticache:ModifyUserGroup"],
                retag: &["elasticache:AddTagsToResource", "elasticache:RemoveTagsFromResource"],
                delete: &["elasticache:DeleteUserGroup"],
                on: &[
                    ("elasticache:CreateUserGroup", &[On::Made("usergroup:*"), On::Ours, On::Any("user:*")]),
                    ("elasticache:ModifyUserGroup", &[On::Ours, On::Any("user:*")]),
                    ("elasticache:AddTagsToResource", &[On::Ours, On::Untagged("usergroup:*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.elasticache().create_user_group().user_group_id(name.as_str()).engine(&spec.engine);
        let call = call.set_user_ids(some(ids(spec.user_ids.iter()))).set_tags(tag::write(tags));
        let sent = async {
            let answer = retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await?;
            Ok(made(name.as_str(), answer.arn(), answer.status()))
        };
        named::create(writer, name.as_str(), spec, tags, sent).await
    }

    /// Who comes and who goes in one call: of two users of one name only one can be in it.
    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let call = writer
            .elasticache()
            .modify_user_group()
            .user_group_id(&live.id)
            .set_user_ids_to_add(some(ids(spec.user_ids.minus(&live.spec.user_ids))))
            .set_user_ids_to_remove(some(ids(live.spec.user_ids.minus(&spec.user_ids))))
            .set_engine(changes.touches("/Engine").then(|| spec.engine.clone()));
        let sent = retry_while(MINUTE, elasticache::TRANSIENT, || call.clone().send()).await;
        let made = || Made { state: State::Settling("the user group".to_owned()), ..live.updated() };
        turn(sent.map(|_| made()), elasticache::is_transient)
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elasticache::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let sent = gone(writer.elasticache().delete_user_group().user_group_id(&live.id).send().await);
        turn(sent.map(|()| Vec::new()), elasticache::is_transient)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let engines = ["redis", "valkey"];
        Mistake::all([
            (!engines.contains(&spec.engine.as_str()), "/Engine", "is none of redis and valkey"),
            (
                spec.user_ids.is_empty(),
                "/UserIds",
                "is empty, and nobody could log in; with redis one of them is named default",
            ),
            (spec.user_ids.len() > USERS_MAX, "/UserIds", "are more than the hundred that a group takes"),
        ])
        .collect()
    }
}

impl Named for UserGroup {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let call = reader.elasticache().describe_user_groups().max_records(elasticache::PAGE);
        let groups = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(groups.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, index: &TagIndex) -> Result<Tags> {
        elasticache::tags_of_users(clients, index, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let group = one.summary;
        let spec = Spec { engine: group.engine().unwrap_or("redis").to_ascii_lowercase(), user_ids: users(&group) };
        let Made { outputs, state, .. } = made(&one.id, Some(&one.arn), group.status());
        Ok(Found { state, ..Found::ready(one.id, Some(one.name), spec, outputs, tags) })
    }
}

impl Adopted for UserGroup {
    const WHAT: &'static str = "the user group";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        let answer = writer.elasticache().describe_user_groups().user_group_id(name).send().await?;
        Ok(answer.user_groups.into_iter().flatten().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.id, Some(&one.arn), one.summary.status()))
    }
}

/// Who is in it, with what is under way: ElastiCache does that by itself.
fn users(group: &Description) -> Set<Ref<User>> {
    let pending = group.pending_changes();
    let comes = pending.map(|changes| changes.user_ids_to_add()).unwrap_or_default();
    let goes = pending.map(|changes| changes.user_ids_to_remove()).unwrap_or_default();
    group.user_ids().iter().chain(comes).filter(|id| !goes.contains(id)).cloned().collect()
}

fn listed(group: Description) -> Option<Listed<Description>> {
    let (id, arn) = (group.user_group_id.clone(), group.arn.clone());
    let is_deleting = user::state(group.status()) == State::Deleting;
    Some(Listed { is_deleting, ..Listed::named(id, arn, group)? })
}

fn made(id: &str, arn: Option<&str>, status: Option<&str>) -> Made<UserGroup> {
    let outputs = Outputs { user_group_id: id.to_owned(), arn: arn.unwrap_or_default().to_owned() };
    Made { id: id.to_owned(), outputs, state: user::state(status) }
}

fn ids<'a>(users: impl Iterator<Item = &'a Ref<User>>) -> Vec<String> {
    users.map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticache::types::UserGroupPendingChanges;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_under_way_counts_as_done() {
        let pending = UserGroupPendingChanges::builder().user_ids_to_add("new").user_ids_to_remove("old").build();
        let group = Description::builder().user_ids("old").user_ids("stays").pending_changes(pending).build();
        assert_eq!(ids(users(&group).iter()), ["new", "stays"]);
    }

    #[test]
    fn a_group_is_of_an_engine_and_has_from_one_user_to_a_hundred() {
        let said = |engine: &str, users: usize| {
            let users: Vec<_> = (0..users).map(|number| format!("user-{number}")).collect();
            let spec = serde_json::from_value(json!({ "Engine": engine, "UserIds": users })).unwrap();
            UserGroup::check(&spec).into_iter().map(|one| one.path).collect::<Vec<_>>()
        };
        assert_eq!((said("redis", 1), said("valkey", USERS_MAX)), (vec![], vec![]));
        assert_eq!(
            (said("redis", 0), said("valkey", USERS_MAX + 1)),
            (vec!["/UserIds".into()], vec!["/UserIds".into()])
        );
        assert_eq!(said("memcached", 1), ["/Engine"]);
    }
}

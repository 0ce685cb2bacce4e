mod example;
mod pattern;
mod read;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_eventbridge::types::{Rule as Description, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::spec::Spec;
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{
    Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// The longest name of a rule.
const NAME_MAX: usize = 64;
/// What passes by itself: two changes of one rule meet, or its targets went just now.
const TRANSIENT: &[Class] = &[Class::Conflict, Class::Busy];

/// A rule of EventBridge's default bus: which events go to which targets, or when its targets are called.
pub struct Rule;

/// The return values of `AWS::Events::Rule`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    /// CloudFormation's `Ref`.
    pub name: String,
}

impl Kind for Rule {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        keyed: &[("/Targets", "Id")],
        several_calls: true,
        put_semantics: true,
        prunes: &["/Targets"],
        ..Facts::of(Essentials {
            kind: "AWS::Events::Rule",
            is_global: false,
            indexed_as: Some("events"),
            reference: "Name",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["events:ListRules", "events:ListTagsForResource", "events:ListTargetsByRule"],
                create: &[
                    "events:DescribeRule",
                    "events:ListTagsForResource",
                    "events:PutRule",
                    "events:PutTargets",
                    "events:TagResource",
                    "iam:PassRole",
                ],
                update: &["events:PutRule", "events:PutTargets", "events:RemoveTargets", "iam:PassRole"],
                retag: &["events:TagResource", "events:UntagResource"],
                delete: &["events:RemoveTargets", "events:DeleteRule"],
                on: &[
                    ("events:PutRule", &[On::Ours, On::Made("rule/*")]),
                    ("events:TagResource", &[On::Ours, On::Untagged("rule/*")]),
                    ("iam:PassRole", &[On::PassedTo("events.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    /// PutRule overwrites what has the name, whosever it is, and leaves its tags: so it is looked at first.
    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        named::look_and_create(writer, name, spec, tags, async {
            let arn = write::rule(writer, name, spec, tag::write(tags)).await?;
            write::targets(writer, name, &spec.targets).await?;
            Ok(made(name, arn))
        })
        .await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let name = &live.outputs.name;
        if changes.fields().iter().any(|field| !field.path.starts_with("/Targets")) {
            write::rule(writer, name, spec, None).await?;
        }
        write::changed_targets(writer, name, (&live.spec.targets, &spec.targets), changes).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (events, arn) = (writer.events(), bearer.outputs.arn.as_str());
        let add = |tags: Vec<Tag>| {
            let call = events.tag_resource().resource_arn(arn).set_tags(Some(tags));
            retry_while(MINUTE, TRANSIENT, move || call.clone().send())
        };
        let remove = |keys| {
            let call = events.untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
            retry_while(MINUTE, TRANSIENT, move || call.clone().send())
        };
        tag::change((set, unset), add, remove).await
    }

    /// A rule goes only without targets.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let ids = live.spec.targets.iter().map(|target| target.id.clone()).collect();
        gone(write::remove(writer, &live.outputs.name, ids).await)?;
        let call = writer.events().delete_rule().name(&live.outputs.name);
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

impl Named for Rule {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        Ok(read::rules(reader).await?.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        let answer = clients.events().list_tags_for_resource().resource_arn(&one.arn).send().await?;
        Ok(tag::read(answer.tags()))
    }

    async fn read(reader: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let (targets, unmodelled) = read::targets(reader, &one.name).await?;
        let spec = read::spec(&one.summary, targets)?;
        let outputs = Outputs { arn: one.arn, name: one.name.clone() };
        Ok(Found { unmodelled, ..Found::ready(one.id, Some(one.name), spec, outputs, tags) })
    }
}

impl Adopted for Rule {
    const WHAT: &'static str = "the rule";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        let told = match writer.events().describe_rule().name(name).send().await.map_err(Failure::from) {
            Err(failure) if failure.is(Class::NotFound) => return Ok(None),
            answer => answer?,
        };
        Ok(listed(Description::builder().set_name(told.name).set_arn(told.arn).build()))
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, one.arn))
    }
}

fn listed(rule: Description) -> Option<Listed<Description>> {
    Listed::named(rule.name.clone(), rule.arn.clone(), rule)
}

fn made(name: &str, arn: String) -> Made<Rule> {
    Made::ready(name.to_owned(), Outputs { arn, name: name.to_owned() })
}

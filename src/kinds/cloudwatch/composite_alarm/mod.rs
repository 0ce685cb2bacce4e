mod example;
mod rule;
mod spec;

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::CompositeAlarm as Description;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::spec::Spec;
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::cloudwatch::{self, NAME_MAX, TRANSIENT, described};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::kinds::shared::text::given;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::normal::Set;
use crate::resource::{
    Bearer, Changes, Disruption, Essentials, Facts, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// An alarm on the states of other alarms. It can be told by another alarm to keep silent.
pub struct CompositeAlarm;

/// The return values of `AWS::CloudWatch::CompositeAlarm`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    /// CloudFormation's `Ref`.
    pub alarm_name: String,
}

impl Kind for CompositeAlarm {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        put_semantics: true,
        deletion_disruption: Disruption::None,
        prunes: &["/ActionConfiguration"],
        ..Facts::of(Essentials {
            kind: "AWS::CloudWatch::CompositeAlarm",
            is_global: false,
            indexed_as: Some("cloudwatch"),
            reference: "AlarmName",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("AlarmName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
                create: &[
                    "cloudwatch:PutCompositeAlarm",
                    "cloudwatch:TagResource",
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:ListTagsForResource",
                ],
                update: &["cloudwatch:PutCompositeAlarm"],
                retag: &["cloudwatch:TagResource", "cloudwatch:UntagResource"],
                delete: &["cloudwatch:DeleteAlarms"],
                on: &[
                    ("cloudwatch:PutCompositeAlarm", &[On::Made("alarm:*"), On::Ours]),
                    ("cloudwatch:TagResource", &[On::Ours, On::Untagged("alarm:*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    /// PutCompositeAlarm overwrites what has the name, whosever it is: so it is looked at first.
    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = put(writer, name, spec).set_tags(tag::write(tags));
        named::look_and_create(writer, name, spec, tags, async {
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
            Ok(made(name, described::arn(writer, name)))
        })
        .await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let call = put(writer, &live.outputs.alarm_name, spec);
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        cloudwatch::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.cloudwatch().delete_alarms().alarm_names(&live.outputs.alarm_name);
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

impl Named for CompositeAlarm {
    type Summary = Description;

    async fn all(reader: &Reader, scope: &Scope) -> Result<Vec<Listed<Self::Summary>>> {
        described::all(reader, scope).await
    }

    async fn tags(clients: &Clients, one: &Listed<Self::Summary>, _: &TagIndex) -> Result<Tags> {
        cloudwatch::tags(clients, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Self::Summary>, tags: Tags) -> Result<Found<Self>> {
        let (outputs, alarm) = (Outputs { arn: one.arn, alarm_name: one.name.clone() }, one.summary);
        let told = alarm.action_configuration().and_then(|actions| actions.alarm_tags_propagation());
        let told = told.map(|tags| format!("notifications tell tags: {tags:?}"));
        let found = Found::ready(one.id, Some(one.name), Spec::of(&alarm), outputs, tags);
        Ok(Found { unmodelled: UnmodelledParts::default().tell("/ActionConfiguration", told).take(), ..found })
    }
}

impl Adopted for CompositeAlarm {
    const WHAT: &'static str = "the composite alarm";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Self::Summary>>> {
        described::at(writer, name).await
    }

    async fn made(_: &Writer, one: Listed<Self::Summary>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, one.arn))
    }
}

/// The call that makes an alarm so, and that makes one so which is there.
fn put(writer: &Writer, name: &str, spec: &Spec) -> PutCompositeAlarmFluentBuilder {
    let list = |all: &Set<String>| Some(all.iter().cloned().collect::<Vec<_>>());
    writer
        .cloudwatch()
        .put_composite_alarm()
        .alarm_name(name)
        .actions_enabled(spec.actions_enabled)
        .set_actions_suppressor(given(&spec.actions_suppressor))
        .set_actions_suppressor_extension_period(spec.actions_suppressor_extension_period)
        .set_actions_suppressor_wait_period(spec.actions_suppressor_wait_period)
        .set_alarm_actions(list(&spec.alarm_actions))
        .set_alarm_description(given(&spec.alarm_description))
        .alarm_rule(spec.alarm_rule.as_str())
        .set_insufficient_data_actions(list(&spec.insufficient_data_actions))
        .set_ok_actions(list(&spec.ok_actions))
}

fn made(name: &str, arn: String) -> Made<CompositeAlarm> {
    Made::ready(name.to_owned(), Outputs { arn, alarm_name: name.to_owned() })
}

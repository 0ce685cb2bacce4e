mod example;
mod read;
mod rules;
mod spec;
mod write;

use aws_sdk_cloudwatch::types::MetricAlarm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::spec::Spec;
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::cloudwatch::{self, NAME_MAX, TRANSIENT, described};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Bearer, Changes, Disruption, Essentials, Facts, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// Watches a metric, or metric math, and tells when it is beyond a threshold.
pub struct Alarm;

/// The return values of `AWS::CloudWatch::Alarm`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    /// What the rule of a composite alarm and a deployment name; CloudFormation's `Ref`.
    pub alarm_name: String,
}

impl Kind for Alarm {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        keyed: &[("/Metrics", "Id")],
        put_semantics: true,
        deletion_disruption: Disruption::None,
        folds_in_plans: true,
        prunes: &[
            "/ActionConfiguration",
            "/EvaluationCriteria",
            "/EvaluationInterval",
            "/EvaluationWindow",
            "/WarmUpConfiguration",
        ],
        cloudformation: CloudFormation {
            left_out: &[("EvaluateLowSampleCountPercentile", "\"evaluate\"")],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::CloudWatch::Alarm",
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
                    "cloudwatch:PutMetricAlarm",
                    "cloudwatch:TagResource",
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:ListTagsForResource",
                ],
                update: &["cloudwatch:PutMetricAlarm"],
                retag: &["cloudwatch:TagResource", "cloudwatch:UntagResource"],
                delete: &["cloudwatch:DeleteAlarms"],
                on: &[
                    ("cloudwatch:PutMetricAlarm", &[On::Made("alarm:*"), On::Ours]),
                    ("cloudwatch:TagResource", &[On::Ours, On::Untagged("alarm:*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    /// PutMetricAlarm overwrites what has the name, whosever it is: so it is looked at first.
    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = write::put(writer, name, spec).set_tags(tag::write(tags));
        named::look_and_create(writer, name, spec, tags, async {
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
            Ok(made(name, described::arn(writer, name)))
        })
        .await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let call = write::put(writer, &live.outputs.alarm_name, spec);
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
        rules::mistakes(spec)
    }
}

impl Named for Alarm {
    type Summary = MetricAlarm;

    async fn all(reader: &Reader, scope: &Scope) -> Result<Vec<Listed<Self::Summary>>> {
        described::all(reader, scope).await
    }

    async fn tags(clients: &Clients, one: &Listed<Self::Summary>, _: &TagIndex) -> Result<Tags> {
        cloudwatch::tags(clients, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Self::Summary>, tags: Tags) -> Result<Found<Self>> {
        let (outputs, alarm) = (Outputs { arn: one.arn, alarm_name: one.name.clone() }, one.summary);
        let found = Found::ready(one.id, Some(one.name), read::spec(&alarm), outputs, tags);
        Ok(Found { unmodelled: read::unmodelled(&alarm), ..found })
    }
}

impl Adopted for Alarm {
    const WHAT: &'static str = "the alarm";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Self::Summary>>> {
        described::at(writer, name).await
    }

    async fn made(_: &Writer, one: Listed<Self::Summary>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, one.arn))
    }
}

fn made(name: &str, arn: String) -> Made<Alarm> {
    Made::ready(name.to_owned(), Outputs { arn, alarm_name: name.to_owned() })
}

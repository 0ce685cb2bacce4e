mod example;
mod read;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use aws_sdk_route53::types::TagResourceType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::spec::Spec;
use crate::aws::{Aws, Reader, Writer, create_once};
use crate::kinds::route53::{reference, tags};
use crate::kinds::shared::deletion::gone;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    InUse, Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Replacement, Result, Scope,
    Tags, Turn, Unseen,
};

/// Asks an endpoint from many places whether it is well, and tells CloudWatch in us-east-1, and records that name it. It does
/// not look at certificates: one that has ended is good to it.
pub struct HealthCheck;

/// The return values of `AWS::Route53::HealthCheck`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// The dimension `HealthCheckId` of its metrics; CloudFormation's `Ref`.
    pub health_check_id: String,
    /// Grows with each change, whoever makes it.
    #[serde(skip)]
    version: i64,
}

const TYPE: TagResourceType = TagResourceType::Healthcheck;
/// Neither CloudFormation nor a template can say it.
const DISABLED: &str = "/HealthCheckConfig/Disabled";
const ADDRESS: &str = "/HealthCheckConfig/IPAddress";

const ANY: &[On] = &[On::Any("healthcheck/*")];

impl Kind for HealthCheck {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &[
            "/HealthCheckConfig/MeasureLatency",
            "/HealthCheckConfig/RequestInterval",
            "/HealthCheckConfig/Type",
        ],
        digest_below: &["/HealthCheckConfig"],
        prunes: &[DISABLED],
        replacement: Replacement::CreateFirst,
        deletion_disruption: Disruption::None,
        // The tags take a call of their own.
        several_calls: true,
        preflight_reads: &["route53:GetHealthCheckCount"],
        cloudformation: CloudFormation { tags: "HealthCheckTags", ..CloudFormation::SAME },
        quotas: &[Quota::new("route53", "L-ACB674F3", "Health checks").of_account()],
        ..Facts::of(Essentials {
            kind: "AWS::Route53::HealthCheck",
            is_global: true,
            // The index of us-east-1 alone shows it.
            indexed_as: None,
            reference: "HealthCheckId",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new(
                    "AWS::CloudWatch::Alarm",
                    Detection::Left("it looks at its metric and changes nothing"),
                ),
                Attachable::new("AWS::Route53::RecordSet", Detection::Left("it asks how it is and changes nothing")),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["route53:ListHealthChecks", "route53:ListTagsForResources"],
                create: &[
                    "route53:ListHealthChecks",
                    "route53:ListTagsForResources",
                    "route53:CreateHealthCheck",
                    "route53:DeleteHealthCheck",
                    "route53:ChangeTagsForResource",
                ],
                update: &["route53:UpdateHealthCheck"],
                retag: &["route53:ChangeTagsForResource"],
                delete: &["route53:DeleteHealthCheck"],
                on: &[
                    ("route53:CreateHealthCheck", &[On::Everything]),
                    ("route53:ChangeTagsForResource", ANY),
                    ("route53:UpdateHealthCheck", ANY),
                    ("route53:DeleteHealthCheck", ANY),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let all = read::shared(reader).await?;
        let all: BTreeMap<_, _> =
            all.iter().filter_map(|one| Some((one.id(), (one, one.health_check_config()?)))).collect();
        let ids: Vec<_> = all.keys().copied().collect();
        let mut listing = Listing::default();
        for (id, tags) in read::tags_of(reader, &ids).await {
            let (one, config) = all[id];
            match tags {
                Ok(tags) if scope.owns(id, &tags) => listing.found.push(read::found(one, config, tags)),
                Ok(_) => {}
                Err(failure) => listing.unseen.push(Unseen { id: id.to_owned(), tags: None, failure }),
            }
        }
        Ok(listing)
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let answer = reader.route53().get_health_check_count().send().await?;
        Ok(Some(InUse::count(usize::try_from(answer.health_check_count()).unwrap_or_default())))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let (config, mark) = (&spec.health_check_config, reference::mark(tags));
        let call = writer.route53().create_health_check().health_check_config(write::config(config)?);
        let call = call.caller_reference(reference::new(writer, &mark));
        let send = || async {
            let answer = call.clone().send().await?;
            let made = answer.health_check().map(read::outputs);
            made.ok_or_else(|| Failure::new(Class::Other, "CreateHealthCheck returned no health check"))
        };
        let outputs = create_once(|| read::half_made(writer, config, &mark), send).await?;
        writer.admit(&outputs.health_check_id);
        tags::change(writer, &TYPE, &outputs.health_check_id, tags, &[]).await?;
        Ok(Made::ready(outputs.health_check_id.clone(), outputs))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        write::update(writer, &live.outputs, &spec.health_check_config).send().await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        tags::change(writer, &TYPE, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        gone(writer.route53().delete_health_check().health_check_id(&live.id).send().await)?;
        Ok(Turn::Done(Vec::new()))
    }

    /// An address can become another; one that was never given can't be added, nor taken away.
    fn replaces(_: &Value, _: &Value, field: &FieldDiff) -> bool {
        let is_given =
            |value: &Option<Value>| value.as_ref().and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        field.path == ADDRESS && is_given(&field.before) != is_given(&field.after)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(&spec.health_check_config)
    }
}

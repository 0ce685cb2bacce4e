use aws_sdk_cloudwatchlogs::types::{
    DeliveryDestination as Description, DeliveryDestinationConfiguration as Configuration, OutputFormat,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PAGE, deliveries};
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, Found, Identity, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, OPEN, On, Permissions, Result, Scope, Tags, Turn,
};

/// Where logs are delivered to: a bucket, a log group or a stream.
pub struct DeliveryDestination;

/// The properties of `AWS::Logs::DeliveryDestination`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The ARN of the bucket, log group or stream. What follows the name of a bucket, `/cdn`, begins every key; without it
    /// AWS begins those of a distribution's logs with `AWSLogs/ACCOUNT/CloudFront/`.
    pub destination_resource_arn: String,
    /// `json`, `plain`, `w3c`, `raw` or, for buckets, `parquet`; null leaves it to AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_format: Option<String>,
}

/// The return values of `AWS::Logs::DeliveryDestination`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    /// `S3`, `CWL` or `FH`.
    pub delivery_destination_type: String,
    pub name: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::S3::Bucket
    name: logs
    properties: {}
  - type: AWS::Logs::DeliveryDestination
    name: cdn
    properties:
      DestinationResourceArn: \"{{ ref('AWS::S3::Bucket/logs', 'Arn') }}/cdn\"
      OutputFormat: json
";

const CHANGED: &str = "
resources:
  - type: AWS::S3::Bucket
    name: logs
    properties: {}
  - type: AWS::Logs::DeliveryDestination
    name: cdn
    properties:
      DestinationResourceArn: \"{{ ref('AWS::S3::Bucket/logs', 'Arn') }}/edge\"
      OutputFormat: json
";

impl Kind for DeliveryDestination {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/OutputFormat"],
        deletion_disruption: Disruption::None,
        cloudformation: CloudFormation { needs_name: true, ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::Logs::DeliveryDestination",
            is_global: false,
            indexed_as: Some("logs"),
            reference: "Name",
            name: NameRule::Unique { max: deliveries::NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::Logs::Delivery",
                Detection::Left("AWS deletes no destination while a delivery uses it"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["logs:DescribeDeliveryDestinations", "logs:ListTagsForResource"],
                create: &[
                    "logs:PutDeliveryDestination",
                    "logs:TagResource",
                    "logs:GetDeliveryDestination",
                    "logs:ListTagsForResource",
                ],
                update: &["logs:PutDeliveryDestination"],
                retag: &["logs:TagResource", "logs:UntagResource"],
                delete: &["logs:DeleteDeliveryDestination"],
                on: &[
                    ("logs:PutDeliveryDestination", &[On::Ours, On::Made("delivery-destination:*")]),
                    ("logs:TagResource", &[On::Ours, On::Untagged("delivery-destination:*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    /// The call overwrites what has the name, whosever that is: so it looks first.
    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        match named::ours_of_this_name::<Self>(writer, name, spec, tags).await? {
            Some(there) => Self::made(writer, there, spec).await,
            None => put(writer, name, spec, Some(tags)).await,
        }
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        put(writer, &live.outputs.name, spec, None).await.map(Turn::Done)
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        super::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.logs().delete_delivery_destination().name(&live.outputs.name);
        gone(retry_while(MINUTE, deliveries::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let to = &spec.destination_resource_arn;
        let is_arn = to.starts_with("arn:") || to.contains(OPEN);
        let format = spec.output_format.as_deref();
        let is_format = format.is_none_or(|format| OutputFormat::values().contains(&format));
        Mistake::all([
            (!is_arn, "/DestinationResourceArn", "is no ARN"),
            (!is_format, "/OutputFormat", "is none of json, plain, w3c, raw and parquet"),
        ])
        .collect()
    }
}

impl Named for DeliveryDestination {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let pages = reader.logs().describe_delivery_destinations().into_paginator().page_size(PAGE).items();
        let all = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(all.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        super::tags(clients, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let outputs = outputs(&one.summary).ok_or_else(|| deliveries::empty("destination"))?;
        let has_role = one.summary.role_arn().is_some();
        let unmodelled = UnmodelledParts::default().note("/RoleArn", has_role, "it is written to by a role").take();
        Ok(Found { unmodelled, ..Found::ready(one.id, Some(one.name), spec(&one.summary), outputs, tags) })
    }
}

impl Adopted for DeliveryDestination {
    const WHAT: &'static str = "the delivery destination";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        match writer.logs().get_delivery_destination().name(name).send().await.map_err(Failure::from) {
            Err(failure) if failure.is(Class::NotFound) => Ok(None),
            answer => Ok(answer?.delivery_destination.and_then(listed)),
        }
    }

    async fn made(writer: &Writer, one: Listed<Description>, spec: &Spec) -> Result<Made<Self>> {
        put(writer, &one.name, spec, None).await
    }
}

/// Makes or changes a destination. AWS takes tags with the first call alone.
async fn put(writer: &Writer, name: &str, spec: &Spec, tags: Option<&Tags>) -> Result<Made<DeliveryDestination>> {
    let to = Configuration::builder().destination_resource_arn(&spec.destination_resource_arn).build();
    let call = writer
        .logs()
        .put_delivery_destination()
        .name(name)
        .delivery_destination_configuration(to.expect("the ARN is set"))
        .set_output_format(spec.output_format.as_deref().map(OutputFormat::from))
        .set_tags(tags.and_then(tag::write));
    let answer = retry_while(MINUTE, deliveries::TRANSIENT, || call.clone().send()).await?;
    let made =
        answer.delivery_destination.as_ref().and_then(outputs).ok_or_else(|| deliveries::empty("destination"))?;
    Ok(Made::ready(name.to_owned(), made))
}

fn listed(one: Description) -> Option<Listed<Description>> {
    Listed::named(one.name.clone(), one.arn.clone(), one)
}

fn outputs(one: &Description) -> Option<Outputs> {
    let kind = one.delivery_destination_type().map(|kind| kind.as_str().to_owned());
    let delivery_destination_type = kind.unwrap_or_default();
    Some(Outputs { arn: one.arn.clone()?, delivery_destination_type, name: one.name.clone()? })
}

fn spec(one: &Description) -> Spec {
    let to = one.delivery_destination_configuration().map(|to| to.destination_resource_arn().to_owned());
    Spec {
        destination_resource_arn: to.unwrap_or_default(),
        output_format: one.output_format().map(|format| format.as_str().to_owned()),
    }
}

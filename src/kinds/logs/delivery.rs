use aws_sdk_cloudwatchlogs::types::{Delivery as Description, S3DeliveryConfiguration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery_destination::DeliveryDestination;
use super::delivery_source::DeliverySource;
use super::{PAGE, deliveries};
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::list::some;
use crate::kinds::shared::named::{self, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{
    Bearer, Changes, Class, Disruption, Essentials, Facts, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, On, Permissions, Ref, Result, Scope, Tags, Turn,
};

/// The longest path behind a bucket's name
/// (docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_S3DeliveryConfiguration.html).
const PATH_MAX: usize = 256;

/// Delivers a source's logs to a destination.
pub struct Delivery;

/// The properties of `AWS::Logs::Delivery`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub delivery_destination_arn: Ref<DeliveryDestination>,
    pub delivery_source_name: Ref<DeliverySource>,
    /// What stands between two fields, of the formats `plain`, `w3c` and `raw`; null leaves it to AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_delimiter: Option<String>,
    /// The fields of a record, in their order; null leaves them to AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_fields: Option<Vec<String>>,
    /// Whether AWS writes the parts of the path as `name=value`; of a bucket.
    #[serde(default, rename = "S3EnableHiveCompatiblePath", skip_serializing_if = "Option::is_none")]
    pub s3_enable_hive_compatible_path: Option<bool>,
    /// The path behind the destination, `{DistributionId}/{yyyy}/{MM}/{dd}`; of a bucket. It is what it says: the prefix that
    /// AWS puts before it at the creation alone is taken away.
    #[serde(default, rename = "S3SuffixPath", skip_serializing_if = "Option::is_none")]
    pub s3_suffix_path: Option<String>,
}

/// The return values of `AWS::Logs::Delivery`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub delivery_destination_type: String,
    pub delivery_id: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::CloudFront::Distribution
    name: site
    properties:
      DistributionConfig:
        Enabled: true
        Origins: [{ Id: shop, DomainName: shop.example.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } }]
        DefaultCacheBehavior:
          TargetOriginId: shop
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
  - type: AWS::S3::Bucket
    name: logs
    properties: {}
  - type: AWS::Logs::DeliverySource
    name: site
    properties:
      LogType: ACCESS_LOGS
      ResourceArn: \"arn:{{ partition }}:cloudfront::{{ account }}:distribution/{{ ref('AWS::CloudFront::Distribution/site') }}\"
  - type: AWS::Logs::DeliveryDestination
    name: site
    properties:
      DestinationResourceArn: \"{{ ref('AWS::S3::Bucket/logs', 'Arn') }}/cdn\"
      OutputFormat: w3c
  - type: AWS::Logs::Delivery
    name: site
    properties:
      DeliverySourceName: \"{{ ref('AWS::Logs::DeliverySource/site') }}\"
      DeliveryDestinationArn: \"{{ ref('AWS::Logs::DeliveryDestination/site', 'Arn') }}\"
      RecordFields: [date, time, sc-status]
      FieldDelimiter: \"\\t\"
      S3SuffixPath: \"{DistributionId}/{yyyy}/{MM}/{dd}\"
      S3EnableHiveCompatiblePath: false
";

const CHANGED: &str = "
resources:
  - type: AWS::CloudFront::Distribution
    name: site
    properties:
      DistributionConfig:
        Enabled: true
        Origins: [{ Id: shop, DomainName: shop.example.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } }]
        DefaultCacheBehavior:
          TargetOriginId: shop
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
  - type: AWS::S3::Bucket
    name: logs
    properties: {}
  - type: AWS::Logs::DeliverySource
    name: site
    properties:
      LogType: ACCESS_LOGS
      ResourceArn: \"arn:{{ partition }}:cloudfront::{{ account }}:distribution/{{ ref('AWS::CloudFront::Distribution/site') }}\"
  - type: AWS::Logs::DeliveryDestination
    name: site
    properties:
      DestinationResourceArn: \"{{ ref('AWS::S3::Bucket/logs', 'Arn') }}/cdn\"
      OutputFormat: w3c
  - type: AWS::Logs::Delivery
    name: site
    properties:
      DeliverySourceName: \"{{ ref('AWS::Logs::DeliverySource/site') }}\"
      DeliveryDestinationArn: \"{{ ref('AWS::Logs::DeliveryDestination/site', 'Arn') }}\"
      RecordFields: [date, time, c-ip, sc-status]
      FieldDelimiter: \" \"
      S3SuffixPath: \"{yyyy}/{MM}\"
      S3EnableHiveCompatiblePath: true
";

impl Kind for Delivery {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/DeliveryDestinationArn", "/DeliverySourceName"],
        deletion_disruption: Disruption::None,
        several_calls: true,
        ..Facts::of(Essentials {
            kind: "AWS::Logs::Delivery",
            is_global: false,
            indexed_as: Some("logs"),
            reference: "DeliveryId",
            name: NameRule::Assigned { max: 256 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["logs:DescribeDeliveries", "logs:ListTagsForResource"],
                create: &[
                    "logs:CreateDelivery",
                    "logs:TagResource",
                    "logs:UpdateDeliveryConfiguration",
                    "logs:DescribeDeliveries",
                    "logs:ListTagsForResource",
                ],
                update: &["logs:UpdateDeliveryConfiguration"],
                retag: &["logs:TagResource", "logs:UntagResource"],
                delete: &["logs:DeleteDelivery"],
                on: &[
                    ("logs:CreateDelivery", &[On::Made("delivery:*"), On::Ours]),
                    ("logs:TagResource", &[On::Ours, On::Untagged("delivery:*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer
            .logs()
            .create_delivery()
            .delivery_source_name(spec.delivery_source_name.as_str())
            .delivery_destination_arn(spec.delivery_destination_arn.as_str())
            .set_field_delimiter(spec.field_delimiter.clone())
            .set_record_fields(spec.record_fields.clone().and_then(some))
            .set_s3_delivery_configuration(to_bucket(spec))
            .set_tags(tag::write(tags));
        let there = match retry_while(MINUTE, deliveries::TRANSIENT, || call.clone().send()).await {
            Err(failure) if failure.is(Class::AlreadyExists) => adopted(writer, spec, tags).await?.ok_or(failure)?,
            answer => answer?.delivery.ok_or_else(|| deliveries::empty("itself"))?,
        };
        // AWS put its own prefix before the path, and only now.
        let is_as_written = spec.s3_suffix_path.is_none() || suffix(&there) == spec.s3_suffix_path;
        if !is_as_written {
            configure(writer, there.id().unwrap_or_default(), spec).await?;
        }
        Ok(Made::ready(there.id().unwrap_or_default().to_owned(), outputs(&there)))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        configure(writer, &live.id, spec).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        super::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.logs().delete_delivery().id(&live.id);
        gone(retry_while(MINUTE, deliveries::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let path = spec.s3_suffix_path.as_deref().unwrap_or_default();
        let is_hive = spec.s3_enable_hive_compatible_path == Some(true);
        let is_long = path.len() > PATH_MAX || spec.s3_suffix_path.as_deref() == Some("");
        Mistake::all([
            (is_long, "/S3SuffixPath", "has no letter, or more than 256"),
            (is_hive && path.contains('='), "/S3SuffixPath", "has `=`, which AWS writes by itself in such paths"),
        ])
        .collect()
    }
}

impl Named for Delivery {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        all(reader).await
    }

    /// AWS makes its id.
    fn may_be_ours(_: &Scope, _: &TagIndex, _: &Listed<Description>) -> bool {
        true
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        super::tags(clients, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        Ok(Found::ready(one.id, None, spec(&one.summary), outputs(&one.summary), tags))
    }
}

async fn all(clients: &Clients) -> Result<Vec<Listed<Description>>> {
    let pages = clients.logs().describe_deliveries().into_paginator().page_size(PAGE).items();
    let all = pages.send().collect::<Result<Vec<_>, _>>().await?;
    Ok(all.into_iter().filter_map(|one| Listed::named(one.id.clone(), one.arn.clone(), one)).collect())
}

/// The delivery of this source to this destination, if an earlier run has made it.
async fn adopted(writer: &Writer, spec: &Spec, tags: &Tags) -> Result<Option<Description>> {
    let is_it = |one: &Listed<Description>| {
        one.summary.delivery_source_name() == Some(spec.delivery_source_name.as_str())
            && one.summary.delivery_destination_arn() == Some(spec.delivery_destination_arn.as_str())
    };
    let Some(there) = all(writer).await?.into_iter().find(is_it) else { return Ok(None) };
    ownership::adopt(&format!("the delivery {}", there.id), &super::tags(writer, &there.arn).await?, tags)?;
    Ok(Some(there.summary))
}

async fn configure(writer: &Writer, id: &str, spec: &Spec) -> Result<()> {
    let call = writer
        .logs()
        .update_delivery_configuration()
        .id(id)
        .set_field_delimiter(spec.field_delimiter.clone())
        .set_record_fields(spec.record_fields.clone().and_then(some))
        .set_s3_delivery_configuration(to_bucket(spec));
    retry_while(MINUTE, deliveries::TRANSIENT, || call.clone().send()).await.map(drop)
}

fn to_bucket(spec: &Spec) -> Option<S3DeliveryConfiguration> {
    let is_set = spec.s3_suffix_path.is_some() || spec.s3_enable_hive_compatible_path.is_some();
    let built = S3DeliveryConfiguration::builder()
        .set_suffix_path(spec.s3_suffix_path.clone())
        .set_enable_hive_compatible_path(spec.s3_enable_hive_compatible_path);
    is_set.then(|| built.build())
}

fn suffix(one: &Description) -> Option<String> {
    one.s3_delivery_configuration().and_then(|to| to.suffix_path()).map(str::to_owned)
}

fn outputs(one: &Description) -> Outputs {
    let kind = one.delivery_destination_type().map(|kind| kind.as_str().to_owned());
    Outputs {
        arn: one.arn().unwrap_or_default().to_owned(),
        delivery_destination_type: kind.unwrap_or_default(),
        delivery_id: one.id().unwrap_or_default().to_owned(),
    }
}

fn spec(one: &Description) -> Spec {
    Spec {
        delivery_destination_arn: one.delivery_destination_arn().unwrap_or_default().into(),
        delivery_source_name: one.delivery_source_name().unwrap_or_default().into(),
        field_delimiter: one.field_delimiter().filter(|text| !text.is_empty()).map(str::to_owned),
        record_fields: some(one.record_fields().to_vec()),
        s3_enable_hive_compatible_path: one.s3_delivery_configuration().and_then(|to| to.enable_hive_compatible_path()),
        s3_suffix_path: suffix(one),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn wrong(more: &Value) -> Vec<String> {
        let mut whole = json!({ "DeliverySourceName": "site", "DeliveryDestinationArn": "arn:aws:logs:us-east-1:1:delivery-destination:site" });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let spec: Spec = from_value(whole).unwrap();
        Delivery::check(&spec).into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn a_path_that_aws_would_refuse_is_a_mistake() {
        let path =
            |path: &str, is_hive: bool| wrong(&json!({ "S3SuffixPath": path, "S3EnableHiveCompatiblePath": is_hive }));
        assert_eq!(wrong(&json!({})), [""; 0]);
        assert_eq!(path("{yyyy}/{MM}", true), [""; 0]);
        assert_eq!(path("year={yyyy}", false), [""; 0]);
        assert_eq!(path("year={yyyy}", true), ["/S3SuffixPath"]);
        assert_eq!(path("", false), ["/S3SuffixPath"]);
        assert_eq!(path(&"a".repeat(257), false), ["/S3SuffixPath"]);
    }
}

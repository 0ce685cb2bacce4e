use aws_sdk_cloudwatchlogs::types::{DeliverySource as Description, DeliverySourceStatus};
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
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn, Unmodelled,
};

/// A thing that writes logs, by the name that deliveries know it by.
pub struct DeliverySource;

/// The properties of `AWS::Logs::DeliverySource`. AWS changes none of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// What of its logs is delivered; of a distribution `ACCESS_LOGS`.
    pub log_type: String,
    /// The ARN of the thing; of a distribution, whose source has to be in us-east-1.
    pub resource_arn: String,
}

/// The return values of `AWS::Logs::DeliverySource`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub name: String,
    /// The service of the thing, `cloudfront`.
    pub service: String,
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
  - type: AWS::Logs::DeliverySource
    name: site
    properties:
      LogType: ACCESS_LOGS
      ResourceArn: \"arn:{{ partition }}:cloudfront::{{ account }}:distribution/{{ ref('AWS::CloudFront::Distribution/site') }}\"
";

impl Kind for DeliverySource {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/LogType", "/ResourceArn"],
        deletion_disruption: Disruption::None,
        cloudformation: CloudFormation { needs_name: true, ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::Logs::DeliverySource",
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
                Detection::Left("AWS deletes no source while a delivery uses it"),
            )],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["logs:DescribeDeliverySources", "logs:ListTagsForResource"],
                create: &[
                    "logs:PutDeliverySource",
                    "logs:TagResource",
                    "logs:GetDeliverySource",
                    "logs:ListTagsForResource",
                    "cloudfront:AllowVendedLogDeliveryForResource",
                ],
                update: &[],
                retag: &["logs:TagResource", "logs:UntagResource"],
                delete: &["logs:DeleteDeliverySource"],
                on: &[
                    ("logs:PutDeliverySource", &[On::Made("delivery-source:*")]),
                    ("logs:TagResource", &[On::Ours, On::Untagged("delivery-source:*")]),
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
        if let Some(there) = named::ours_of_this_name::<Self>(writer, name, spec, tags).await? {
            return Self::made(writer, there, spec).await;
        }
        let call = writer.logs().put_delivery_source().name(name).resource_arn(&spec.resource_arn);
        let call = call.log_type(&spec.log_type).set_tags(tag::write(tags));
        let answer = retry_while(MINUTE, deliveries::TRANSIENT, || call.clone().send()).await?;
        let made = answer.delivery_source.as_ref().and_then(outputs).ok_or_else(|| deliveries::empty("source"))?;
        Ok(Made::ready(name.to_owned(), made))
    }

    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        // Every property is create-only.
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        super::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.logs().delete_delivery_source().name(&live.outputs.name);
        gone(retry_while(MINUTE, deliveries::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let is_arn = spec.resource_arn.starts_with("arn:");
        Mistake::all([(!is_arn, "/ResourceArn", "is no ARN")]).collect()
    }
}

impl Named for DeliverySource {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let pages = reader.logs().describe_delivery_sources().into_paginator().page_size(PAGE).items();
        let all = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(all.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        super::tags(clients, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let outputs = outputs(&one.summary).ok_or_else(|| deliveries::empty("source"))?;
        let found = Found::ready(one.id, Some(one.name), spec(&one.summary), outputs, tags);
        Ok(Found { unmodelled: unmodelled(&one.summary), ..found })
    }
}

impl Adopted for DeliverySource {
    const WHAT: &'static str = "the delivery source";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        match writer.logs().get_delivery_source().name(name).send().await.map_err(Failure::from) {
            Err(failure) if failure.is(Class::NotFound) => Ok(None),
            answer => Ok(answer?.delivery_source.and_then(listed)),
        }
    }

    /// What an earlier run has left under the name and is about another thing can't be made this one.
    async fn made(_: &Writer, one: Listed<Description>, desired: &Spec) -> Result<Made<Self>> {
        let there = spec(&one.summary);
        if there != *desired {
            return Err(deliveries::differs("delivery source", &one.name));
        }
        let outputs = outputs(&one.summary).ok_or_else(|| deliveries::empty("source"))?;
        Ok(Made::ready(one.id, outputs))
    }
}

fn listed(one: Description) -> Option<Listed<Description>> {
    Listed::named(one.name.clone(), one.arn.clone(), one)
}

fn outputs(one: &Description) -> Option<Outputs> {
    let service = one.service().unwrap_or_default().to_owned();
    Some(Outputs { arn: one.arn.clone()?, name: one.name.clone()?, service })
}

fn spec(one: &Description) -> Spec {
    Spec {
        log_type: one.log_type().unwrap_or_default().to_owned(),
        resource_arn: one.resource_arns().first().cloned().unwrap_or_default(),
    }
}

fn unmodelled(one: &Description) -> Vec<Unmodelled> {
    let is_set = one.delivery_source_configuration().is_some_and(|all| !all.is_empty());
    let is_orphaned = one.status() == Some(&DeliverySourceStatus::Inactive);
    UnmodelledParts::default()
        .note("/ResourceArns", one.resource_arns().len() > 1, "it is a source of further things")
        .note("/DeliverySourceConfiguration", is_set, "settings say what of the logs it takes")
        .note("/Status", is_orphaned, "it is inactive: the thing that wrote the logs is gone")
        .take()
}

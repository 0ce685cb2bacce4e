use aws_sdk_elasticache::types::CacheSubnetGroup;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::elasticache;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{named, tag};
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, Found, Identity, InUse, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, On, Permissions, Quota, Ref, Replacement, Result, Scope, State, Tags, Turn,
};

/// The subnets that a cache may use.
pub struct SubnetGroup;

/// The longest name.
const NAME_MAX: usize = 255;

/// The properties of `AWS::ElastiCache::SubnetGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub description: String,
    /// Subnets of one VPC.
    pub subnet_ids: Set<Ref<Subnet>>,
}

/// The return values of `AWS::ElastiCache::SubnetGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub cache_subnet_group_name: String,
    #[serde(skip)]
    arn: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: data
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: 10.20.1.0/24
      AvailabilityZoneId: use1-az1
  - type: AWS::ElastiCache::SubnetGroup
    name: data
    properties: { Description: the data subnets, SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data') }}\"] }
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: data
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: 10.20.1.0/24
      AvailabilityZoneId: use1-az1
  - type: AWS::EC2::Subnet
    name: data-2
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: 10.20.2.0/24
      AvailabilityZoneId: use1-az2
  - type: AWS::ElastiCache::SubnetGroup
    name: data
    properties:
      Description: the data subnets of both zones
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data') }}\", \"{{ ref('AWS::EC2::Subnet/data-2') }}\"]
";

impl Kind for SubnetGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::CreateFirst,
        quotas: &[Quota::new("elasticache", "L-3E7F7726", "Subnet groups per Region")],
        ..Facts::of(Essentials {
            kind: "AWS::ElastiCache::SubnetGroup",
            is_global: false,
            indexed_as: Some("elasticache"),
            reference: "CacheSubnetGroupName",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("CacheSubnetGroupName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::ElastiCache::ReplicationGroup",
                Detection::Left("it uses the group and changes nothing of it"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["elasticache:DescribeCacheSubnetGroups", "elasticache:ListTagsForResource"],
                create: &[
                    "elasticache:CreateCacheSubnetGroup",
                    "elasticache:AddTagsToResource",
                    "elasticache:DescribeCacheSubnetGroups",
                    "elasticache:ListTagsForResource",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &["elasticache:ModifyCacheSubnetGroup"],
                retag: &["elasticache:AddTagsToResource", "elasticache:RemoveTagsFromResource"],
                delete: &["elasticache:DeleteCacheSubnetGroup"],
                on: &[
                    ("elasticache:CreateCacheSubnetGroup", &[On::Made("subnetgroup:*")]),
                    ("elasticache:AddTagsToResource", &[On::Ours, On::Untagged("subnetgroup:*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("elasticache.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        named::count::<Self>(reader).await.map(Some)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.elasticache().create_cache_subnet_group().cache_subnet_group_name(name.as_str());
        let call = call.cache_subnet_group_description(&spec.description).set_subnet_ids(Some(subnets(spec)));
        let call = call.set_tags(tag::write(tags));
        let sent = async {
            // The first of an account waits until ElastiCache has made its own role.
            let answer = retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await?;
            Ok(made(answer.cache_subnet_group().ok_or_else(|| elasticache::empty("CreateCacheSubnetGroup"))?))
        };
        named::create(writer, name.as_str(), spec, tags, sent).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let call = writer.elasticache().modify_cache_subnet_group().cache_subnet_group_name(&live.id);
        let call = call.cache_subnet_group_description(&spec.description).set_subnet_ids(Some(subnets(spec)));
        call.send().await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elasticache::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        // Five minutes: the network interfaces of a deleted cache linger.
        let call = writer.elasticache().delete_cache_subnet_group().cache_subnet_group_name(&live.id);
        gone(retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        Mistake::all([(spec.subnet_ids.is_empty(), "/SubnetIds", "ElastiCache wants at least one subnet")]).collect()
    }
}

impl Named for SubnetGroup {
    type Summary = CacheSubnetGroup;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<CacheSubnetGroup>>> {
        let call = reader.elasticache().describe_cache_subnet_groups().max_records(elasticache::PAGE);
        let groups = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(groups.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<CacheSubnetGroup>, index: &TagIndex) -> Result<Tags> {
        elasticache::tags_of(clients, index, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<CacheSubnetGroup>, tags: Tags) -> Result<Found<Self>> {
        let group = one.summary;
        let spec = Spec {
            description: group.cache_subnet_group_description().unwrap_or_default().to_owned(),
            subnet_ids: group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier()).collect(),
        };
        Ok(Found::ready(one.id, Some(one.name), spec, made(&group).outputs, tags))
    }
}

impl Adopted for SubnetGroup {
    const WHAT: &'static str = "the cache subnet group";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<CacheSubnetGroup>>> {
        let call = writer.elasticache().describe_cache_subnet_groups().cache_subnet_group_name(name);
        Ok(call.send().await?.cache_subnet_groups.into_iter().flatten().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<CacheSubnetGroup>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.summary))
    }
}

fn listed(group: CacheSubnetGroup) -> Option<Listed<CacheSubnetGroup>> {
    let (name, arn) = (group.cache_subnet_group_name.clone(), group.arn.clone());
    Listed::named(name, arn, group)
}

fn made(group: &CacheSubnetGroup) -> Made<SubnetGroup> {
    let name = group.cache_subnet_group_name().unwrap_or_default().to_owned();
    let arn = group.arn().unwrap_or_default().to_owned();
    Made { id: name.clone(), outputs: Outputs { cache_subnet_group_name: name, arn }, state: State::Ready }
}

fn subnets(spec: &Spec) -> Vec<String> {
    spec.subnet_ids.iter().map(String::from).collect()
}

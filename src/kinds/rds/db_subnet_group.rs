use aws_sdk_rds::types::DbSubnetGroup as Description;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::rds;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{named, tag};
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, Found, Identity, InUse, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, On, Permissions, Quota, Ref, Replacement, Result, Scope, State, Tags, Turn,
};

/// The subnets that a database may use.
pub struct DbSubnetGroup;

/// The properties of `AWS::RDS::DBSubnetGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    #[serde(rename = "DBSubnetGroupDescription")]
    pub description: String,
    /// Subnets of one VPC, in at least two zones.
    #[serde(rename = "SubnetIds")]
    pub subnet_ids: Set<Ref<Subnet>>,
}

/// The return values of `AWS::RDS::DBSubnetGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    #[serde(rename = "DBSubnetGroupName")]
    pub name: String,
    #[serde(rename = "DBSubnetGroupArn")]
    pub arn: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::RDS::DBSubnetGroup
    name: data
    properties:
      DBSubnetGroupDescription: the data subnets
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data-1') }}\", \"{{ ref('AWS::EC2::Subnet/data-2') }}\"]
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2, use1-az3] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::RDS::DBSubnetGroup
    name: data
    properties:
      DBSubnetGroupDescription: the data subnets of three zones
      SubnetIds:
        - \"{{ ref('AWS::EC2::Subnet/data-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/data-2') }}\"
        - \"{{ ref('AWS::EC2::Subnet/data-3') }}\"
";

impl Kind for DbSubnetGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::CreateFirst,
        quotas: &[Quota::new("rds", "L-48C6BF61", "DB subnet groups")],
        ..Facts::of(Essentials {
            kind: "AWS::RDS::DBSubnetGroup",
            is_global: false,
            indexed_as: Some("rds"),
            reference: "DBSubnetGroupName",
            name: NameRule::Unique { max: rds::GROUP_MAX },
            identity: Identity::Tags,
            name_property: Some("DBSubnetGroupName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::RDS::DBCluster",
                Detection::Left("it uses the group and changes nothing of it"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["rds:DescribeDBSubnetGroups", "rds:ListTagsForResource"],
                create: &[
                    "rds:CreateDBSubnetGroup",
                    "rds:AddTagsToResource",
                    "rds:DescribeDBSubnetGroups",
                    "rds:ListTagsForResource",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &["rds:ModifyDBSubnetGroup"],
                retag: &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
                delete: &["rds:DeleteDBSubnetGroup"],
                on: &[
                    ("rds:CreateDBSubnetGroup", &[On::Made("subgrp:*")]),
                    ("rds:AddTagsToResource", &[On::Ours, On::Untagged("subgrp:*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("rds.amazonaws.com")]),
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
        let call = writer.rds().create_db_subnet_group().db_subnet_group_name(name.as_str());
        let call = call.db_subnet_group_description(&spec.description).set_subnet_ids(Some(subnets(spec)));
        let call = call.set_tags(tag::write(tags));
        let sent = async {
            // The first of an account waits until RDS has made its own role.
            let answer = retry_while(5 * MINUTE, rds::TRANSIENT, || call.clone().send()).await?;
            Ok(made(answer.db_subnet_group().ok_or_else(|| rds::empty("CreateDBSubnetGroup"))?))
        };
        named::create(writer, name.as_str(), spec, tags, sent).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let call = writer.rds().modify_db_subnet_group().db_subnet_group_name(&live.id);
        let call = call.db_subnet_group_description(&spec.description).set_subnet_ids(Some(subnets(spec)));
        call.send().await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        rds::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.rds().delete_db_subnet_group().db_subnet_group_name(&live.id);
        gone(retry_while(5 * MINUTE, rds::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let too_few = spec.subnet_ids.len() < 2;
        Mistake::all([(too_few, "/SubnetIds", "RDS wants subnets in at least two zones")]).collect()
    }
}

impl Named for DbSubnetGroup {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let pages = reader.rds().describe_db_subnet_groups().max_records(rds::PAGE).into_paginator().items();
        let groups = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(groups.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        rds::tags_of(clients, &one.arn).await
    }

    async fn read(_: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let group = one.summary;
        let spec = Spec {
            description: group.db_subnet_group_description().unwrap_or_default().to_owned(),
            subnet_ids: group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier()).collect(),
        };
        Ok(Found::ready(one.id, Some(one.name), spec, made(&group).outputs, tags))
    }
}

impl Adopted for DbSubnetGroup {
    const WHAT: &'static str = "the subnet group";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        let answer = writer.rds().describe_db_subnet_groups().db_subnet_group_name(name).send().await?;
        Ok(answer.db_subnet_groups.into_iter().flatten().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.summary))
    }
}

fn listed(group: Description) -> Option<Listed<Description>> {
    let (name, arn) = (group.db_subnet_group_name.clone(), group.db_subnet_group_arn.clone());
    Listed::named(name, arn, group)
}

fn made(group: &Description) -> Made<DbSubnetGroup> {
    let name = group.db_subnet_group_name().unwrap_or_default().to_owned();
    let arn = group.db_subnet_group_arn().unwrap_or_default().to_owned();
    Made { id: name.clone(), outputs: Outputs { name, arn }, state: State::Ready }
}

fn subnets(spec: &Spec) -> Vec<String> {
    spec.subnet_ids.iter().map(String::from).collect()
}

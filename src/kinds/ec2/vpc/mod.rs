mod ipv6;
mod unmodelled;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy, Vpc as Description, VpcAttributeName, VpcIpv6CidrBlockAssociation,
    VpcState, VpcTenancy,
};
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::unmodelled::unmodelled;
use crate::aws::{Aws, MINUTE, Reader, Writer, create_once, retry};
use crate::kinds::ec2;
use crate::kinds::ec2::cidr::Cidr;
use crate::kinds::ec2::dhcp_options::Options;
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{CloudFormation, Divided, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, InUse, Kept,
    Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Replacement, Result, Scope, State, Switch,
    Tags, Turn, Unseen,
};

/// A network of a stack's own.
pub struct Vpc;

/// Where CloudFormation shows a VPC's further ranges.
const RANGES: &str = "/CidrBlockAssociations";
/// Whether it has a range of IPv6.
const IPV6: &str = "/AmazonProvidedIpv6CidrBlock";
/// What `AWS::EC2::VPCDHCPOptionsAssociation`, `AWS::EC2::VPCEncryptionControl` and `AWS::EC2::VPCBlockPublicAccessOptions`
/// do to it.
const OPTIONS: &str = "/DhcpOptionsId";
const ENCRYPTION: &str = "/VpcEncryptionControl";
const CLOSED: &str = "/InternetGatewayBlockMode";

/// The properties of `AWS::EC2::VPC`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The IPv4 range, `10.20.0.0/16`; /16 to /28.
    pub cidr_block: Cidr,
    /// Whether instances get public DNS names; needs `EnableDnsSupport`.
    #[serde(default)]
    pub enable_dns_hostnames: bool,
    /// Whether the resolver of the VPC answers.
    #[serde(default = "yes")]
    pub enable_dns_support: bool,
    /// `default` or `dedicated`; only the way back to `default` is possible in place.
    #[serde(default = "default_tenancy")]
    pub instance_tenancy: String,
    /// Whether it has an IPv6 range, a /56 that Amazon chooses; `AWS::EC2::VPCCidrBlock`.
    #[serde(default)]
    pub amazon_provided_ipv6_cidr_block: bool,
}

/// The return values of `AWS::EC2::VPC`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub vpc_id: String,
    pub cidr_block: String,
    /// The IPv6 range that Amazon chose, if it has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ipv6_cidr_blocks: Vec<String>,
    /// The 256 ranges of subnets in it, each a /64, by number: `Ipv6SubnetCidrBlocks.0` to `.255`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ipv6_subnet_cidr_blocks: BTreeMap<String, String>,
    /// How the association with that range is ended.
    #[serde(skip)]
    pub(super) ipv6_association: Option<String>,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties:
      CidrBlock: 10.20.0.0/16
      EnableDnsHostnames: true
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties:
      CidrBlock: 10.20.0.0/16
      EnableDnsSupport: false
      AmazonProvidedIpv6CidrBlock: true
";

impl Kind for Vpc {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        // Further ranges and the like are resources of their own to CloudFormation, so whoever adds one keeps it.
        additive: &[RANGES, OPTIONS, ENCRYPTION, CLOSED],
        switches: &[Switch::with("/EnableDnsHostnames", "/EnableDnsSupport", &["true"])],
        immutable_in_stack: &["/CidrBlock"],
        create_only: &["/CidrBlock"],
        replacement: Replacement::DeleteFirst,
        several_calls: true,
        grants: &[IPV6],
        cloudformation: CloudFormation {
            parts: &[Part::of(
                "AWS::EC2::VPCCidrBlock",
                "Ipv6",
                Source::Property("AmazonProvidedIpv6CidrBlock"),
                "VpcId",
            )
            .with_value("AmazonProvidedIpv6CidrBlock")],
            left_out: &[("AmazonProvidedIpv6CidrBlock", "false")],
            divided: Some(Divided { output: "Ipv6SubnetCidrBlocks", whole: "Ipv6CidrBlocks", into: 256, bits: 64 }),
            ..CloudFormation::SAME
        },
        quotas: &[Quota::new("vpc", "L-F678F1CE", "VPCs per Region")],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::VPC",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "VpcId",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &["ec2:CreateVpc"],
            id_prefixes: &["vpc-"],
            attachable: &[
                Attachable::new("AWS::EC2::VPCCidrBlock", Detection::Additive(RANGES)),
                Attachable::new("AWS::EC2::VPCDHCPOptionsAssociation", Detection::Additive(OPTIONS)),
                Attachable::new("AWS::EC2::VPCEncryptionControl", Detection::Additive(ENCRYPTION)),
                Attachable::new("AWS::EC2::VPCBlockPublicAccessOptions", Detection::Additive(CLOSED)),
                Attachable::new("AWS::EC2::Subnet", Detection::Surveyed),
                Attachable::new("AWS::EC2::RouteTable", Detection::Surveyed),
                Attachable::new("AWS::EC2::SecurityGroup", Detection::Surveyed),
                Attachable::new("AWS::EC2::NetworkAcl", Detection::Surveyed),
                Attachable::new("AWS::EC2::InternetGateway", Detection::Surveyed),
                Attachable::new(
                    "AWS::EC2::EgressOnlyInternetGateway",
                    Detection::Left("nothing goes out by it without a route, which is told"),
                ),
                Attachable::new("AWS::EC2::VPNGateway", Detection::Surveyed),
                Attachable::new("AWS::EC2::VPCPeeringConnection", Detection::Surveyed),
                Attachable::new("AWS::EC2::VPCEndpoint", Detection::Surveyed),
                Attachable::new("AWS::EC2::Instance", Detection::Surveyed),
                Attachable::new("AWS::EC2::FlowLog", Detection::Left("it listens, and changes nothing")),
                Attachable::new(
                    "AWS::Route53::HostedZone",
                    Detection::Left("a private zone that answers in it is read by no operation of EC2"),
                ),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeDhcpOptions"],
                create: &["ec2:CreateVpc", "ec2:CreateTags", "ec2:ModifyVpcAttribute", "ec2:DescribeVpcs"],
                update: &[
                    "ec2:ModifyVpcAttribute",
                    "ec2:ModifyVpcTenancy",
                    "ec2:AssociateVpcCidrBlock",
                    "ec2:DisassociateVpcCidrBlock",
                ],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DeleteVpc"],
                on: &[
                    ("ec2:CreateVpc", &[On::Made("vpc/*")]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateVpc")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let mut listing = Listing::default();
        let all = reader.once("ec2:vpcs", describe(reader, scope)).await?;
        let options = Options::read(reader, &all).await;
        let details = join_all(all.iter().map(|vpc| read(reader, vpc, &options))).await;
        for (vpc, read) in all.iter().zip(details) {
            match read {
                Ok(found) => listing.found.push(found),
                Err(failure) => listing.unseen.push(Unseen {
                    id: vpc.vpc_id().unwrap_or_default().to_owned(),
                    tags: Some(tag::read(vpc.tags())),
                    failure,
                }),
            }
        }
        Ok(listing)
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2().describe_vpcs().max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        // Those that another account shares count there.
        let own = all.iter().filter(|vpc| vpc.owner_id().is_none_or(|owner| owner == reader.account()));
        Ok(Some(InUse::count(own.count())))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let look = || async {
            let answer = writer.ec2().describe_vpcs().set_filters(Some(ec2::filters_of(tags))).send().await?;
            // The one that is to be replaced has another range or tenancy; lists may still show it.
            let is_meant = |vpc: &&Description| {
                vpc.cidr_block() == Some(spec.cidr_block.as_str()) && tenancy(vpc) == spec.instance_tenancy
            };
            Ok(answer.vpcs().iter().find(is_meant).and_then(Description::vpc_id).map(str::to_owned))
        };
        let send = || async {
            let tags = ec2::tagged(ResourceType::Vpc, tags);
            let tenancy = Tenancy::from(spec.instance_tenancy.as_str());
            let call = writer.ec2().create_vpc().cidr_block(spec.cidr_block.as_str()).instance_tenancy(tenancy);
            let call = call.amazon_provided_ipv6_cidr_block(spec.amazon_provided_ipv6_cidr_block);
            let answer = call.tag_specifications(tags).send().await?;
            ec2::id_in(answer.vpc().and_then(|vpc| vpc.vpc_id()), "CreateVpc")
        };
        let id = create_once(look, send).await?;
        set_dns(writer, &id, spec).await?;
        Ok(Made { outputs: outputs(id.clone(), spec, None), id, state: State::Settling("the VPC".into()) })
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches("/InstanceTenancy") {
            // The only change that `replaces` leaves to this verb.
            writer.ec2().modify_vpc_tenancy().vpc_id(&live.id).instance_tenancy(VpcTenancy::Default).send().await?;
        }
        if changes.touches_any(&["/EnableDnsHostnames", "/EnableDnsSupport"]) {
            set_dns(writer, &live.id, spec).await?;
        }
        if changes.touches(IPV6) {
            return ipv6::set(writer, live, spec.amazon_provided_ipv6_cidr_block).await;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        // Five minutes: the last network interfaces linger after their owners are gone.
        let codes = &["InvalidVpcID.NotFound"];
        ec2::delete(5 * MINUTE, codes, || writer.ec2().delete_vpc().vpc_id(&live.id).send()).await?;
        Ok(Turn::Done(Vec::new()))
    }

    /// `ModifyVpcTenancy` knows only the way from `dedicated` to `default`.
    fn replaces(_: &Value, _: &Value, field: &FieldDiff) -> bool {
        field.path == "/InstanceTenancy" && field.after.as_ref().is_some_and(|after| after != "default")
    }

    /// What talks IPv6 in it no longer can.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let is_taken =
            |field: &FieldDiff| field.path == IPV6 && field.after.as_ref().is_none_or(|after| after == false);
        if fields.iter().any(is_taken) { Disruption::Outage } else { Disruption::None }
    }

    /// The range stays until those who have a part of it have given that up.
    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        (path == IPV6 && before == true && after == false).then(|| before.clone())
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        mistakes.extend(spec.cidr_block.network_mistake().map(|what| Mistake::new("/CidrBlock", what)));
        if !["default", "dedicated"].contains(&spec.instance_tenancy.as_str()) {
            mistakes.push(Mistake::new("/InstanceTenancy", "is `default` or `dedicated`"));
        }
        mistakes
    }
}

/// The scope's VPCs; shared by the kinds that read what is inside them.
pub(super) async fn describe(reader: &Reader, scope: &Scope) -> Result<Vec<Description>> {
    let call = reader.ec2().describe_vpcs().set_filters(Some(ec2::filters(scope))).max_results(ec2::PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    Ok(all.into_iter().filter(|vpc| scope.owns(vpc.vpc_id().unwrap_or_default(), &tag::read(vpc.tags()))).collect())
}

/// The ids of the scope's VPCs: what stands in one of them may be the scope's even if its name does not say so.
pub(in crate::kinds) async fn ids(reader: &Reader, scope: &Scope) -> Result<BTreeSet<String>> {
    let all = reader.once("ec2:vpcs", describe(reader, scope)).await?;
    Ok(all.iter().filter_map(|vpc| vpc.vpc_id().map(str::to_owned)).collect())
}

async fn read(reader: &Reader, vpc: &Description, options: &Options) -> Result<Found<Vpc>> {
    let id = vpc.vpc_id().unwrap_or_default().to_owned();
    let attribute = |name| reader.ec2().describe_vpc_attribute().vpc_id(&id).attribute(name).send();
    let (hostnames, support) = tokio::try_join!(
        attribute(VpcAttributeName::EnableDnsHostnames),
        attribute(VpcAttributeName::EnableDnsSupport)
    )?;
    let is_on =
        |value: Option<&AttributeBooleanValue>| value.and_then(AttributeBooleanValue::value).unwrap_or_default();
    let spec = Spec {
        cidr_block: vpc.cidr_block().unwrap_or_default().into(),
        enable_dns_hostnames: is_on(hostnames.enable_dns_hostnames()),
        enable_dns_support: is_on(support.enable_dns_support()),
        instance_tenancy: tenancy(vpc),
        amazon_provided_ipv6_cidr_block: ipv6::of_amazon(vpc).is_some(),
    };
    let state = match vpc.state() {
        Some(VpcState::Pending) => State::Settling("the VPC".into()),
        _ if ipv6::is_settling(vpc) => State::Settling("its IPv6 range".into()),
        _ => State::Ready,
    };
    Ok(Found {
        name: None,
        outputs: outputs(id.clone(), &spec, ipv6::of_amazon(vpc)),
        id,
        spec,
        tags: tag::read(vpc.tags()),
        state,
        unmodelled: unmodelled(vpc, options),
        external: None,
    })
}

/// One attribute a call; support goes on before hostnames, which need it, and off after them.
async fn set_dns(writer: &Writer, id: &str, spec: &Spec) -> Result<()> {
    let value = |on: bool| AttributeBooleanValue::builder().value(on).build();
    let support = || {
        let call = writer.ec2().modify_vpc_attribute().vpc_id(id).enable_dns_support(value(spec.enable_dns_support));
        async move { Ok(call.send().await.map(drop)?) }
    };
    let hostnames = || {
        let call =
            writer.ec2().modify_vpc_attribute().vpc_id(id).enable_dns_hostnames(value(spec.enable_dns_hostnames));
        async move { Ok(call.send().await.map(drop)?) }
    };
    if spec.enable_dns_support {
        retry(5 * MINUTE, ec2::is_fresh, support).await?;
        retry(5 * MINUTE, ec2::is_fresh, hostnames).await
    } else {
        retry(5 * MINUTE, ec2::is_fresh, hostnames).await?;
        retry(5 * MINUTE, ec2::is_fresh, support).await
    }
}

fn outputs(vpc_id: String, spec: &Spec, six: Option<&VpcIpv6CidrBlockAssociation>) -> Outputs {
    let range = six.and_then(|set| set.ipv6_cidr_block());
    Outputs {
        vpc_id,
        cidr_block: spec.cidr_block.as_str().to_owned(),
        ipv6_cidr_blocks: range.map(str::to_owned).into_iter().collect(),
        ipv6_subnet_cidr_blocks: range.map(ipv6::subnets).unwrap_or_default(),
        ipv6_association: six.and_then(|set| set.association_id()).map(str::to_owned),
    }
}

fn tenancy(vpc: &Description) -> String {
    vpc.instance_tenancy().map_or_else(default_tenancy, |tenancy| tenancy.as_str().to_owned())
}

fn default_tenancy() -> String {
    "default".to_owned()
}

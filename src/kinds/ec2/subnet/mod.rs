mod ipv6;

use aws_sdk_ec2::types::{AttributeBooleanValue, HostnameType, ResourceType, Subnet as Description, SubnetState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, MINUTE, Reader, Writer, create_once, retry};
use crate::kinds::ec2;
use crate::kinds::ec2::cidr::Cidr;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    InUse, Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Ref, Replacement, Result, Scope,
    State, Tags, Turn, Unmodelled, pointer,
};

/// A range of a VPC in one zone.
pub struct Subnet;

/// Where further IPv6 ranges stand, which are resources of their own to CloudFormation: whoever adds one keeps it.
const RANGES: &str = "/Ipv6CidrBlockAssociations";
const IPV6: &str = "/Ipv6CidrBlock";
const ASSIGNS: &str = "/AssignIpv6AddressOnCreation";
/// How what starts in it is called.
const NAMES: &str = "/PrivateDnsNameOptionsOnLaunch";

/// The properties of `AWS::EC2::Subnet`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub vpc_id: Ref<Vpc>,
    /// The IPv4 range, /16 to /28, within the VPC's.
    pub cidr_block: Cidr,
    /// The zone by its name, `us-east-1a`; names mean different places in different accounts. Left out, AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The zone by its id, `use1-az1`, the same place in every account. Left out, AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone_id: Option<String>,
    /// Whether what starts here gets a public address unasked.
    #[serde(default)]
    pub map_public_ip_on_launch: bool,
    /// The IPv6 range, a /64 within the VPC's; absent for none.
    #[serde(default)]
    pub ipv6_cidr_block: Option<Cidr>,
    /// Whether what starts here gets an IPv6 address unasked.
    #[serde(default)]
    pub assign_ipv6_address_on_creation: bool,
}

/// The return values of `AWS::EC2::Subnet`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub subnet_id: String,
    pub vpc_id: String,
    pub cidr_block: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone_id: Option<String>,
    /// How the association with the IPv6 range is ended.
    #[serde(skip)]
    ipv6_association: Option<String>,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, AmazonProvidedIpv6CidrBlock: true }
  - type: AWS::EC2::Subnet
    name: public-1
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: 10.20.0.0/20
      MapPublicIpOnLaunch: true
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, AmazonProvidedIpv6CidrBlock: true }
  - type: AWS::EC2::Subnet
    name: public-1
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: 10.20.0.0/20
      MapPublicIpOnLaunch: false
      Ipv6CidrBlock: \"{{ ref('AWS::EC2::VPC/main', 'Ipv6SubnetCidrBlocks.16') }}\"
      AssignIpv6AddressOnCreation: true
";

impl Kind for Subnet {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        additive: &[RANGES],
        grants: &[IPV6],
        immutable_in_stack: &["/AvailabilityZoneId"],
        unique_key: &["/VpcId", "/CidrBlock"],
        create_only: &["/VpcId", "/CidrBlock", "/AvailabilityZone", "/AvailabilityZoneId"],
        // Two subnets cannot share a range.
        replacement: Replacement::DeleteFirst,
        several_calls: true,
        prunes: &["/EnableDns64", NAMES],
        quotas: &[Quota::new("vpc", "L-407747CB", "Subnets per VPC").for_each(&[&["/VpcId"]])],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::Subnet",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "SubnetId",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &["ec2:CreateSubnet"],
            id_prefixes: &["subnet-"],
            attachable: &[
                Attachable::new("AWS::EC2::SubnetCidrBlock", Detection::Additive(RANGES)),
                Attachable::new(
                    "AWS::EC2::SubnetRouteTableAssociation",
                    Detection::Left("it stands at the route table, which has all that are its own"),
                ),
                Attachable::new(
                    "AWS::EC2::SubnetNetworkAclAssociation",
                    Detection::Left("the network ACL is told; every subnet has one"),
                ),
                Attachable::new("AWS::EC2::Instance", Detection::Surveyed),
                Attachable::new("AWS::EC2::NatGateway", Detection::Surveyed),
                Attachable::new("AWS::EC2::NetworkInterface", Detection::Surveyed),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ec2:DescribeSubnets"],
                create: &["ec2:CreateSubnet", "ec2:CreateTags", "ec2:ModifySubnetAttribute", "ec2:DescribeSubnets"],
                update: &[
                    "ec2:ModifySubnetAttribute",
                    "ec2:AssociateSubnetCidrBlock",
                    "ec2:DisassociateSubnetCidrBlock",
                ],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DeleteSubnet"],
                on: &[
                    ("ec2:CreateSubnet", &[On::Made("subnet/*"), On::Ours]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateSubnet")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_subnets().set_filters(Some(ec2::filters(scope))).max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let is_meant = |one: &Found<Self>| scope.owns(&one.id, &one.tags) || scope.requests(one.spec.vpc_id.as_str());
        let found = all.iter().map(found).filter(is_meant).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2().describe_subnets().max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(Some(InUse::counted(all.into_iter().filter_map(|subnet| subnet.vpc_id))))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let look = || async {
            let answer = writer.ec2().describe_subnets().set_filters(Some(ec2::filters_of(tags))).send().await?;
            Ok(answer.subnets().iter().find(|one| is_the_same(one, spec)).map(outputs))
        };
        let outputs = create_once(look, || send(writer, spec, tags)).await?;
        if spec.map_public_ip_on_launch {
            set_public_ip(writer, &outputs.subnet_id, true).await?;
        }
        if spec.assign_ipv6_address_on_creation {
            ipv6::set_assigned(writer, &outputs.subnet_id, true).await?;
        }
        Ok(Made { id: outputs.subnet_id.clone(), outputs, state: State::Settling("the subnet".into()) })
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches("/MapPublicIpOnLaunch") {
            set_public_ip(writer, &live.id, spec.map_public_ip_on_launch).await?;
        }
        turn_off(writer, &live.id, changes).await?;
        ipv6::change(writer, live, spec, changes).await
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        // The interfaces of load balancers, tasks and databases outlive them by some minutes.
        let codes = &["InvalidSubnetID.NotFound"];
        let sent = ec2::release(codes, || writer.ec2().delete_subnet().subnet_id(&live.id).send()).await?;
        Ok(sent.map(|()| Vec::new()))
    }

    /// CreateSubnet takes all but these.
    fn several_calls(desired: &Value) -> bool {
        desired["MapPublicIpOnLaunch"] == true || desired["AssignIpv6AddressOnCreation"] == true
    }

    /// What has an address of a range that goes, loses it.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let is_taken = |field: &FieldDiff| field.path == IPV6 && field.before.as_ref().is_some_and(Value::is_string);
        if fields.iter().any(is_taken) { Disruption::Outage } else { Disruption::None }
    }

    /// A range stays until those who have addresses of it have given them up; of two only one can be had.
    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        (path == IPV6 && before.is_string() && after.is_null()).then(|| before.clone())
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let both = spec.availability_zone.is_some() && spec.availability_zone_id.is_some();
        let assigns_nothing = spec.assign_ipv6_address_on_creation && spec.ipv6_cidr_block.is_none();
        let zone = Mistake::all([
            (both, "/AvailabilityZone", "give the zone by name or by id, not both"),
            (assigns_nothing, ASSIGNS, "needs an Ipv6CidrBlock, of which the addresses are"),
        ]);
        let six = spec.ipv6_cidr_block.as_ref().and_then(Cidr::subnet_mistake_six);
        let six = six.map(|what| Mistake::new(IPV6, what));
        let four = spec.cidr_block.network_mistake().map(|what| Mistake::new("/CidrBlock", what));
        zone.chain(four).chain(six).collect()
    }
}

/// Whether a subnet is what would be made. The one that is to be replaced is not, although lists may still show it.
fn is_the_same(there: &Description, spec: &Spec) -> bool {
    let agrees = |wanted: &Option<String>, zone: Option<&str>| wanted.is_none() || wanted.as_deref() == zone;
    there.vpc_id() == Some(spec.vpc_id.as_str())
        && there.cidr_block() == Some(spec.cidr_block.as_str())
        && agrees(&spec.availability_zone, there.availability_zone())
        && agrees(&spec.availability_zone_id, there.availability_zone_id())
}

/// The VPC may be seconds old and not known everywhere, and the range not free yet of one that is seconds gone; a refusal
/// made nothing, so it is sent again.
async fn send(writer: &Writer, spec: &Spec, tags: &Tags) -> Result<Outputs> {
    let call = || {
        let call = writer
            .ec2()
            .create_subnet()
            .vpc_id(spec.vpc_id.as_str())
            .cidr_block(spec.cidr_block.as_str())
            .set_ipv6_cidr_block(spec.ipv6_cidr_block.as_ref().map(|range| range.as_str().to_owned()))
            .set_availability_zone(spec.availability_zone.clone())
            .set_availability_zone_id(spec.availability_zone_id.clone())
            .tag_specifications(ec2::tagged(ResourceType::Subnet, tags));
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let is_transient = |failure: &Failure| ec2::is_fresh(failure) || failure.is(Class::AlreadyExists);
    let answer = retry(2 * MINUTE, is_transient, call).await?;
    let subnet = answer.subnet();
    ec2::id_in(subnet.and_then(Description::subnet_id), "CreateSubnet")?;
    Ok(subnet.map(outputs).expect("a subnet with an id is there"))
}

async fn set_public_ip(writer: &Writer, id: &str, on: bool) -> Result<()> {
    let value = AttributeBooleanValue::builder().value(on).build();
    let call = || {
        let call = writer.ec2().modify_subnet_attribute().subnet_id(id).map_public_ip_on_launch(value.clone());
        async move { Ok(call.send().await.map(drop)?) }
    };
    retry(5 * MINUTE, ec2::is_fresh, call).await
}

/// Turns off what no template can turn on, one attribute a call.
async fn turn_off(writer: &Writer, id: &str, changes: &Changes) -> Result<()> {
    let off = || AttributeBooleanValue::builder().value(false).build();
    let call = || writer.ec2().modify_subnet_attribute().subnet_id(id);
    if changes.touches("/EnableDns64") {
        call().enable_dns64(off()).send().await?;
    }
    if changes.touches(NAMES) {
        call().private_dns_hostname_type_on_launch(HostnameType::IpName).send().await?;
        call().enable_resource_name_dns_a_record_on_launch(off()).send().await?;
        call().enable_resource_name_dns_aaaa_record_on_launch(off()).send().await?;
    }
    Ok(())
}

fn outputs(subnet: &Description) -> Outputs {
    Outputs {
        subnet_id: subnet.subnet_id().unwrap_or_default().to_owned(),
        vpc_id: subnet.vpc_id().unwrap_or_default().to_owned(),
        cidr_block: subnet.cidr_block().unwrap_or_default().to_owned(),
        availability_zone: subnet.availability_zone().map(str::to_owned),
        availability_zone_id: subnet.availability_zone_id().map(str::to_owned),
        ipv6_association: ipv6::own(subnet).and_then(|set| set.association_id()).map(str::to_owned),
    }
}

fn found(subnet: &Description) -> Found<Subnet> {
    let outputs = outputs(subnet);
    Found {
        id: outputs.subnet_id.clone(),
        name: None,
        spec: Spec {
            vpc_id: Ref::new(&*outputs.vpc_id),
            cidr_block: outputs.cidr_block.as_str().into(),
            availability_zone: outputs.availability_zone.clone(),
            availability_zone_id: outputs.availability_zone_id.clone(),
            map_public_ip_on_launch: subnet.map_public_ip_on_launch().unwrap_or_default(),
            ipv6_cidr_block: ipv6::own(subnet).and_then(|set| set.ipv6_cidr_block()).map(Cidr::from),
            assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation().unwrap_or_default(),
        },
        outputs,
        tags: tag::read(subnet.tags()),
        state: match subnet.state() {
            Some(SubnetState::Pending) => State::Settling("the subnet".into()),
            Some(SubnetState::Failed | SubnetState::FailedInsufficientCapacity) => {
                State::Failed("EC2 could not make the subnet".into())
            }
            _ if ipv6::is_settling(subnet) => State::Settling("its IPv6 range".into()),
            _ => State::Ready,
        },
        unmodelled: unmodelled(subnet),
        external: None,
    }
}

/// What someone may have turned on and the spec has no word for.
fn unmodelled(subnet: &Description) -> Vec<Unmodelled> {
    let is_on = Option::<bool>::unwrap_or_default;
    let mut parts = UnmodelledParts::default();
    let own = ipv6::own(subnet).map(std::ptr::from_ref);
    for set in ipv6::standing(subnet).filter(|set| own != Some(std::ptr::from_ref(*set))) {
        // What AWS does not name is there all the same.
        let range = set.ipv6_cidr_block().or(set.association_id()).unwrap_or("of IPv6 addresses");
        parts.note(&pointer::join(RANGES, range), true, &format!("it also has the range {range}"));
    }
    let names = subnet.private_dns_name_options_on_launch();
    let by_resource =
        names.and_then(|options| options.hostname_type()).is_some_and(|kind| *kind == HostnameType::ResourceName);
    let four = names.and_then(|options| options.enable_resource_name_dns_a_record());
    let six = names.and_then(|options| options.enable_resource_name_dns_aaaa_record());
    let pool = subnet.customer_owned_ipv4_pool().map(|pool| format!("is {pool}"));
    let device = subnet.enable_lni_at_device_index().map(|index| format!("is {index}"));
    parts
        .note("/Ipv6Native", is_on(subnet.ipv6_native()), "it has IPv6 only")
        .note("/EnableDns64", is_on(subnet.enable_dns64()), "DNS64 is on")
        .note(NAMES, by_resource, "instances are named after their ids")
        .note("/PrivateDnsNameOptionsOnLaunch/EnableResourceNameDnsARecord", is_on(four), "is on")
        .note("/PrivateDnsNameOptionsOnLaunch/EnableResourceNameDnsAAAARecord", is_on(six), "is on")
        .tell("/EnableLniAtDeviceIndex", device)
        .note("/MapCustomerOwnedIpOnLaunch", is_on(subnet.map_customer_owned_ip_on_launch()), "is on")
        .tell("/CustomerOwnedIpv4Pool", pool)
        .tell("/OutpostArn", subnet.outpost_arn().map(|outpost| format!("it stands on {outpost}")))
        .take()
}

use aws_sdk_ec2::types::{ConnectivityType, NatGateway as Description, NatGatewayState, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::ec2;
use crate::kinds::ec2::eip::Eip;
use crate::kinds::ec2::internet_gateway::InternetGateway;
use crate::kinds::ec2::route_table::RouteTable;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{
    Address, Attachable, Bearer, Changes, Detection, Essentials, Facts, Failure, FieldDiff, Found, Identity, InUse,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, Neighbours, On, Permissions, Quota, Ref, Replacement, Result,
    Scope, State, Switch, Tags, Turn, pointer,
};

/// The way out of private subnets.
pub struct NatGateway;

/// Where its further addresses stand.
const MORE: &str = "/SecondaryAllocationIds";

/// The properties of `AWS::EC2::NatGateway`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The public subnet that it stands in.
    pub subnet_id: Ref<Subnet>,
    /// The `AllocationId` of its address; needed unless it is private.
    #[serde(default, skip_serializing_if = "ec2::is_blank")]
    pub allocation_id: Ref<Eip>,
    /// `public` or `private`.
    #[serde(default = "default_connectivity")]
    pub connectivity_type: String,
    /// Its address inside the subnet. Left out, AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_ip_address: Option<String>,
}

/// The return values of `AWS::EC2::NatGateway`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub nat_gateway_id: String,
    /// Its network interface; known once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eni_id: Option<String>,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: public-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::EIP
    name: nat-1
    properties: { Domain: vpc }
  - type: AWS::EC2::NatGateway
    name: nat-1
    properties:
      SubnetId: \"{{ ref('AWS::EC2::Subnet/public-1') }}\"
      AllocationId: \"{{ ref('AWS::EC2::EIP/nat-1', 'AllocationId') }}\"
";

impl Kind for NatGateway {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        // Whoever gives it further addresses keeps them, as long as it stands.
        additive: &[MORE],
        create_only: &["/SubnetId", "/AllocationId", "/ConnectivityType", "/PrivateIpAddress"],
        // Routes are moved to the new one before the old one goes; the new one needs an address of its own: see `refuses`.
        switches: &[Switch::with("/AllocationId", "/ConnectivityType", &["public"])],
        replacement: Replacement::CreateFirst,
        tombstone: Some("EC2 goes on showing it, with its tags, for about an hour; it costs nothing"),
        // Pending to available, measured 85 to 125 s.
        seconds: 110,
        preflight_reads: &["ec2:DescribeSubnets"],
        quotas: &[Quota::new("vpc", "L-FE5A380F", "NAT gateways per Availability Zone")
            .for_each(&[&["/SubnetId"], &["/AvailabilityZoneId", "/AvailabilityZone"]])],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::NatGateway",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "NatGatewayId",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &["nat-"],
            attachable: &[Attachable::new("AWS::EC2::EIPAssociation", Detection::Additive(MORE))],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["ec2:DescribeNatGateways"],
                create: &["ec2:CreateNatGateway", "ec2:CreateTags"],
                update: &[],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DeleteNatGateway"],
                on: &[
                    ("ec2:CreateNatGateway", &[On::Made("natgateway/*"), On::Ours]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateNatGateway")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_nat_gateways().set_filter(Some(ec2::filters(scope))).max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        // Deleted ones stay listed for an hour.
        let there = all.iter().filter(|gateway| gateway.state() != Some(&NatGatewayState::Deleted));
        let found = there.map(found).filter(|gateway| scope.owns(&gateway.id, &gateway.tags)).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    /// Of each zone, by its id and by its name: a template may say either.
    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2().describe_nat_gateways().max_results(ec2::PAGE);
        let gateways = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let call = reader.ec2().describe_subnets().max_results(ec2::PAGE);
        let subnets = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let is_gone =
            |one: &Description| matches!(one.state(), Some(NatGatewayState::Deleted | NatGatewayState::Failed));
        let there = gateways.iter().filter(|one| !is_gone(one));
        let at = there.filter_map(|one| subnets.iter().find(|subnet| subnet.subnet_id() == one.subnet_id()));
        let zones = at.flat_map(|subnet| [subnet.availability_zone_id(), subnet.availability_zone()]);
        Ok(Some(InUse::counted(zones.flatten().map(str::to_owned))))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let allocation = Some(spec.allocation_id.as_str()).filter(|id| !id.is_empty()).map(str::to_owned);
        let call = || {
            let call = writer
                .ec2()
                .create_nat_gateway()
                .client_token(writer.token())
                .subnet_id(spec.subnet_id.as_str())
                .set_allocation_id(allocation.clone())
                .connectivity_type(ConnectivityType::from(spec.connectivity_type.as_str()))
                .set_private_ip_address(spec.private_ip_address.clone())
                .tag_specifications(ec2::tagged(ResourceType::Natgateway, tags));
            async move { Ok::<_, Failure>(call.send().await?) }
        };
        let answer = retry(2 * MINUTE, ec2::is_fresh, call).await?;
        let id = ec2::id_in(answer.nat_gateway().and_then(Description::nat_gateway_id), "CreateNatGateway")?;
        let outputs = Outputs { nat_gateway_id: id.clone(), eni_id: None };
        Ok(Made { id, outputs, state: State::Settling("the NAT gateway".into()) })
    }

    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        // Every property is create-only.
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let codes = &["InvalidNatGatewayID.NotFound", "NatGatewayNotFound"];
        ec2::delete(5 * MINUTE, codes, || writer.ec2().delete_nat_gateway().nat_gateway_id(&live.id).send()).await?;
        Ok(Turn::Done(Vec::new()))
    }

    fn refuses(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        let keeps = |property: &str| !fields.iter().any(|field| field.path == property);
        let is_public = desired.get("ConnectivityType").is_none_or(|kind| kind == "public");
        let has_inner = desired.get("PrivateIpAddress").is_some_and(|address| !address.is_null());
        if Self::FACTS.create_only.iter().all(|property| keeps(property)) {
            return None;
        }
        let what = if is_public && keeps("/AllocationId") {
            "address of the old one while that still serves: give it an AWS::EC2::EIP of a new name as well"
        } else if has_inner && keeps("/PrivateIpAddress") && keeps("/SubnetId") {
            "PrivateIpAddress of the old one while that still serves: give it another, or leave it to AWS"
        } else {
            return None;
        };
        Some(format!("the new gateway cannot take over the {what}"))
    }

    /// EC2 refuses a public gateway in a VPC without an attached internet gateway; and what goes out by it, goes on by the
    /// routes of its own subnet. A table that leads to a NAT gateway itself is not its way on.
    fn depends_on(spec: &Value, other: &Address, other_spec: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        let is_public = spec.get("ConnectivityType").is_none_or(|kind| kind == "public");
        let leads_to_one = |table: &Value| {
            let routes = table["Routes"].as_array().into_iter().flatten();
            routes.filter_map(|route| route["NatGatewayId"].as_str()).any(|id| !id.is_empty())
        };
        let is_way_out = match &*other.kind {
            kind if kind == InternetGateway::FACTS.kind => is_public,
            kind if kind == RouteTable::FACTS.kind => {
                ec2::serves(other_spec, &spec["SubnetId"]) && !leads_to_one(other_spec)
            }
            _ => false,
        };
        is_way_out.then_some("")
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let has_address = !ec2::is_blank(&spec.allocation_id);
        let what = match (spec.connectivity_type.as_str(), has_address) {
            ("public", true) | ("private", _) => return Vec::new(),
            ("public", false) => ("/AllocationId", "a public NAT gateway needs the AllocationId of an AWS::EC2::EIP"),
            _ => ("/ConnectivityType", "is `public` or `private`"),
        };
        vec![Mistake::new(what.0, what.1)]
    }
}

fn found(gateway: &Description) -> Found<NatGateway> {
    let id = gateway.nat_gateway_id().unwrap_or_default().to_owned();
    let addresses = gateway.nat_gateway_addresses();
    let primary = addresses.iter().find(|one| one.is_primary() == Some(true)).or(addresses.first());
    let mut parts = UnmodelledParts::default();
    for one in addresses.iter().filter(|one| !primary.is_some_and(|primary| std::ptr::eq(*one, primary))) {
        let id = one.allocation_id().or(one.private_ip()).unwrap_or("?");
        parts.note(&pointer::join(MORE, id), true, &format!("it also has the address {id}"));
    }
    let unmodelled = parts
        .value("/AvailabilityMode", gateway.availability_mode().map(|mode| mode.as_str()), "zonal")
        .value("/AutoProvisionZones", gateway.auto_provision_zones().map(|on| on.as_str()), "disabled")
        .value("/AutoScalingIps", gateway.auto_scaling_ips().map(|on| on.as_str()), "disabled")
        .tell(
            "/AttachedAppliances",
            gateway
                .attached_appliances()
                .iter()
                .map(|one| format!("{} stands in it", one.appliance_arn().unwrap_or("an appliance"))),
        )
        .take();
    Found {
        name: None,
        spec: Spec {
            subnet_id: gateway.subnet_id().unwrap_or_default().into(),
            allocation_id: primary.and_then(|one| one.allocation_id()).unwrap_or_default().into(),
            connectivity_type: gateway
                .connectivity_type()
                .map_or_else(default_connectivity, |kind| kind.as_str().to_owned()),
            private_ip_address: primary.and_then(|one| one.private_ip()).map(str::to_owned),
        },
        outputs: Outputs {
            nat_gateway_id: id.clone(),
            eni_id: primary.and_then(|one| one.network_interface_id()).map(str::to_owned),
        },
        id,
        tags: tag::read(gateway.tags()),
        state: match gateway.state() {
            Some(NatGatewayState::Pending) => State::Settling("the NAT gateway".into()),
            Some(NatGatewayState::Deleting | NatGatewayState::Deleted) => State::Deleting,
            Some(NatGatewayState::Failed) => {
                State::Failed(gateway.failure_message().unwrap_or("EC2 gives no reason").to_owned())
            }
            _ => State::Ready,
        },
        unmodelled,
        external: None,
    }
}

fn default_connectivity() -> String {
    "public".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_gateway_takes_no_address_over_from_the_old_one_while_that_serves() {
        let refused = |desired: Value, changed: &[&str]| {
            let fields = changed.iter().map(|path| FieldDiff { path: (*path).into(), before: None, after: None });
            NatGateway::refuses(&Value::Null, &desired, &fields.collect::<Vec<_>>())
        };
        let public = || json!({ "ConnectivityType": "public" });
        assert!(refused(public(), &["/SubnetId"]).is_some_and(|why| why.contains("AWS::EC2::EIP")));
        assert_eq!(refused(public(), &["/SubnetId", "/AllocationId"]), None);
        let private = || json!({ "ConnectivityType": "private", "PrivateIpAddress": "10.20.0.9" });
        assert!(refused(private(), &["/ConnectivityType"]).is_some_and(|why| why.contains("PrivateIpAddress")));
        assert_eq!(refused(private(), &["/ConnectivityType", "/PrivateIpAddress"]), None);
        assert_eq!(refused(private(), &["/SubnetId"]), None, "another subnet has other addresses");
        assert_eq!(refused(json!({ "ConnectivityType": "private" }), &["/SubnetId"]), None);
        assert_eq!(refused(public(), &[]), None, "tags alone replace nothing");
    }
}

mod association;
mod read;
mod route;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{ResourceType, RouteTable as Description, RouteTableAssociationStateCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::read::{Routes, redirected};
use self::route::{FOUR, Ipv6Route, Route, SIX, Way};
use self::write::{delete, put, restore};
use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::ec2;
use crate::kinds::ec2::cidr::Cidr;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity, InUse,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Ref, Replacement, Result, Scope, State,
    Tags, Turn, Unmodelled, pointer,
};

/// A route table with its routes and its subnets (which AWS cannot tag).
pub struct RouteTable;

/// What `AWS::EC2::VPNGatewayRoutePropagation` adds.
const PROPAGATION: &str = "/PropagatingVgws";

/// The properties of `AWS::EC2::RouteTable`, and of its `AWS::EC2::Route` and `AWS::EC2::SubnetRouteTableAssociation`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub vpc_id: Ref<Vpc>,
    /// Additive: routes that others add are left alone, and so are those that AWS makes itself.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// The same for IPv6.
    #[serde(default)]
    pub ipv6_routes: Vec<Ipv6Route>,
    /// The subnets that use this table; exclusive. The association of the VPC's main table is not one.
    #[serde(default)]
    pub subnet_ids: Set<Ref<Subnet>>,
}

/// The return values of `AWS::EC2::RouteTable`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub route_table_id: String,
    /// The id of each subnet's association, by subnet.
    #[serde(skip)]
    associations: BTreeMap<String, String>,
    /// The ranges of the local routes that lead somewhere else.
    #[serde(skip)]
    redirected: BTreeSet<Cidr>,
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
  - type: AWS::EC2::RouteTable
    name: public
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      Routes:
        - DestinationCidrBlock: 0.0.0.0/0
          GatewayId: \"{{ ref('AWS::EC2::InternetGateway/main') }}\"
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/public-1') }}\"]
";

const CHANGED: &str = "
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
  - type: AWS::EC2::Subnet
    name: public-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20 }
  - type: AWS::EC2::RouteTable
    name: public
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      Routes:
        - DestinationCidrBlock: 203.0.113.0/24
          GatewayId: \"{{ ref('AWS::EC2::InternetGateway/main') }}\"
      Ipv6Routes:
        - DestinationIpv6CidrBlock: ::/0
          GatewayId: \"{{ ref('AWS::EC2::InternetGateway/main') }}\"
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/public-2') }}\"]
";

impl Kind for RouteTable {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        unique_key: &["/SubnetIds/*"],
        create_only: &["/VpcId"],
        // The new table takes the subnets over, one by one and without a gap.
        replacement: Replacement::CreateFirst,
        keyed: &[(FOUR, "DestinationCidrBlock"), (SIX, "DestinationIpv6CidrBlock")],
        additive: &[FOUR, SIX, association::OF_GATEWAYS, PROPAGATION],
        grants: &[FOUR, SIX],
        several_calls: true,
        prunes: &[FOUR, SIX],
        cloudformation: CloudFormation {
            parts: &[
                Part::of("AWS::EC2::Route", "Route", Source::Elements("Routes"), "RouteTableId"),
                Part::of("AWS::EC2::Route", "Ipv6Route", Source::Elements("Ipv6Routes"), "RouteTableId"),
                Part::of(
                    "AWS::EC2::SubnetRouteTableAssociation",
                    "Association",
                    Source::Elements("SubnetIds"),
                    "RouteTableId",
                )
                .with_value("SubnetId"),
            ],
            ..CloudFormation::SAME
        },
        quotas: &[
            Quota::new("vpc", "L-589F43AA", "Route tables per VPC").for_each(&[&["/VpcId"]]),
            Quota::new("vpc", "L-93826ACB", "Routes per route table").of_itself(FOUR, routes),
        ],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::RouteTable",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "RouteTableId",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &["rtb-"],
            attachable: &[
                Attachable::new("AWS::EC2::Route", Detection::Additive(FOUR)),
                Attachable::new("AWS::EC2::Route", Detection::Additive(SIX)),
                Attachable::new("AWS::EC2::SubnetRouteTableAssociation", Detection::Compared("/SubnetIds")),
                Attachable::new(
                    "AWS::EC2::GatewayRouteTableAssociation",
                    Detection::Additive(association::OF_GATEWAYS),
                ),
                Attachable::new("AWS::EC2::VPNGatewayRoutePropagation", Detection::Additive(PROPAGATION)),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ec2:DescribeRouteTables"],
                create: &[
                    "ec2:CreateRouteTable",
                    "ec2:CreateTags",
                    "ec2:CreateRoute",
                    "ec2:ReplaceRoute",
                    "ec2:AssociateRouteTable",
                    "ec2:ReplaceRouteTableAssociation",
                    "ec2:DescribeRouteTables",
                ],
                update: &[
                    "ec2:CreateRoute",
                    "ec2:ReplaceRoute",
                    "ec2:DeleteRoute",
                    "ec2:AssociateRouteTable",
                    "ec2:ReplaceRouteTableAssociation",
                    "ec2:DisassociateRouteTable",
                    "ec2:DescribeRouteTables",
                ],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DisassociateRouteTable", "ec2:DeleteRouteTable"],
                on: &[
                    ("ec2:CreateRouteTable", &[On::Made("route-table/*"), On::Ours]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateRouteTable")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        // 100 is the most that a page of this operation holds.
        let call = reader.ec2().describe_route_tables().set_filters(Some(ec2::filters(scope))).max_results(100);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let is_meant = |one: &Found<Self>| {
            scope.owns(&one.id, &one.tags) || one.spec.subnet_ids.iter().any(|id| scope.requests(id.as_str()))
        };
        let found = all.iter().map(found).filter(is_meant).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        // 100 is the most that a page of this operation holds.
        let call = reader.ec2().describe_route_tables().max_results(100);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(Some(InUse::counted(all.into_iter().filter_map(|table| table.vpc_id))))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = || {
            let call = writer.ec2().create_route_table().client_token(writer.token()).vpc_id(spec.vpc_id.as_str());
            let call = call.tag_specifications(ec2::tagged(ResourceType::RouteTable, tags));
            async move { Ok::<_, Failure>(call.send().await?) }
        };
        let answer = retry(2 * MINUTE, ec2::is_fresh, call).await?;
        let id = ec2::id_in(answer.route_table().and_then(Description::route_table_id), "CreateRouteTable")?;
        for way in spec.ways() {
            put(writer, &id, &way, false).await?;
        }
        for subnet in spec.subnet_ids.iter() {
            association::put(writer, &id, subnet.as_str()).await?;
        }
        Ok(made(id))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let changed = |way: &Way<'_>| changes.touches(&way.destination.pointer());
        for way in spec.ways().filter(changed) {
            put(writer, &live.id, &way, live.spec.leads(&way)).await?;
        }
        // Only those that the plan names: the others are somebody else's.
        for way in live.spec.ways().filter(|way| changed(way) && !spec.leads(way)) {
            if live.outputs.redirected.contains(way.destination.range()) {
                restore(writer, &live.id, way.destination).await?;
            } else {
                delete(writer, &live.id, way.destination).await?;
            }
        }
        if changes.touches("/SubnetIds") {
            for subnet in spec.subnet_ids.minus(&live.spec.subnet_ids) {
                association::put(writer, &live.id, subnet.as_str()).await?;
            }
            for subnet in live.spec.subnet_ids.minus(&spec.subnet_ids) {
                association::delete(writer, &live.outputs.associations, subnet.as_str()).await?;
            }
        }
        Ok(Turn::Done(made(live.id.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        for subnet in live.outputs.associations.keys() {
            association::delete(writer, &live.outputs.associations, subnet).await?;
        }
        let codes = &["InvalidRouteTableID.NotFound"];
        ec2::delete(5 * MINUTE, codes, || writer.ec2().delete_route_table().route_table_id(&live.id).send()).await?;
        Ok(Turn::Done(Vec::new()))
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(disruption).max().unwrap_or_default()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let four = spec.routes.iter().map(Route::way).enumerate();
        let six = spec.ipv6_routes.iter().map(Ipv6Route::way).enumerate();
        let four = four.filter_map(|(at, way)| Some(Mistake::new(format!("{FOUR}/{at}"), way.mistake()?)));
        let six = six.filter_map(|(at, way)| Some(Mistake::new(format!("{SIX}/{at}"), way.mistake()?)));
        four.chain(six).collect()
    }
}

impl Spec {
    /// All routes, of both families.
    fn ways(&self) -> impl Iterator<Item = Way<'_>> {
        self.routes.iter().map(Route::way).chain(self.ipv6_routes.iter().map(Ipv6Route::way))
    }

    /// Whether it has a route to the same destination.
    fn leads(&self, way: &Way<'_>) -> bool {
        self.ways().any(|own| own.destination.range() == way.destination.range())
    }
}

/// How many routes it has beside those into its own network, which do not count: those of IPv4 and of IPv6 count apart.
fn routes(spec: &Value) -> f64 {
    let count = |list: &str| spec[list].as_array().map_or(0, Vec::len);
    count("Routes").max(count("Ipv6Routes")) as f64
}

/// A subnet taken away is cut off; a route redirected breaks the connections that stand. Of one taken away the plan tells by
/// who needs it.
fn disruption(field: &FieldDiff) -> Disruption {
    let is_below = |of: fn(&str, &str) -> bool| ["/Routes/*", "/Ipv6Routes/*"].iter().any(|list| of(list, &field.path));
    match (&field.before, &field.after) {
        (Some(before), Some(after)) if field.path == "/SubnetIds" => {
            let all = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
            let left = all(before).into_iter().any(|subnet| !all(after).contains(&subnet));
            if left { Disruption::Outage } else { Disruption::None }
        }
        (None, _) | (_, None) if is_below(pointer::matches) => Disruption::None,
        _ if is_below(pointer::covers) => Disruption::Failover,
        _ => Disruption::None,
    }
}

fn found(table: &Description) -> Found<RouteTable> {
    let id = table.route_table_id().unwrap_or_default().to_owned();
    let Routes { four, six, mut unmodelled } = Routes::of(table.routes());
    unmodelled.extend(association::of_gateways(table));
    let propagating = table.propagating_vgws().iter().filter_map(|gateway| gateway.gateway_id());
    unmodelled.extend(propagating.map(|gateway| Unmodelled {
        path: pointer::join(PROPAGATION, gateway),
        text: format!("{gateway} adds routes"),
    }));
    let associations = association::of(table);
    let is = |code: RouteTableAssociationStateCode| {
        table.associations().iter().any(|one| one.association_state().and_then(|state| state.state()) == Some(&code))
    };
    let state = if is(RouteTableAssociationStateCode::Failed) {
        State::Failed("a subnet could not be associated".into())
    } else if is(RouteTableAssociationStateCode::Associating) {
        State::Settling("the association of a subnet".into())
    } else {
        State::Ready
    };
    Found {
        name: None,
        spec: Spec {
            vpc_id: table.vpc_id().unwrap_or_default().into(),
            routes: four,
            ipv6_routes: six,
            subnet_ids: associations.keys().map(String::as_str).collect(),
        },
        outputs: Outputs { route_table_id: id.clone(), associations, redirected: redirected(table.routes()) },
        id,
        tags: tag::read(table.tags()),
        state,
        unmodelled,
        external: None,
    }
}

fn made(id: String) -> Made<RouteTable> {
    let outputs = Outputs { route_table_id: id.clone(), associations: BTreeMap::new(), redirected: BTreeSet::new() };
    Made { id, outputs, state: State::Settling("the associations".into()) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_a_subnet_that_is_let_go_of_is_an_outage_whoever_needs_it() {
        let case = |path: &str, before: Option<Value>, after: Option<Value>| {
            disruption(&FieldDiff { path: path.into(), before, after })
        };
        let some = || Some(json!({}));
        assert_eq!(case("/Routes/0.0.0.0~10", some(), None), Disruption::None, "the plan tells who needs it");
        assert_eq!(case("/Routes/0.0.0.0~10", None, some()), Disruption::None);
        assert_eq!(case("/Routes/0.0.0.0~10/NatGatewayId", None, Some(json!("nat-2"))), Disruption::Failover);
        assert_eq!(case("/SubnetIds", Some(json!(["a"])), Some(json!(["a", "b"]))), Disruption::None);
        assert_eq!(case("/SubnetIds", Some(json!(["a", "b"])), Some(json!(["a"]))), Disruption::Outage);
    }
}

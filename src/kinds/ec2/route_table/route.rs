use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Route as Description, RouteOrigin, RouteState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::ec2::cidr::Cidr;
use crate::kinds::ec2::internet_gateway::InternetGateway;
use crate::kinds::ec2::nat_gateway::NatGateway;
use crate::kinds::ec2::{self, is_blank};
use crate::kinds::shared::text::given;
use crate::resource::{Class, Failure, Ref, Result, Unmodelled, pointer};

/// An IPv4 route: a destination and exactly one target, as `AWS::EC2::Route`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Route {
    pub destination_cidr_block: Cidr,
    /// An internet gateway; a virtual private gateway (`vgw-`) stands here too.
    #[serde(default, skip_serializing_if = "is_blank")]
    pub gateway_id: Ref<InternetGateway>,
    #[serde(default, skip_serializing_if = "is_blank")]
    pub nat_gateway_id: Ref<NatGateway>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vpc_peering_connection_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub transit_gateway_id: String,
    /// A Gateway Load Balancer endpoint.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vpc_endpoint_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub network_interface_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier_gateway_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub local_gateway_id: String,
    /// An AWS Cloud WAN core network.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub core_network_arn: String,
}

impl Route {
    /// The pointer of this route in the table's spec.
    pub fn pointer(&self) -> String {
        pointer::join("/Routes", self.destination_cidr_block.as_str())
    }

    /// Every target by its property; those not given are empty.
    fn targets(&self) -> [(&'static str, &str); 9] {
        [
            ("GatewayId", self.gateway_id.as_str()),
            ("NatGatewayId", self.nat_gateway_id.as_str()),
            ("VpcPeeringConnectionId", &self.vpc_peering_connection_id),
            ("TransitGatewayId", &self.transit_gateway_id),
            ("VpcEndpointId", &self.vpc_endpoint_id),
            ("NetworkInterfaceId", &self.network_interface_id),
            ("CarrierGatewayId", &self.carrier_gateway_id),
            ("LocalGatewayId", &self.local_gateway_id),
            ("CoreNetworkArn", &self.core_network_arn),
        ]
    }

    /// Returns what is wrong with it, if anything.
    pub fn mistake(&self) -> Option<String> {
        let given: Vec<_> = self.targets().into_iter().filter(|(_, id)| !id.is_empty()).map(|(name, _)| name).collect();
        match given.as_slice() {
            _ if self.destination_cidr_block.is_empty() => Some("needs a DestinationCidrBlock".to_owned()),
            [_] => self.destination_cidr_block.mistake(),
            [] => Some("needs a target: GatewayId, NatGatewayId, TransitGatewayId, ...".to_owned()),
            several => Some(format!("has several targets ({}); a route has one", several.join(", "))),
        }
    }
}

/// What a route within the VPC leads to, unless it was redirected.
const LOCAL: &str = "local";

/// Reads the routes that somebody made, or redirected: a local route that leads to a firewall is still of the table's own
/// making. Left out are those that are AWS's own (local, propagated) and those that a gateway endpoint brings along.
pub fn read(routes: &[Description]) -> (Vec<Route>, Vec<Unmodelled>) {
    let is_of_endpoint = |route: &Description| {
        route.destination_prefix_list_id().is_some() && route.gateway_id().is_some_and(|id| id.starts_with("vpce-"))
    };
    let made = routes.iter().filter(|route| {
        matches!(route.origin(), Some(RouteOrigin::CreateRoute | RouteOrigin::CreateRouteTable))
            && !is_of_endpoint(route)
            && route.gateway_id() != Some(LOCAL)
    });
    let mut known = Vec::new();
    let mut unmodelled = Vec::new();
    for route in made {
        let Some(destination) = route.destination_cidr_block() else {
            let to = route.destination_ipv6_cidr_block().or(route.destination_prefix_list_id()).unwrap_or("somewhere");
            let text = format!("there is a route to {to}");
            unmodelled.push(Unmodelled { path: pointer::join("/Routes", to), text });
            continue;
        };
        let read = read_one(destination, route);
        unmodelled.extend(blackhole(&read, route));
        if let Some(network) = route.odb_network_arn() {
            unmodelled.push(Unmodelled { path: read.pointer(), text: format!("leads to {network}") });
        }
        known.push(read);
    }
    known.sort_by(|a, b| a.destination_cidr_block.cmp(&b.destination_cidr_block));
    (known, unmodelled)
}

/// Returns the ranges of the local routes that lead somewhere else.
pub fn redirected(routes: &[Description]) -> BTreeSet<Cidr> {
    let of_table = routes.iter().filter(|route| route.origin() == Some(&RouteOrigin::CreateRouteTable));
    let led_away = of_table.filter(|route| route.gateway_id() != Some(LOCAL));
    led_away.filter_map(|route| route.destination_cidr_block().map(Cidr::from)).collect()
}

fn read_one(destination: &str, route: &Description) -> Route {
    let gateway = route.gateway_id().unwrap_or_default();
    // EC2 shows the endpoint of a Gateway Load Balancer as a gateway.
    let (gateway, endpoint) = if gateway.starts_with("vpce-") { ("", gateway) } else { (gateway, "") };
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    Route {
        destination_cidr_block: destination.into(),
        gateway_id: gateway.into(),
        nat_gateway_id: text(route.nat_gateway_id()).into(),
        vpc_peering_connection_id: text(route.vpc_peering_connection_id()),
        transit_gateway_id: text(route.transit_gateway_id()),
        vpc_endpoint_id: endpoint.to_owned(),
        network_interface_id: text(route.network_interface_id()),
        carrier_gateway_id: text(route.carrier_gateway_id()),
        local_gateway_id: text(route.local_gateway_id()),
        core_network_arn: text(route.core_network_arn()),
    }
}

/// What a route leads to is gone, and what goes its way is lost. Whether it is the stack's own, the plan tells.
fn blackhole(read: &Route, route: &Description) -> Option<Unmodelled> {
    let is_dead = route.state() == Some(&RouteState::Blackhole);
    let target = read.targets().into_iter().map(|(_, id)| id).find(|id| !id.is_empty()).unwrap_or("its target");
    is_dead.then(|| Unmodelled { path: read.pointer(), text: format!("leads nowhere: {target} is gone") })
}

/// Makes or redirects a route, whichever it takes. Five minutes for targets that are seconds old.
pub async fn put(writer: &Writer, table: &str, route: &Route, is_there: bool) -> Result<()> {
    let first = if is_there { replace(writer, table, route).await } else { create(writer, table, route).await };
    match first {
        Err(failure) if is_there && is_missing(&failure) => create(writer, table, route).await,
        Err(failure) if !is_there && failure.is(Class::AlreadyExists) => replace(writer, table, route).await,
        other => other,
    }
}

/// Returns whether the route, not its target, is not there: no matter of waiting. `DeleteRoute` has a code for it,
/// `ReplaceRoute` only words.
fn is_missing(failure: &Failure) -> bool {
    failure.code == "InvalidRoute.NotFound" || failure.message.contains("no route defined")
}

fn is_transient(failure: &Failure) -> bool {
    ec2::is_fresh(failure) && !is_missing(failure)
}

/// `CreateRoute` and `ReplaceRoute` take the same arguments.
macro_rules! send {
    ($writer:ident, $operation:ident, $table:ident, $route:ident) => {{
        let call = || {
            let call = $writer
                .ec2()
                .$operation()
                .route_table_id($table)
                .destination_cidr_block($route.destination_cidr_block.as_str())
                .set_gateway_id(given($route.gateway_id.as_str()))
                .set_nat_gateway_id(given($route.nat_gateway_id.as_str()))
                .set_vpc_peering_connection_id(given(&$route.vpc_peering_connection_id))
                .set_transit_gateway_id(given(&$route.transit_gateway_id))
                .set_vpc_endpoint_id(given(&$route.vpc_endpoint_id))
                .set_network_interface_id(given(&$route.network_interface_id))
                .set_carrier_gateway_id(given(&$route.carrier_gateway_id))
                .set_local_gateway_id(given(&$route.local_gateway_id))
                .set_core_network_arn(given(&$route.core_network_arn));
            async move { Ok::<_, Failure>(call.send().await.map(drop)?) }
        };
        retry(5 * MINUTE, is_transient, call).await
    }};
}

async fn create(writer: &Writer, table: &str, route: &Route) -> Result<()> {
    send!(writer, create_route, table, route)
}

async fn replace(writer: &Writer, table: &str, route: &Route) -> Result<()> {
    send!(writer, replace_route, table, route)
}

pub async fn delete(writer: &Writer, table: &str, destination: &Cidr) -> Result<()> {
    let call = || writer.ec2().delete_route().route_table_id(table).destination_cidr_block(destination.as_str()).send();
    ec2::delete(MINUTE, &["InvalidRoute.NotFound"], call).await
}

/// Lets a local route that was redirected lead to the VPC again; it can't be deleted.
pub async fn restore(writer: &Writer, table: &str, destination: &Cidr) -> Result<()> {
    let call = writer.ec2().replace_route().route_table_id(table).destination_cidr_block(destination.as_str());
    Ok(call.local_target(true).send().await.map(drop)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(destination: &str) -> aws_sdk_ec2::types::builders::RouteBuilder {
        Description::builder().destination_cidr_block(destination).origin(RouteOrigin::CreateRoute)
    }

    #[test]
    fn a_route_that_no_template_can_write_is_told_by_where_it_leads() {
        let six = Description::builder().destination_ipv6_cidr_block("::/0").origin(RouteOrigin::CreateRoute).build();
        let list = Description::builder().destination_prefix_list_id("pl-1").origin(RouteOrigin::CreateRoute);
        let (known, unmodelled) = read(&[six, list.transit_gateway_id("tgw-1").build()]);
        assert!(known.is_empty());
        let at: Vec<_> = unmodelled.into_iter().map(|one| one.path).collect();
        assert_eq!(at, ["/Routes/::~10", "/Routes/pl-1"]);
    }

    #[test]
    fn routes_of_aws_own_making_are_left_out() {
        let routes = [
            Description::builder().destination_cidr_block("10.0.0.0/16").gateway_id("local").build(),
            Description::builder()
                .destination_cidr_block("172.16.0.0/12")
                .gateway_id("vgw-1")
                .origin(RouteOrigin::EnableVgwRoutePropagation)
                .build(),
            Description::builder()
                .destination_prefix_list_id("pl-1")
                .gateway_id("vpce-1")
                .origin(RouteOrigin::CreateRoute)
                .build(),
            made("0.0.0.0/0").nat_gateway_id("nat-1").build(),
        ];
        let (known, unmodelled) = read(&routes);
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].nat_gateway_id.as_str(), "nat-1");
        assert!(unmodelled.is_empty());
    }

    /// Only its target changes; by its origin it is still the table's own.
    #[test]
    fn a_local_route_that_was_redirected_is_somebodys() {
        let local = Description::builder().destination_cidr_block("10.0.0.0/16").origin(RouteOrigin::CreateRouteTable);
        let through = local.clone().network_interface_id("eni-1").build();
        let (known, unmodelled) = read(std::slice::from_ref(&through));
        assert_eq!(known[0].network_interface_id, "eni-1");
        assert!(unmodelled.is_empty());
        let routes = [through, made("10.9.0.0/16").nat_gateway_id("nat-1").build(), local.gateway_id(LOCAL).build()];
        assert_eq!(redirected(&routes), BTreeSet::from(["10.0.0.0/16".into()]));
    }

    #[test]
    fn a_route_that_leads_nowhere_says_so_whatever_it_led_to() {
        let dead = [
            made("0.0.0.0/0").nat_gateway_id("nat-1").state(RouteState::Blackhole).build(),
            made("10.9.0.0/16").vpc_peering_connection_id("pcx-1").state(RouteState::Blackhole).build(),
        ];
        let (known, unmodelled) = read(&dead);
        assert_eq!(known.len(), 2);
        let said: Vec<_> = unmodelled.iter().map(|part| (part.path.as_str(), part.text.as_str())).collect();
        assert_eq!(
            said,
            [
                ("/Routes/0.0.0.0~10", "leads nowhere: nat-1 is gone"),
                ("/Routes/10.9.0.0~116", "leads nowhere: pcx-1 is gone"),
            ]
        );
    }

    #[test]
    fn a_route_has_exactly_one_target() {
        let mut route = Route { destination_cidr_block: "0.0.0.0/0".into(), ..Route::default() };
        assert!(route.mistake().is_some());
        route.nat_gateway_id = "nat-1".into();
        assert!(route.mistake().is_none());
        route.gateway_id = "igw-1".into();
        assert_eq!(route.mistake().as_deref(), Some("has several targets (GatewayId, NatGatewayId); a route has one"));
        route.gateway_id = "".into();
        route.destination_cidr_block = "::/0".into();
        assert_eq!(route.mistake().as_deref(), Some("`::/0` is no range such as 10.20.0.0/16"));
    }
}

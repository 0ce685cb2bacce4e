use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Route as Description, RouteOrigin, RouteState};

use super::route::{FOUR, Ipv6Route, Route, Way};
use crate::kinds::ec2::cidr::Cidr;
use crate::resource::{Unmodelled, pointer};

/// What a route within the VPC leads to, unless it was redirected.
const LOCAL: &str = "local";

/// The routes of a table.
#[derive(Debug, Default)]
pub struct Routes {
    pub four: Vec<Route>,
    pub six: Vec<Ipv6Route>,
    pub unmodelled: Vec<Unmodelled>,
}

impl Routes {
    /// Reads the routes that somebody made, or redirected: a local route that leads to a firewall is still of the table's own
    /// making. Left out are those that are AWS's own (local, propagated) and those that a gateway endpoint brings along.
    pub fn of(routes: &[Description]) -> Self {
        let is_of_endpoint = |route: &Description| {
            route.destination_prefix_list_id().is_some() && route.gateway_id().is_some_and(|id| id.starts_with("vpce-"))
        };
        let made = routes.iter().filter(|route| {
            matches!(route.origin(), Some(RouteOrigin::CreateRoute | RouteOrigin::CreateRouteTable))
                && !is_of_endpoint(route)
                && route.gateway_id() != Some(LOCAL)
        });
        let mut all = Self::default();
        for route in made {
            all.add(route);
        }
        all.four.sort_by(|a, b| a.destination_cidr_block.cmp(&b.destination_cidr_block));
        all.six.sort_by(|a, b| a.destination_ipv6_cidr_block.cmp(&b.destination_ipv6_cidr_block));
        all
    }

    fn add(&mut self, route: &Description) {
        if let Some(range) = route.destination_cidr_block() {
            let read = four(range, route);
            self.unmodelled.extend(told(&read.way(), route));
            self.four.push(read);
        } else if let Some(range) = route.destination_ipv6_cidr_block() {
            let read = six(range, route);
            self.unmodelled.extend(told(&read.way(), route));
            self.six.push(read);
        } else {
            let to = route.destination_prefix_list_id().unwrap_or("somewhere");
            let text = format!("there is a route to {to}");
            self.unmodelled.push(Unmodelled { path: pointer::join(FOUR, to), text });
        }
    }
}

/// Returns the ranges of the local routes that lead somewhere else.
pub fn redirected(routes: &[Description]) -> BTreeSet<Cidr> {
    let of_table = routes.iter().filter(|route| route.origin() == Some(&RouteOrigin::CreateRouteTable));
    let led_away = of_table.filter(|route| route.gateway_id() != Some(LOCAL));
    let ranges = led_away.filter_map(|route| route.destination_cidr_block().or(route.destination_ipv6_cidr_block()));
    ranges.map(Cidr::from).collect()
}

/// EC2 shows the endpoint of a Gateway Load Balancer as a gateway.
fn gateway(route: &Description) -> (&str, &str) {
    let gateway = route.gateway_id().unwrap_or_default();
    if gateway.starts_with("vpce-") { ("", gateway) } else { (gateway, "") }
}

fn text(id: Option<&str>) -> String {
    id.unwrap_or_default().to_owned()
}

fn four(range: &str, route: &Description) -> Route {
    let (gateway, endpoint) = gateway(route);
    Route {
        destination_cidr_block: range.into(),
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

fn six(range: &str, route: &Description) -> Ipv6Route {
    let (gateway, endpoint) = gateway(route);
    Ipv6Route {
        destination_ipv6_cidr_block: range.into(),
        gateway_id: gateway.into(),
        egress_only_internet_gateway_id: text(route.egress_only_internet_gateway_id()).into(),
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

/// What else is to be said of a route. One whose target is gone loses what goes its way; whether the target is the stack's
/// own, the plan tells.
fn told(read: &Way<'_>, route: &Description) -> Vec<Unmodelled> {
    let is_dead = route.state() == Some(&RouteState::Blackhole);
    let dead = is_dead.then(|| format!("leads nowhere: {} is gone", read.target().unwrap_or("its target")));
    let network = route.odb_network_arn().map(|network| format!("leads to {network}"));
    let path = read.destination.pointer();
    dead.into_iter().chain(network).map(|text| Unmodelled { path: path.clone(), text }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(destination: &str) -> aws_sdk_ec2::types::builders::RouteBuilder {
        Description::builder().destination_cidr_block(destination).origin(RouteOrigin::CreateRoute)
    }

    #[test]
    fn a_route_that_no_template_can_write_is_told_by_where_it_leads() {
        let list = Description::builder().destination_prefix_list_id("pl-1").origin(RouteOrigin::CreateRoute);
        let routes = Routes::of(&[list.transit_gateway_id("tgw-1").build()]);
        assert!(routes.four.is_empty() && routes.six.is_empty());
        let at: Vec<_> = routes.unmodelled.into_iter().map(|one| one.path).collect();
        assert_eq!(at, ["/Routes/pl-1"]);
    }

    #[test]
    fn routes_of_ipv6_stand_by_themselves() {
        let six = || Description::builder().destination_ipv6_cidr_block("::/0").origin(RouteOrigin::CreateRoute);
        let routes = Routes::of(&[six().egress_only_internet_gateway_id("eigw-1").build()]);
        assert!(routes.four.is_empty() && routes.unmodelled.is_empty());
        assert_eq!(routes.six[0].egress_only_internet_gateway_id.as_str(), "eigw-1");
        let dead = Routes::of(&[six().egress_only_internet_gateway_id("eigw-1").state(RouteState::Blackhole).build()]);
        assert_eq!(dead.unmodelled[0].path, "/Ipv6Routes/::~10");
        assert_eq!(dead.unmodelled[0].text, "leads nowhere: eigw-1 is gone");
        let local = Description::builder().destination_ipv6_cidr_block("2600:1f18:19f6:2b00::/56").gateway_id(LOCAL);
        assert!(Routes::of(&[local.origin(RouteOrigin::CreateRouteTable).build()]).six.is_empty());
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
        let Routes { four: known, unmodelled, .. } = Routes::of(&routes);
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].nat_gateway_id.as_str(), "nat-1");
        assert!(unmodelled.is_empty());
    }

    /// Only its target changes; by its origin it is still the table's own.
    #[test]
    fn a_local_route_that_was_redirected_is_somebodys() {
        let local = Description::builder().destination_cidr_block("10.0.0.0/16").origin(RouteOrigin::CreateRouteTable);
        let through = local.clone().network_interface_id("eni-1").build();
        let Routes { four: known, unmodelled, .. } = Routes::of(std::slice::from_ref(&through));
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
        let Routes { four: known, unmodelled, .. } = Routes::of(&dead);
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
}

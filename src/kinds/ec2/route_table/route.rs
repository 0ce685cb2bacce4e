use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::cidr::Cidr;
use crate::kinds::ec2::egress_only_internet_gateway::EgressOnlyInternetGateway;
use crate::kinds::ec2::internet_gateway::InternetGateway;
use crate::kinds::ec2::is_blank;
use crate::kinds::ec2::nat_gateway::NatGateway;
use crate::resource::{Ref, pointer};

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

/// An IPv6 route, which is an `AWS::EC2::Route` as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Ipv6Route {
    pub destination_ipv6_cidr_block: Cidr,
    /// An internet gateway, by which others come in as well; a virtual private gateway (`vgw-`) stands here too.
    #[serde(default, skip_serializing_if = "is_blank")]
    pub gateway_id: Ref<InternetGateway>,
    /// A gateway by which nobody comes in.
    #[serde(default, skip_serializing_if = "is_blank")]
    pub egress_only_internet_gateway_id: Ref<EgressOnlyInternetGateway>,
    /// Of `64:ff9b::/96`: a NAT gateway leads on by IPv4.
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

/// Where a route leads from: the range of one family or the other.
#[derive(Clone, Copy, Debug)]
pub enum Destination<'a> {
    Four(&'a Cidr),
    Six(&'a Cidr),
}

/// A route of either family: its destination, and every target by its property; those not given are empty.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    pub destination: Destination<'a>,
    targets: Vec<(&'static str, &'a str)>,
}

impl Destination<'_> {
    /// The pointer of its route in the table's spec.
    pub fn pointer(self) -> String {
        match self {
            Self::Four(range) => pointer::join(FOUR, range.as_str()),
            Self::Six(range) => pointer::join(SIX, range.as_str()),
        }
    }

    pub fn range(&self) -> &Cidr {
        match self {
            Self::Four(range) | Self::Six(range) => range,
        }
    }
}

/// The list of each family.
pub const FOUR: &str = "/Routes";
pub const SIX: &str = "/Ipv6Routes";

impl Way<'_> {
    /// The id of what a property leads to, if it is given.
    pub fn to(&self, property: &str) -> Option<String> {
        self.given().find(|(name, _)| *name == property).map(|(_, id)| id.to_owned())
    }

    /// The id of what it leads to.
    pub fn target(&self) -> Option<&str> {
        self.given().next().map(|(_, id)| id)
    }

    fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.targets.iter().copied().filter(|(_, id)| !id.is_empty())
    }

    /// Returns what is wrong with it, if anything.
    pub fn mistake(&self) -> Option<String> {
        let given: Vec<_> = self.given().map(|(name, _)| name).collect();
        let (property, mistake) = match self.destination {
            Destination::Four(range) => ("DestinationCidrBlock", range.mistake()),
            Destination::Six(range) => ("DestinationIpv6CidrBlock", range.mistake_six()),
        };
        match given.as_slice() {
            _ if self.destination.range().is_empty() => Some(format!("needs a {property}")),
            [_] => mistake,
            [] => Some("needs a target: GatewayId, NatGatewayId, TransitGatewayId, ...".to_owned()),
            several => Some(format!("has several targets ({}); a route has one", several.join(", "))),
        }
    }
}

impl Route {
    pub fn way(&self) -> Way<'_> {
        let targets = vec![
            ("GatewayId", self.gateway_id.as_str()),
            ("NatGatewayId", self.nat_gateway_id.as_str()),
            ("VpcPeeringConnectionId", &self.vpc_peering_connection_id),
            ("TransitGatewayId", &self.transit_gateway_id),
            ("VpcEndpointId", &self.vpc_endpoint_id),
            ("NetworkInterfaceId", &self.network_interface_id),
            ("CarrierGatewayId", &self.carrier_gateway_id),
            ("LocalGatewayId", &self.local_gateway_id),
            ("CoreNetworkArn", &self.core_network_arn),
        ];
        Way { destination: Destination::Four(&self.destination_cidr_block), targets }
    }
}

impl Ipv6Route {
    pub fn way(&self) -> Way<'_> {
        let targets = vec![
            ("GatewayId", self.gateway_id.as_str()),
            ("EgressOnlyInternetGatewayId", self.egress_only_internet_gateway_id.as_str()),
            ("NatGatewayId", self.nat_gateway_id.as_str()),
            ("VpcPeeringConnectionId", &self.vpc_peering_connection_id),
            ("TransitGatewayId", &self.transit_gateway_id),
            ("VpcEndpointId", &self.vpc_endpoint_id),
            ("NetworkInterfaceId", &self.network_interface_id),
            ("CarrierGatewayId", &self.carrier_gateway_id),
            ("LocalGatewayId", &self.local_gateway_id),
            ("CoreNetworkArn", &self.core_network_arn),
        ];
        Way { destination: Destination::Six(&self.destination_ipv6_cidr_block), targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_exactly_one_target() {
        let mut route = Route { destination_cidr_block: "0.0.0.0/0".into(), ..Route::default() };
        assert!(route.way().mistake().is_some());
        route.nat_gateway_id = "nat-1".into();
        assert!(route.way().mistake().is_none());
        route.gateway_id = "igw-1".into();
        assert_eq!(
            route.way().mistake().as_deref(),
            Some("has several targets (GatewayId, NatGatewayId); a route has one")
        );
        route.gateway_id = "".into();
        route.destination_cidr_block = "::/0".into();
        assert_eq!(route.way().mistake().as_deref(), Some("`::/0` is no range such as 10.20.0.0/16"));
    }

    #[test]
    fn a_route_of_ipv6_leads_from_a_range_of_ipv6() {
        let mut route = Ipv6Route { destination_ipv6_cidr_block: "::/0".into(), ..Ipv6Route::default() };
        assert!(route.way().mistake().is_some(), "it leads nowhere");
        route.egress_only_internet_gateway_id = "eigw-1".into();
        assert_eq!(route.way().mistake(), None);
        assert_eq!(route.way().to("EgressOnlyInternetGatewayId").as_deref(), Some("eigw-1"));
        assert_eq!(route.way().to("GatewayId"), None);
        route.destination_ipv6_cidr_block = "0.0.0.0/0".into();
        assert_eq!(route.way().mistake().as_deref(), Some("`0.0.0.0/0` is no IPv6 range such as 2001:db8::/32"));
    }
}

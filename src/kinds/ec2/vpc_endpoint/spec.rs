use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::kinds::ec2::route_table::RouteTable;
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::shared::filled::filled;
use crate::kinds::shared::lower_case::lower_case;
use crate::resource::normal::{PolicyDocument, Set};
use crate::resource::{Mistake, Ref, Switch};

/// The properties of `AWS::EC2::VPCEndpoint`, of the types that are offered here.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct Spec {
    pub vpc_id: Ref<Vpc>,
    /// `com.amazonaws.us-east-1.s3`.
    pub service_name: String,
    /// `Gateway`, `Interface` or `GatewayLoadBalancer`.
    #[serde(default = "default_type")]
    pub vpc_endpoint_type: String,
    /// The region of the service; without it the endpoint's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_region: Option<String>,
    /// Who may do what by it; without one everybody may do everything that the service's own rules allow.
    #[serde(default = "everything", deserialize_with = "policy")]
    pub policy_document: PolicyDocument,
    /// The tables that get a route to the service; of a gateway.
    #[serde(default)]
    pub route_table_ids: Set<Ref<RouteTable>>,
    /// Where its network interfaces stand, in each zone at most one; not of a gateway.
    #[serde(default)]
    pub subnet_ids: Set<Ref<Subnet>>,
    /// The groups of its network interfaces; of an interface endpoint.
    #[serde(default)]
    pub security_group_ids: Set<Ref<SecurityGroup>>,
    /// Whether the service's own names lead to it within the VPC; of an interface endpoint, where it is true if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_dns_enabled: Option<bool>,
    /// `ipv4`, `dualstack` or `ipv6`. Left out, AWS chooses by the service and the subnets.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lower_case")]
    pub ip_address_type: Option<String>,
    /// Left out, AWS chooses by the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_options: Option<DnsOptions>,
}

filled!(Spec);

/// How its names are answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DnsOptions {
    /// `ipv4`, `dualstack`, `ipv6` or `service-defined`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lower_case")]
    pub dns_record_ip_type: Option<String>,
    /// Whether private names are answered to resolvers outside of the VPC alone, while the VPC itself goes by a gateway
    /// endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_dns_only_for_inbound_resolver_endpoint: Option<bool>,
}

pub const GATEWAY: &str = "Gateway";
pub const INTERFACE: &str = "Interface";
const LOAD_BALANCER: &str = "GatewayLoadBalancer";

/// What counts only for some types of endpoints: EC2 refuses it of the others.
pub const SWITCHES: &[Switch] = &[
    Switch::with("/RouteTableIds", "/VpcEndpointType", &[GATEWAY]),
    Switch::with("/SubnetIds", "/VpcEndpointType", &[INTERFACE, LOAD_BALANCER]),
    Switch::with("/SecurityGroupIds", "/VpcEndpointType", &[INTERFACE]),
    Switch::with("/PrivateDnsEnabled", "/VpcEndpointType", &[INTERFACE]),
    Switch::with("/DnsOptions", "/VpcEndpointType", &[INTERFACE]),
];

impl Spec {
    fn filled(mut self) -> Self {
        if self.vpc_endpoint_type == INTERFACE {
            self.private_dns_enabled.get_or_insert(true);
        }
        self
    }

    /// What EC2 would refuse, or do otherwise than anybody means.
    pub fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let is_interface = self.vpc_endpoint_type == INTERFACE;
        let is_known = is_interface || [GATEWAY, LOAD_BALANCER].contains(&&*self.vpc_endpoint_type);
        Mistake::all([
            (!is_known, "/VpcEndpointType", "is Gateway, Interface or GatewayLoadBalancer"),
            // Without one the endpoint has the VPC's default group, which lets nobody in but its own members.
            (
                is_interface && self.security_group_ids.is_empty(),
                "/SecurityGroupIds",
                "an interface endpoint needs the group that lets its users in; without one it gets the default group of the VPC",
            ),
            (
                self.vpc_endpoint_type == LOAD_BALANCER && self.subnet_ids.len() != 1,
                "/SubnetIds",
                "an endpoint of a Gateway Load Balancer stands in one subnet",
            ),
            (
                self.policy_document.lacks_version(),
                "/PolicyDocument",
                "a policy without a Version is one of 2008, without variables: say \"2012-10-17\"",
            ),
        ])
    }

    /// Whether the policy is the one that AWS gives an endpoint, which also services have that take none.
    pub fn allows_everything(&self) -> bool {
        self.policy_document == everything()
    }
}

fn default_type() -> String {
    GATEWAY.to_owned()
}

/// The policy that AWS gives an endpoint when none is asked for.
pub fn everything() -> PolicyDocument {
    let all = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" });
    PolicyDocument::new(json!({ "Version": "2012-10-17", "Statement": [all] }))
}

/// Reads a policy; one that allows everything is the default, whatever version it names.
fn policy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PolicyDocument, D::Error> {
    PolicyDocument::deserialize(deserializer).map(normal_policy)
}

/// The default for a document that says the same, or for none.
pub fn normal_policy(document: PolicyDocument) -> PolicyDocument {
    let whole = everything();
    let is_default = document.is_empty() || document.value().get("Statement") == whole.value().get("Statement");
    if is_default { whole } else { document }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: serde_json::Value) -> Spec {
        serde_json::from_value(text).expect("a spec")
    }

    /// As AWS tells it of gateways and of interfaces, and of services that take none.
    #[test]
    fn a_policy_that_allows_everything_is_the_default_however_it_is_told() {
        let all = json!({ "Action": "*", "Effect": "Allow", "Principal": { "AWS": "*" }, "Resource": ["*"] });
        for told in [json!({ "Version": "2008-10-17", "Statement": [all] }), json!({ "Statement": all }), json!({})] {
            let spec = spec(json!({ "VpcId": "vpc-1", "ServiceName": "s3", "PolicyDocument": told }));
            assert!(spec.allows_everything(), "{}", spec.policy_document);
            assert!(spec.mistakes().next().is_none());
        }
        let narrow = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject" }] });
        assert!(!spec(json!({ "VpcId": "vpc-1", "ServiceName": "s3", "PolicyDocument": narrow })).allows_everything());
    }

    #[test]
    fn the_names_of_a_service_lead_to_its_interface_endpoint_unless_it_is_said() {
        let of = |kind: &str| spec(json!({ "VpcId": "vpc-1", "ServiceName": "logs", "VpcEndpointType": kind }));
        assert_eq!([of(INTERFACE), of(GATEWAY)].map(|spec| spec.private_dns_enabled), [Some(true), None]);
    }

    #[test]
    fn words_are_told_in_any_case() {
        let options = json!({ "DnsRecordIpType": "IPv4" });
        let one = spec(json!({ "VpcId": "v", "ServiceName": "s", "IpAddressType": "IPv4", "DnsOptions": options }));
        assert_eq!(one.ip_address_type.as_deref(), Some("ipv4"));
        assert_eq!(one.dns_options.and_then(|options| options.dns_record_ip_type).as_deref(), Some("ipv4"));
    }
}

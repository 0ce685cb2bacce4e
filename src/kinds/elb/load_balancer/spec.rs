use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, LoadBalancer as Description, LoadBalancerSchemeEnum, LoadBalancerTypeEnum,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::elb::attribute::{self, Attribute};
use crate::kinds::shared::filled::filled;
use crate::kinds::wafv2::web_acl::WebAcl;
use crate::resource::normal::Set;
use crate::resource::{Mistake, Ref, Switch};

/// The properties of `AWS::ElasticLoadBalancingV2::LoadBalancer`, and the `WebACLArn` of its `AWS::WAFv2::WebACLAssociation`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `application` or `network`.
    #[serde(default = "default_type")]
    pub r#type: String,
    /// `internet-facing` or `internal`.
    #[serde(default = "default_scheme")]
    pub scheme: String,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    #[serde(default = "default_ip_address_type")]
    pub ip_address_type: String,
    /// One per zone; an application load balancer needs two.
    #[serde(default)]
    pub subnets: Set<Ref<Subnet>>,
    #[serde(default)]
    pub security_groups: Set<Ref<SecurityGroup>>,
    /// What is not listed has the value that AWS documents for it.
    #[serde(default)]
    pub load_balancer_attributes: Vec<Attribute>,
    /// The web ACL in front of an application load balancer; empty for none.
    #[serde(default, rename = "WebACLArn")]
    pub web_acl_arn: Ref<WebAcl>,
}

const APPLICATION: &[&str] = &["application"];
const NETWORK: &[&str] = &["network"];

/// What counts only with one type of load balancer: the other refuses the attribute
/// (docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html).
pub const SWITCHES: &[Switch] = &[
    Switch::with("/WebACLArn", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/client_keep_alive.seconds", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/connection_logs.s3.bucket", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/connection_logs.s3.enabled", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/connection_logs.s3.prefix", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/idle_timeout.timeout_seconds", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/routing.http.desync_mitigation_mode", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/routing.http.drop_invalid_header_fields.enabled", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/routing.http.preserve_host_header.enabled", "/Type", APPLICATION),
    Switch::with(
        "/LoadBalancerAttributes/routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        "/Type",
        APPLICATION,
    ),
    Switch::with("/LoadBalancerAttributes/routing.http.xff_client_port.enabled", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/routing.http.xff_header_processing.mode", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/routing.http2.enabled", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/waf.fail_open.enabled", "/Type", APPLICATION),
    Switch::with("/LoadBalancerAttributes/dns_record.client_routing_policy", "/Type", NETWORK),
];

/// The return values of `AWS::ElasticLoadBalancingV2::LoadBalancer`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub load_balancer_arn: String,
    pub load_balancer_name: String,
    /// `app/<name>/<id>`, as metrics know it.
    pub load_balancer_full_name: String,
    #[serde(rename = "DNSName")]
    pub dns_name: String,
    #[serde(rename = "CanonicalHostedZoneID")]
    pub canonical_hosted_zone_id: String,
}

impl Spec {
    /// Puts together what the reads of one load balancer gave.
    pub fn read(description: &Description, load_balancer_attributes: Vec<Attribute>, web_acl_arn: Ref<WebAcl>) -> Self {
        let text = |text: Option<&str>, default: fn() -> String| text.map_or_else(default, str::to_owned);
        Self {
            r#type: text(description.r#type().map(LoadBalancerTypeEnum::as_str), default_type),
            scheme: text(description.scheme().map(LoadBalancerSchemeEnum::as_str), default_scheme),
            ip_address_type: text(description.ip_address_type().map(IpAddressType::as_str), default_ip_address_type),
            subnets: description.availability_zones().iter().filter_map(|zone| zone.subnet_id()).collect(),
            security_groups: description.security_groups().iter().map(String::as_str).collect(),
            load_balancer_attributes,
            web_acl_arn,
        }
        .filled()
    }

    fn filled(mut self) -> Self {
        let usual = attribute::of_balancer(&self.r#type, &self.scheme);
        attribute::fill(&mut self.load_balancer_attributes, &usual);
        self
    }

    /// Returns mistakes that the schema cannot express.
    pub fn check(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut say = |at: &str, what: &str| mistakes.push(Mistake::new(at, what));
        let is_application = self.r#type == "application";
        if !is_application && self.r#type != "network" {
            say("/Type", "is `application` or `network`");
        }
        if !["internet-facing", "internal"].contains(&self.scheme.as_str()) {
            say("/Scheme", "is `internet-facing` or `internal`");
        }
        if self.subnets.len() < if is_application { 2 } else { 1 } {
            say("/Subnets", "an application load balancer needs subnets in two zones, any other in one");
        }
        if is_application && self.security_groups.is_empty() {
            say("/SecurityGroups", "without one AWS takes the VPC's default group: declare a security group");
        }
        mistakes
    }
}

filled!(Spec);

impl Outputs {
    pub fn read(description: &Description) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let arn = text(description.load_balancer_arn());
        Self {
            load_balancer_name: text(description.load_balancer_name()),
            load_balancer_full_name: arn
                .split_once("loadbalancer/")
                .map(|(_, name)| name.to_owned())
                .unwrap_or_default(),
            dns_name: text(description.dns_name()),
            canonical_hosted_zone_id: text(description.canonical_hosted_zone_id()),
            load_balancer_arn: arn,
        }
    }
}

fn default_type() -> String {
    "application".to_owned()
}

fn default_scheme() -> String {
    "internet-facing".to_owned()
}

fn default_ip_address_type() -> String {
    "ipv4".to_owned()
}

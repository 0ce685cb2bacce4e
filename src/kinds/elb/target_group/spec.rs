use aws_sdk_elasticloadbalancingv2::types::{Matcher as SdkMatcher, TargetGroup as Description};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::is_blank;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::elb;
use crate::kinds::elb::attribute::{self, Attribute};
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::filled::filled;
use crate::resource::{Mistake, Ref, Switch};

/// The properties of `AWS::ElasticLoadBalancingV2::TargetGroup`. Its targets are not among them: services register
/// themselves.
///
/// What AWS chooses by protocol is filled in with what it documents, so that a change made by hand is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `instance`, `ip` (what Fargate needs) or `alb`.
    #[serde(default = "default_target_type")]
    pub target_type: String,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP`, `TCP_UDP`, `QUIC`, `TCP_QUIC` or `GENEVE`.
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`, with HTTP and HTTPS only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// Where targets listen unless they are registered with another port.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
    pub vpc_id: Ref<Vpc>,
    /// `ipv4` or `ipv6`.
    #[serde(default = "default_ip_address_type")]
    pub ip_address_type: String,
    #[serde(default = "yes")]
    pub health_check_enabled: bool,
    /// `HTTP` with HTTP and HTTPS, and before an `alb`; else `TCP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_protocol: Option<String>,
    #[serde(default = "default_health_check_port")]
    pub health_check_port: String,
    /// `/`, with gRPC `/AWS.ALB/healthcheck`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_path: Option<String>,
    /// 5 to 300 s: 30, with GENEVE 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_interval_seconds: Option<i32>,
    /// 2 to 120 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_timeout_seconds: Option<i32>,
    #[serde(default = "default_healthy")]
    pub healthy_threshold_count: i32,
    #[serde(default = "default_unhealthy")]
    pub unhealthy_threshold_count: i32,
    /// The answers that count as healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matcher: Option<Matcher>,
    /// What is not listed has the value that AWS documents for it.
    #[serde(default)]
    pub target_group_attributes: Vec<Attribute>,
}

/// Codes, singly (`200`), listed (`200,202`) or as a range (`200-299`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Matcher {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc_code: Option<String>,
}

impl Matcher {
    pub fn to_sdk(&self) -> SdkMatcher {
        SdkMatcher::builder().set_http_code(self.http_code.clone()).set_grpc_code(self.grpc_code.clone()).build()
    }
}

/// What a change of is made with one call, `ModifyTargetGroup`.
pub const HEALTH_CHECK: &[&str] = &[
    "/HealthCheckEnabled",
    "/HealthCheckProtocol",
    "/HealthCheckPort",
    "/HealthCheckPath",
    "/HealthCheckIntervalSeconds",
    "/HealthCheckTimeoutSeconds",
    "/HealthyThresholdCount",
    "/UnhealthyThresholdCount",
    "/Matcher",
];

/// The target type of a load balancer behind another.
const ALB: &str = "alb";
const HTTP: &[&str] = &["HTTP", "HTTPS"];
const STREAM: &[&str] = &["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"];

/// What counts only with certain protocols; of the attributes those that a load balancer of another type refuses
/// (docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html).
pub const SWITCHES: &[Switch] = &[
    Switch::with("/ProtocolVersion", "/Protocol", HTTP),
    Switch::with("/HealthCheckPath", "/HealthCheckProtocol", HTTP),
    Switch::with("/Matcher", "/HealthCheckProtocol", HTTP),
    Switch::with("/Matcher/GrpcCode", "/ProtocolVersion", &["GRPC"]),
    Switch::unless("/Matcher/HttpCode", "/ProtocolVersion", &["GRPC"]),
    Switch::with("/TargetGroupAttributes/load_balancing.algorithm.type", "/Protocol", HTTP),
    Switch::with("/TargetGroupAttributes/load_balancing.algorithm.anomaly_mitigation", "/Protocol", HTTP),
    Switch::with("/TargetGroupAttributes/slow_start.duration_seconds", "/Protocol", HTTP),
    Switch::with("/TargetGroupAttributes/stickiness.app_cookie.cookie_name", "/Protocol", HTTP),
    Switch::with("/TargetGroupAttributes/stickiness.app_cookie.duration_seconds", "/Protocol", HTTP),
    Switch::with("/TargetGroupAttributes/stickiness.lb_cookie.duration_seconds", "/Protocol", HTTP),
    Switch::with("/TargetGroupAttributes/deregistration_delay.connection_termination.enabled", "/Protocol", STREAM),
    Switch::with("/TargetGroupAttributes/preserve_client_ip.enabled", "/Protocol", STREAM),
    Switch::with("/TargetGroupAttributes/proxy_protocol_v2.enabled", "/Protocol", STREAM),
    Switch::with("/TargetGroupAttributes/target_failover.on_deregistration", "/Protocol", &["GENEVE"]),
    Switch::with("/TargetGroupAttributes/target_failover.on_unhealthy", "/Protocol", &["GENEVE"]),
];

impl Spec {
    /// Reads a live target group; its attributes come by a call of their own.
    pub fn read(live: &Description, target_group_attributes: Vec<Attribute>) -> Self {
        let text = |text: Option<&str>, default: fn() -> String| text.map_or_else(default, str::to_owned);
        let matcher = |matcher: &SdkMatcher| Matcher {
            http_code: matcher.http_code().map(str::to_owned),
            grpc_code: matcher.grpc_code().map(str::to_owned),
        };
        Self {
            target_type: text(live.target_type().map(|kind| kind.as_str()), default_target_type),
            protocol: text(live.protocol().map(|protocol| protocol.as_str()), String::new),
            protocol_version: live.protocol_version().map(str::to_owned),
            port: live.port().unwrap_or_default(),
            vpc_id: live.vpc_id().unwrap_or_default().into(),
            ip_address_type: text(live.ip_address_type().map(|kind| kind.as_str()), default_ip_address_type),
            health_check_enabled: live.health_check_enabled().unwrap_or(true),
            health_check_protocol: live.health_check_protocol().map(|protocol| protocol.as_str().to_owned()),
            health_check_port: text(live.health_check_port(), default_health_check_port),
            health_check_path: live.health_check_path().map(str::to_owned),
            health_check_interval_seconds: live.health_check_interval_seconds(),
            health_check_timeout_seconds: live.health_check_timeout_seconds(),
            healthy_threshold_count: live.healthy_threshold_count().unwrap_or_else(default_healthy),
            unhealthy_threshold_count: live.unhealthy_threshold_count().unwrap_or_else(default_unhealthy),
            matcher: live.matcher().map(matcher),
            target_group_attributes,
        }
        .filled()
    }

    /// Fills in what AWS documents as the default for the protocol.
    fn filled(mut self) -> Self {
        let is_application = ["HTTP", "HTTPS"].contains(&self.protocol.as_str());
        if is_application {
            self.protocol_version.get_or_insert_with(|| "HTTP1".to_owned());
        }
        let is_grpc = self.protocol_version.as_deref() == Some("GRPC");
        let answers = is_application || self.target_type == ALB;
        let checked = self.health_check_protocol.get_or_insert(if answers { "HTTP" } else { "TCP" }.to_owned());
        let by_http = checked.starts_with("HTTP");
        let seconds = match (is_application, checked.as_str()) {
            (true, _) => 5,
            (false, _) if self.protocol == "GENEVE" => 5,
            (false, "HTTP") => 6,
            (false, _) => 10,
        };
        self.health_check_timeout_seconds.get_or_insert(seconds);
        self.health_check_interval_seconds.get_or_insert(if self.protocol == "GENEVE" { 10 } else { 30 });
        let usual = attribute::of_group(&self.target_type, &self.protocol);
        attribute::fill(&mut self.target_group_attributes, &usual);
        if by_http {
            let path = if is_grpc { "/AWS.ALB/healthcheck" } else { "/" };
            self.health_check_path.get_or_insert_with(|| path.to_owned());
            self.matcher.get_or_insert_with(|| match (is_grpc, is_application) {
                (true, _) => Matcher { http_code: None, grpc_code: Some("12".to_owned()) },
                (_, true) => Matcher { http_code: Some("200".to_owned()), grpc_code: None },
                _ => Matcher { http_code: Some("200-399".to_owned()), grpc_code: None },
            });
        }
        self
    }

    pub fn check(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut say = |at: &str, what: &str| mistakes.push(Mistake::new(at, what));
        if !["instance", "ip", "alb"].contains(&self.target_type.as_str()) {
            say("/TargetType", "is `instance`, `ip` or `alb`; functions (`lambda`) are not supported");
        }
        if let Some(text) = elb::no_protocol(&self.protocol, &[]) {
            say("/Protocol", &text);
        }
        if !self.health_check_enabled {
            say("/HealthCheckEnabled", "is always true: only functions go without");
        }
        let is_checked =
            |protocols: &[&str]| protocols.contains(&self.health_check_protocol.as_deref().unwrap_or_default());
        if HTTP.contains(&self.protocol.as_str()) && !is_checked(HTTP) {
            say("/HealthCheckProtocol", "is HTTP or HTTPS where Protocol is");
        } else if self.target_type == ALB && !is_checked(HTTP) {
            say("/HealthCheckProtocol", "is HTTP or HTTPS before an `alb`");
        } else if !is_checked(&["HTTP", "HTTPS", "TCP"]) {
            say("/HealthCheckProtocol", "is HTTP, HTTPS or TCP");
        }
        if is_blank(&self.vpc_id) {
            say("/VpcId", "is needed");
        }
        if self.health_check_timeout_seconds >= self.health_check_interval_seconds {
            say("/HealthCheckTimeoutSeconds", "must be less than HealthCheckIntervalSeconds");
        }
        mistakes
    }
}

filled!(Spec);

fn default_target_type() -> String {
    "instance".to_owned()
}

fn default_ip_address_type() -> String {
    "ipv4".to_owned()
}

fn default_health_check_port() -> String {
    "traffic-port".to_owned()
}

fn default_healthy() -> i32 {
    5
}

fn default_unhealthy() -> i32 {
    2
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    #[test]
    fn what_is_left_out_is_what_aws_does_for_the_protocol() {
        let spec = |protocol: &str| -> Spec {
            from_value(json!({ "Protocol": protocol, "Port": 80, "VpcId": "vpc-1" })).unwrap()
        };
        let http = spec("HTTP");
        assert_eq!(http.health_check_path.as_deref(), Some("/"));
        assert_eq!(http.health_check_timeout_seconds, Some(5));
        assert_eq!(http.matcher.unwrap().http_code.as_deref(), Some("200"));
        let tcp = spec("TCP");
        assert_eq!((tcp.health_check_path, tcp.matcher, tcp.health_check_timeout_seconds), (None, None, Some(10)));
    }

    #[test]
    fn before_another_load_balancer_and_with_geneve_the_figures_are_others() {
        let spec = |more: Value| -> Spec {
            let mut written = json!({ "Protocol": "TCP", "Port": 80, "VpcId": "vpc-1" });
            written.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            from_value(written).unwrap()
        };
        let alb = spec(json!({ "TargetType": "alb" }));
        assert_eq!(alb.health_check_protocol.as_deref(), Some("HTTP"));
        assert_eq!((alb.health_check_timeout_seconds, alb.health_check_interval_seconds), (Some(6), Some(30)));
        assert_eq!(alb.matcher.unwrap().http_code.as_deref(), Some("200-399"));
        let wrong = spec(json!({ "TargetType": "alb", "HealthCheckProtocol": "TCP" })).check();
        assert!(wrong.iter().any(|one| one.text.contains("before an `alb`")), "{wrong:?}");
        let geneve = spec(json!({ "Protocol": "GENEVE", "Port": 6081 }));
        assert_eq!((geneve.health_check_timeout_seconds, geneve.health_check_interval_seconds), (Some(5), Some(10)));
    }

    #[test]
    fn attributes_go_by_protocol_and_target_type() {
        let value = |kind: &str, protocol: &str, key: &str| {
            let written = json!({ "TargetType": kind, "Protocol": protocol, "Port": 80, "VpcId": "vpc-1" });
            let spec: Spec = from_value(written).unwrap();
            let one = spec.target_group_attributes.into_iter().find(|one| one.key == key);
            one.map(|one| one.value)
        };
        for (kind, protocol, key, usual) in [
            ("ip", "TCP", "preserve_client_ip.enabled", "false"),
            ("ip", "UDP", "preserve_client_ip.enabled", "true"),
            ("instance", "TCP", "preserve_client_ip.enabled", "true"),
            ("instance", "TCP", "deregistration_delay.connection_termination.enabled", "false"),
            ("ip", "TCP_UDP", "deregistration_delay.connection_termination.enabled", "true"),
            ("ip", "TCP", "stickiness.type", "source_ip"),
            ("ip", "HTTP", "stickiness.type", "lb_cookie"),
            ("instance", "HTTP", "stickiness.enabled", "false"),
        ] {
            assert_eq!(value(kind, protocol, key).as_deref(), Some(usual), "{kind} {protocol} {key}");
        }
        assert_eq!(value("ip", "HTTP", "preserve_client_ip.enabled"), None);
    }

    #[test]
    fn every_protocol_of_the_api_is_taken_and_nothing_else() {
        let wrong = |protocol: &str| -> Vec<String> {
            let spec: Spec = from_value(json!({ "Protocol": protocol, "Port": 443, "VpcId": "vpc-1" })).unwrap();
            spec.check().into_iter().map(|Mistake { path, text }| format!("{path} {text}")).collect()
        };
        for protocol in ["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC"] {
            assert_eq!(wrong(protocol), [""; 0], "{protocol}");
        }
        assert_eq!(
            wrong("quic"),
            ["/Protocol is `quic`, and not one of GENEVE, HTTP, HTTPS, QUIC, TCP, TCP_QUIC, TCP_UDP, TLS, UDP"]
        );
    }

    #[test]
    fn the_written_form_is_read_back_as_it_was() {
        let spec: Spec = from_value(json!({ "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1" })).unwrap();
        let again: Spec = from_value(serde_json::to_value(&spec).unwrap()).unwrap();
        assert_eq!(again, spec);
    }
}

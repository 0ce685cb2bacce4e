//! Attributes of load balancers, target groups and listeners, with the values that AWS documents for those that nobody set:
//! `LoadBalancerAttribute`, `TargetGroupAttribute` and `ListenerAttribute` in the Elastic Load Balancing API Reference, and
//! the load balancers' own guides for `dns_record.client_routing_policy` and `routing.http.response.server.enabled`.
//!
//! Left out, and so compared only if named: what has no documented value (names of buckets and headers), what cannot be set
//! back (`secondary_ips.auto_assigned.per_subnet`) or at all (`load_balancing.cross_zone.enabled` of an application load
//! balancer).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::{Changes, pointer};

/// A setting by its key, as in `LoadBalancerAttributes`. One that is not listed has the value that AWS documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Attribute {
    pub key: String,
    pub value: String,
}

/// Keys and their documented values.
type Defaults = &'static [(&'static str, &'static str)];

impl Attribute {
    pub(super) fn read(key: Option<&str>, value: Option<&str>) -> Self {
        Self { key: key.unwrap_or_default().to_owned(), value: value.unwrap_or_default().to_owned() }
    }
}

/// The attributes that the plan changes.
pub(super) fn changed<'a>(all: &'a [Attribute], changes: &Changes, property: &str) -> Vec<&'a Attribute> {
    all.iter().filter(|attribute| changes.touches(&pointer::join(property, &attribute.key))).collect()
}

/// The attributes that a new thing has to be given: the others have their values by themselves.
pub(super) fn unusual<'a>(all: &'a [Attribute], defaults: &[Defaults]) -> Vec<&'a Attribute> {
    let is_usual = |one: &&Attribute| defaults.iter().any(|some| some.contains(&(&*one.key, &*one.value)));
    all.iter().filter(|one| !is_usual(one)).collect()
}

/// Adds what is not listed; what is keeps its place.
pub(super) fn fill(all: &mut Vec<Attribute>, defaults: &[Defaults]) {
    for (key, value) in defaults.iter().copied().flatten() {
        if !all.iter().any(|one| one.key == *key) {
            all.push(Attribute { key: (*key).to_owned(), value: (*value).to_owned() });
        }
    }
}

/// Of a load balancer by its type and scheme.
pub(super) fn of_balancer(kind: &str, scheme: &str) -> [Defaults; 3] {
    let of_kind = match kind {
        "application" => APPLICATION,
        "network" => NETWORK,
        _ => &[],
    };
    [BALANCER, if scheme == "internal" { CLOSED } else { OPEN }, of_kind]
}

/// Of a target group by its target type and protocol; those before another load balancer have few.
pub(super) fn of_group(target_type: &str, protocol: &str) -> Vec<Defaults> {
    if !["instance", "ip"].contains(&target_type) {
        return Vec::new();
    }
    match protocol {
        "HTTP" | "HTTPS" => vec![GROUP, OF_REQUESTS],
        "TCP" | "TLS" if target_type == "ip" => vec![GROUP, OF_CONNECTIONS, OF_STREAMS, HIDDEN_CLIENT],
        "TCP" | "TLS" => vec![GROUP, OF_CONNECTIONS, OF_STREAMS, SHOWN_CLIENT],
        "UDP" | "TCP_UDP" => vec![GROUP, OF_CONNECTIONS, OF_DATAGRAMS, SHOWN_CLIENT],
        _ => Vec::new(),
    }
}

/// Of a listener by its protocol.
pub(super) fn of_listener(protocol: &str) -> Vec<Defaults> {
    match protocol {
        "HTTP" | "HTTPS" => vec![HEADERS],
        "TCP" => vec![IDLE],
        _ => Vec::new(),
    }
}

const BALANCER: Defaults = &[
    ("access_logs.s3.enabled", "false"),
    ("deletion_protection.enabled", "false"),
    ("zonal_shift.config.enabled", "false"),
];
const OPEN: Defaults = &[("ipv6.deny_all_igw_traffic", "false")];
const CLOSED: Defaults = &[("ipv6.deny_all_igw_traffic", "true")];
const APPLICATION: Defaults = &[
    ("client_keep_alive.seconds", "3600"),
    ("connection_logs.s3.enabled", "false"),
    ("health_check_logs.s3.enabled", "false"),
    ("idle_timeout.timeout_seconds", "60"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
    ("routing.http.xff_client_port.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("routing.http2.enabled", "true"),
    ("waf.fail_open.enabled", "false"),
];
const NETWORK: Defaults =
    &[("dns_record.client_routing_policy", "any_availability_zone"), ("load_balancing.cross_zone.enabled", "false")];

const GROUP: Defaults = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("stickiness.enabled", "false"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
];
const OF_REQUESTS: Defaults = &[
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("slow_start.duration_seconds", "0"),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.type", "lb_cookie"),
];
const OF_CONNECTIONS: Defaults = &[
    ("proxy_protocol_v2.enabled", "false"),
    ("stickiness.type", "source_ip"),
    ("target_health_state.unhealthy.draining_interval_seconds", "0"),
];
const OF_STREAMS: Defaults = &[
    ("deregistration_delay.connection_termination.enabled", "false"),
    ("target_health_state.unhealthy.connection_termination.enabled", "true"),
];
const OF_DATAGRAMS: Defaults = &[
    ("deregistration_delay.connection_termination.enabled", "true"),
    ("target_health_state.unhealthy.connection_termination.enabled", "false"),
];
const HIDDEN_CLIENT: Defaults = &[("preserve_client_ip.enabled", "false")];
const SHOWN_CLIENT: Defaults = &[("preserve_client_ip.enabled", "true")];

const IDLE: Defaults = &[("tcp.idle_timeout.seconds", "350")];
/// Headers that a load balancer adds to answers if it is given them.
const HEADERS: Defaults = &[
    ("routing.http.response.access_control_allow_credentials.header_value", ""),
    ("routing.http.response.access_control_allow_headers.header_value", ""),
    ("routing.http.response.access_control_allow_methods.header_value", ""),
    ("routing.http.response.access_control_allow_origin.header_value", ""),
    ("routing.http.response.access_control_expose_headers.header_value", ""),
    ("routing.http.response.access_control_max_age.header_value", ""),
    ("routing.http.response.content_security_policy.header_value", ""),
    ("routing.http.response.server.enabled", "true"),
    ("routing.http.response.strict_transport_security.header_value", ""),
    ("routing.http.response.x_content_type_options.header_value", ""),
    ("routing.http.response.x_frame_options.header_value", ""),
];

//! What Route 53 refuses of a health check (API Reference, "HealthCheckConfig" and "UpdateHealthCheck").

use std::net::IpAddr;

use super::spec::{CHECKERS, Config};
use crate::resource::{Mistake, OPEN};

const TYPES: [&str; 5] = ["HTTP", "HTTPS", "HTTPS_STR_MATCH", "HTTP_STR_MATCH", "TCP"];
/// The longest domain, path and text.
const LONGEST: usize = 255;
/// The fewest regions.
const FEWEST: usize = 3;

pub(super) fn mistakes(config: &Config) -> Vec<Mistake> {
    let is_long = |text: &str| text.chars().count() > LONGEST;
    let domain = config.fully_qualified_domain_name.as_str();
    let path = config.resource_path.as_str();
    let port = config.port.unwrap_or(1);
    let fixed = Mistake::all([
        (
            !TYPES.contains(&config.of_type.as_str()),
            "Type",
            "is none of HTTP, HTTPS, HTTP_STR_MATCH, HTTPS_STR_MATCH and TCP",
        ),
        (
            domain.is_empty() && config.ip_address.is_empty(),
            "FullyQualifiedDomainName",
            "is missing, and so is an IPAddress: one of them is asked",
        ),
        (
            !domain.contains(OPEN) && domain.contains(['/', ':', ' ', '*']),
            "FullyQualifiedDomainName",
            "has to be a domain alone: `www.acme.example`",
        ),
        (is_long(domain), "FullyQualifiedDomainName", "has more than 255 characters"),
        (!(1..=65_535).contains(&port), "Port", "has to be from 1 to 65535"),
        (config.of_type == "TCP" && config.port.is_none(), "Port", "is missing: TCP has no usual one"),
        (!path.is_empty() && !path.starts_with(['/', OPEN]), "ResourcePath", "has to begin with a slash: `/health`"),
        (is_long(path), "ResourcePath", "has more than 255 characters"),
        (config.of_type == "TCP" && !path.is_empty(), "ResourcePath", "is asked for by HTTP and HTTPS alone"),
        (config.has_match() && config.search_string.is_empty(), "SearchString", "is missing: the type matches a text"),
        (
            !config.has_match() && !config.search_string.is_empty(),
            "SearchString",
            "is looked for by the types HTTP_STR_MATCH and HTTPS_STR_MATCH alone",
        ),
        (is_long(&config.search_string), "SearchString", "has more than 255 characters"),
        (![10, 30].contains(&config.request_interval), "RequestInterval", "has to be 10 or 30 seconds"),
        (!(1..=10).contains(&config.failure_threshold), "FailureThreshold", "has to be from 1 to 10"),
        (
            !config.is_https() && config.enable_sni == Some(true),
            "EnableSNI",
            "is only for HTTPS: no other type has TLS",
        ),
        (
            !config.regions.is_empty() && config.regions.len() < FEWEST,
            "Regions",
            "are fewer than three; left out, it is all of them",
        ),
    ]);
    let unknown = config.regions.iter().find(|region| !CHECKERS.contains(&region.as_str()) && !region.contains(OPEN));
    let unknown = unknown
        .map(|region| Mistake::new("Regions", format!("has {region}: Route 53 checks from {}", CHECKERS.join(", "))));
    let address = of_address(&config.ip_address).map(|what| Mistake::new("IPAddress", what));
    let below = |mistake: Mistake| Mistake::new(format!("/HealthCheckConfig/{}", mistake.path), mistake.text);
    fixed.chain(unknown).chain(address).map(below).collect()
}

/// What is wrong with an address, which somebody outside has to reach.
fn of_address(text: &str) -> Option<&'static str> {
    if text.is_empty() || text.contains(OPEN) {
        return None;
    }
    let is_public = match text.parse::<IpAddr>() {
        Err(_) => return Some("is no address"),
        Ok(IpAddr::V4(one)) => {
            let is_shared = one.octets()[0] == 100 && one.octets()[1] & 0b1100_0000 == 64;
            let is_of_one = one.is_private() || one.is_loopback() || one.is_link_local() || one.is_unspecified();
            !(is_of_one || is_shared || one.is_multicast() || one.is_broadcast() || one.is_documentation())
        }
        Ok(IpAddr::V6(one)) => {
            let is_of_one = one.is_loopback() || one.is_unique_local() || one.is_unicast_link_local();
            !(is_of_one || one.is_multicast() || one.is_unspecified())
        }
    };
    (!is_public).then_some("is not public, and the checkers are in the internet")
}

//! What CloudFront refuses (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html).

use aws_sdk_cloudfront::types as sdk;

use super::spec::{Config, CorsConfig, SecurityHeadersConfig, ServerTimingHeadersConfig, Spec};
use crate::resource::Mistake;

/// Headers that have a property of their own, and are refused as further ones.
const OWN: &[&str] = &[
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "content-security-policy",
    "referrer-policy",
    "server-timing",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
];

impl Spec {
    /// Returns what is wrong with it, each with its property.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let config = &self.response_headers_policy_config;
        let custom = &config.custom_headers_config.items;
        let own = custom.iter().filter(|one| OWN.contains(&one.header.to_lowercase().as_str()));
        let own = own.map(|one| {
            let text = format!("has {}, for which there is a property of its own", one.header);
            Mistake::new("/ResponseHeadersPolicyConfig/CustomHeadersConfig/Items", text)
        });
        let nothing = (
            is_nothing(config),
            "/ResponseHeadersPolicyConfig",
            "says nothing, and CloudFront refuses a policy without any header",
        );
        let cors = config.cors_config.iter().flat_map(cors);
        let whole = Mistake::all([nothing]).chain(own);
        whole.chain(cors).chain(security(&config.security_headers_config)).chain(timing(config)).collect()
    }
}

fn is_nothing(config: &Config) -> bool {
    config.cors_config.is_none()
        && config.custom_headers_config.items.is_empty()
        && config.remove_headers_config.items.is_empty()
        && config.security_headers_config == SecurityHeadersConfig::default()
        && config.server_timing_headers_config == ServerTimingHeadersConfig::default()
}

fn cors(of: &CorsConfig) -> impl Iterator<Item = Mistake> {
    let at = |property: &str| format!("/ResponseHeadersPolicyConfig/CorsConfig/{property}/Items");
    let (headers, methods, origins) = (
        &of.access_control_allow_headers.items,
        &of.access_control_allow_methods.items,
        &of.access_control_allow_origins.items,
    );
    let known = sdk::ResponseHeadersPolicyAccessControlAllowMethodsValues::values();
    let is_closed = of.access_control_allow_credentials;
    let all = "allow all, which browsers and CloudFront refuse together with credentials";
    Mistake::all([
        (headers.is_empty(), at("AccessControlAllowHeaders"), "are none: name one at least, or *"),
        (origins.is_empty(), at("AccessControlAllowOrigins"), "are none: name one at least, or *"),
        (methods.is_empty(), at("AccessControlAllowMethods"), "are none: name one at least, or ALL"),
        (
            methods.iter().any(|method| !known.contains(&method.as_str())),
            at("AccessControlAllowMethods"),
            "have one that is none of GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE and ALL",
        ),
        (
            methods.contains(&"ALL".to_owned()) && methods.len() > 1,
            at("AccessControlAllowMethods"),
            "have ALL beside others",
        ),
        (is_closed && headers.iter().any(|name| name.contains('*')), at("AccessControlAllowHeaders"), all),
        (is_closed && methods.contains(&"ALL".to_owned()), at("AccessControlAllowMethods"), all),
        (is_closed && origins.contains(&"*".to_owned()), at("AccessControlAllowOrigins"), all),
        (
            is_closed && of.access_control_expose_headers.items.iter().any(|name| name.contains('*')),
            at("AccessControlExposeHeaders"),
            all,
        ),
    ])
}

fn security(of: &SecurityHeadersConfig) -> impl Iterator<Item = Mistake> {
    let at = |property: &str| format!("/ResponseHeadersPolicyConfig/SecurityHeadersConfig/{property}");
    let frame = of.frame_options.as_ref().map(|one| one.frame_option.as_str());
    let referrer = of.referrer_policy.as_ref().map(|one| one.referrer_policy.as_str());
    let is_none_of = |known: &[&str], value: Option<&str>| value.is_some_and(|value| !known.contains(&value));
    Mistake::all([
        (
            is_none_of(sdk::FrameOptionsList::values(), frame),
            at("FrameOptions/FrameOption"),
            "is none of DENY and SAMEORIGIN",
        ),
        (
            is_none_of(sdk::ReferrerPolicyList::values(), referrer),
            at("ReferrerPolicy/ReferrerPolicy"),
            "is no policy that browsers know: write strict-origin-when-cross-origin",
        ),
        (
            of.content_security_policy.as_ref().is_some_and(|one| one.content_security_policy.trim().is_empty()),
            at("ContentSecurityPolicy/ContentSecurityPolicy"),
            "is empty",
        ),
        (
            of.strict_transport_security.as_ref().is_some_and(|one| one.access_control_max_age_sec < 0),
            at("StrictTransportSecurity/AccessControlMaxAgeSec"),
            "is below 0",
        ),
        (
            of.xss_protection.as_ref().is_some_and(|one| one.mode_block && !one.report_uri.is_empty()),
            at("XSSProtection/ReportUri"),
            "is there beside ModeBlock, and one of them can be",
        ),
        (
            of.xss_protection
                .as_ref()
                .is_some_and(|one| !one.protection && (one.mode_block || !one.report_uri.is_empty())),
            at("XSSProtection/Protection"),
            "is false, so that there is nothing to block or to report",
        ),
    ])
}

fn timing(config: &Config) -> impl Iterator<Item = Mistake> {
    let ServerTimingHeadersConfig { enabled, sampling_rate } = &config.server_timing_headers_config;
    Mistake::all([
        (
            sampling_rate.is_some_and(|rate| !(0.0..=100.0).contains(&rate)),
            "/ResponseHeadersPolicyConfig/ServerTimingHeadersConfig/SamplingRate",
            "is a percentage, 0 to 100",
        ),
        (
            *enabled && sampling_rate.is_none(),
            "/ResponseHeadersPolicyConfig/ServerTimingHeadersConfig/SamplingRate",
            "is needed: the percentage of the answers that have the header",
        ),
    ])
}

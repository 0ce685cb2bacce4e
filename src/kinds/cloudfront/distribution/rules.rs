//! What CloudFront refuses (docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html), and what a change
//! means to viewers.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::types as sdk;
use serde_json::Value;

use super::behavior::Behavior;
use super::origin::Origin;
use super::spec::{DistributionConfig, Spec};
use crate::resource::{Disruption, FieldDiff, Mistake, OPEN};

/// The allowed methods that CloudFront offers, by their number.
const METHODS: [usize; 3] = [2, 3, 7];

impl Spec {
    /// Returns what is wrong with it, each with its property.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let config = &self.distribution_config;
        let origins: BTreeSet<&str> = config.origins.iter().map(|origin| origin.id.as_str()).collect();
        let mut all: Vec<Mistake> = whole(config).collect();
        for (i, one) in config.origins.iter().enumerate() {
            all.extend(
                origin(one).map(|(at, text)| Mistake::new(format!("/DistributionConfig/Origins/{i}{at}"), text)),
            );
        }
        let default = ("/DistributionConfig/DefaultCacheBehavior".to_owned(), &config.default_cache_behavior);
        let others = config.cache_behaviors.iter().enumerate();
        let others = others.map(|(i, one)| (format!("/DistributionConfig/CacheBehaviors/{i}"), one));
        for (at, one) in [default].into_iter().chain(others) {
            let is_default = at.ends_with("DefaultCacheBehavior");
            let wrong = behavior(one, is_default, &origins);
            all.extend(wrong.map(|(property, text)| Mistake::new(format!("{at}/{property}"), text)));
        }
        all
    }
}

/// What is wrong beside the origins and behaviours.
fn whole(config: &DistributionConfig) -> impl Iterator<Item = Mistake> {
    let certificate = &config.viewer_certificate;
    let geo = &config.restrictions.geo_restriction;
    let at = |property: &str| format!("/DistributionConfig/{property}");
    let is_oldest = certificate.minimum_protocol_version.as_deref() == Some(super::OLDEST);
    Mistake::all([
        (
            !sdk::HttpVersion::values().iter().any(|known| known.eq_ignore_ascii_case(&config.http_version)),
            at("HttpVersion"),
            "is none of http1.1, http2, http2and3 and http3",
        ),
        (
            !sdk::PriceClass::values().contains(&config.price_class.as_str()),
            at("PriceClass"),
            "is none of PriceClass_100, PriceClass_200 and PriceClass_All",
        ),
        (
            !config.aliases.is_empty() && !certificate.is_own(),
            at("Aliases"),
            "need a certificate that has them: name one in ViewerCertificate",
        ),
        (
            certificate.is_own() && certificate.cloud_front_default_certificate,
            at("ViewerCertificate/CloudFrontDefaultCertificate"),
            "is true beside another certificate: viewers see one",
        ),
        (
            !certificate.acm_certificate_arn.as_str().is_empty() && !certificate.iam_certificate_id.is_empty(),
            at("ViewerCertificate/IamCertificateId"),
            "is there beside AcmCertificateArn: viewers see one",
        ),
        (
            certificate.is_own() && certificate.minimum_protocol_version.is_none(),
            at("ViewerCertificate/MinimumProtocolVersion"),
            "has to be said beside a certificate of one's own: write TLSv1.2_2021",
        ),
        (
            certificate.is_own() && certificate.ssl_support_method.is_none(),
            at("ViewerCertificate/SslSupportMethod"),
            "has to be said beside a certificate of one's own: write sni-only",
        ),
        (
            !certificate.is_own() && !is_oldest,
            at("ViewerCertificate/MinimumProtocolVersion"),
            "counts beside a certificate of one's own alone: with its own, CloudFront always takes TLSv1",
        ),
        (
            !certificate.is_own() && certificate.ssl_support_method.is_some(),
            at("ViewerCertificate/SslSupportMethod"),
            "counts beside a certificate of one's own alone",
        ),
        (
            is_elsewhere(certificate.acm_certificate_arn.as_str()),
            at("ViewerCertificate/AcmCertificateArn"),
            "is of another region than us-east-1, where CloudFront looks for certificates",
        ),
        (
            config.web_acl_id.as_str().contains(":regional/webacl/"),
            at("WebACLId"),
            "is of the scope REGIONAL, but CloudFront takes CLOUDFRONT alone",
        ),
        (
            !sdk::GeoRestrictionType::values().contains(&geo.restriction_type.as_str()),
            at("Restrictions/GeoRestriction/RestrictionType"),
            "is none of none, whitelist and blacklist",
        ),
        (
            (geo.restriction_type == "none") != geo.locations.is_empty(),
            at("Restrictions/GeoRestriction/Locations"),
            "name countries where the type is whitelist or blacklist, and none where it is none",
        ),
        (
            config.default_root_object.starts_with('/'),
            at("DefaultRootObject"),
            "begins with `/`, behind which CloudFront looks for it: write `index.html`",
        ),
        (
            config
                .custom_error_responses
                .iter()
                .any(|one| one.response_code.is_some() != one.response_page_path.is_some()),
            at("CustomErrorResponses"),
            "have a ResponseCode without a ResponsePagePath, or the other way round",
        ),
        (config.origins.is_empty(), at("Origins"), "are none: there is nothing to serve"),
    ])
}

/// Whether an ARN is one of ACM in a region that CloudFront doesn't look into.
fn is_elsewhere(arn: &str) -> bool {
    !arn.contains(OPEN) && arn.starts_with("arn:aws:acm:") && !arn.starts_with("arn:aws:acm:us-east-1:")
}

fn origin(one: &Origin) -> impl Iterator<Item = (&'static str, String)> {
    let sorts = [one.custom_origin_config.is_some(), one.s3_origin_config.is_some(), one.vpc_origin_config.is_some()];
    let has_identity = one.s3_origin_config.as_ref().is_some_and(|bucket| !bucket.origin_access_identity.is_empty());
    let is_signed = !one.origin_access_control_id.as_str().is_empty();
    let policy = one.custom_origin_config.as_ref().map(|server| server.origin_protocol_policy.as_str());
    let checks = [
        (
            sorts.into_iter().filter(|is_there| *is_there).count() != 1,
            "",
            "needs one of S3OriginConfig, CustomOriginConfig and VpcOriginConfig",
        ),
        (
            has_identity && is_signed,
            "/S3OriginConfig/OriginAccessIdentity",
            "is there beside OriginAccessControlId: leave it out",
        ),
        (
            policy.is_some_and(|policy| !sdk::OriginProtocolPolicy::values().contains(&policy)),
            "/CustomOriginConfig/OriginProtocolPolicy",
            "is none of http-only, https-only and match-viewer",
        ),
        (
            !one.origin_path.is_empty() && (!one.origin_path.starts_with('/') || one.origin_path.ends_with('/')),
            "/OriginPath",
            "has to begin with `/` and must not end with it",
        ),
        (
            one.origin_shield.enabled == one.origin_shield.origin_shield_region.is_empty(),
            "/OriginShield",
            "has a region where it is on, and none where it is off",
        ),
    ];
    made(checks)
}

fn behavior(
    one: &Behavior,
    is_default: bool,
    origins: &BTreeSet<&str>,
) -> impl Iterator<Item = (&'static str, String)> {
    let policy = one.viewer_protocol_policy.as_str();
    let methods = one.allowed_methods.len();
    let checks = [
        (!origins.contains(one.target_origin_id.as_str()), "TargetOriginId", "is the Id of none of the Origins"),
        (
            is_default == one.path_pattern.is_some(),
            "PathPattern",
            if is_default { "is not of the default, which takes what no other does" } else { "is needed here" },
        ),
        (
            !sdk::ViewerProtocolPolicy::values().contains(&policy),
            "ViewerProtocolPolicy",
            "is none of redirect-to-https, https-only and allow-all",
        ),
        (
            !METHODS.contains(&methods),
            "AllowedMethods",
            "are neither GET and HEAD, nor these and OPTIONS, nor all seven",
        ),
        (one.grpc_config.enabled && methods != 7, "GrpcConfig", "is on, for which all seven AllowedMethods are needed"),
    ];
    made(checks)
}

fn made<const N: usize>(
    checks: [(bool, &'static str, &'static str); N],
) -> impl Iterator<Item = (&'static str, String)> {
    let wrong = checks.into_iter().filter(|(is_wrong, ..)| *is_wrong);
    wrong.map(|(_, at, text)| (at, text.to_owned()))
}

/// Names that are no longer served, and what is switched off.
pub(super) fn lost(fields: &[FieldDiff]) -> Vec<String> {
    let names = |value: &Option<Value>| -> BTreeSet<String> {
        let all = match value {
            Some(Value::Array(all)) => all.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        all.into_iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let aliases = fields.iter().filter(|field| field.path.starts_with("/DistributionConfig/Aliases"));
    let (before, after): (Vec<_>, Vec<_>) = aliases.map(|field| (names(&field.before), names(&field.after))).unzip();
    let after: BTreeSet<String> = after.into_iter().flatten().collect();
    before.into_iter().flatten().filter(|name| !after.contains(name)).collect()
}

/// What a change means to viewers.
pub(super) fn disruption(fields: &[FieldDiff]) -> Disruption {
    let is_off =
        |field: &FieldDiff| field.path == "/DistributionConfig/Enabled" && field.after == Some(Value::Bool(false));
    let is_outage = !lost(fields).is_empty() || fields.iter().any(is_off);
    if is_outage { Disruption::Outage } else { Disruption::None }
}

//! A live distribution as a spec, and what it has beyond it.

use aws_sdk_cloudfront::types as sdk;

use super::spec::{
    CustomErrorResponse, DistributionConfig, GeoRestriction, Logging, Restrictions, Spec, ViewerCertificate,
};
use super::{OLDEST, behavior, origin};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Ref, Unmodelled};

const CONFIG: &str = "/DistributionConfig";

/// The spec, and what is there beyond it; none if CloudFront says nothing of how requests are treated.
pub(super) fn spec(from: &sdk::DistributionConfig) -> Option<(Spec, Vec<Unmodelled>)> {
    let mut beyond = UnmodelledParts::default();
    let list = format!("{CONFIG}/Origins");
    let origins = from.origins().map(sdk::Origins::items).unwrap_or_default();
    let origins = origins.iter().map(|one| origin::read(one, &list, &mut beyond)).collect();
    let default = behavior::singled_out(from.default_cache_behavior()?);
    let default = behavior::read(&default, &format!("{CONFIG}/DefaultCacheBehavior"), &mut beyond);
    let others = from.cache_behaviors().map(sdk::CacheBehaviors::items).unwrap_or_default().iter().enumerate();
    let others = others.map(|(i, one)| behavior::read(one, &format!("{CONFIG}/CacheBehaviors/{i}"), &mut beyond));
    let others = others.collect();
    note(from, &mut beyond);
    let errors = from.custom_error_responses().map(sdk::CustomErrorResponses::items).unwrap_or_default();
    let aliases = from.aliases().map(sdk::Aliases::items).unwrap_or_default();
    let geo = from.restrictions().and_then(|all| all.geo_restriction());
    let config = DistributionConfig {
        aliases: aliases.iter().map(|alias| alias.to_ascii_lowercase()).collect(),
        cache_behaviors: others,
        comment: from.comment.clone(),
        custom_error_responses: errors.iter().map(error).collect(),
        default_cache_behavior: default,
        default_root_object: from.default_root_object().unwrap_or_default().to_owned(),
        enabled: from.enabled,
        // In capitals in the answers of some operations.
        http_version: from.http_version().map(|version| version.as_str().to_ascii_lowercase()).unwrap_or_default(),
        ipv6_enabled: from.is_ipv6_enabled.unwrap_or_default(),
        logging: from.logging().filter(|logging| logging.enabled).map(logging),
        origins,
        price_class: from.price_class().map(|class| class.as_str().to_owned()).unwrap_or_default(),
        restrictions: Restrictions { geo_restriction: geo.map(countries).unwrap_or_default() },
        viewer_certificate: from.viewer_certificate().map(certificate).unwrap_or_default(),
        web_acl_id: Ref::new(from.web_acl_id().unwrap_or_default()),
    };
    Some((Spec { distribution_config: config }, beyond.take()))
}

fn error(from: &sdk::CustomErrorResponse) -> CustomErrorResponse {
    CustomErrorResponse {
        error_code: from.error_code,
        error_caching_min_ttl: from.error_caching_min_ttl.unwrap_or(300),
        response_code: from.response_code().and_then(|code| code.parse().ok()),
        response_page_path: from.response_page_path().filter(|path| !path.is_empty()).map(str::to_owned),
    }
}

fn logging(from: &sdk::LoggingConfig) -> Logging {
    Logging { bucket: from.bucket.clone(), include_cookies: from.include_cookies, prefix: from.prefix.clone() }
}

fn countries(from: &sdk::GeoRestriction) -> GeoRestriction {
    GeoRestriction {
        restriction_type: from.restriction_type.as_str().to_owned(),
        locations: from.items().iter().cloned().collect(),
    }
}

/// Of CloudFront's own certificate AWS tells a method that means nothing, and always the oldest version.
fn certificate(from: &sdk::ViewerCertificate) -> ViewerCertificate {
    let version = from.minimum_protocol_version().map(|version| version.as_str().to_owned());
    let method = from.ssl_support_method().map(|method| method.as_str().to_owned());
    let read = ViewerCertificate {
        acm_certificate_arn: Ref::new(from.acm_certificate_arn().unwrap_or_default()),
        cloud_front_default_certificate: from.cloud_front_default_certificate.unwrap_or_default(),
        iam_certificate_id: from.iam_certificate_id().unwrap_or_default().to_owned(),
        minimum_protocol_version: version,
        ssl_support_method: method,
    };
    if read.is_own() {
        return read;
    }
    let oldest = Some(OLDEST.to_owned());
    ViewerCertificate { minimum_protocol_version: oldest, ssl_support_method: None, ..read }
}

/// What the whole has beside its origins and behaviours.
fn note(from: &sdk::DistributionConfig, beyond: &mut UnmodelledParts) {
    let at = |property: &str| format!("{CONFIG}/{property}");
    let groups = from.origin_groups().map(sdk::OriginGroups::items).unwrap_or_default();
    let parameters = from.tenant_config().map(sdk::TenantConfig::parameter_definitions).unwrap_or_default();
    let mode = from.connection_mode().map(sdk::ConnectionMode::as_str);
    let function = from.connection_function_association().map(|one| format!("has {}", one.id()));
    let hidden = from.logging().is_some_and(|logging| !logging.enabled && logging.include_cookies);
    beyond
        .tell(&at("OriginGroups"), groups.iter().map(|group| format!("has the group {}", group.id())))
        .value(&at("ContinuousDeploymentPolicyId"), from.continuous_deployment_policy_id(), "")
        .note(&at("Staging"), from.staging.unwrap_or_default(), "is on: it tries out the changes of another")
        .value(&at("AnycastIpListId"), from.anycast_ip_list_id(), "")
        .value(&at("ConnectionMode"), mode, "direct")
        .tell(&at("TenantConfig"), parameters.iter().map(|one| format!("has the parameter {}", one.name())))
        .note(&at("ViewerMtlsConfig"), from.viewer_mtls_config().is_some(), "asks viewers for a certificate")
        .tell(&at("ConnectionFunctionAssociation"), function)
        .note(&at("CacheTagConfig"), from.cache_tag_config().is_some(), "is set")
        .note(&at("Logging/IncludeCookies"), hidden, "is on, for logs of the second version");
}

//! A distribution as CloudFront takes it: always the whole, since an update resets what it leaves out.

use aws_sdk_cloudfront::types as sdk;

use super::spec::{CustomErrorResponse, DistributionConfig, GeoRestriction, Logging, ViewerCertificate};
use super::{behavior, origin};
use crate::kinds::cloudfront::{COMPLETE, counted, counted_if_any};
use crate::kinds::shared::text::given;

/// The whole of it. What only a person sets stays as `live` has it, and so does the reference that it was made by.
pub(super) fn config(
    from: &DistributionConfig,
    reference: &str,
    live: Option<&sdk::DistributionConfig>,
) -> sdk::DistributionConfig {
    let (quantity, aliases) = counted_if_any(from.aliases.iter().cloned());
    let aliases = sdk::Aliases::builder().quantity(quantity).set_items(aliases).build().expect(COMPLETE);
    let (quantity, origins) = counted(from.origins.iter().map(origin::write));
    let origins = sdk::Origins::builder().quantity(quantity).set_items(Some(origins)).build().expect(COMPLETE);
    let (quantity, others) = counted_if_any(from.cache_behaviors.iter().map(behavior::write));
    let others = sdk::CacheBehaviors::builder().quantity(quantity).set_items(others).build().expect(COMPLETE);
    let (quantity, errors) = counted_if_any(from.custom_error_responses.iter().map(error));
    let errors = sdk::CustomErrorResponses::builder().quantity(quantity).set_items(errors).build().expect(COMPLETE);
    let restrictions =
        sdk::Restrictions::builder().geo_restriction(countries(&from.restrictions.geo_restriction)).build();
    let groups = sdk::OriginGroups::builder().quantity(0).build().expect(COMPLETE);
    let config = sdk::DistributionConfig::builder()
        .caller_reference(reference)
        .aliases(aliases)
        .default_root_object(&from.default_root_object)
        .origins(origins)
        .origin_groups(groups)
        .default_cache_behavior(behavior::default(behavior::write(&from.default_cache_behavior)))
        .cache_behaviors(others)
        .custom_error_responses(errors)
        .comment(&from.comment)
        .logging(logging(from.logging.as_ref(), live))
        .price_class(from.price_class.as_str().into())
        .enabled(from.enabled)
        .viewer_certificate(certificate(&from.viewer_certificate))
        .restrictions(restrictions)
        .web_acl_id(from.web_acl_id.as_str())
        .http_version(from.http_version.as_str().into())
        .is_ipv6_enabled(from.ipv6_enabled);
    let mut config = config.build().expect(COMPLETE);
    if let Some(live) = live.cloned() {
        config.continuous_deployment_policy_id = live.continuous_deployment_policy_id;
        config.staging = live.staging;
        config.anycast_ip_list_id = live.anycast_ip_list_id;
        config.tenant_config = live.tenant_config;
        config.connection_mode = live.connection_mode;
        config.viewer_mtls_config = live.viewer_mtls_config;
        config.connection_function_association = live.connection_function_association;
        config.cache_tag_config = live.cache_tag_config;
    }
    config
}

fn error(from: &CustomErrorResponse) -> sdk::CustomErrorResponse {
    let error = sdk::CustomErrorResponse::builder()
        .error_code(from.error_code)
        .error_caching_min_ttl(from.error_caching_min_ttl)
        // CloudFront wants both said, or refuses an update.
        .response_code(from.response_code.map(|code| code.to_string()).unwrap_or_default())
        .response_page_path(from.response_page_path.clone().unwrap_or_default());
    error.build().expect(COMPLETE)
}

fn logging(from: Option<&Logging>, live: Option<&sdk::DistributionConfig>) -> sdk::LoggingConfig {
    let logging = sdk::LoggingConfig::builder().enabled(from.is_some());
    let Some(from) = from else {
        // Logs of the second version take this one setting from here: it is theirs who set them up.
        let was = live.and_then(|live| live.logging()).filter(|logging| !logging.enabled);
        let cookies = was.is_some_and(|logging| logging.include_cookies);
        return logging.include_cookies(cookies).bucket("").prefix("").build();
    };
    logging.include_cookies(from.include_cookies).bucket(&from.bucket).prefix(&from.prefix).build()
}

fn countries(from: &GeoRestriction) -> sdk::GeoRestriction {
    let (quantity, items) = counted_if_any(from.locations.iter().cloned());
    let countries = sdk::GeoRestriction::builder().restriction_type(from.restriction_type.as_str().into());
    countries.quantity(quantity).set_items(items).build().expect(COMPLETE)
}

fn certificate(from: &ViewerCertificate) -> sdk::ViewerCertificate {
    let certificate = sdk::ViewerCertificate::builder();
    if !from.is_own() {
        return certificate.cloud_front_default_certificate(true).build();
    }
    certificate
        .cloud_front_default_certificate(false)
        .set_acm_certificate_arn(given(from.acm_certificate_arn.as_str()))
        .set_iam_certificate_id(given(&from.iam_certificate_id))
        .set_minimum_protocol_version(from.minimum_protocol_version.as_deref().map(Into::into))
        .set_ssl_support_method(from.ssl_support_method.as_deref().map(Into::into))
        .build()
}

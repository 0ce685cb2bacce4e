//! A response headers policy, from and to CloudFront's types.

use aws_sdk_cloudfront::types as sdk;

use super::spec::{
    Config, ContentSecurityPolicy, ContentTypeOptions, CorsConfig, CustomHeader, CustomHeadersConfig, FrameOptions,
    Items, ReferrerPolicy, RemoveHeader, RemoveHeadersConfig, SecurityHeadersConfig, ServerTimingHeadersConfig, Spec,
    StrictTransportSecurity, XssProtection,
};
use crate::kinds::cloudfront::{COMPLETE, counted};
use crate::resource::normal::Set;

pub(super) fn read(from: &sdk::ResponseHeadersPolicyConfig) -> Spec {
    let custom = from.custom_headers_config().map(sdk::ResponseHeadersPolicyCustomHeadersConfig::items);
    let removed = from.remove_headers_config().map(sdk::ResponseHeadersPolicyRemoveHeadersConfig::items);
    let header = |one: &sdk::ResponseHeadersPolicyCustomHeader| CustomHeader {
        header: one.header.clone(),
        overrides: one.r#override,
        value: one.value.clone(),
    };
    let timing = from
        .server_timing_headers_config()
        .map(|timing| ServerTimingHeadersConfig { enabled: timing.enabled, sampling_rate: timing.sampling_rate });
    let config = Config {
        cors_config: from.cors_config().map(read_cors),
        custom_headers_config: CustomHeadersConfig { items: custom.unwrap_or_default().iter().map(header).collect() },
        remove_headers_config: RemoveHeadersConfig {
            items: removed.unwrap_or_default().iter().map(|one| RemoveHeader { header: one.header.clone() }).collect(),
        },
        security_headers_config: from.security_headers_config().map(read_security).unwrap_or_default(),
        server_timing_headers_config: timing.unwrap_or_default(),
    };
    Spec { response_headers_policy_config: config }
}

fn read_cors(from: &sdk::ResponseHeadersPolicyCorsConfig) -> CorsConfig {
    let list = |texts: &[String]| Items { items: texts.iter().cloned().collect() };
    let methods = from.access_control_allow_methods().map(|methods| methods.items()).unwrap_or_default();
    CorsConfig {
        access_control_allow_credentials: from.access_control_allow_credentials,
        access_control_allow_headers: list(
            from.access_control_allow_headers().map(|of| of.items()).unwrap_or_default(),
        ),
        access_control_allow_methods: Items { items: methods.iter().map(|method| method.as_str()).collect() },
        access_control_allow_origins: list(
            from.access_control_allow_origins().map(|of| of.items()).unwrap_or_default(),
        ),
        access_control_expose_headers: list(
            from.access_control_expose_headers().map(|of| of.items()).unwrap_or_default(),
        ),
        access_control_max_age_sec: from.access_control_max_age_sec,
        origin_override: from.origin_override,
    }
}

fn read_security(from: &sdk::ResponseHeadersPolicySecurityHeadersConfig) -> SecurityHeadersConfig {
    SecurityHeadersConfig {
        content_security_policy: from.content_security_policy().map(|one| ContentSecurityPolicy {
            content_security_policy: one.content_security_policy.clone(),
            overrides: one.r#override,
        }),
        content_type_options: from.content_type_options().map(|one| ContentTypeOptions { overrides: one.r#override }),
        frame_options: from
            .frame_options()
            .map(|one| FrameOptions { frame_option: one.frame_option.as_str().to_owned(), overrides: one.r#override }),
        referrer_policy: from.referrer_policy().map(|one| ReferrerPolicy {
            overrides: one.r#override,
            referrer_policy: one.referrer_policy.as_str().to_owned(),
        }),
        strict_transport_security: from.strict_transport_security().map(|one| StrictTransportSecurity {
            access_control_max_age_sec: one.access_control_max_age_sec,
            include_subdomains: one.include_subdomains.unwrap_or_default(),
            overrides: one.r#override,
            preload: one.preload.unwrap_or_default(),
        }),
        xss_protection: from.xss_protection().map(|one| XssProtection {
            mode_block: one.mode_block.unwrap_or_default(),
            overrides: one.r#override,
            protection: one.protection,
            report_uri: one.report_uri.clone().unwrap_or_default(),
        }),
    }
}

pub(super) fn write(spec: &Spec, name: &str, note: Option<&str>) -> sdk::ResponseHeadersPolicyConfig {
    let of = &spec.response_headers_policy_config;
    let timing =
        Some(&of.server_timing_headers_config).filter(|timing| **timing != ServerTimingHeadersConfig::default());
    let timing = timing.map(|timing| {
        let built = sdk::ResponseHeadersPolicyServerTimingHeadersConfig::builder().enabled(timing.enabled);
        built.set_sampling_rate(timing.sampling_rate).build().expect(COMPLETE)
    });
    let security = Some(&of.security_headers_config).filter(|of| **of != SecurityHeadersConfig::default());
    let config = sdk::ResponseHeadersPolicyConfig::builder()
        .name(name)
        .set_comment(note.map(str::to_owned))
        .set_cors_config(of.cors_config.as_ref().map(write_cors))
        .set_custom_headers_config(custom(&of.custom_headers_config.items))
        .set_remove_headers_config(removed(&of.remove_headers_config.items))
        .set_security_headers_config(security.map(write_security))
        .set_server_timing_headers_config(timing);
    config.build().expect(COMPLETE)
}

fn custom(headers: &Set<CustomHeader>) -> Option<sdk::ResponseHeadersPolicyCustomHeadersConfig> {
    let header = |one: &CustomHeader| {
        let header = sdk::ResponseHeadersPolicyCustomHeader::builder().header(&one.header).value(&one.value);
        header.r#override(one.overrides).build().expect(COMPLETE)
    };
    let (quantity, items) = counted(headers.iter().map(header));
    let all = sdk::ResponseHeadersPolicyCustomHeadersConfig::builder().quantity(quantity).set_items(Some(items));
    (quantity > 0).then(|| all.build().expect(COMPLETE))
}

fn removed(headers: &Set<RemoveHeader>) -> Option<sdk::ResponseHeadersPolicyRemoveHeadersConfig> {
    let header = |one: &RemoveHeader| {
        sdk::ResponseHeadersPolicyRemoveHeader::builder().header(&one.header).build().expect(COMPLETE)
    };
    let (quantity, items) = counted(headers.iter().map(header));
    let all = sdk::ResponseHeadersPolicyRemoveHeadersConfig::builder().quantity(quantity).set_items(Some(items));
    (quantity > 0).then(|| all.build().expect(COMPLETE))
}

fn write_cors(of: &CorsConfig) -> sdk::ResponseHeadersPolicyCorsConfig {
    let (quantity, items) = counted(of.access_control_allow_headers.items.iter().cloned());
    let headers = sdk::ResponseHeadersPolicyAccessControlAllowHeaders::builder().quantity(quantity);
    let (quantity, methods) =
        counted(of.access_control_allow_methods.items.iter().map(|method| method.as_str().into()));
    let allowed = sdk::ResponseHeadersPolicyAccessControlAllowMethods::builder().quantity(quantity);
    let (quantity, origins) = counted(of.access_control_allow_origins.items.iter().cloned());
    let from = sdk::ResponseHeadersPolicyAccessControlAllowOrigins::builder().quantity(quantity);
    let (quantity, exposed) = counted(of.access_control_expose_headers.items.iter().cloned());
    let shown = sdk::ResponseHeadersPolicyAccessControlExposeHeaders::builder().quantity(quantity);
    let config = sdk::ResponseHeadersPolicyCorsConfig::builder()
        .access_control_allow_credentials(of.access_control_allow_credentials)
        .access_control_allow_headers(headers.set_items(Some(items)).build().expect(COMPLETE))
        .access_control_allow_methods(allowed.set_items(Some(methods)).build().expect(COMPLETE))
        .access_control_allow_origins(from.set_items(Some(origins)).build().expect(COMPLETE))
        .set_access_control_expose_headers(
            (quantity > 0).then(|| shown.set_items(Some(exposed)).build().expect(COMPLETE)),
        )
        .set_access_control_max_age_sec(of.access_control_max_age_sec)
        .origin_override(of.origin_override);
    config.build().expect(COMPLETE)
}

fn write_security(of: &SecurityHeadersConfig) -> sdk::ResponseHeadersPolicySecurityHeadersConfig {
    let content = of.content_security_policy.as_ref().map(|one| {
        let built = sdk::ResponseHeadersPolicyContentSecurityPolicy::builder().r#override(one.overrides);
        built.content_security_policy(&one.content_security_policy).build().expect(COMPLETE)
    });
    let sniffing = of.content_type_options.as_ref().map(|one| {
        let built = sdk::ResponseHeadersPolicyContentTypeOptions::builder().r#override(one.overrides);
        built.build().expect(COMPLETE)
    });
    let frames = of.frame_options.as_ref().map(|one| {
        let built = sdk::ResponseHeadersPolicyFrameOptions::builder().r#override(one.overrides);
        built.frame_option(one.frame_option.as_str().into()).build().expect(COMPLETE)
    });
    let referrers = of.referrer_policy.as_ref().map(|one| {
        let built = sdk::ResponseHeadersPolicyReferrerPolicy::builder().r#override(one.overrides);
        built.referrer_policy(one.referrer_policy.as_str().into()).build().expect(COMPLETE)
    });
    let transport = of.strict_transport_security.as_ref().map(|one| {
        let built = sdk::ResponseHeadersPolicyStrictTransportSecurity::builder().r#override(one.overrides);
        let built = built.access_control_max_age_sec(one.access_control_max_age_sec);
        built.include_subdomains(one.include_subdomains).preload(one.preload).build().expect(COMPLETE)
    });
    let filter = of.xss_protection.as_ref().map(|one| {
        let built = sdk::ResponseHeadersPolicyXssProtection::builder().r#override(one.overrides);
        let uri = Some(one.report_uri.clone()).filter(|uri| !uri.is_empty());
        let built = built.protection(one.protection).mode_block(one.mode_block).set_report_uri(uri);
        built.build().expect(COMPLETE)
    });
    sdk::ResponseHeadersPolicySecurityHeadersConfig::builder()
        .set_content_security_policy(content)
        .set_content_type_options(sniffing)
        .set_frame_options(frames)
        .set_referrer_policy(referrers)
        .set_strict_transport_security(transport)
        .set_xss_protection(filter)
        .build()
}

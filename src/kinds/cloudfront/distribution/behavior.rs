//! How a distribution treats requests, from and to CloudFront's types. It has two of these, for the default and for what a path
//! singles out; here both are one.

use aws_sdk_cloudfront::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::cloudfront::cache_policy::CachePolicy;
use crate::kinds::cloudfront::function::Function;
use crate::kinds::cloudfront::origin_request_policy::OriginRequestPolicy;
use crate::kinds::cloudfront::response_headers_policy::ResponseHeadersPolicy;
use crate::kinds::cloudfront::{COMPLETE, counted, counted_if_any};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::Ref;
use crate::resource::normal::Set;

/// How requests are treated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Behavior {
    /// `GET` and `HEAD`, these and `OPTIONS`, or all seven.
    #[serde(default = "get_and_head")]
    pub allowed_methods: Set<String>,
    /// The id of a cache policy, AWS's or one's own: what is kept, for how long, and what tells requests apart.
    pub cache_policy_id: Ref<CachePolicy>,
    /// `GET` and `HEAD`, or these and `OPTIONS`.
    #[serde(default = "get_and_head")]
    pub cached_methods: Set<String>,
    #[serde(default)]
    pub compress: bool,
    /// Functions of CloudFront.
    #[serde(default)]
    pub function_associations: Set<FunctionAssociation>,
    #[serde(default)]
    pub grpc_config: Grpc,
    /// Functions of Lambda at the edge.
    #[serde(default)]
    pub lambda_function_associations: Set<LambdaFunctionAssociation>,
    /// The id of an origin request policy, AWS's or one's own: what the origin is told of a request.
    #[serde(default)]
    pub origin_request_policy_id: Ref<OriginRequestPolicy>,
    /// Which requests, `/assets/*`; of all but the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_pattern: Option<String>,
    #[serde(default)]
    pub realtime_log_config_arn: String,
    /// The id of a response headers policy, AWS's or one's own.
    #[serde(default)]
    pub response_headers_policy_id: Ref<ResponseHeadersPolicy>,
    /// The `Id` of an origin.
    pub target_origin_id: String,
    /// Groups of the keys that sign URLs and cookies; then nothing else is served.
    #[serde(default)]
    pub trusted_key_groups: Set<String>,
    /// `redirect-to-https`, `https-only` or `allow-all`.
    pub viewer_protocol_policy: String,
}

/// A function of CloudFront.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FunctionAssociation {
    /// `viewer-request` or `viewer-response`.
    pub event_type: String,
    /// One that is published.
    #[serde(rename = "FunctionARN")]
    pub function_arn: Ref<Function>,
}

/// A function of Lambda.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LambdaFunctionAssociation {
    /// `viewer-request`, `origin-request`, `origin-response` or `viewer-response`.
    pub event_type: String,
    #[serde(default)]
    pub include_body: bool,
    /// The ARN of a version.
    #[serde(rename = "LambdaFunctionARN")]
    pub lambda_function_arn: String,
}

/// Whether gRPC is let through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Grpc {
    pub enabled: bool,
}

fn get_and_head() -> Set<String> {
    ["GET", "HEAD"].into_iter().collect()
}

/// A behaviour as a spec has it; notes at `at` what that has no property for.
pub(super) fn read(from: &sdk::CacheBehavior, at: &str, beyond: &mut UnmodelledParts) -> Behavior {
    note(from, at, beyond);
    let methods = |all: &[sdk::Method]| all.iter().map(sdk::Method::as_str).collect();
    let allowed = from.allowed_methods();
    let cached = allowed.and_then(|allowed| allowed.cached_methods());
    let functions = from.function_associations().map(sdk::FunctionAssociations::items).unwrap_or_default();
    let lambdas = from.lambda_function_associations().map(sdk::LambdaFunctionAssociations::items).unwrap_or_default();
    let function = |one: &sdk::FunctionAssociation| FunctionAssociation {
        event_type: one.event_type.as_str().to_owned(),
        function_arn: Ref::new(one.function_arn()),
    };
    let lambda = |one: &sdk::LambdaFunctionAssociation| LambdaFunctionAssociation {
        event_type: one.event_type.as_str().to_owned(),
        include_body: one.include_body.unwrap_or_default(),
        lambda_function_arn: one.lambda_function_arn.clone(),
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let groups = from.trusted_key_groups().map(sdk::TrustedKeyGroups::items).unwrap_or_default();
    Behavior {
        allowed_methods: allowed.map_or_else(get_and_head, |allowed| methods(allowed.items())),
        cache_policy_id: Ref::new(from.cache_policy_id().unwrap_or_default()),
        cached_methods: cached.map_or_else(get_and_head, |cached| methods(cached.items())),
        compress: from.compress.unwrap_or_default(),
        function_associations: functions.iter().map(function).collect(),
        grpc_config: Grpc { enabled: from.grpc_config().is_some_and(sdk::GrpcConfig::enabled) },
        lambda_function_associations: lambdas.iter().map(lambda).collect(),
        origin_request_policy_id: Ref::new(from.origin_request_policy_id().unwrap_or_default()),
        path_pattern: Some(from.path_pattern.clone()).filter(|pattern| !pattern.is_empty()),
        realtime_log_config_arn: text(from.realtime_log_config_arn()),
        response_headers_policy_id: Ref::new(from.response_headers_policy_id().unwrap_or_default()),
        target_origin_id: from.target_origin_id.clone(),
        trusted_key_groups: groups.iter().cloned().collect(),
        viewer_protocol_policy: from.viewer_protocol_policy.as_str().to_owned(),
    }
}

/// What came before cache policies and key groups, and what nobody needs any more.
#[expect(deprecated, reason = "distributions from before cache policies still have these")]
fn note(from: &sdk::CacheBehavior, at: &str, beyond: &mut UnmodelledParts) {
    let signers = from.trusted_signers().map(sdk::TrustedSigners::items).unwrap_or_default();
    let seconds = |seconds: Option<i64>| seconds.map(|seconds| format!("is {seconds}"));
    // Beside a cache policy the times of the old settings count for nothing.
    let is_old = from.forwarded_values().is_some();
    beyond
        .tell(&format!("{at}/ForwardedValues"), from.forwarded_values().map(forwarded))
        .tell(&format!("{at}/MinTTL"), seconds(from.min_ttl).filter(|_| is_old))
        .tell(&format!("{at}/DefaultTTL"), seconds(from.default_ttl).filter(|_| is_old))
        .tell(&format!("{at}/MaxTTL"), seconds(from.max_ttl).filter(|_| is_old))
        .value(&format!("{at}/FieldLevelEncryptionId"), from.field_level_encryption_id(), "")
        .note(&format!("{at}/SmoothStreaming"), from.smooth_streaming.unwrap_or_default(), "is on")
        .tell(&format!("{at}/TrustedSigners"), signers.iter().map(|signer| format!("has {signer}")));
}

/// What told requests apart before there were cache policies.
fn forwarded(from: &sdk::ForwardedValues) -> String {
    let keys = from.query_string_cache_keys().map(sdk::QueryStringCacheKeys::items).unwrap_or_default();
    let headers = from.headers().map(sdk::Headers::items).unwrap_or_default();
    let cookies = from.cookies().map_or("none", |cookies| cookies.forward().as_str());
    let names = from.cookies().and_then(|cookies| cookies.whitelisted_names());
    let names = names.map(sdk::CookieNames::items).unwrap_or_default();
    let all = |all: &[String]| format!("[{}]", all.join(", "));
    format!(
        "is in the place of a cache policy: QueryString {} {}, Headers {}, Cookies {cookies} {}",
        from.query_string(),
        all(keys),
        all(headers),
        all(names)
    )
}

/// A behaviour as CloudFront takes it: all of it, since an update that leaves something out is refused.
pub(super) fn write(from: &Behavior) -> sdk::CacheBehavior {
    let id = |id: &str| Some(id.to_owned()).filter(|id| !id.is_empty());
    let groups = counted_if_any(from.trusted_key_groups.iter().cloned());
    let groups = sdk::TrustedKeyGroups::builder().enabled(groups.0 > 0).quantity(groups.0).set_items(groups.1);
    let signers = sdk::TrustedSigners::builder().enabled(false).quantity(0);
    let behavior = sdk::CacheBehavior::builder()
        .path_pattern(from.path_pattern.clone().unwrap_or_default())
        .target_origin_id(&from.target_origin_id)
        .trusted_signers(signers.build().expect(COMPLETE))
        .trusted_key_groups(groups.build().expect(COMPLETE))
        .viewer_protocol_policy(from.viewer_protocol_policy.as_str().into())
        .allowed_methods(methods(from))
        .smooth_streaming(false)
        .compress(from.compress)
        .lambda_function_associations(lambdas(&from.lambda_function_associations))
        .function_associations(functions(&from.function_associations))
        .field_level_encryption_id("")
        .set_realtime_log_config_arn(id(&from.realtime_log_config_arn))
        .cache_policy_id(from.cache_policy_id.as_str())
        .set_origin_request_policy_id(id(from.origin_request_policy_id.as_str()))
        .set_response_headers_policy_id(id(from.response_headers_policy_id.as_str()))
        .grpc_config(sdk::GrpcConfig::builder().enabled(from.grpc_config.enabled).build().expect(COMPLETE));
    behavior.build().expect(COMPLETE)
}

fn methods(from: &Behavior) -> sdk::AllowedMethods {
    let method = |method: &String| sdk::Method::from(method.as_str());
    let (quantity, cached) = counted(from.cached_methods.iter().map(method));
    let cached = sdk::CachedMethods::builder().quantity(quantity).set_items(Some(cached)).build().expect(COMPLETE);
    let (quantity, allowed) = counted(from.allowed_methods.iter().map(method));
    let allowed = sdk::AllowedMethods::builder().quantity(quantity).set_items(Some(allowed)).cached_methods(cached);
    allowed.build().expect(COMPLETE)
}

fn functions(from: &Set<FunctionAssociation>) -> sdk::FunctionAssociations {
    let function = |one: &FunctionAssociation| {
        let function = sdk::FunctionAssociation::builder().function_arn(one.function_arn.as_str());
        function.event_type(one.event_type.as_str().into()).build().expect(COMPLETE)
    };
    let (quantity, items) = counted_if_any(from.iter().map(function));
    sdk::FunctionAssociations::builder().quantity(quantity).set_items(items).build().expect(COMPLETE)
}

fn lambdas(from: &Set<LambdaFunctionAssociation>) -> sdk::LambdaFunctionAssociations {
    let lambda = |one: &LambdaFunctionAssociation| {
        let lambda = sdk::LambdaFunctionAssociation::builder().lambda_function_arn(&one.lambda_function_arn);
        let lambda = lambda.event_type(one.event_type.as_str().into()).include_body(one.include_body);
        lambda.build().expect(COMPLETE)
    };
    let (quantity, items) = counted_if_any(from.iter().map(lambda));
    sdk::LambdaFunctionAssociations::builder().quantity(quantity).set_items(items).build().expect(COMPLETE)
}

/// The default behaviour in the form of the others.
#[expect(deprecated, reason = "distributions from before cache policies still have these")]
pub(super) fn singled_out(from: &sdk::DefaultCacheBehavior) -> sdk::CacheBehavior {
    let from = from.clone();
    let behavior = sdk::CacheBehavior::builder()
        .path_pattern("")
        .target_origin_id(from.target_origin_id)
        .set_trusted_signers(from.trusted_signers)
        .set_trusted_key_groups(from.trusted_key_groups)
        .viewer_protocol_policy(from.viewer_protocol_policy)
        .set_allowed_methods(from.allowed_methods)
        .set_smooth_streaming(from.smooth_streaming)
        .set_compress(from.compress)
        .set_lambda_function_associations(from.lambda_function_associations)
        .set_function_associations(from.function_associations)
        .set_field_level_encryption_id(from.field_level_encryption_id)
        .set_realtime_log_config_arn(from.realtime_log_config_arn)
        .set_cache_policy_id(from.cache_policy_id)
        .set_origin_request_policy_id(from.origin_request_policy_id)
        .set_response_headers_policy_id(from.response_headers_policy_id)
        .set_grpc_config(from.grpc_config)
        .set_forwarded_values(from.forwarded_values)
        .set_min_ttl(from.min_ttl)
        .set_default_ttl(from.default_ttl)
        .set_max_ttl(from.max_ttl);
    behavior.build().expect(COMPLETE)
}

/// A behaviour in the form of the default.
pub(super) fn default(from: sdk::CacheBehavior) -> sdk::DefaultCacheBehavior {
    let behavior = sdk::DefaultCacheBehavior::builder()
        .target_origin_id(from.target_origin_id)
        .set_trusted_signers(from.trusted_signers)
        .set_trusted_key_groups(from.trusted_key_groups)
        .viewer_protocol_policy(from.viewer_protocol_policy)
        .set_allowed_methods(from.allowed_methods)
        .set_smooth_streaming(from.smooth_streaming)
        .set_compress(from.compress)
        .set_lambda_function_associations(from.lambda_function_associations)
        .set_function_associations(from.function_associations)
        .set_field_level_encryption_id(from.field_level_encryption_id)
        .set_realtime_log_config_arn(from.realtime_log_config_arn)
        .set_cache_policy_id(from.cache_policy_id)
        .set_origin_request_policy_id(from.origin_request_policy_id)
        .set_response_headers_policy_id(from.response_headers_policy_id)
        .set_grpc_config(from.grpc_config);
    behavior.build().expect(COMPLETE)
}

use serde_json::{Value, from_value, json, to_value};

use super::*;

fn config() -> Value {
    json!({
        "Enabled": true,
        "Origins": [{ "Id": "a", "DomainName": "a.s3.us-east-1.amazonaws.com", "S3OriginConfig": {} }],
        "DefaultCacheBehavior": { "TargetOriginId": "a", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p" },
    })
}

/// The smallest distribution with these properties over its own.
fn spec(properties: Value) -> Spec {
    let mut config = config();
    for (name, value) in properties.as_object().unwrap() {
        config[name] = value.clone();
    }
    from_value(json!({ "DistributionConfig": config })).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    let at = |mistake: Mistake| mistake.path.trim_start_matches("/DistributionConfig/").to_owned();
    spec(properties).mistakes().into_iter().map(at).collect()
}

/// What CloudFront would answer of a distribution that was made of this.
fn answered(spec: &Spec) -> Spec {
    read::spec(&write::config(&spec.distribution_config, "token", None)).unwrap().0
}

#[test]
fn what_is_sent_is_read_back_as_it_was_written() {
    let full = spec(json!({
        "Aliases": ["WWW.example.com"], "Comment": "c", "DefaultRootObject": "index.html", "HttpVersion": "http2and3",
        "IPV6Enabled": true, "PriceClass": "PriceClass_200", "WebACLId": "arn:aws:wafv2:us-east-1:1:global/webacl/a/1",
        "Logging": { "Bucket": "b.s3.amazonaws.com", "IncludeCookies": true, "Prefix": "p/" },
        "CustomErrorResponses": [{ "ErrorCode": 404, "ResponseCode": 200, "ResponsePagePath": "/404.html" }, { "ErrorCode": 503 }],
        "Restrictions": { "GeoRestriction": { "RestrictionType": "whitelist", "Locations": ["DE", "CL"] } },
        "ViewerCertificate": {
            "AcmCertificateArn": "arn:aws:acm:us-east-1:1:certificate/c", "MinimumProtocolVersion": "TLSv1.2_2021",
            "SslSupportMethod": "sni-only",
        },
        "Origins": [
            {
                "Id": "a", "DomainName": "a.s3.us-east-1.amazonaws.com", "OriginPath": "/x", "OriginAccessControlId": "E1",
                "S3OriginConfig": {}, "OriginShield": { "Enabled": true, "OriginShieldRegion": "us-east-1" },
            },
            {
                "Id": "b", "DomainName": "b.example.com", "ConnectionAttempts": 1, "ConnectionTimeout": 5,
                "ResponseCompletionTimeout": 60,
                "OriginCustomHeaders": [{ "HeaderName": "x", "HeaderValue": "y" }],
                "CustomOriginConfig": { "OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"], "IpAddressType": "dualstack" },
            },
            { "Id": "v", "DomainName": "v.elb.amazonaws.com", "VpcOriginConfig": { "VpcOriginId": "vo_1", "OriginReadTimeout": 60 } },
        ],
        "CacheBehaviors": [{
            "PathPattern": "/b/*", "TargetOriginId": "b", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": "q",
            "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"], "CachedMethods": ["GET", "HEAD", "OPTIONS"],
            "Compress": true, "GrpcConfig": { "Enabled": true }, "OriginRequestPolicyId": "o", "ResponseHeadersPolicyId": "r",
            "RealtimeLogConfigArn": "arn:l", "TrustedKeyGroups": ["k"],
            "FunctionAssociations": [{ "EventType": "viewer-request", "FunctionARN": "arn:f" }],
            "LambdaFunctionAssociations": [{ "EventType": "origin-request", "LambdaFunctionARN": "arn:l:1", "IncludeBody": true }],
        }],
    }));
    assert_eq!(full.mistakes(), []);
    assert_eq!(to_value(answered(&full)).unwrap(), to_value(&full).unwrap());
    let least = spec(json!({}));
    assert_eq!(least.mistakes(), []);
    assert_eq!(to_value(answered(&least)).unwrap(), to_value(&least).unwrap());
}

/// Of its own certificate AWS answers `vip`, and always the oldest version.
#[test]
fn cloudfronts_own_certificate_is_no_difference() {
    let live = sdk::ViewerCertificate::builder()
        .cloud_front_default_certificate(true)
        .ssl_support_method(sdk::SslSupportMethod::Vip)
        .minimum_protocol_version(sdk::MinimumProtocolVersion::TlSv1);
    let mut config = write::config(&spec(json!({})).distribution_config, "token", None);
    config.viewer_certificate = Some(live.build());
    assert_eq!(read::spec(&config).unwrap().0, spec(json!({})));
}

#[test]
fn what_cloudfront_would_refuse_is_a_mistake() {
    let own = |more: Value| {
        let mut certificate = json!({ "AcmCertificateArn": "arn:aws:acm:us-east-1:1:certificate/c" });
        certificate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "ViewerCertificate": certificate })
    };
    assert_eq!(wrong(json!({ "Aliases": ["a.example.com"] })), ["Aliases"]);
    let both = ["ViewerCertificate/MinimumProtocolVersion", "ViewerCertificate/SslSupportMethod"];
    assert_eq!(wrong(own(json!({}))), both);
    let elsewhere = json!({
        "AcmCertificateArn": "arn:aws:acm:eu-west-1:1:certificate/c", "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    });
    assert_eq!(wrong(own(elsewhere)), ["ViewerCertificate/AcmCertificateArn"]);
    let newer = json!({ "ViewerCertificate": { "MinimumProtocolVersion": "TLSv1.2_2021" } });
    assert_eq!(wrong(newer), ["ViewerCertificate/MinimumProtocolVersion"]);
    assert_eq!(wrong(json!({ "WebACLId": "arn:aws:wafv2:us-east-1:1:regional/webacl/a/1" })), ["WebACLId"]);
    assert_eq!(wrong(json!({ "DefaultRootObject": "/index.html" })), ["DefaultRootObject"]);
    let signed = json!([{
        "Id": "a", "DomainName": "a", "OriginAccessControlId": "E1", "S3OriginConfig": { "OriginAccessIdentity": "x" },
    }]);
    assert_eq!(wrong(json!({ "Origins": signed })), ["Origins/0/S3OriginConfig/OriginAccessIdentity"]);
    assert_eq!(wrong(json!({ "Origins": [{ "Id": "a", "DomainName": "a" }] })), ["Origins/0"]);
    let lost = json!({ "TargetOriginId": "b", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p", "PathPattern": "/x" });
    let both = ["DefaultCacheBehavior/TargetOriginId", "DefaultCacheBehavior/PathPattern"];
    assert_eq!(wrong(json!({ "DefaultCacheBehavior": lost })), both);
    let grpc = json!({
        "TargetOriginId": "a", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p", "GrpcConfig": { "Enabled": true },
    });
    assert_eq!(wrong(json!({ "DefaultCacheBehavior": grpc })), ["DefaultCacheBehavior/GrpcConfig"]);
}

/// Another person's continuous deployment, or logs of the second version, survive an update.
#[test]
fn an_update_leaves_what_only_a_person_sets() {
    let spec = spec(json!({}));
    let mut live = write::config(&spec.distribution_config, "token", None);
    live.continuous_deployment_policy_id = Some("policy".to_owned());
    live.logging = Some(sdk::LoggingConfig::builder().enabled(false).include_cookies(true).build());
    let sent = write::config(&spec.distribution_config, &live.caller_reference, Some(&live));
    assert_eq!(sent.continuous_deployment_policy_id.as_deref(), Some("policy"));
    assert!(sent.logging.unwrap().include_cookies);
    assert_eq!(sent.caller_reference, "token");
}

#[test]
#[expect(deprecated, reason = "distributions from before cache policies still have these")]
fn what_the_spec_cannot_say_is_told() {
    let mut live = write::config(&spec(json!({})).distribution_config, "token", None);
    live.staging = Some(true);
    let names = sdk::CookieNames::builder().quantity(1).items("session").build().unwrap();
    let cookies = sdk::CookiePreference::builder().forward(sdk::ItemSelection::Whitelist).whitelisted_names(names);
    let headers = sdk::Headers::builder().quantity(2).items("Host").items("Origin").build().unwrap();
    let old = sdk::ForwardedValues::builder().query_string(true).headers(headers).cookies(cookies.build().unwrap());
    let old = old.build().unwrap();
    let default = live.default_cache_behavior.as_mut().unwrap();
    (default.forwarded_values, default.min_ttl) = (Some(old), Some(0));
    let told = read::spec(&live).unwrap().1;
    let text =
        "is in the place of a cache policy: QueryString true [], Headers [Host, Origin], Cookies whitelist [session]";
    assert_eq!(told[0].text, text);
    let told: Vec<String> = told.into_iter().map(|one| one.path).collect();
    let expected = [
        "/DistributionConfig/DefaultCacheBehavior/ForwardedValues",
        "/DistributionConfig/DefaultCacheBehavior/MinTTL",
        "/DistributionConfig/Staging",
    ];
    assert_eq!(told, expected);
}

#[test]
fn names_that_go_and_the_switch_are_an_outage() {
    let field = |path: &str, before: Value, after: Value| FieldDiff {
        path: path.to_owned(),
        before: Some(before),
        after: Some(after),
    };
    let names = |after: Value| [field("/DistributionConfig/Aliases", json!(["a", "b"]), after)];
    assert_eq!(Distribution::disruption(&names(json!(["a"]))), Disruption::Outage);
    assert_eq!(Distribution::disruption(&names(json!(["a", "b", "c"]))), Disruption::None);
    let off = [field("/DistributionConfig/Enabled", json!(true), json!(false))];
    assert_eq!(Distribution::disruption(&off), Disruption::Outage);
    assert_eq!(Distribution::advice(&Value::Null, &Value::Null, &names(json!(["a"]))).len(), 1);
}

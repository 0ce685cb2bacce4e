use serde_json::{Value, from_value, json};

use super::*;

fn spec(config: Value) -> Spec {
    from_value(json!({ "ResponseHeadersPolicyConfig": config })).unwrap()
}

/// What CloudFront would answer of a policy that was made of this.
fn answered(spec: &Spec) -> Spec {
    convert::read(&convert::write(spec, "name", Some("note")))
}

fn wrong(config: Value) -> Vec<String> {
    let at = |mistake: Mistake| mistake.path.trim_start_matches("/ResponseHeadersPolicyConfig").to_owned();
    spec(config).mistakes().into_iter().map(at).collect()
}

fn cors(properties: Value) -> Value {
    let mut config = json!({
        "AccessControlAllowCredentials": false, "OriginOverride": true, "AccessControlAllowHeaders": { "Items": ["X-A"] },
        "AccessControlAllowMethods": { "Items": ["GET"] }, "AccessControlAllowOrigins": { "Items": ["https://a.example"] },
    });
    for (name, value) in properties.as_object().unwrap() {
        config[name] = value.clone();
    }
    json!({ "CorsConfig": config })
}

#[test]
fn what_is_sent_is_read_back_as_it_was_written() {
    let full = spec(json!({
        "CorsConfig": {
            "AccessControlAllowCredentials": true, "AccessControlAllowHeaders": { "Items": ["X-B", "X-A"] },
            "AccessControlAllowMethods": { "Items": ["PUT", "GET"] }, "AccessControlAllowOrigins": { "Items": ["https://a.example"] },
            "AccessControlExposeHeaders": { "Items": ["ETag"] }, "AccessControlMaxAgeSec": 5, "OriginOverride": false,
        },
        "CustomHeadersConfig": { "Items": [{ "Header": "X-C", "Value": "c", "Override": true }] },
        "RemoveHeadersConfig": { "Items": [{ "Header": "Server" }] },
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": { "ContentSecurityPolicy": "default-src 'self'", "Override": true },
            "ContentTypeOptions": { "Override": true },
            "FrameOptions": { "FrameOption": "DENY", "Override": false },
            "ReferrerPolicy": { "ReferrerPolicy": "same-origin", "Override": true },
            "StrictTransportSecurity": { "AccessControlMaxAgeSec": 1, "IncludeSubdomains": true, "Preload": true, "Override": true },
            "XSSProtection": { "Protection": true, "ReportUri": "https://a.example/r", "Override": true },
        },
        "ServerTimingHeadersConfig": { "Enabled": true, "SamplingRate": 0.5 },
    }));
    assert_eq!(answered(&full), full);
}

/// CloudFront leaves out of its answer what is empty.
#[test]
fn an_empty_part_is_none() {
    let headers = json!({ "Items": [{ "Header": "Server" }] });
    let bare = spec(json!({ "RemoveHeadersConfig": headers }));
    let empty = json!({
        "CustomHeadersConfig": { "Items": [] }, "RemoveHeadersConfig": headers, "SecurityHeadersConfig": {},
        "ServerTimingHeadersConfig": { "Enabled": false },
    });
    assert_eq!(spec(empty), bare);
    let sent = convert::write(&bare, "name", None);
    assert!(sent.custom_headers_config().is_none() && sent.security_headers_config().is_none());
    assert!(sent.server_timing_headers_config().is_none());
    let only = json!({ "RemoveHeadersConfig": { "Items": [] }, "ServerTimingHeadersConfig": { "Enabled": true, "SamplingRate": 1 } });
    assert!(convert::write(&spec(only), "name", None).remove_headers_config().is_none());
}

#[test]
fn the_order_of_headers_means_nothing() {
    let list = |names: [&str; 2]| {
        let items = names.map(|name| json!({ "Header": name, "Value": "v", "Override": true }));
        spec(json!({ "CustomHeadersConfig": { "Items": items } }))
    };
    assert_eq!(list(["X-A", "X-B"]), list(["X-B", "X-A"]));
}

#[test]
fn what_cloudfront_would_refuse_is_a_mistake() {
    let custom = |name: &str| json!({ "CustomHeadersConfig": { "Items": [{ "Header": name, "Value": "v", "Override": true }] } });
    let security = |of: Value| json!({ "SecurityHeadersConfig": of });
    let all = json!({ "Items": ["*"] });
    let none: Vec<String> = Vec::new();
    for (config, expected) in [
        (json!({}), vec![""]),
        (custom("X-Frame-Options"), vec!["/CustomHeadersConfig/Items"]),
        (
            cors(json!({ "AccessControlAllowCredentials": true, "AccessControlAllowHeaders": all })),
            vec!["/CorsConfig/AccessControlAllowHeaders/Items"],
        ),
        (
            cors(json!({ "AccessControlAllowCredentials": true, "AccessControlAllowOrigins": all })),
            vec!["/CorsConfig/AccessControlAllowOrigins/Items"],
        ),
        (
            cors(json!({ "AccessControlAllowHeaders": { "Items": [] } })),
            vec!["/CorsConfig/AccessControlAllowHeaders/Items"],
        ),
        (
            cors(json!({ "AccessControlAllowMethods": { "Items": ["ALL", "GET"] } })),
            vec!["/CorsConfig/AccessControlAllowMethods/Items"],
        ),
        (
            security(json!({ "FrameOptions": { "FrameOption": "NONE", "Override": true } })),
            vec!["/SecurityHeadersConfig/FrameOptions/FrameOption"],
        ),
        (
            security(json!({ "ReferrerPolicy": { "ReferrerPolicy": "none", "Override": true } })),
            vec!["/SecurityHeadersConfig/ReferrerPolicy/ReferrerPolicy"],
        ),
        (
            security(json!({ "XSSProtection": { "Protection": false, "ModeBlock": true, "Override": true } })),
            vec!["/SecurityHeadersConfig/XSSProtection/Protection"],
        ),
        (json!({ "ServerTimingHeadersConfig": { "Enabled": true } }), vec!["/ServerTimingHeadersConfig/SamplingRate"]),
    ] {
        assert_eq!(wrong(config.clone()), expected, "{config}");
    }
    assert_eq!(wrong(cors(json!({}))), none);
    assert_eq!(wrong(custom("Permissions-Policy")), none);
    // As the documentation of the Cloud Development Kit has it, which AWS refused.
    let sample = json!({ "XSSProtection": { "Protection": true, "ModeBlock": false, "ReportUri": "https://a.example/r", "Override": true } });
    assert_eq!(wrong(security(sample)), none);
}

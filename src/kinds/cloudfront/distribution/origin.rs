//! The origins of a distribution, from and to CloudFront's types.

use aws_sdk_cloudfront::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::cloudfront::origin_access_control::OriginAccessControl;
use crate::kinds::cloudfront::vpc_origin::{VpcOrigin, ipv4, oldest, protocols, ssl_protocols};
use crate::kinds::cloudfront::{COMPLETE, counted_if_any};
use crate::kinds::shared::defaults::number;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::normal::Set;
use crate::resource::{Ref, pointer};

/// Where CloudFront gets what it serves: a bucket, a way into a VPC, or any web server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Origin {
    /// Tries, 1 to 3.
    #[serde(default = "number::<3>")]
    pub connection_attempts: i32,
    /// Seconds for each try, 1 to 10.
    #[serde(default = "number::<10>")]
    pub connection_timeout: i32,
    /// A web server, a public load balancer among them.
    #[serde(default)]
    pub custom_origin_config: Option<CustomOrigin>,
    /// `assets.s3.us-east-1.amazonaws.com`, or the name of the server; of a VPC origin the name of its load balancer.
    pub domain_name: String,
    /// What behaviours call it.
    pub id: String,
    /// Signs what is asked of a bucket.
    #[serde(default)]
    pub origin_access_control_id: Ref<OriginAccessControl>,
    /// Headers that the origin is sent beside the viewer's.
    #[serde(default)]
    pub origin_custom_headers: Set<Header>,
    /// A folder of the origin, `/site`.
    #[serde(default)]
    pub origin_path: String,
    /// One more cache, in front of the origin.
    #[serde(default)]
    pub origin_shield: OriginShield,
    /// Seconds for the whole answer; no limit by default.
    #[serde(default)]
    pub response_completion_timeout: Option<i32>,
    /// A bucket; `{}` beside an origin access control.
    #[serde(rename = "S3OriginConfig", default)]
    pub s3_origin_config: Option<S3Origin>,
    /// A way into a VPC.
    #[serde(default)]
    pub vpc_origin_config: Option<Vpc>,
}

/// How a web server is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CustomOrigin {
    #[serde(rename = "HTTPPort", default = "number::<80>")]
    pub http_port: i32,
    #[serde(rename = "HTTPSPort", default = "number::<443>")]
    pub https_port: i32,
    /// `ipv4`, `ipv6` or `dualstack`.
    #[serde(default = "ipv4")]
    pub ip_address_type: String,
    /// Seconds, 1 to 120.
    #[serde(default = "number::<5>")]
    pub origin_keepalive_timeout: i32,
    /// `http-only`, `https-only` or `match-viewer`.
    pub origin_protocol_policy: String,
    /// Seconds, 1 to 120.
    #[serde(default = "number::<30>")]
    pub origin_read_timeout: i32,
    /// Versions of TLS; `TLSv1.2` alone is what to choose.
    #[serde(rename = "OriginSSLProtocols", default = "oldest")]
    pub origin_ssl_protocols: Set<String>,
}

/// How a bucket is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct S3Origin {
    /// What came before origin access controls; empty beside one.
    #[serde(default)]
    pub origin_access_identity: String,
    /// Seconds, 1 to 120.
    #[serde(default = "number::<30>")]
    pub origin_read_timeout: i32,
}

/// How a way into a VPC is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Vpc {
    /// Seconds, 1 to 120.
    #[serde(default = "number::<5>")]
    pub origin_keepalive_timeout: i32,
    /// Seconds, 1 to 120.
    #[serde(default = "number::<30>")]
    pub origin_read_timeout: i32,
    pub vpc_origin_id: Ref<VpcOrigin>,
}

/// A header that the origin is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Header {
    pub header_name: String,
    pub header_value: String,
}

/// One more cache, in front of the origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OriginShield {
    #[serde(default)]
    pub enabled: bool,
    /// The region nearest to the origin.
    #[serde(default)]
    pub origin_shield_region: String,
}

/// An origin as a spec has it; notes what that has no property for.
pub(super) fn read(from: &sdk::Origin, list: &str, beyond: &mut UnmodelledParts) -> Origin {
    let server = from.custom_origin_config().map(|server| CustomOrigin {
        http_port: server.http_port,
        https_port: server.https_port,
        ip_address_type: server.ip_address_type().map_or_else(ipv4, |kind| kind.as_str().to_owned()),
        origin_keepalive_timeout: server.origin_keepalive_timeout.unwrap_or(5),
        origin_protocol_policy: server.origin_protocol_policy.as_str().to_owned(),
        origin_read_timeout: server.origin_read_timeout.unwrap_or(30),
        origin_ssl_protocols: server.origin_ssl_protocols().map(protocols).unwrap_or_default(),
    });
    let client = from.custom_origin_config().and_then(|server| server.origin_mtls_config());
    let at = pointer::join(list, &from.id);
    beyond.tell(
        &format!("{at}/CustomOriginConfig/OriginMtlsConfig"),
        client.map(|client| format!("shows the origin the certificate {}", client.client_certificate_arn())),
    );
    let bucket = from.s3_origin_config().map(|bucket| S3Origin {
        origin_access_identity: bucket.origin_access_identity.clone(),
        origin_read_timeout: bucket.origin_read_timeout.unwrap_or(30),
    });
    let vpc = from.vpc_origin_config().map(|vpc| Vpc {
        origin_keepalive_timeout: vpc.origin_keepalive_timeout.unwrap_or(5),
        origin_read_timeout: vpc.origin_read_timeout.unwrap_or(30),
        vpc_origin_id: Ref::new(vpc.vpc_origin_id()),
    });
    let header = |one: &sdk::OriginCustomHeader| Header {
        header_name: one.header_name.clone(),
        header_value: one.header_value.clone(),
    };
    let shield = from.origin_shield().filter(|shield| shield.enabled).map(|shield| OriginShield {
        enabled: true,
        origin_shield_region: shield.origin_shield_region().unwrap_or_default().to_owned(),
    });
    Origin {
        connection_attempts: from.connection_attempts.unwrap_or(3),
        connection_timeout: from.connection_timeout.unwrap_or(10),
        custom_origin_config: server,
        domain_name: from.domain_name.clone(),
        id: from.id.clone(),
        origin_access_control_id: Ref::new(from.origin_access_control_id().unwrap_or_default()),
        origin_custom_headers: from
            .custom_headers()
            .map(sdk::CustomHeaders::items)
            .unwrap_or_default()
            .iter()
            .map(header)
            .collect(),
        origin_path: from.origin_path().unwrap_or_default().to_owned(),
        origin_shield: shield.unwrap_or_default(),
        response_completion_timeout: from.response_completion_timeout.filter(|seconds| *seconds > 0),
        s3_origin_config: bucket,
        vpc_origin_config: vpc,
    }
}

/// An origin as CloudFront takes it: all of it, since an update that leaves something out is refused.
pub(super) fn write(from: &Origin) -> sdk::Origin {
    let header = |one: &Header| {
        let header = sdk::OriginCustomHeader::builder().header_name(&one.header_name).header_value(&one.header_value);
        header.build().expect(COMPLETE)
    };
    let (quantity, headers) = counted_if_any(from.origin_custom_headers.iter().map(header));
    let headers = sdk::CustomHeaders::builder().quantity(quantity).set_items(headers).build().expect(COMPLETE);
    let OriginShield { enabled, origin_shield_region } = &from.origin_shield;
    let region = Some(origin_shield_region.clone()).filter(|region| !region.is_empty());
    let shield = sdk::OriginShield::builder().enabled(*enabled).set_origin_shield_region(region);
    let origin = sdk::Origin::builder()
        .id(&from.id)
        .domain_name(&from.domain_name)
        .origin_path(&from.origin_path)
        .custom_headers(headers)
        .set_custom_origin_config(from.custom_origin_config.as_ref().map(server))
        .set_s3_origin_config(from.s3_origin_config.as_ref().map(bucket))
        .set_vpc_origin_config(from.vpc_origin_config.as_ref().map(vpc))
        .connection_attempts(from.connection_attempts)
        .connection_timeout(from.connection_timeout)
        .set_response_completion_timeout(from.response_completion_timeout)
        .origin_shield(shield.build().expect(COMPLETE))
        .origin_access_control_id(from.origin_access_control_id.as_str());
    origin.build().expect(COMPLETE)
}

fn server(from: &CustomOrigin) -> sdk::CustomOriginConfig {
    let server = sdk::CustomOriginConfig::builder()
        .http_port(from.http_port)
        .https_port(from.https_port)
        .ip_address_type(from.ip_address_type.as_str().into())
        .origin_keepalive_timeout(from.origin_keepalive_timeout)
        .origin_protocol_policy(from.origin_protocol_policy.as_str().into())
        .origin_read_timeout(from.origin_read_timeout)
        .origin_ssl_protocols(ssl_protocols(&from.origin_ssl_protocols));
    server.build().expect(COMPLETE)
}

fn bucket(from: &S3Origin) -> sdk::S3OriginConfig {
    let bucket = sdk::S3OriginConfig::builder().origin_access_identity(&from.origin_access_identity);
    bucket.origin_read_timeout(from.origin_read_timeout).build()
}

fn vpc(from: &Vpc) -> sdk::VpcOriginConfig {
    let vpc = sdk::VpcOriginConfig::builder()
        .vpc_origin_id(from.vpc_origin_id.as_str())
        .origin_keepalive_timeout(from.origin_keepalive_timeout)
        .origin_read_timeout(from.origin_read_timeout);
    vpc.build().expect(COMPLETE)
}

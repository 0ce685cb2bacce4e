use aws_sdk_cloudfront::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{COMPLETE, DEPLOYED, PAGE, counted};
use crate::aws::{Aws, Clients, Reader, TagIndex, Writer};
use crate::kinds::elb::load_balancer::LoadBalancer;
use crate::kinds::shared::defaults::number;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing,
    Made, Mistake, Name, NameRule, On, Permissions, Ref, Replacement, Result, Scope, State, States, Tags, Turn,
};

/// The longest name.
const NAME_MAX: usize = 64;

/// A way for CloudFront to a load balancer that nobody reaches from the internet.
///
/// CloudFront changes none while a distribution uses it, so that a change makes another, which takes its place there.
pub struct VpcOrigin;

/// The properties of `AWS::CloudFront::VpcOrigin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub vpc_origin_endpoint_config: Config,
}

/// Where CloudFront connects to. Its name is the resource's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Config {
    /// The ARN of a load balancer, in subnets of a VPC that has an internet gateway; or of an instance.
    pub arn: Ref<LoadBalancer>,
    #[serde(rename = "HTTPPort", default = "number::<80>")]
    pub http_port: i32,
    #[serde(rename = "HTTPSPort", default = "number::<443>")]
    pub https_port: i32,
    /// `ipv4` or `dualstack`.
    #[serde(default = "ipv4")]
    pub ip_address_type: String,
    /// `http-only`, `https-only` or `match-viewer`.
    #[serde(default = "match_viewer")]
    pub origin_protocol_policy: String,
    /// Versions of TLS; `TLSv1.2` alone is what to choose.
    #[serde(rename = "OriginSSLProtocols", default = "oldest")]
    pub origin_ssl_protocols: Set<String>,
}

/// The return values of `AWS::CloudFront::VpcOrigin`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
    pub arn: String,
}

const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: private-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Scheme: internal
      Subnets: \"{{ ref_all('AWS::EC2::Subnet/private-*') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
  - type: AWS::CloudFront::VpcOrigin
    name: web
    after: [AWS::EC2::InternetGateway/main]
    properties:
      VpcOriginEndpointConfig:
        Arn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
        OriginProtocolPolicy: https-only
        OriginSSLProtocols: [TLSv1.2]
";

impl Kind for VpcOrigin {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/VpcOriginEndpointConfig"],
        digest_below: &["/VpcOriginEndpointConfig"],
        replacement: Replacement::CreateFirst,
        // AWS says up to 15 minutes.
        seconds: 600,
        cloudformation: CloudFormation { needs_name: true, ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::CloudFront::VpcOrigin",
            is_global: true,
            indexed_as: None,
            reference: "Id",
            name: NameRule::Hashed { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("VpcOriginEndpointConfig/Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::CloudFront::Distribution",
                Detection::Left("it sends requests through it, and changes nothing of it"),
            )],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["cloudfront:ListVpcOrigins", "cloudfront:GetVpcOrigin", "cloudfront:ListTagsForResource"],
                create: &[
                    "cloudfront:CreateVpcOrigin",
                    "cloudfront:TagResource",
                    "cloudfront:ListVpcOrigins",
                    "cloudfront:ListTagsForResource",
                    // What the service does in the caller's name.
                    "ec2:DescribeInstances",
                    "ec2:DescribeInternetGateways",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeLoadBalancers",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &[],
                retag: &["cloudfront:TagResource", "cloudfront:UntagResource"],
                delete: &["cloudfront:GetVpcOrigin", "cloudfront:DeleteVpcOrigin"],
                on: &[
                    ("cloudfront:CreateVpcOrigin", &[On::Made("")]),
                    ("cloudfront:TagResource", &[On::Ours, On::Untagged("vpcorigin/*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("vpcorigin.cloudfront.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let all = summaries(reader).await?;
        let asked = all.into_iter().filter(|one| ids.contains(&one.id));
        Ok(Some(asked.map(|one| (one.id, state(&one.summary))).collect()))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.cloudfront().create_vpc_origin().tags(super::given(tags));
        let call = call.vpc_origin_endpoint_config(config(name.as_str(), &spec.vpc_origin_endpoint_config));
        named::create(writer, name.as_str(), spec, tags, async {
            let made = call.send().await?.vpc_origin;
            let nothing = || Failure::new(Class::Other, "CreateVpcOrigin returned no VPC origin");
            made.map(|one| settling(one.id, one.arn)).ok_or_else(nothing)
        })
        .await
    }

    /// All of it is create-only.
    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        super::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let answer = writer.cloudfront().get_vpc_origin().id(&live.id).send().await.map_err(Failure::from);
        let etag = match answer {
            Err(failure) if failure.is(Class::NotFound) => return Ok(Turn::Done(Vec::new())),
            answer => answer?.e_tag.unwrap_or_default(),
        };
        match gone(writer.cloudfront().delete_vpc_origin().id(&live.id).if_match(etag).send().await) {
            // A distribution lets go of it when its change has spread.
            Err(failure) if failure.is(Class::Busy) => Ok(Turn::Busy(failure)),
            answer => answer.map(|()| Turn::Done(Vec::new())),
        }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let Config { http_port, https_port, origin_protocol_policy: policy, .. } = &spec.vpc_origin_endpoint_config;
        let ports = [
            ("/VpcOriginEndpointConfig/HTTPPort", *http_port, 1, 65_535),
            ("/VpcOriginEndpointConfig/HTTPSPort", *https_port, 1, 65_535),
        ];
        let addresses = spec.vpc_origin_endpoint_config.ip_address_type.as_str();
        let wrong = Mistake::all([
            (
                !sdk::OriginProtocolPolicy::values().contains(&policy.as_str()),
                "/VpcOriginEndpointConfig/OriginProtocolPolicy",
                "is none of http-only, https-only and match-viewer",
            ),
            (
                !sdk::VpcIpAddressType::values().contains(&addresses),
                "/VpcOriginEndpointConfig/IpAddressType",
                "is none of ipv4 and dualstack",
            ),
        ]);
        Mistake::outside(ports, "").chain(wrong).collect()
    }
}

impl Named for VpcOrigin {
    /// Its state, in CloudFront's word.
    type Summary = String;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<String>>> {
        summaries(reader).await
    }

    async fn tags(clients: &Clients, one: &Listed<String>, _: &TagIndex) -> Result<Tags> {
        super::tags(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<String>, tags: Tags) -> Result<Found<Self>> {
        let answer = reader.cloudfront().get_vpc_origin().id(&one.id).send().await?;
        let origin =
            answer.vpc_origin.and_then(|origin| origin.vpc_origin_endpoint_config.map(|at| (origin.status, at)));
        let nothing = || Failure::new(Class::Other, format!("GetVpcOrigin returned nothing of {}", one.id));
        let (status, endpoint) = origin.ok_or_else(nothing)?;
        let outputs = Outputs { id: one.id.clone(), arn: one.arn };
        let spec = Spec { vpc_origin_endpoint_config: read(&endpoint) };
        Ok(Found { state: state(&status), ..Found::ready(one.id, Some(one.name), spec, outputs, tags) })
    }
}

impl Adopted for VpcOrigin {
    const WHAT: &'static str = "the VPC origin";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<String>>> {
        Ok(summaries(writer).await?.into_iter().find(|one| one.name == name))
    }

    async fn made(_: &Writer, one: Listed<String>, _: &Spec) -> Result<Made<Self>> {
        Ok(settling(one.id, one.arn))
    }
}

/// All VPC origins of the account: the operation has no paginator of its own.
async fn summaries(clients: &Clients) -> Result<Vec<Listed<String>>> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let answer = clients.cloudfront().list_vpc_origins().max_items(PAGE).set_marker(marker).send().await?;
        let Some(page) = answer.vpc_origin_list else { break };
        all.extend(page.items.into_iter().flatten().map(|one| Listed {
            is_deleting: one.status == "Deleting",
            id: one.id,
            name: one.name,
            arn: one.arn,
            summary: one.status,
        }));
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            break;
        }
    }
    Ok(all)
}

fn state(status: &str) -> State {
    match status {
        DEPLOYED => State::Ready,
        "Deleting" => State::Deleting,
        "Failed" => State::Failed("CloudFront could not make its way into the VPC".to_owned()),
        other => State::Settling(format!("CloudFront to make its way into the VPC ({other})")),
    }
}

fn read(from: &sdk::VpcOriginEndpointConfig) -> Config {
    Config {
        arn: Ref::new(from.arn()),
        http_port: from.http_port,
        https_port: from.https_port,
        ip_address_type: from.ip_address_type().map_or_else(ipv4, |kind| kind.as_str().to_owned()),
        origin_protocol_policy: from.origin_protocol_policy.as_str().to_owned(),
        origin_ssl_protocols: from.origin_ssl_protocols().map(protocols).unwrap_or_default(),
    }
}

pub(super) fn protocols(from: &sdk::OriginSslProtocols) -> Set<String> {
    from.items().iter().map(sdk::SslProtocol::as_str).collect()
}

pub(super) fn ssl_protocols(from: &Set<String>) -> sdk::OriginSslProtocols {
    let (quantity, items) = counted(from.iter().map(|protocol| sdk::SslProtocol::from(protocol.as_str())));
    sdk::OriginSslProtocols::builder().quantity(quantity).set_items(Some(items)).build().expect(COMPLETE)
}

fn config(name: &str, from: &Config) -> sdk::VpcOriginEndpointConfig {
    let config = sdk::VpcOriginEndpointConfig::builder()
        .name(name)
        .arn(from.arn.as_str())
        .http_port(from.http_port)
        .https_port(from.https_port)
        .ip_address_type(from.ip_address_type.as_str().into())
        .origin_protocol_policy(from.origin_protocol_policy.as_str().into())
        .origin_ssl_protocols(ssl_protocols(&from.origin_ssl_protocols));
    config.build().expect(COMPLETE)
}

fn settling(id: String, arn: String) -> Made<VpcOrigin> {
    let state = State::Settling("CloudFront to make its way into the VPC".to_owned());
    Made { id: id.clone(), outputs: Outputs { id, arn }, state }
}

fn match_viewer() -> String {
    "match-viewer".to_owned()
}

pub(super) fn ipv4() -> String {
    "ipv4".to_owned()
}

pub(super) fn oldest() -> Set<String> {
    ["TLSv1", "SSLv3"].into_iter().collect()
}

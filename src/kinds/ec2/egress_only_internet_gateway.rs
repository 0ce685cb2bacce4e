use aws_sdk_ec2::types::{AttachmentStatus, EgressOnlyInternetGateway as Description, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::ec2;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::shared::tag;
use crate::resource::{
    Bearer, Changes, Essentials, Facts, Failure, Found, Identity, InUse, Kept, Kind, Listing, Made, Name, NameRule, On,
    Permissions, Quota, Ref, Replacement, Result, Scope, State, Tags, Turn,
};

/// A VPC's way out to the internet by IPv6, by which nobody comes in.
pub struct EgressOnlyInternetGateway;

/// The properties of `AWS::EC2::EgressOnlyInternetGateway`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The VPC that it stands in.
    pub vpc_id: Ref<Vpc>,
}

/// The return values of `AWS::EC2::EgressOnlyInternetGateway`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, AmazonProvidedIpv6CidrBlock: true }
  - type: AWS::EC2::EgressOnlyInternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
";

/// The most that a page of its list holds.
const PAGE: i32 = 255;
/// What EC2 says of one that is gone.
const MISSING: &[&str] = &["InvalidGatewayID.NotFound", "InvalidEgressOnlyInternetGatewayId.NotFound"];

impl Kind for EgressOnlyInternetGateway {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/VpcId"],
        unique_key: &["/VpcId"],
        // A VPC has at most one.
        replacement: Replacement::DeleteFirst,
        quotas: &[Quota::new("vpc", "L-45FE3B85", "Egress-only internet gateways per Region")],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::EgressOnlyInternetGateway",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "Id",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &["eigw-"],
            attachable: &[],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["ec2:DescribeEgressOnlyInternetGateways"],
                create: &["ec2:CreateEgressOnlyInternetGateway", "ec2:CreateTags"],
                update: &[],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DeleteEgressOnlyInternetGateway"],
                on: &[
                    ("ec2:CreateEgressOnlyInternetGateway", &[On::Made("egress-only-internet-gateway/*"), On::Ours]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateEgressOnlyInternetGateway")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_egress_only_internet_gateways().set_filters(Some(ec2::filters(scope)));
        let all = call.max_results(PAGE).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let is_meant = |one: &Found<Self>| scope.owns(&one.id, &one.tags) || scope.requests(one.spec.vpc_id.as_str());
        let found = all.iter().map(found).filter(is_meant).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2().describe_egress_only_internet_gateways().max_results(PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(Some(InUse::count(all.len())))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = || {
            let call = writer.ec2().create_egress_only_internet_gateway().client_token(writer.token());
            let call = call.vpc_id(spec.vpc_id.as_str());
            let call = call.tag_specifications(ec2::tagged(ResourceType::EgressOnlyInternetGateway, tags));
            async move { Ok::<_, Failure>(call.send().await?) }
        };
        let answer = retry(2 * MINUTE, ec2::is_fresh, call).await?;
        let made = answer.egress_only_internet_gateway().and_then(Description::egress_only_internet_gateway_id);
        let id = ec2::id_in(made, "CreateEgressOnlyInternetGateway")?;
        Ok(Made { outputs: Outputs { id: id.clone() }, id, state: State::Settling("its attachment".into()) })
    }

    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        // Its one property is create-only.
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = || {
            let call = writer.ec2().delete_egress_only_internet_gateway();
            call.egress_only_internet_gateway_id(&live.id).send()
        };
        ec2::delete(5 * MINUTE, MISSING, call).await?;
        Ok(Turn::Done(Vec::new()))
    }
}

fn found(gateway: &Description) -> Found<EgressOnlyInternetGateway> {
    let id = gateway.egress_only_internet_gateway_id().unwrap_or_default().to_owned();
    let is = |status: &AttachmentStatus| gateway.attachments().iter().any(|one| one.state() == Some(status));
    let vpc = gateway.attachments().iter().find_map(|one| one.vpc_id()).unwrap_or_default();
    Found {
        name: None,
        spec: Spec { vpc_id: vpc.into() },
        outputs: Outputs { id: id.clone() },
        id,
        tags: tag::read(gateway.tags()),
        state: if is(&AttachmentStatus::Attaching) {
            State::Settling("its attachment".into())
        } else if is(&AttachmentStatus::Detaching) {
            State::Deleting
        } else {
            State::Ready
        },
        unmodelled: Vec::new(),
        external: None,
    }
}

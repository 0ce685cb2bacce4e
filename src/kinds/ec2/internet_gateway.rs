use aws_sdk_ec2::types::{AttachmentStatus, InternetGateway as Description, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, MINUTE, Reader, Writer, create_once, retry, until};
use crate::kinds::ec2;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    InUse, Kept, Kind, Listing, Made, Name, NameRule, On, Permissions, Quota, Ref, Replacement, Result, Scope, State,
    Tags, Turn,
};

/// A VPC's door to the internet, with its attachment (which AWS cannot tag).
pub struct InternetGateway;

/// The properties of `AWS::EC2::InternetGateway`, and of its `AWS::EC2::VPCGatewayAttachment`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The VPC that it is attached to.
    pub vpc_id: Ref<Vpc>,
}

/// The return values of `AWS::EC2::InternetGateway`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub internet_gateway_id: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::VPC
    name: edge
    properties: { CidrBlock: 10.21.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/edge') }}\" }
";

impl Kind for InternetGateway {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        unique_key: &["/VpcId"],
        // A VPC has at most one.
        replacement: Replacement::DeleteFirst,
        several_calls: true,
        cloudformation: CloudFormation {
            parts: &[Part::of(
                "AWS::EC2::VPCGatewayAttachment",
                "Attachment",
                Source::Property("VpcId"),
                "InternetGatewayId",
            )
            .with_value("VpcId")],
            ..CloudFormation::SAME
        },
        quotas: &[Quota::new("vpc", "L-A4707A72", "Internet gateways per Region")],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::InternetGateway",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "InternetGatewayId",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &["ec2:CreateInternetGateway"],
            id_prefixes: &["igw-"],
            attachable: &[Attachable::new(
                "AWS::EC2::GatewayRouteTableAssociation",
                Detection::Left("it stands at the route table"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ec2:DescribeInternetGateways"],
                create: &[
                    "ec2:CreateInternetGateway",
                    "ec2:CreateTags",
                    "ec2:AttachInternetGateway",
                    "ec2:DescribeInternetGateways",
                ],
                update: &["ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:DescribeInternetGateways"],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"],
                on: &[
                    ("ec2:CreateInternetGateway", &[On::Made("internet-gateway/*")]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateInternetGateway")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_internet_gateways().set_filters(Some(ec2::filters(scope)));
        let all = call.max_results(ec2::PAGE).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let is_meant = |one: &Found<Self>| scope.owns(&one.id, &one.tags) || scope.requests(one.spec.vpc_id.as_str());
        let found = all.iter().map(found).filter(is_meant).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2().describe_internet_gateways().max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(Some(InUse::count(all.len())))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let look = || async {
            let call = writer.ec2().describe_internet_gateways().set_filters(Some(ec2::filters_of(tags)));
            let answer = call.send().await?;
            Ok(answer.internet_gateways().iter().find_map(Description::internet_gateway_id).map(str::to_owned))
        };
        let send = || async {
            let call = writer.ec2().create_internet_gateway();
            let answer = call.tag_specifications(ec2::tagged(ResourceType::InternetGateway, tags)).send().await?;
            ec2::id_in(answer.internet_gateway().and_then(Description::internet_gateway_id), "CreateInternetGateway")
        };
        let id = create_once(look, send).await?;
        attach(writer, &id, spec.vpc_id.as_str()).await?;
        Ok(made(id))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches("/VpcId") {
            if let Turn::Busy(failure) = detach(writer, &live.id, live.spec.vpc_id.as_str()).await? {
                return Ok(Turn::Busy(failure));
            }
            attach(writer, &live.id, spec.vpc_id.as_str()).await?;
        }
        Ok(Turn::Done(made(live.id.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        if let Turn::Busy(failure) = detach(writer, &live.id, live.spec.vpc_id.as_str()).await? {
            return Ok(Turn::Busy(failure));
        }
        let call = || writer.ec2().delete_internet_gateway().internet_gateway_id(&live.id).send();
        ec2::delete(5 * MINUTE, &[MISSING], call).await?;
        Ok(Turn::Done(Vec::new()))
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let is_attached = |field: &FieldDiff| field.before.as_ref().is_some_and(|vpc| vpc != "");
        if fields.iter().any(|field| field.path == "/VpcId" && is_attached(field)) {
            Disruption::Outage
        } else {
            Disruption::None
        }
    }
}

/// Attaches, and waits until that is shown: a gateway without an attachment looks ready, and what needs the way out fails.
async fn attach(writer: &Writer, id: &str, vpc: &str) -> Result<()> {
    send(writer, id, vpc).await?;
    let is_shown = || async {
        match attached_to(writer, id).await {
            Err(failure) if ec2::is_fresh(&failure) => Ok(None),
            there => Ok(there?.filter(|there| there == vpc)),
        }
    };
    until(2 * MINUTE, "the attachment", is_shown).await.map(drop)
}

async fn send(writer: &Writer, id: &str, vpc: &str) -> Result<()> {
    let call = || {
        let call = writer.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        async move { Ok::<_, Failure>(call.send().await.map(drop)?) }
    };
    match retry(5 * MINUTE, ec2::is_fresh, call).await {
        Err(failure) if failure.is(Class::AlreadyExists) && attached_to(writer, id).await?.as_deref() == Some(vpc) => {
            Ok(())
        }
        other => other,
    }
}

/// What EC2 says of a gateway that is gone.
const MISSING: &str = "InvalidInternetGatewayID.NotFound";

/// Returns the VPC that the gateway is attached to now.
async fn attached_to(writer: &Writer, id: &str) -> Result<Option<String>> {
    let answer = writer.ec2().describe_internet_gateways().internet_gateway_ids(id).send().await?;
    Ok(answer.internet_gateways().iter().find_map(vpc_of).map(str::to_owned))
}

/// Detaches; what is not attached is done. Public addresses of load balancers and NAT gateways that are being deleted hold
/// on for minutes.
async fn detach(writer: &Writer, id: &str, vpc: &str) -> Result<Turn<()>> {
    if vpc.is_empty() {
        return Ok(Turn::Done(()));
    }
    let codes = &[MISSING, "Gateway.NotAttached", "InvalidVpcID.NotFound"];
    ec2::release(codes, || writer.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc).send()).await
}

fn vpc_of(gateway: &Description) -> Option<&str> {
    // EC2 says `available` for an attached gateway, which the SDK's enum does not know.
    let mut standing = gateway.attachments().iter().filter(|attachment| {
        !matches!(attachment.state(), Some(AttachmentStatus::Detached | AttachmentStatus::Detaching))
    });
    standing.next().and_then(|attachment| attachment.vpc_id())
}

fn found(gateway: &Description) -> Found<InternetGateway> {
    let id = gateway.internet_gateway_id().unwrap_or_default().to_owned();
    let is = |status: &AttachmentStatus| gateway.attachments().iter().any(|one| one.state() == Some(status));
    Found {
        name: None,
        spec: Spec { vpc_id: vpc_of(gateway).unwrap_or_default().into() },
        outputs: Outputs { internet_gateway_id: id.clone() },
        id,
        tags: tag::read(gateway.tags()),
        state: if is(&AttachmentStatus::Attaching) || is(&AttachmentStatus::Detaching) {
            State::Settling("the attachment".into())
        } else {
            State::Ready
        },
        unmodelled: Vec::new(),
        external: None,
    }
}

fn made(id: String) -> Made<InternetGateway> {
    let outputs = Outputs { internet_gateway_id: id.clone() };
    Made { id, outputs, state: State::Settling("the attachment".into()) }
}

mod spec;

use aws_sdk_elasticloadbalancingv2::types::{ProtocolEnum, TargetGroup as Description, TargetGroupAttribute};
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::spec::{HEALTH_CHECK, Matcher, Spec};
use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::ec2::vpc;
use crate::kinds::elb::attribute::{self, Attribute};
use crate::kinds::elb::{self, NAME_MAX, Tagged};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, Found, Identity, InUse,
    Kept, Kind, Listing, Made, Mistake, Name, NameConflict, NameRule, On, Permissions, Quota, Replacement, Result,
    Scope, State, Tags, Turn,
};

/// Where a load balancer sends requests, and how it tells who is well.
pub struct TargetGroup;

/// The return values of `AWS::ElasticLoadBalancingV2::TargetGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub target_group_arn: String,
    pub target_group_name: String,
    /// `targetgroup/<name>/<id>`, as metrics know it.
    pub target_group_full_name: String,
    /// The load balancers that send here.
    pub load_balancer_arns: Vec<String>,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::ElasticLoadBalancingV2::TargetGroup
    name: app
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      TargetType: ip
      Protocol: HTTP
      Port: 8080
      HealthCheckPath: /health
      Matcher: { HttpCode: 200-299 }
      TargetGroupAttributes:
        - { Key: deregistration_delay.timeout_seconds, Value: \"30\" }
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::ElasticLoadBalancingV2::TargetGroup
    name: app
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      TargetType: ip
      Protocol: HTTP
      Port: 8080
      HealthCheckProtocol: HTTPS
      HealthCheckPort: \"8443\"
      HealthCheckPath: /ready
      HealthCheckIntervalSeconds: 15
      HealthCheckTimeoutSeconds: 10
      HealthyThresholdCount: 3
      UnhealthyThresholdCount: 3
      Matcher: { HttpCode: \"200\" }
      TargetGroupAttributes:
        - { Key: deregistration_delay.timeout_seconds, Value: \"60\" }
";

impl Kind for TargetGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/TargetType", "/Protocol", "/ProtocolVersion", "/Port", "/VpcId", "/IpAddressType"],
        replacement: Replacement::CreateFirst,
        // It is empty until the services have moved.
        replacement_disruption: Disruption::Outage,
        keyed: &[("/TargetGroupAttributes", "Key")],
        switches: spec::SWITCHES,
        declared_only: &["/TargetGroupAttributes"],
        several_calls: true,
        quotas: &[Quota::new("elasticloadbalancing", "L-B22855CB", "Target Groups per Region")],
        ..Facts::of(Essentials {
            kind: "AWS::ElasticLoadBalancingV2::TargetGroup",
            is_global: false,
            indexed_as: Some("elasticloadbalancing"),
            reference: "TargetGroupArn",
            name: NameRule::Hashed { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("Targets", Detection::Surveyed),
                Attachable::new(
                    "AWS::ElasticLoadBalancingV2::ListenerRule",
                    Detection::Left(
                        "it stands at the listener; a group of ours behind one of others shows in LoadBalancerArns",
                    ),
                ),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &[
                    "elasticloadbalancing:DescribeTargetGroups",
                    "elasticloadbalancing:DescribeTargetGroupAttributes",
                    "elasticloadbalancing:DescribeTags",
                    "ec2:DescribeVpcs",
                ],
                create: &[
                    "elasticloadbalancing:CreateTargetGroup",
                    "elasticloadbalancing:AddTags",
                    "elasticloadbalancing:DescribeTargetGroups",
                    "elasticloadbalancing:DescribeTags",
                    "elasticloadbalancing:ModifyTargetGroup",
                    "elasticloadbalancing:ModifyTargetGroupAttributes",
                    // What the service does in the caller's name.
                    "ec2:DescribeVpcs",
                ],
                update: &["elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes"],
                retag: &["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
                delete: &["elasticloadbalancing:DeleteTargetGroup"],
                on: &[
                    ("elasticloadbalancing:CreateTargetGroup", &[On::Made("targetgroup/*")]),
                    ("elasticloadbalancing:AddTags", &[On::Ours, On::MadeBy("CreateTargetGroup")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.elb().describe_target_groups().page_size(elb::PAGE);
        let mut all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let vpcs = vpc::ids(reader, scope).await?;
        // Neither makes it ours, but either is worth a look at the tags.
        all.retain(|one| {
            one.vpc_id().is_some_and(|vpc| vpcs.contains(vpc))
                || one.target_group_name().is_some_and(|name| scope.may_own(name, NAME_MAX))
                || one.target_group_arn().is_some_and(|arn| scope.requests(arn))
        });
        let all = elb::with_tags(reader, all, Description::target_group_arn).await?;
        let (ours, others): (Vec<_>, Vec<_>) =
            all.seen.iter().partition(|one| elb::owns(scope, one.item.target_group_arn(), &one.tags));
        let name_conflicts = others.into_iter().filter_map(|one| conflict(one, scope)).collect();
        let mut listing = Listing { name_conflicts, unseen: all.unseen.clone(), ..Listing::default() };
        let details = join_all(ours.iter().map(|one| read(reader, one))).await;
        for (one, read) in ours.into_iter().zip(details) {
            elb::keep(&mut listing, one.item.target_group_arn(), &one.tags, read);
        }
        Ok(listing)
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.elb().describe_target_groups().page_size(elb::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(Some(InUse::count(all.len())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let outputs = match send(writer, name, spec, tags).await {
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let there = adopt(writer, name, tags, failure).await?;
                set_health_check(writer, &there.target_group_arn, spec).await?;
                there
            }
            other => other?,
        };
        let usual = attribute::of_group(&spec.target_type, &spec.protocol);
        let attributes = attribute::unusual(&spec.target_group_attributes, &usual);
        elb::when_known(|| set_attributes(writer, &outputs.target_group_arn, &attributes)).await?;
        Ok(made(outputs))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches_any(HEALTH_CHECK) {
            set_health_check(writer, &live.id, spec).await?;
        }
        let attributes = attribute::changed(&spec.target_group_attributes, changes, "/TargetGroupAttributes");
        set_attributes(writer, &live.id, &attributes).await?;
        Ok(Turn::Done(made(live.outputs.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elb::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        // Two minutes: a rule or listener that is gone still counts for a while.
        gone(
            retry_while(2 * MINUTE, &[Class::Busy], || {
                writer.elb().delete_target_group().target_group_arn(&live.id).send()
            })
            .await,
        )?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.check()
    }
}

fn conflict(one: &Tagged<Description>, scope: &Scope) -> Option<NameConflict> {
    let Tagged { item, tags } = one;
    let name = item.target_group_name().filter(|name| scope.may_own(name, NAME_MAX))?;
    Some(NameConflict { id: item.target_group_arn()?.to_owned(), name: name.to_owned(), tags: tags.clone() })
}

async fn send(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Outputs> {
    let call = || {
        let call = writer
            .elb()
            .create_target_group()
            .name(name.as_str())
            .target_type(spec.target_type.as_str().into())
            .protocol(spec.protocol.as_str().into())
            .set_protocol_version(spec.protocol_version.clone())
            .port(spec.port)
            .vpc_id(spec.vpc_id.as_str())
            .ip_address_type(spec.ip_address_type.as_str().into())
            .health_check_enabled(spec.health_check_enabled)
            .set_health_check_protocol(spec.health_check_protocol.as_deref().map(ProtocolEnum::from))
            .health_check_port(&spec.health_check_port)
            .set_health_check_path(spec.health_check_path.clone())
            .set_health_check_interval_seconds(spec.health_check_interval_seconds)
            .set_health_check_timeout_seconds(spec.health_check_timeout_seconds)
            .healthy_threshold_count(spec.healthy_threshold_count)
            .unhealthy_threshold_count(spec.unhealthy_threshold_count)
            .set_matcher(spec.matcher.as_ref().map(Matcher::to_sdk))
            .set_tags(tag::write(tags));
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let is_transient = |failure: &Failure| elb::is_fresh(writer, spec, failure);
    let answer = retry(2 * MINUTE, is_transient, call).await?;
    let one = answer.target_groups().first();
    elb::arn_in(one.and_then(Description::target_group_arn), "CreateTargetGroup")?;
    Ok(one.map(outputs).expect("a target group with an ARN is there"))
}

async fn adopt(writer: &Writer, name: &Name, tags: &Tags, failure: Failure) -> Result<Outputs> {
    let answer = writer.elb().describe_target_groups().names(name.as_str()).send().await?;
    let Some(there) = answer.target_groups().first().map(outputs) else { return Err(failure) };
    elb::adopt(writer, &there.target_group_arn, tags).await?;
    Ok(there)
}

/// Sets the whole health check; AWS takes the parts together.
async fn set_health_check(writer: &Writer, arn: &str, spec: &Spec) -> Result<()> {
    let call = writer.elb().modify_target_group().target_group_arn(arn);
    call.health_check_enabled(spec.health_check_enabled)
        .set_health_check_protocol(spec.health_check_protocol.as_deref().map(ProtocolEnum::from))
        .health_check_port(&spec.health_check_port)
        .set_health_check_path(spec.health_check_path.clone())
        .set_health_check_interval_seconds(spec.health_check_interval_seconds)
        .set_health_check_timeout_seconds(spec.health_check_timeout_seconds)
        .healthy_threshold_count(spec.healthy_threshold_count)
        .unhealthy_threshold_count(spec.unhealthy_threshold_count)
        .set_matcher(spec.matcher.as_ref().map(Matcher::to_sdk))
        .send()
        .await?;
    Ok(())
}

async fn set_attributes(writer: &Writer, arn: &str, attributes: &[&Attribute]) -> Result<()> {
    if attributes.is_empty() {
        return Ok(());
    }
    let sdk = |one: &&Attribute| TargetGroupAttribute::builder().key(&one.key).value(&one.value).build();
    let call = writer.elb().modify_target_group_attributes().target_group_arn(arn);
    call.set_attributes(Some(attributes.iter().map(sdk).collect())).send().await?;
    Ok(())
}

async fn read(reader: &Reader, one: &Tagged<Description>) -> Result<Found<TargetGroup>> {
    let outputs = outputs(&one.item);
    let arn = outputs.target_group_arn.clone();
    let attributes = reader.elb().describe_target_group_attributes().target_group_arn(&arn).send().await?;
    let attributes = attributes.attributes().iter().map(|one| Attribute::read(one.key(), one.value())).collect();
    Ok(Found {
        id: arn,
        name: Some(outputs.target_group_name.clone()),
        spec: Spec::read(&one.item, attributes),
        outputs,
        tags: one.tags.clone(),
        state: State::Ready,
        unmodelled: UnmodelledParts::default()
            .tell("/TargetControlPort", one.item.target_control_port().map(|port| format!("is {port}")))
            .take(),
        external: None,
    })
}

fn outputs(description: &Description) -> Outputs {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let arn = text(description.target_group_arn());
    Outputs {
        target_group_name: text(description.target_group_name()),
        target_group_full_name: arn.rsplit_once(':').map(|(_, name)| name.to_owned()).unwrap_or_default(),
        load_balancer_arns: description.load_balancer_arns().to_vec(),
        target_group_arn: arn,
    }
}

fn made(outputs: Outputs) -> Made<TargetGroup> {
    Made { id: outputs.target_group_arn.clone(), outputs, state: State::Ready }
}

mod spec;

use aws_sdk_ecs::types::{
    AutoScalingGroupProvider as Sdk, AutoScalingGroupProviderUpdate, CapacityProvider as Description,
    CapacityProviderField, CapacityProviderStatus, CapacityProviderUpdateStatus as Update,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::spec::Spec;
use self::spec::{Provider, mistakes};
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ecs::{self, MAX_NAME};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::{retry_while, turn};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{
    Attachable, Attached, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, Kept, Kind,
    Listing, Made, Mistake, Name, NameConflict, NameRule, On, Permissions, Replacement, Result, Scope, State, Tags,
    Turn,
};

/// Instances of an Auto Scaling group, on which services run.
pub struct CapacityProvider;

/// How many providers one answer has (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html).
const PAGE: i32 = 10;

/// The return value of `AWS::ECS::CapacityProvider`: its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub name: String,
    #[serde(skip)]
    arn: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::LaunchTemplate
    name: small
    properties:
      LaunchTemplateData: { ImageId: ami-12c6146b, InstanceType: m7i.large }
  - type: AWS::AutoScaling::AutoScalingGroup
    name: small
    properties:
      MinSize: 0
      MaxSize: 4
      NewInstancesProtectedFromScaleIn: true
      VPCZoneIdentifier: [\"{{ ref('AWS::EC2::Subnet/private-1') }}\"]
      LaunchTemplate:
        LaunchTemplateId: \"{{ ref('AWS::EC2::LaunchTemplate/small') }}\"
        Version: \"{{ ref('AWS::EC2::LaunchTemplate/small', 'LatestVersionNumber') }}\"
  - type: AWS::ECS::CapacityProvider
    name: small
    properties:
      AutoScalingGroupProvider:
        AutoScalingGroupArn: \"{{ ref('AWS::AutoScaling::AutoScalingGroup/small', 'AutoScalingGroupARN') }}\"
        ManagedScaling: { Status: ENABLED, TargetCapacity: 100 }
        ManagedTerminationProtection: ENABLED
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::LaunchTemplate
    name: small
    properties:
      LaunchTemplateData: { ImageId: ami-12c6146b, InstanceType: m7i.large }
  - type: AWS::AutoScaling::AutoScalingGroup
    name: small
    properties:
      MinSize: 0
      MaxSize: 4
      NewInstancesProtectedFromScaleIn: true
      VPCZoneIdentifier: [\"{{ ref('AWS::EC2::Subnet/private-1') }}\"]
      LaunchTemplate:
        LaunchTemplateId: \"{{ ref('AWS::EC2::LaunchTemplate/small') }}\"
        Version: \"{{ ref('AWS::EC2::LaunchTemplate/small', 'LatestVersionNumber') }}\"
  - type: AWS::ECS::CapacityProvider
    name: small
    properties:
      AutoScalingGroupProvider:
        AutoScalingGroupArn: \"{{ ref('AWS::AutoScaling::AutoScalingGroup/small', 'AutoScalingGroupARN') }}\"
        ManagedDraining: DISABLED
        ManagedScaling:
          Status: DISABLED
          TargetCapacity: 90
          InstanceWarmupPeriod: 120
          MinimumScalingStepSize: 2
          MaximumScalingStepSize: 20
        ManagedTerminationProtection: DISABLED
";

impl Kind for CapacityProvider {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/AutoScalingGroupProvider/AutoScalingGroupArn"],
        // A group has one provider.
        replacement: Replacement::DeleteFirst,
        digest_below: &["/AutoScalingGroupProvider"],
        tombstone: Some("ECS goes on showing it as inactive, with its tags, for a while; it costs nothing"),
        // ECS gives the group a policy and a hook, or takes them away.
        seconds: 20,
        ..Facts::of(Essentials {
            kind: "AWS::ECS::CapacityProvider",
            is_global: false,
            indexed_as: Some("ecs"),
            reference: "Name",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::ECS::Service",
                Detection::Left("it runs in a cluster, whose services are listed"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ecs:DescribeCapacityProviders"],
                create: &[
                    "ecs:CreateCapacityProvider",
                    "ecs:DescribeCapacityProviders",
                    "ecs:TagResource",
                    // In the caller's name ECS marks the group as one that it manages.
                    "autoscaling:CreateOrUpdateTags",
                ],
                update: &["ecs:UpdateCapacityProvider"],
                retag: &["ecs:TagResource", "ecs:UntagResource"],
                delete: &["ecs:DeleteCapacityProvider"],
                on: &[
                    ("ecs:CreateCapacityProvider", &[On::Made("capacity-provider/*")]),
                    ("ecs:TagResource", &[On::Ours, On::MadeBy("CreateCapacityProvider")]),
                    ("autoscaling:CreateOrUpdateTags", &[On::Ours]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let mut listing = Listing::default();
        for provider in all(reader).await?.iter().filter(|provider| is_there(provider)) {
            let name = provider.name().unwrap_or_default().to_owned();
            let tags = tag::read(provider.tags());
            if scope.owns(&name, &tags) {
                listing.found.push(found(provider, tags));
                continue;
            }
            let host = provider.auto_scaling_group_provider().map(|group| ecs::last(group.auto_scaling_group_arn()));
            listing.attached.extend(host.map(|host| Attached { id: name.clone(), host: host.to_owned() }));
            if scope.may_own(&name, MAX_NAME) {
                listing.name_conflicts.push(NameConflict { id: name.clone(), name, tags });
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        if let Some(there) = look(writer, name).await? {
            ownership::adopt(&format!("the capacity provider {name}"), &tag::read(there.tags()), tags)?;
            return Ok(made(name, there.capacity_provider_arn.unwrap_or_default()));
        }
        let from = &spec.auto_scaling_group_provider;
        let provider = Sdk::builder()
            .auto_scaling_group_arn(from.auto_scaling_group_arn.as_str())
            .managed_draining(from.draining())
            .managed_scaling(from.managed_scaling.sdk())
            .managed_termination_protection(from.protection())
            .build()
            .expect("the group is set");
        let call = writer.ecs().create_capacity_provider().name(name).auto_scaling_group_provider(provider);
        let call = call.set_tags(tag::write(tags));
        // The group was made moments ago; one that was deleted moments ago has the name for a while.
        let classes = &[Class::Busy, Class::Propagating, Class::NotFound];
        let answer = retry_while(5 * MINUTE, classes, || call.clone().send()).await?;
        let arn = answer.capacity_provider.and_then(|provider| provider.capacity_provider_arn);
        let arn = arn.ok_or_else(|| Failure::new(Class::Other, "CreateCapacityProvider returned no ARN"))?;
        Ok(made(name, arn))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let from = &spec.auto_scaling_group_provider;
        let provider = AutoScalingGroupProviderUpdate::builder()
            .managed_draining(from.draining())
            .managed_scaling(from.managed_scaling.sdk())
            .managed_termination_protection(from.protection())
            .build();
        let call = writer.ecs().update_capacity_provider().name(&live.id).auto_scaling_group_provider(provider);
        // Refused while an earlier change is under way.
        retry_while(5 * MINUTE, &[Class::Busy], || call.clone().send()).await?;
        Ok(Turn::Done(made(&live.id, live.outputs.arn.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ecs::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    /// Refused while a cluster offers it, or a task of it stops.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        if live.state == State::Deleting {
            return Ok(Turn::Done(Vec::new()));
        }
        let call = writer.ecs().delete_capacity_provider().capacity_provider(&live.id);
        let sent = gone(retry_while(MINUTE, &[Class::Busy], || call.clone().send()).await);
        turn(sent.map(|()| Vec::new()), |failure| failure.is(Class::Busy))
    }

    fn unsupported(found: &Found<Self>) -> Option<String> {
        let group = &found.spec.auto_scaling_group_provider.auto_scaling_group_arn;
        group
            .as_str()
            .is_empty()
            .then(|| "it has instances that ECS manages itself, which is not offered here".to_owned())
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        mistakes(spec)
    }
}

/// All providers of the account, AWS's own among them. The SDK has no paginator for this one.
async fn all(reader: &Reader) -> Result<Vec<Description>> {
    let mut all = Vec::new();
    let mut next = None;
    loop {
        let call = reader.ecs().describe_capacity_providers().include(CapacityProviderField::Tags).max_results(PAGE);
        let answer = call.set_next_token(next).send().await?;
        all.extend(answer.capacity_providers.unwrap_or_default());
        next = answer.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// The provider of a name, which every account has one of at most.
async fn look(writer: &Writer, name: &str) -> Result<Option<Description>> {
    let call = writer.ecs().describe_capacity_providers().capacity_providers(name);
    let answer = call.include(CapacityProviderField::Tags).send().await?;
    let is_usable = |provider: &Description| is_there(provider) && state(provider) != State::Deleting;
    Ok(answer.capacity_providers.unwrap_or_default().into_iter().find(is_usable))
}

/// ECS goes on describing what is deleted.
fn is_there(provider: &Description) -> bool {
    provider.status() != Some(&CapacityProviderStatus::Inactive)
        && provider.update_status() != Some(&Update::DeleteComplete)
}

fn found(provider: &Description, tags: Tags) -> Found<CapacityProvider> {
    let name = provider.name().unwrap_or_default().to_owned();
    let group = provider.auto_scaling_group_provider().map(Provider::read);
    let nobody = || Provider::read(&Sdk::builder().auto_scaling_group_arn("").build().expect("the group is set"));
    let unmodelled = UnmodelledParts::default()
        .note("/ManagedInstancesProvider", provider.managed_instances_provider().is_some(), "is there")
        .value("/ClusterName", provider.cluster().map(ecs::last), "")
        .tell("/UpdateStatus", refused(provider))
        .take();
    Found {
        id: name.clone(),
        name: Some(name.clone()),
        spec: Spec { auto_scaling_group_provider: group.unwrap_or_else(nobody) },
        outputs: Outputs { name, arn: provider.capacity_provider_arn().unwrap_or_default().to_owned() },
        tags,
        state: state(provider),
        unmodelled,
        external: None,
    }
}

fn state(provider: &Description) -> State {
    let why = provider.update_status_reason().unwrap_or("ECS gives no reason").to_owned();
    match provider.update_status() {
        Some(Update::CreateInProgress) => State::Settling("the capacity provider".to_owned()),
        Some(Update::UpdateInProgress) => State::Settling("the change of the capacity provider".to_owned()),
        Some(Update::DeleteInProgress) => State::Deleting,
        Some(Update::CreateFailed) => State::Failed(format!("it could not be made: {why}")),
        _ => State::Ready,
    }
}

/// What became of a change or a deletion that ECS gave up.
fn refused(provider: &Description) -> Option<String> {
    let what = match provider.update_status()? {
        Update::UpdateFailed => "its last change failed",
        Update::DeleteFailed => "its deletion failed",
        _ => return None,
    };
    Some(format!("{what}: {}", provider.update_status_reason().unwrap_or("ECS gives no reason")))
}

fn made(name: &str, arn: String) -> Made<CapacityProvider> {
    let state = State::Settling("the capacity provider".to_owned());
    Made { id: name.to_owned(), outputs: Outputs { name: name.to_owned(), arn }, state }
}

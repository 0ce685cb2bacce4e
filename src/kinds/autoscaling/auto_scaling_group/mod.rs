mod example;
mod read;
mod spec;
mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::spec::Spec;
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ec2::route_table::RouteTable;
use crate::kinds::ec2::{self};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::ownership;
use crate::kinds::shared::retry::{retry_while, turn};
use crate::resource::cloudformation::{CloudFormation, TagForm};
use crate::resource::{
    Address, Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, InUse, Kept,
    Kind, Listing, Made, Mistake, Name, NameConflict, NameRule, Neighbours, On, Permissions, Quota, Replacement,
    Result, Scope, State, Tags, Turn,
};

/// A number of instances over the zones of its subnets.
pub struct AutoScalingGroup;

/// The longest name.
const MAX_NAME: usize = 255;
/// How many groups one answer has (docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html).
const PAGE: i32 = 100;
/// What passes by itself: the profile, its role or the template was made moments ago, or two changes meet.
const TRANSIENT: &[Class] = &[Class::Propagating, Class::Conflict];

/// The return values of `AWS::AutoScaling::AutoScalingGroup`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub auto_scaling_group_name: String,
    #[serde(rename = "AutoScalingGroupARN")]
    pub auto_scaling_group_arn: String,
    #[serde(skip)]
    pub(super) health: Option<String>,
}

impl Kind for AutoScalingGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::DeleteFirst,
        keyed: &[("/MixedInstancesPolicy/LaunchTemplate/Overrides", "InstanceType")],
        ignored_after_create: &["/DesiredCapacity"],
        // A deletion ends its instances, which takes some minutes.
        seconds: 60,
        cloudformation: CloudFormation { tag_form: TagForm::Propagated, ..CloudFormation::SAME },
        quotas: &[Quota::new("autoscaling", "L-CDE20ADC", "Auto Scaling groups per region")],
        ..Facts::of(Essentials {
            kind: "AWS::AutoScaling::AutoScalingGroup",
            is_global: false,
            indexed_as: None,
            reference: "AutoScalingGroupName",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("AutoScalingGroupName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ECS::CapacityProvider", Detection::Listed),
                Attachable::new("TrafficSources", Detection::Noted("/TrafficSources")),
                Attachable::new("AWS::AutoScaling::WarmPool", Detection::Noted("/WarmPool")),
                Attachable::new(
                    "AWS::AutoScaling::ScalingPolicy",
                    Detection::Left("ECS gives the group one of its own, and changes it as it needs"),
                ),
                Attachable::new(
                    "AWS::AutoScaling::LifecycleHook",
                    Detection::Left(
                        "ECS gives the group one of its own, by which tasks leave before their instance ends",
                    ),
                ),
                Attachable::new(
                    "AWS::AutoScaling::ScheduledAction",
                    Detection::Left("it sets sizes, which show as a difference as soon as it has"),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["autoscaling:DescribeAutoScalingGroups"],
                create: &[
                    "autoscaling:CreateAutoScalingGroup",
                    "autoscaling:CreateOrUpdateTags",
                    "autoscaling:DescribeAutoScalingGroups",
                    "iam:CreateServiceLinkedRole",
                    // Whoever names a template needs what a launch from it takes.
                    "ec2:RunInstances",
                    "iam:PassRole",
                ],
                update: &["autoscaling:UpdateAutoScalingGroup", "ec2:RunInstances", "iam:PassRole"],
                retag: &["autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags"],
                delete: &["autoscaling:DeleteAutoScalingGroup"],
                on: &[
                    ("autoscaling:CreateAutoScalingGroup", &[On::Made("autoScalingGroup:*:autoScalingGroupName/*")]),
                    (
                        "autoscaling:CreateOrUpdateTags",
                        &[On::Ours, On::Untagged("autoScalingGroup:*:autoScalingGroupName/*")],
                    ),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("autoscaling.amazonaws.com")]),
                    ("iam:PassRole", &[On::PassedTo("ec2.amazonaws.com")]),
                    ("ec2:RunInstances", &[On::Everything]),
                ],
            },
        })
    };

    /// All groups, as only their names tell of a conflict.
    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2_autoscaling().describe_auto_scaling_groups().max_records(PAGE).into_paginator();
        let all = call.items().send().collect::<std::result::Result<Vec<_>, _>>().await?;
        let mut listing = Listing::default();
        for group in &all {
            let name = group.auto_scaling_group_name().unwrap_or_default();
            let tags = read::tags(group.tags());
            if scope.owns(name, &tags) {
                listing.found.push(read::found(group, tags));
            } else if scope.may_own(name, MAX_NAME) {
                listing.name_conflicts.push(NameConflict { id: name.to_owned(), name: name.to_owned(), tags });
            }
        }
        Ok(listing)
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2_autoscaling().describe_auto_scaling_groups().max_records(PAGE).into_paginator();
        let all = call.items().send().collect::<std::result::Result<Vec<_>, _>>().await?;
        Ok(Some(InUse::count(all.len())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = write::create(writer, name, spec, tags);
        // A group of the name that was deleted moments ago has it until its last instance is gone.
        let classes = [TRANSIENT, &[Class::Busy]].concat();
        let sent = retry_while(5 * MINUTE, &classes, || call.clone().send()).await;
        let is_there = sent.as_ref().is_err_and(|failure| failure.is(Class::AlreadyExists));
        if !is_there {
            sent?;
        }
        // The answer tells nothing; only the group has its ARN.
        let call = writer.ec2_autoscaling().describe_auto_scaling_groups().auto_scaling_group_names(name);
        let group = call.send().await?.auto_scaling_groups.unwrap_or_default().into_iter().next();
        let group = group.ok_or_else(|| Failure::new(Class::NotFound, format!("the group {name} is not shown yet")))?;
        if is_there {
            ownership::adopt(&format!("the Auto Scaling group {name}"), &read::tags(group.tags()), tags)?;
        }
        let outputs = Outputs {
            auto_scaling_group_name: name.to_owned(),
            auto_scaling_group_arn: group.auto_scaling_group_arn.unwrap_or_default(),
            health: None,
        };
        Ok(Made::ready(name.to_owned(), outputs))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let call = write::update(writer, &live.id, spec, changes);
        retry_while(5 * MINUTE, &[TRANSIENT, &[Class::Busy]].concat(), || call.clone().send()).await?;
        Ok(Turn::Done(live.updated()))
    }

    fn health(found: &Found<Self>) -> Option<String> {
        found.outputs.health.clone()
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (client, name) = (writer.ec2_autoscaling(), &bearer.outputs.auto_scaling_group_name);
        if !set.is_empty() {
            let call = client.create_or_update_tags().set_tags(Some(write::tags(name, set)));
            retry_while(MINUTE, &[Class::Busy, Class::Conflict], || call.clone().send()).await?;
        }
        if !unset.is_empty() {
            let call = client.delete_tags().set_tags(Some(write::keys(name, unset)));
            retry_while(MINUTE, &[Class::Busy, Class::Conflict], || call.clone().send()).await?;
        }
        Ok(())
    }

    /// By force: its instances end, also those that are protected or wait for a hook, and it goes with the last of them. Who
    /// ran on them has left before.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        if live.state == State::Deleting {
            return Ok(Turn::Done(Vec::new()));
        }
        let call = writer.ec2_autoscaling().delete_auto_scaling_group().auto_scaling_group_name(&live.id);
        let call = call.force_delete(true);
        let sent = gone(retry_while(MINUTE, &[Class::Busy, Class::Conflict], || call.clone().send()).await);
        turn(sent.map(|()| Vec::new()), |failure| failure.is(Class::Busy) || failure.is(Class::Conflict))
    }

    /// An instance starts as soon as the group is there, and what it runs first is on its way out.
    fn depends_on(
        spec: &serde_json::Value,
        other: &Address,
        other_spec: &serde_json::Value,
        _: &dyn Neighbours,
    ) -> Option<&'static str> {
        let leads_out = other.kind == RouteTable::FACTS.kind && ec2::serves(other_spec, &spec["VPCZoneIdentifier"]);
        leads_out.then_some("")
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec::mistakes(spec)
    }
}

//! Services on instances: the order in which machines, provider, cluster and services come and go, and what is drift.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::Client as Scaling;
use aws_sdk_ec2::Client as Ec2;
use aws_sdk_ec2::types::RequestLaunchTemplateData;
use aws_sdk_ecs::Client as Ecs;
use aws_sdk_secretsmanager::Client as Secrets;
use provision::plan::StackPlan;

use crate::stacks::local_account::{LocalAccount, on_deep_stack, words};
use crate::stacks::samples::{stack, up};

pub const HOOLI: &str = include_str!("../../../tenants/hooli.yaml");
const NAME: &str = "hooli-certification-machines";

/// Each changed property with its resource.
fn told(plan: &StackPlan) -> BTreeSet<String> {
    let fields = plan.changes.iter().flat_map(|change| change.fields.iter().map(move |field| (change, field)));
    fields.map(|(change, field)| format!("{} {}", change.address, field.path)).collect()
}

/// SendGrid's key, which a person puts in.
async fn fill(local: &LocalAccount) {
    let secrets = Secrets::new(&local.by_hand().await);
    let call = secrets.put_secret_value().secret_id("hooli-certification-sendgrid").secret_string("key");
    call.send().await.expect("allowed");
}

#[test]
fn machines_by_hand_changed_are_mended_and_scaling_is_left_alone() {
    on_deep_stack(async {
        let (local, certification) = up("300000000761", HOOLI, "certification").await;
        let hand = local.by_hand().await;
        fill(&local).await;
        local.apply(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&certification).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let (scaling, ec2, ecs) = (Scaling::new(&hand), Ec2::new(&hand), Ecs::new(&hand));
        // What ECS does all day is no difference.
        let scaled = scaling.update_auto_scaling_group().auto_scaling_group_name(NAME).desired_capacity(1);
        scaled.send().await.expect("allowed");
        let plan = local.plan(&certification).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let group = scaling.update_auto_scaling_group().auto_scaling_group_name(NAME).max_size(9);
        group.send().await.expect("allowed");
        let data = RequestLaunchTemplateData::builder().image_id("ami-12c6146b").key_name("people").build();
        let version = ec2.create_launch_template_version().launch_template_name(NAME).launch_template_data(data);
        version.send().await.expect("allowed");
        let providers = ecs.put_cluster_capacity_providers().cluster("hooli-certification-main");
        let providers = providers.capacity_providers("FARGATE").capacity_providers(NAME);
        providers.set_default_capacity_provider_strategy(Some(Vec::new())).send().await.expect("allowed");
        let plan = local.plan(&certification).await;
        let told = told(&plan);
        for expected in [
            "AWS::AutoScaling::AutoScalingGroup/machines /MaxSize",
            "AWS::EC2::LaunchTemplate/machines /DefaultVersionNumber",
            "AWS::EC2::LaunchTemplate/machines /LaunchTemplateData/KeyName",
            "AWS::EC2::LaunchTemplate/machines /LaunchTemplateData/MetadataOptions",
            "AWS::ECS::Cluster/main /CapacityProviders",
        ] {
            assert!(told.iter().any(|told| told.starts_with(expected)), "{expected}: {}", words(&plan));
        }
        local.apply(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&certification).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let groups = scaling.describe_auto_scaling_groups().send().await.expect("a list");
        let group = groups.auto_scaling_groups().first().expect("one");
        assert_eq!((group.max_size(), group.desired_capacity()), (Some(2), Some(1)));
    });
}

/// Machines need the cluster, the cluster's list needs the provider, and the provider the machines.
#[test]
fn machines_come_between_the_cluster_and_its_services_and_leave_between_them() {
    on_deep_stack(async {
        let account = "300000000762";
        let (local, certification) = up(account, HOOLI, "certification").await;
        fill(&local).await;
        local.apply(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        let order = local.calls().await;
        let at = |call: &str| {
            order.iter().position(|made| made.ends_with(call)).unwrap_or_else(|| panic!("{call}: {order:#?}"))
        };
        let wanted = [
            "CreateCluster",
            "CreateLaunchTemplate",
            "CreateAutoScalingGroup",
            "CreateCapacityProvider",
            "PutClusterCapacityProviders",
        ];
        assert!(wanted.is_sorted_by_key(|call| at(call)), "{order:#?}");
        let services = order.iter().enumerate().filter(|(_, call)| call.ends_with("CreateService"));
        assert!(services.clone().all(|(made, _)| made > at("PutClusterCapacityProviders")), "{order:#?}");
        // Off the machines: the service first, then the list, then all the rest.
        let fargate = HOOLI.replace("      capacity: machines\n", "");
        let fargate = fargate.lines().filter(|line| !line.contains("machines") && !line.ends_with("capacity:"));
        let fargate = stack(account, &fargate.collect::<Vec<_>>().join("\n"), "certification");
        let before = local.calls().await.len();
        local.bring_up(&fargate).await.unwrap_or_else(|why| panic!("{why}"));
        let order = local.calls().await.split_off(before);
        let at = |call: &str| {
            order.iter().position(|made| made.ends_with(call)).unwrap_or_else(|| panic!("{call}: {order:#?}"))
        };
        let wanted = [
            "DeleteService",
            "PutClusterCapacityProviders",
            "DeleteCapacityProvider",
            "DeleteAutoScalingGroup",
            "DeleteLaunchTemplate",
            "DeleteInstanceProfile",
        ];
        assert!(wanted.is_sorted_by_key(|call| at(call)), "{order:#?}");
        // And back; then all of it goes at once.
        local.bring_up(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        let hand = local.by_hand().await;
        let scaled = Scaling::new(&hand).update_auto_scaling_group().auto_scaling_group_name(NAME).desired_capacity(1);
        scaled.send().await.expect("allowed");
        local.destroy(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        let groups = Scaling::new(&hand).describe_auto_scaling_groups().send().await.expect("a list");
        assert!(groups.auto_scaling_groups().is_empty());
        let templates = Ec2::new(&hand).describe_launch_templates().send().await.expect("a list");
        assert!(templates.launch_templates().is_empty());
    });
}

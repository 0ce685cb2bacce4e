//! Schedules and their groups: whose a group is, what is in it, and which revision a schedule starts.

use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, Target};
use provision::blueprint::Blueprint;
use provision::plan::Action;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, stack_of, words};

const GROUP: &str = "
resources:
  - type: AWS::Scheduler::ScheduleGroup
    name: main
    properties: {}
";

async fn client(local: &LocalAccount) -> aws_sdk_scheduler::Client {
    aws_sdk_scheduler::Client::new(&local.by_hand().await)
}

#[test]
fn what_somebody_put_into_a_group_does_not_go_with_it() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000811").await;
        let group = stack_of("group", "300000000811", GROUP);
        local.apply(&group).await.unwrap_or_else(|why| panic!("{why}"));
        let scheduler = client(&local).await;
        let groups = scheduler.list_schedule_groups().send().await.expect("an answer").schedule_groups;
        let name =
            groups.iter().filter_map(|group| group.name()).find(|name| *name != "default").expect("ours").to_owned();
        let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().expect("it is set");
        let target =
            Target::builder().arn("arn:aws:sqs:us-east-1:300000000811:q").role_arn("arn:aws:iam::300000000811:role/r");
        scheduler
            .create_schedule()
            .name("by-hand")
            .group_name(&name)
            .schedule_expression("rate(1 day)")
            .flexible_time_window(window)
            .target(target.build().expect("it is set"))
            .send()
            .await
            .expect("it is made");
        let why = local.destroy(&group).await.expect_err("it would go along");
        assert!(why.contains("still has the schedule by-hand, which would go with it"), "{why}");
        scheduler.delete_schedule().name("by-hand").group_name(&name).send().await.expect("it is there");
        local.destroy(&group).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_group_of_our_name_without_our_tags_is_in_the_way() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000812").await;
        let group = stack_of("group", "300000000812", GROUP);
        local.apply(&group).await.unwrap_or_else(|why| panic!("{why}"));
        let scheduler = client(&local).await;
        let groups = scheduler.list_schedule_groups().send().await.expect("an answer").schedule_groups;
        let ours = groups
            .iter()
            .find(|group| group.name() != Some("default"))
            .expect("ours")
            .arn()
            .expect("an ARN")
            .to_owned();
        let tags = scheduler.list_tags_for_resource().resource_arn(&ours).send().await.expect("an answer").tags;
        let keys: Vec<_> = tags.unwrap_or_default().into_iter().map(|tag| tag.key).collect();
        scheduler.untag_resource().resource_arn(&ours).set_tag_keys(Some(keys)).send().await.expect("it is there");
        let plan = local.plan(&group).await;
        let [change] = &plan.changes[..] else { panic!("{}", words(&plan)) };
        assert_eq!(change.action, Action::Blocked, "{}", words(&plan));
    });
}

const TENANT: &str = "
tenant: umbrella
template: modyo
account: \"300000000813\"
environments:
  production:
    region: us-east-1
    cidr: 10.40.0.0/20
    nat: none
    load_balancer: none
    waf: { enabled: false }
    services:
      worker:
        image: public.ecr.aws/docker/library/busybox:1.37
        deploys: managed
        minimum: 1
        maximum: 2
    schedules:
      report:
        service: worker
        schedule: cron(0 4 * * ? *)
        timezone: America/Santiago
        command: [report, nightly]
        memory: 1024
";

fn stack(tenant: &str) -> Blueprint {
    blueprints(&[("umbrella.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn property(tenant: &str, address: &str, pointer: &str) -> serde_json::Value {
    let stack = stack(tenant);
    let (_, of) = stack.resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_default()
}

/// The tenant with queues, and a schedule that tells one of them.
fn telling(queue: &str) -> String {
    format!("{TENANT}        dead_letters: {queue}\n    queues: {{ missed: {{}}, ordered: {{ fifo: true }} }}\n")
}

#[test]
fn what_could_not_be_started_is_told_to_a_queue_of_the_environment_by_its_name() {
    let tenant = telling("missed");
    let queue = "\u{27e6}AWS::SQS::Queue/missed.Arn\u{27e7}";
    assert_eq!(property(&tenant, "AWS::Scheduler::Schedule/report", "/Target/DeadLetterConfig/Arn"), queue);
    let role = property(&tenant, "AWS::IAM::Role/schedule-report", "/Policies/0/PolicyDocument/Statement");
    let of = |sid: &str| role.as_array().expect("a list").iter().find(|one| one["Sid"] == sid).cloned();
    assert_eq!(of("Missed").expect("it may send")["Resource"], queue);
    let key = of("MissedKey").expect("the queue has the environment's key");
    assert_eq!(key["Condition"]["StringEquals"]["kms:ViaService"], "sqs.us-east-1.amazonaws.com");
    let arn = telling("arn:aws:sqs:us-east-1:300000000813:elsewhere");
    let role = property(&arn, "AWS::IAM::Role/schedule-report", "/Policies/0/PolicyDocument/Statement").to_string();
    assert!(role.contains("elsewhere") && !role.contains("MissedKey"), "{role}");
}

#[test]
fn a_queue_that_can_take_no_dead_letters_is_told() {
    let told =
        |queue: &str| blueprints(&[("umbrella.yaml", &telling(queue))], &[]).map(drop).expect_err("it is a mistake");
    assert!(told("mised").contains("there is no queue mised"), "{}", told("mised"));
    assert!(told("ordered").contains("ordered is a FIFO queue"), "{}", told("ordered"));
}

#[test]
fn the_tasks_of_a_service_on_machines_start_there() {
    let tenant = TENANT
        .replace("nat: none", "nat: single")
        .replace("        minimum: 1\n", "        capacity: machines\n        minimum: 1\n")
        .replace("    services:\n", "    capacity: { machines: { instance_types: [m7i.large] } }\n    services:\n");
    let task = property(&tenant, "AWS::Scheduler::Schedule/report", "/Target/EcsParameters");
    assert_eq!([&task["LaunchType"], &task["PlatformVersion"]], ["", ""]);
    let [provider] = &task["CapacityProviderStrategy"].as_array().expect("a list")[..] else { panic!("{task}") };
    let known = provider["CapacityProvider"].as_str().expect("a name");
    assert!(known.starts_with("umbrella-production-machines"), "{known}");
}

#[test]
fn a_schedule_starts_what_its_service_runs() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000813").await;
        local.apply(&stack(TENANT)).await.unwrap_or_else(|why| panic!("{why}"));
        let scheduler = client(&local).await;
        let there = async || {
            let all = scheduler.list_schedules().send().await.expect("an answer").schedules;
            let [one] = &all[..] else { panic!("{all:?}") };
            let call = scheduler
                .get_schedule()
                .name(one.name().expect("a name"))
                .group_name(one.group_name().expect("a group"));
            call.send().await.expect("an answer")
        };
        let told = there().await;
        assert_eq!(told.schedule_expression_timezone(), Some("America/Santiago"));
        let target = told.target().expect("a target").clone();
        let input: serde_json::Value = serde_json::from_str(target.input().expect("the overrides")).expect("JSON");
        assert_eq!(input["containerOverrides"][0]["command"], serde_json::json!(["report", "nightly"]), "{input}");
        assert_eq!((&input["memory"], input.get("cpu")), (&"1024".into(), None), "{input}");
        let revision = |target: &Target| {
            let arn = target.ecs_parameters().expect("a task").task_definition_arn().to_owned();
            arn.rsplit('/').next().unwrap_or_default().to_owned()
        };
        assert_eq!(revision(&target), "umbrella-production-worker:1");

        // Another release of the service is one of the schedule, in the same plan.
        let next = TENANT.replace("busybox:1.37", "busybox:1.38");
        local.apply(&stack(&next)).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(revision(there().await.target().expect("a target")), "umbrella-production-worker:2");

        // What a pipeline deploys is the newest of the family.
        let external = next.replace("deploys: managed", "deploys: external");
        local.apply(&stack(&external)).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(revision(there().await.target().expect("a target")), "umbrella-production-worker");
        local.destroy(&stack(&external)).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(scheduler.list_schedules().send().await.expect("an answer").schedules.is_empty());
    });
}

//! Queues, topics, and the services that consume and publish.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sns::Client as Sns;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::QueueAttributeName;
use provision::plan::{Action, Cause};
use serde_json::{Value, json};

use crate::stacks::local_account::{blueprints, on_deep_stack, words};
use crate::stacks::samples::{stack, up};

/// A worker and what it works on, without balancer and gateway.
const SHOP: &str = "
tenant: shop
template: modyo
account: \"123456789012\"
environments:
  production:
    region: us-east-1
    cidr: 10.20.0.0/16
    nat: none
    load_balancer: none
    waf: { enabled: false }
    queues:
      jobs: { visibility: 300 }
      audit: { encryption: sqs, tries: null }
    topics:
      events:
        queues: { jobs: { filter: { kind: [order] } }, audit: {} }
        https: [\"https://hooks.example.com/key\"]
        from: [cloudwatch, eventbridge]
    services:
      worker:
        image: public.ecr.aws/shop/worker:1
        consumes: [jobs]
        publishes: [events, audit]
        scaling: { backlog: { queue: jobs, per_task: 50 } }
";

#[test]
fn messages_by_hand_changed_are_mended_and_all_goes_again() {
    on_deep_stack(async {
        let account = "300000000741";
        let (local, production) = up(account, SHOP, "production").await;
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let hand = local.by_hand().await;
        let (sqs, sns) = (Sqs::new(&hand), Sns::new(&hand));
        let url =
            sqs.get_queue_url().queue_name("shop-production-jobs").send().await.expect("a queue").queue_url.unwrap();
        let change = sqs.set_queue_attributes().queue_url(&url).attributes(QueueAttributeName::VisibilityTimeout, "5");
        change.attributes(QueueAttributeName::Policy, "").send().await.expect("allowed");
        let topic = format!("arn:aws:sns:us-east-1:{account}:shop-production-events");
        let listed = sns.list_subscriptions_by_topic().topic_arn(&topic).send().await.expect("a topic");
        let endpoint = format!("arn:aws:sqs:us-east-1:{account}:shop-production-audit");
        let one = listed.subscriptions().iter().find(|one| one.endpoint() == Some(&endpoint)).expect("subscribed");
        let arn = one.subscription_arn().expect("confirmed");
        confirm(&sns, &topic).await;
        let change = sns.set_subscription_attributes().subscription_arn(arn).attribute_name("RawMessageDelivery");
        change.attribute_value("false").send().await.expect("allowed");
        let plan = local.plan(&production).await;
        let told: BTreeSet<_> = plan
            .changes
            .iter()
            .flat_map(|change| change.fields.iter().map(move |field| format!("{} {}", change.address, field.path)))
            .collect();
        let expected = [
            "AWS::SNS::Topic/events /Subscription",
            "AWS::SQS::Queue/jobs /Policy",
            "AWS::SQS::Queue/jobs /VisibilityTimeout",
        ];
        let is_told = |expected: &&str| told.iter().any(|told| told.starts_with(*expected));
        assert!(expected.iter().all(is_told) && plan.changes.len() == 2, "{}", words(&plan));
        let causes = plan.changes.iter().map(|change| change.cause);
        assert!(causes.into_iter().all(|cause| cause == Cause::Drift), "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let left = sqs.list_queues().send().await.expect("a list");
        assert_eq!(left.queue_urls(), &[] as &[String]);
    });
}

/// Web endpoints confirm by themselves.
async fn confirm(sns: &Sns, topic: &str) {
    sns.confirm_subscription().topic_arn(topic).token("https://hooks.example.com/key").send().await.expect("confirmed");
}

#[test]
fn a_renamed_queue_keeps_its_messages() {
    on_deep_stack(async {
        let account = "300000000742";
        let (local, _) = up(account, SHOP, "production").await;
        let renamed = SHOP
            .replace("jobs: { visibility: 300 }", "tasks: { was: jobs, visibility: 300 }")
            .replace("{ jobs: { filter", "{ tasks: { filter")
            .replace("consumes: [jobs]", "consumes: [tasks]")
            .replace("queue: jobs,", "queue: tasks,");
        let production = stack(account, &renamed, "production");
        let plan = local.plan(&production).await;
        let queues: Vec<_> = plan.changes.iter().filter(|change| change.address.kind == "AWS::SQS::Queue").collect();
        assert!(queues.iter().all(|change| change.action == Action::Retag) && queues.len() == 2, "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&production).await.is_empty());
    });
}

/// A list in what the sample makes.
fn list_of(address: &str, list: &str) -> Vec<Value> {
    let all = blueprints(&[("tenant.yaml", SHOP)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let (_, of) = all[0].resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(list).and_then(Value::as_array).unwrap_or_else(|| panic!("{}", of.spec)).clone()
}

#[test]
fn one_message_starts_the_first_task() {
    let policies = list_of("AWS::ApplicationAutoScaling::ScalableTarget/worker", "/ScalingPolicies");
    let backlog = policies.iter().find(|policy| policy["PolicyName"] == "backlog").expect("it scales by its queue");
    let tracking = &backlog["TargetTrackingScalingPolicyConfiguration"];
    let expression = &tracking["CustomizedMetricSpecification"]["Metrics"][2]["Expression"];
    assert_eq!(tracking["TargetValue"], 50.0);
    // Of no tasks and one message 51, which is more than the target; of no message nought.
    assert_eq!(expression, "IF(running > 0, waiting / running, IF(waiting > 0, waiting + 50, 0))");
}

/// The statements of a policy that the sample makes, by their names.
fn statements(address: &str, list: &str) -> BTreeMap<String, Value> {
    let found = list_of(address, list);
    let flat = found.iter().flat_map(|one| match one.pointer("/PolicyDocument/Statement").and_then(Value::as_array) {
        Some(inner) => inner.clone(),
        None => vec![one.clone()],
    });
    flat.map(|one| (one["Sid"].as_str().unwrap_or_default().to_owned(), one)).collect()
}

#[test]
fn who_consumes_and_publishes_may_do_just_that() {
    let all = statements("AWS::IAM::Role/worker-task", "/Policies");
    let names: Vec<_> = all.keys().map(String::as_str).collect();
    assert_eq!(names, ["Consume", "Decrypt", "Encrypt", "Publish", "Send"]);
    let of = |name: &str, what: &str| all[name].pointer(what).cloned().unwrap_or_default();
    assert_eq!(of("Consume", "/Resource"), json!("\u{27e6}AWS::SQS::Queue/jobs.Arn\u{27e7}"));
    assert_eq!(of("Send", "/Resource"), json!("\u{27e6}AWS::SQS::Queue/audit.Arn\u{27e7}"));
    assert_eq!(of("Publish", "/Action"), json!("sns:Publish"));
    let by = "/Condition/StringEquals/kms:ViaService";
    assert_eq!(of("Decrypt", by), json!("sqs.us-east-1.amazonaws.com"));
    assert_eq!(of("Encrypt", by), json!(["sns.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com"]));
}

#[test]
fn the_key_lets_in_who_sends_and_nobody_else() {
    let all = statements("AWS::KMS::Key/main", "/KeyPolicy/Statement");
    let services = |name: &str| all[name]["Principal"]["Service"].clone();
    assert_eq!(services("Messages"), json!(["cloudwatch.amazonaws.com", "sns.amazonaws.com"]));
    assert_eq!(all["Messages"]["Condition"]["StringEquals"]["aws:SourceAccount"], "123456789012");
    assert_eq!((services("Events"), &all["Events"]["Condition"]), (json!("events.amazonaws.com"), &Value::Null));
    let topic = statements("AWS::SNS::Topic/events", "/Policy/Statement");
    assert_eq!(topic["Services"]["Principal"]["Service"], "cloudwatch.amazonaws.com");
    assert_eq!(topic["EventBridge"]["Condition"], Value::Null);
}

#[test]
fn what_does_not_go_together_is_told() {
    let wrong = |old: &str, new: &str| {
        assert!(SHOP.contains(old), "{old}");
        let text = SHOP.replace(old, new);
        match blueprints(&[("tenant.yaml", &text)], &[]) {
            Ok(_) => panic!("{new} is taken"),
            Err(why) => why,
        }
    };
    let cases = [
        ("consumes: [jobs]", "consumes: [jobs, mails]", "there is no queue mails"),
        ("publishes: [events, audit]", "publishes: [events, mails]", "there is no queue or topic mails"),
        ("      events:\n", "      jobs:\n", "is the name of a queue as well"),
        ("audit: {} }", "audit: {}, mails: {} }", "there is no queue mails"),
        (
            "jobs: { visibility: 300 }",
            "jobs: { fifo: true }",
            "is a FIFO queue, and gets messages of FIFO topics alone",
        ),
        ("jobs: { visibility: 300 }", "jobs: { deduplicate: true }", "is no FIFO queue"),
        ("        from: [cloudwatch", "        fifo: true\n        from: [cloudwatch", "is a FIFO topic"),
        (
            "tries: null }",
            "tries: null }\n      jobs-dead: {}",
            "is what the queue for the dead letters of jobs is called",
        ),
        ("queue: jobs,", "queue: audit,", "worker does not consume audit"),
    ];
    for (old, new, said) in cases {
        let why = wrong(old, new);
        assert!(why.contains(said), "{new}: {why}");
    }
}

//! Queues: what becomes of them in an account.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use provision::plan::Action;
use provision::report::cloudformation_json;
use serde_json::{Value, json};

use crate::kinds::spec_checks::said_of;
use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const KIND: &str = "AWS::SQS::Queue";

/// A local where only these kinds are looked at, and a person in its account.
async fn local(account: &str, others: &[&str]) -> (LocalAccount, Client) {
    let mut local = LocalAccount::new(account).await;
    local.kinds.retain(|kind| kind.facts().kind == KIND || others.contains(&kind.facts().kind));
    let hand = Client::new(&local.by_hand().await);
    (local, hand)
}

/// The attributes of a queue, by its name.
async fn attributes(hand: &Client, name: &str) -> HashMap<String, String> {
    let url = hand.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap();
    let call = hand.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
    let told = call.send().await.unwrap().attributes.unwrap_or_default();
    told.into_iter().map(|(name, text)| (name.as_str().to_owned(), text)).collect()
}

async fn set(hand: &Client, name: &str, attribute: &str, text: &str) {
    let url = hand.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap();
    let call = hand.set_queue_attributes().queue_url(url);
    call.attributes(attribute.into(), text).send().await.unwrap();
}

/// A template with one queue.
fn queue(properties: &str) -> String {
    format!("resources: [{{ type: {KIND}, name: main, properties: {{ {properties} }} }}]")
}

#[test]
fn what_is_no_longer_written_goes_back_to_the_default() {
    on_deep_stack(async {
        let (local, hand) = local("300000000201", &[]).await;
        let of = |properties: &str| stack_of("mail", &local.account, &queue(properties));
        let written =
            "VisibilityTimeout: 60, MaximumMessageSize: 262144, DelaySeconds: 5, KmsMasterKeyId: alias/aws/sqs";
        local.apply(&of(written)).await.unwrap_or_else(|why| panic!("{why}"));
        local.apply(&of("")).await.unwrap_or_else(|why| panic!("{why}"));
        let told = attributes(&hand, "mail-production-main").await;
        assert_eq!(
            [&told["VisibilityTimeout"], &told["MaximumMessageSize"], &told["DelaySeconds"]],
            ["30", "1048576", "0"]
        );
        assert_eq!((told.get("KmsMasterKeyId"), &*told["SqsManagedSseEnabled"]), (None, "true"));
        local.destroy(&of("")).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_policy_by_hand_is_drift() {
    on_deep_stack(async {
        let (local, hand) = local("300000000202", &[]).await;
        let wanted = stack_of("mail", &local.account, &queue(""));
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let open = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*" }
        ] });
        set(&hand, "mail-production-main", "Policy", &open.to_string()).await;
        set(&hand, "mail-production-main", "SqsManagedSseEnabled", "false").await;
        let plan = local.plan(&wanted).await;
        let fields: Vec<_> = plan.changes[0].fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(fields, ["/Policy/Statement", "/Policy/Version", "/SqsManagedSseEnabled"], "{}", words(&plan));
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let told = attributes(&hand, "mail-production-main").await;
        assert_eq!((told.get("Policy"), &*told["SqsManagedSseEnabled"]), (None, "true"));
    });
}

/// A source has to be allowed, and is named by an ARN that it has only then.
#[test]
fn two_queues_may_name_each_other() {
    let source = |name: &str| {
        format!(
            "\n  - type: {KIND}\n    name: {name}\n    properties:\n      RedrivePolicy: {{ deadLetterTargetArn: \
             \"{{{{ ref('{KIND}/dead', 'Arn') }}}}\", maxReceiveCount: 5 }}"
        )
    };
    let dead = move |sources: &[&str]| {
        let arns = sources.iter().map(|name| format!("\"{{{{ ref('{KIND}/{name}', 'Arn') }}}}\""));
        let arns = arns.collect::<Vec<_>>().join(", ");
        let queues: String = sources.iter().map(|name| source(name)).collect();
        format!(
            "resources:\n  - type: {KIND}\n    name: dead\n    properties:\n      RedriveAllowPolicy: \
             {{ redrivePermission: byQueue, sourceQueueArns: [{arns}] }}{queues}"
        )
    };
    on_deep_stack(async move {
        let (local, hand) = local("300000000203", &[]).await;
        let of = |sources: &[&str]| stack_of("mail", &local.account, &dead(sources));
        for sources in [&["orders"][..], &["orders", "bills"], &["bills"]] {
            local.apply(&of(sources)).await.unwrap_or_else(|why| panic!("{sources:?}: {why}"));
            let told: Value =
                serde_json::from_str(&attributes(&hand, "mail-production-dead").await["RedriveAllowPolicy"]).unwrap();
            assert_eq!(told["sourceQueueArns"].as_array().unwrap().len(), sources.len());
        }
        local.destroy(&of(&["bills"])).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_role_and_a_queue_may_name_each_other() {
    let template = "
resources:
  - type: AWS::SQS::Queue
    name: main
    properties:
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { AWS: \"{{ ref('AWS::IAM::Role/worker', 'Arn') }}\" }
            Action: [sqs:ReceiveMessage, sqs:DeleteMessage]
            Resource: \"{{ ref('AWS::SQS::Queue/main', 'Arn') }}\"
  - type: AWS::IAM::Role
    name: worker
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: queue
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement: [{ Effect: Allow, Action: sqs:*, Resource: \"{{ ref('AWS::SQS::Queue/main', 'Arn') }}\" }]
";
    on_deep_stack(async move {
        let (local, hand) = local("300000000204", &["AWS::IAM::Role"]).await;
        let wanted = stack_of("mail", &local.account, template);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let told = &attributes(&hand, "mail-production-main").await["Policy"];
        assert!(told.contains(":role/mail-production-worker") && told.contains(":mail-production-main"), "{told}");
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_long_fifo_name_ends_in_fifo() {
    on_deep_stack(async {
        let (local, hand) = local("300000000205", &[]).await;
        let long = "a-name-that-leaves-no-room-at-all-for-what-has-to-stand-behind-it";
        let template = queue("FifoQueue: true").replace("name: main", &format!("name: {long}"));
        let wanted = stack_of("mail", &local.account, &template);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let urls = hand.list_queues().send().await.unwrap().queue_urls.unwrap_or_default();
        let name = urls[0].rsplit('/').next().unwrap();
        assert!(name.strip_suffix(".fifo").is_some_and(|name| (70..=75).contains(&name.len())), "{name}");
        assert!(cloudformation_json(&wanted, &provision::kinds::shapes()).contains(&format!("\"{name}\"")));
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_physical_name_is_without_its_suffix() {
    on_deep_stack(async {
        let (local, hand) = local("300000000206", &[]).await;
        let template = queue("FifoQueue: true").replace("name: main", "name: main, physical: Ledger");
        let wanted = stack_of("mail", &local.account, &template);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(attributes(&hand, "Ledger.fifo").await["FifoQueue"], "true");
        let refused =
            std::panic::catch_unwind(|| stack_of("mail", "300000000206", &template.replace("Ledger", "Ledger.fifo")));
        let said = refused.unwrap_err().downcast::<String>().unwrap();
        assert!(said.contains("`Ledger.fifo` ends in `.fifo`"), "{said}");
    });
}

/// The name and all attributes are those of the template.
#[test]
fn a_queue_by_hand_is_in_the_way() {
    on_deep_stack(async {
        let (local, hand) = local("300000000207", &[]).await;
        let wanted = stack_of("mail", &local.account, &queue("FifoQueue: true"));
        let call = hand.create_queue().queue_name("mail-production-main.fifo");
        call.attributes(QueueAttributeName::FifoQueue, "true").send().await.unwrap();
        let plan = local.plan(&wanted).await;
        assert_eq!(plan.changes[0].action, Action::Blocked, "{}", words(&plan));
        assert!(words(&plan).contains("mail-production-main.fifo has the name"), "{}", words(&plan));
    });
}

#[test]
fn what_sqs_would_refuse_is_told_before() {
    assert_eq!(said_of(KIND, "{}"), "");
    for (given, what) in [
        ("KmsDataKeyReusePeriodSeconds: 600", "counts only with `KmsMasterKeyId`"),
        ("FifoThroughputLimit: perQueue", "counts only with `FifoQueue: true`"),
        ("FifoQueue: true, FifoThroughputLimit: perMessageGroupId", "needs the DeduplicationScope messageGroup"),
        ("FifoQueue: true, DeduplicationScope: group", "is none of queue and messageGroup"),
        ("KmsMasterKeyId: alias/a, SqsManagedSseEnabled: true", "one key encrypts a queue"),
        ("RedriveAllowPolicy: { redrivePermission: byQueue }", "needs 1 to 10 sourceQueueArns"),
        ("RedriveAllowPolicy: { redrivePermission: denyAll, sourceQueueArns: [a] }", "counts only with"),
        ("RedriveAllowPolicy: { redrivePermission: none }", "is none of allowAll, denyAll and byQueue"),
        ("RedrivePolicy: { deadLetterTargetArn: a, maxReceiveCount: 0 }", "has to be from 1 to 1000"),
        ("Policy: { Statement: [] }", "has no Version"),
    ] {
        let said = said_of(KIND, &format!("{{ {given} }}"));
        assert!(said.contains(what), "{given}: {said}");
    }
}

//! Topics: whose a topic and a subscription are, what is sent in which order, and what SNS refuses for a while.

use std::collections::BTreeSet;

use aws_sdk_sns::Client;
use provision::blueprint::Blueprint;
use provision::plan::{Action, Guards, Mode, Plan, StackPlan};
use provision::report::{TextOptions, plan_text};
use provision::resource::{Class, Failure, Name};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, settled, tags, tags_of, xml, xml_error};
use crate::stacks::local_account::{LocalAccount, on_deep_stack, plan_with, stack_of, words};
use crate::world::refused;

const KIND: &str = "AWS::SNS::Topic";
const NAME: &str = "acme-production-main";

/// Who subscribes without a question, and who has to confirm it.
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:theirs";
const MAILBOX: &str = "ops@example.com";

fn stack(account: &str, properties: &str) -> Blueprint {
    let topic = format!("resources: [{{ type: {KIND}, name: main, properties: {{ {properties} }} }}]");
    stack_of("acme", account, &topic)
}

async fn applied(local: &LocalAccount, wanted: &Blueprint) {
    local.apply(wanted).await.unwrap_or_else(|why| panic!("{why}"));
}

/// The ARN of the stack's topic.
async fn arn(local: &LocalAccount, wanted: &Blueprint) -> String {
    let inventory = local.inventory(wanted).await;
    inventory.all().find(|(address, _)| address.kind == KIND).expect("a topic").1.id.clone()
}

async fn by_hand(local: &LocalAccount) -> Client {
    Client::new(&local.by_hand().await)
}

/// The endpoints that are subscribed.
async fn subscribed(sns: &Client, arn: &str) -> BTreeSet<String> {
    let answer = sns.list_subscriptions_by_topic().topic_arn(arn).send().await.unwrap();
    answer.subscriptions().iter().filter_map(|one| one.endpoint().map(str::to_owned)).collect()
}

async fn attribute(sns: &Client, arn: &str, name: &str) -> Option<String> {
    let answer = sns.get_topic_attributes().topic_arn(arn).send().await.unwrap();
    answer.attributes().and_then(|all| all.get(name)).cloned()
}

async fn calls(local: &LocalAccount, operation: &str) -> usize {
    local.calls().await.iter().filter(|call| *call == operation).count()
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn subscriptions_come_and_go_with_the_template_and_others_stay() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000211").await;
        let with = stack(
            &local.account,
            &format!(
                "Subscription: [{{ Protocol: sms, Endpoint: \"1-555-0100\" }}, {{ Protocol: email, Endpoint: {MAILBOX} }}]"
            ),
        );
        applied(&local, &with).await;
        let (sns, arn) = (by_hand(&local).await, arn(&local, &with).await);
        assert_eq!(subscribed(&sns, &arn).await, set(&["+15550100", MAILBOX]));
        sns.subscribe().topic_arn(&arn).protocol("lambda").endpoint(FUNCTION).send().await.unwrap();
        let plan = local.plan(&with).await;
        assert!(plan.is_empty(), "others may subscribe:\n{}", words(&plan));
        let [theirs] = &plan.unmanaged[..] else { panic!("{:?}", plan.unmanaged) };
        assert_eq!(&*theirs.kind, "AWS::SNS::Topic Subscription");
        applied(&local, &stack(&local.account, "")).await;
        // What waits to be confirmed can't be unsubscribed: SNS forgets it by itself.
        assert_eq!(subscribed(&sns, &arn).await, set(&[FUNCTION, MAILBOX]));
        let taken = stack(&local.account, &format!("Subscription: [{{ Protocol: lambda, Endpoint: \"{FUNCTION}\" }}]"));
        let before = calls(&local, "sns:Subscribe").await;
        applied(&local, &taken).await;
        assert_eq!(calls(&local, "sns:Subscribe").await, before, "it is there, and is the template's now");
        applied(&local, &stack(&local.account, "")).await;
        assert_eq!(subscribed(&sns, &arn).await, set(&[MAILBOX]));
    });
}

#[test]
fn a_subscription_that_waits_is_told_and_nobody_is_asked_twice() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000212").await;
        let wanted = |more: &str| {
            stack(
                &local.account,
                &format!(
                    "Subscription: [{{ Protocol: email, Endpoint: {MAILBOX} }} {more}], DisplayName: \"{}\"",
                    more.len()
                ),
            )
        };
        let first = wanted("");
        applied(&local, &first).await;
        let plan = local.plan(&first).await;
        let [waits] = &plan.pending[..] else { panic!("{}", words(&plan)) };
        assert_eq!((waits.path.as_str(), plan.is_empty()), ("/Subscription/email", true));
        assert!(waits.when.contains("confirmation"), "{}", waits.when);
        let second = wanted(", { Protocol: sms, Endpoint: \"+15550100\" }");
        applied(&local, &second).await;
        assert_eq!(calls(&local, "sns:Subscribe").await, 2, "each was asked once");
        let (sns, arn) = (by_hand(&local).await, arn(&local, &second).await);
        sns.confirm_subscription().topic_arn(&arn).token(MAILBOX).send().await.unwrap();
        let plan = local.plan(&second).await;
        assert!(plan.is_empty() && plan.pending.is_empty(), "{}", words(&plan));
        local.destroy(&second).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn what_somebody_unsubscribed_comes_back() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000213").await;
        let wanted = stack(&local.account, "Subscription: [{ Protocol: sms, Endpoint: \"+15550100\" }]");
        applied(&local, &wanted).await;
        let (sns, arn) = (by_hand(&local).await, arn(&local, &wanted).await);
        let there = sns.list_subscriptions_by_topic().topic_arn(&arn).send().await.unwrap();
        let one = there.subscriptions()[0].subscription_arn().unwrap();
        sns.unsubscribe().subscription_arn(one).send().await.unwrap();
        let plan = local.plan(&wanted).await;
        assert_eq!(plan.changes[0].action, Action::Update, "{}", words(&plan));
        applied(&local, &wanted).await;
        assert_eq!(subscribed(&sns, &arn).await, set(&["+15550100"]));
    });
}

#[test]
fn a_policy_and_logs_that_are_taken_out_leave_what_aws_has_by_default() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000214").await;
        let role = format!("arn:aws:iam::{}:role/logs", local.account);
        let statement =
            "{ Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: sns:Publish, Resource: \"*\" }";
        let policy = format!("Policy: {{ Version: \"2012-10-17\", Statement: [{statement}] }}");
        let logs = format!(
            "DeliveryStatusLogging: [{{ Protocol: http/s, SuccessFeedbackRoleArn: \"{role}\", SuccessFeedbackSampleRate: \"50\" }}]"
        );
        applied(&local, &stack(&local.account, &format!("{policy}, {logs}, KmsMasterKeyId: alias/aws/sns"))).await;
        let bare = stack(&local.account, "");
        applied(&local, &bare).await;
        let (sns, arn) = (by_hand(&local).await, arn(&local, &bare).await);
        let policy = attribute(&sns, &arn, "Policy").await.unwrap();
        assert!(policy.contains("__default_policy_ID") && policy.contains(&local.account), "{policy}");
        assert_eq!(attribute(&sns, &arn, "HTTPSuccessFeedbackRoleArn").await, None);
        assert_eq!(attribute(&sns, &arn, "HTTPSuccessFeedbackSampleRate").await.as_deref(), Some("0"));
        assert_eq!(attribute(&sns, &arn, "KmsMasterKeyId").await, None);
        let open = policy
            .replace(&format!("\"AWS:SourceOwner\":\"{}\"", local.account), "\"AWS:SourceOwner\":\"999999999999\"");
        let by_hand = sns.set_topic_attributes().topic_arn(&arn).attribute_name("Policy").attribute_value(open);
        by_hand.send().await.unwrap();
        let plan = local.plan(&bare).await;
        let path = &plan.changes[0].fields[0].path;
        assert!(path.starts_with("/Policy/"), "of another account:\n{}", words(&plan));
    });
}

#[test]
fn an_archive_goes_by_name_only_and_before_its_topic() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000215").await;
        let wanted = stack(&local.account, "FifoTopic: true, ArchivePolicy: { MessageRetentionPeriod: \"30\" }");
        applied(&local, &wanted).await;
        assert!(arn(&local, &wanted).await.ends_with(&format!("{NAME}.fifo")));
        let guarded = |plan: StackPlan| {
            let plan = Plan { stacks: vec![plan], ..Plan::default() };
            !refused(&plan, &Guards::default(), &[]).is_empty()
        };
        assert!(guarded(plan_with(&wanted, &local.inventory(&wanted).await, Mode::Destroy)));
        assert!(guarded(local.plan(&stack(&local.account, "FifoTopic: true")).await));
        let shorter = stack(&local.account, "FifoTopic: true, ArchivePolicy: { MessageRetentionPeriod: \"7\" }");
        assert!(guarded(local.plan(&shorter).await), "older messages go");
        let before = local.calls().await.len();
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let sent: Vec<_> = local.calls().await.split_off(before).into_iter().filter(|call| !is_read(call)).collect();
        assert_eq!(sent, ["sns:SetTopicAttributes", "sns:DeleteTopic"]);
    });
}

fn is_read(call: &str) -> bool {
    [":Get", ":List", ":Describe", ":Assume"].iter().any(|verb| call.contains(verb))
}

#[test]
fn an_endpoint_is_not_shown() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000216").await;
        let wanted = |key: &str| {
            stack(
                &local.account,
                &format!("Subscription: [{{ Protocol: https, Endpoint: \"https://example.com/{key}\" }}]"),
            )
        };
        let text = |plan: StackPlan| {
            let plan = Plan { stacks: vec![plan], ..Plan::default() };
            plan_text(&plan, TextOptions { verbose: true, show_values: false, ..TextOptions::default() })
        };
        let first = text(local.plan(&wanted("first-key")).await);
        applied(&local, &wanted("first-key")).await;
        let second = text(local.plan(&wanted("second-key")).await);
        let (sns, arn) = (by_hand(&local).await, arn(&local, &wanted("first-key")).await);
        sns.subscribe()
            .topic_arn(&arn)
            .protocol("https")
            .endpoint("https://example.com/third-key")
            .send()
            .await
            .unwrap();
        let third = text(local.plan(&wanted("first-key")).await);
        for text in [first, second, third] {
            assert!(text.contains("Topic") && !text.contains("-key"), "{text}");
        }
    });
}

/// A queue that is subscribed, with settings, and a phone.
fn delivers(account: &str, settings: &str) -> String {
    let queue = format!("{{ Protocol: sqs, Endpoint: \"arn:aws:sqs:us-east-1:{account}:jobs\" {settings} }}");
    format!("Subscription: [{queue}, {{ Protocol: sms, Endpoint: \"+15550100\" }}]")
}

#[test]
fn settings_of_a_subscription_come_change_and_go_without_subscribing_again() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000731").await;
        let dead = format!("arn:aws:sqs:us-east-1:{}:dead", local.account);
        let dead = format!("RedrivePolicy: {{ deadLetterTargetArn: \"{dead}\" }}");
        let flat = format!(", RawMessageDelivery: true, FilterPolicy: {{ kind: [order] }}, {dead}");
        let deep = ", FilterPolicy: { of: { kind: [order] } }, FilterPolicyScope: MessageBody";
        for settings in [&flat, deep, &flat, "", deep] {
            let wanted = stack(&local.account, &delivers(&local.account, settings));
            applied(&local, &wanted).await;
            let plan = local.plan(&wanted).await;
            assert!(plan.is_empty(), "{settings}:\n{}", words(&plan));
        }
        assert_eq!(calls(&local, "sns:Subscribe").await, 2, "each was subscribed once");
        assert_eq!(calls(&local, "sns:Unsubscribe").await, 0);
    });
}

#[test]
fn settings_by_hand_are_drift() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000732").await;
        let wanted = stack(&local.account, &delivers(&local.account, ", RawMessageDelivery: true"));
        applied(&local, &wanted).await;
        let (sns, arn) = (by_hand(&local).await, arn(&local, &wanted).await);
        let there = sns.list_subscriptions_by_topic().topic_arn(&arn).send().await.unwrap();
        let queue = there.subscriptions().iter().find(|one| one.protocol() == Some("sqs")).unwrap();
        let id = queue.subscription_arn().unwrap();
        let set = |name: &str, text: &str| {
            sns.set_subscription_attributes().subscription_arn(id).attribute_name(name).attribute_value(text).send()
        };
        set("FilterPolicy", "{\"kind\":[\"none\"]}").await.unwrap();
        let plan = local.plan(&wanted).await;
        assert_eq!(
            plan.changes[0].fields[0].path,
            "/Subscription",
            "a filter by hand lets nothing through:\n{}",
            words(&plan)
        );
        applied(&local, &wanted).await;
        assert!(local.plan(&wanted).await.is_empty());
        set("DeliveryPolicy", "{\"healthyRetryPolicy\":{\"numRetries\":3}}").await.unwrap();
        let plan = local.plan(&wanted).await;
        assert!(words(&plan).contains("how often SNS tries to deliver"), "{}", words(&plan));
    });
}

/// SNS tells nothing of the settings of what is not confirmed.
#[test]
fn settings_of_what_waits_are_no_difference() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000733").await;
        let url = "https://example.com/key";
        let wanted = stack(
            &local.account,
            &format!("Subscription: [{{ Protocol: https, Endpoint: \"{url}\", RawMessageDelivery: true }}]"),
        );
        applied(&local, &wanted).await;
        let plan = local.plan(&wanted).await;
        assert!(plan.is_empty() && plan.pending.len() == 1, "{}", words(&plan));
        let (sns, arn) = (by_hand(&local).await, arn(&local, &wanted).await);
        sns.confirm_subscription().topic_arn(&arn).token(url).send().await.unwrap();
        let plan = local.plan(&wanted).await;
        assert!(plan.is_empty() && plan.pending.is_empty(), "they were sent with the subscription:\n{}", words(&plan));
    });
}

/// A topic and a queue that name each other.
const CIRCLE: &str = "
resources:
  - type: AWS::SQS::Queue
    name: main
    properties:
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: \"*\"
            Condition: { ArnEquals: { \"aws:SourceArn\": \"{{ ref('AWS::SNS::Topic/main') }}\" } }
  - type: AWS::SNS::Topic
    name: main
    properties:
      Subscription: [{ Protocol: sqs, Endpoint: \"{{ ref('AWS::SQS::Queue/main', 'Arn') }}\" }]
";

#[test]
fn a_queue_lets_a_topic_in_before_it_is_subscribed() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000217").await;
        let wanted = stack_of("acme", &local.account, CIRCLE);
        applied(&local, &wanted).await;
        let sent: Vec<_> = local.calls().await.into_iter().filter(|call| !is_read(call)).collect();
        let place = |operation: &str| sent.iter().position(|call| call == operation).expect("it was called");
        assert!(place("sqs:SetQueueAttributes") < place("sns:Subscribe"), "what came between would be lost: {sent:#?}");
        assert!(place("sns:CreateTopic") < place("sns:Subscribe"), "{sent:#?}");
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// Makes a topic; returns what came of it and what was asked, operation by operation.
async fn make(aws: &Canned, spec: Value) -> (Result<(), Failure>, Vec<String>) {
    let arn = format!("arn:aws:sns:us-east-1:123456789012:{NAME}");
    let spec = settled(kind_of(KIND), spec);
    let writer = aws.writer(KIND, &[NAME, &arn], &["arn:aws:iam::123456789012:role/new"]).await;
    let made = kind_of(KIND).create(&writer, &Name::given(NAME), &spec, &tags()).await;
    (made.map(drop), aws.operations())
}

fn there(attributes: &[(&str, &str)]) -> String {
    let entry = |(name, text): &(&str, &str)| format!("<entry><key>{name}</key><value>{text}</value></entry>");
    xml("GetTopicAttributes", &format!("<Attributes>{}</Attributes>", attributes.iter().map(entry).collect::<String>()))
}

fn tagged(name: &str) -> String {
    let all = tags_of(name);
    let tag = |(key, value): (&str, &str)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>");
    xml("ListTagsForResource", &format!("<Tags>{}</Tags>", all.iter().map(tag).collect::<String>()))
}

/// The topic is not there yet.
fn none() -> String {
    xml_error("NotFound", "Topic does not exist")
}

fn created() -> String {
    xml("CreateTopic", &format!("<TopicArn>arn:aws:sns:us-east-1:123456789012:{NAME}</TopicArn>"))
}

/// CreateTopic would hand it out.
#[tokio::test]
async fn a_topic_of_somebody_elses_is_not_taken() {
    let aws = Canned::by_operation(&[
        ("GetTopicAttributes", 200, &there(&[])),
        ("ListTagsForResource", 200, &tagged("other")),
    ]);
    let (made, asked) = make(&aws, json!({})).await;
    let failure = made.unwrap_err();
    assert!(failure.is(Class::AlreadyExists) && failure.message.contains("belongs to other"), "{failure}");
    assert_eq!(asked, ["GetTopicAttributes", "ListTagsForResource"]);
}

/// It comes between the look and the create: SNS says that its tags are others.
#[tokio::test]
async fn a_topic_that_somebody_made_meanwhile_is_not_taken() {
    let different =
        xml_error("InvalidParameter", "Invalid parameter: Tags Reason: Topic already exists with different tags");
    let aws = Canned::by_operation(&[
        ("GetTopicAttributes", 404, &none()),
        ("CreateTopic", 400, &different),
        ("GetTopicAttributes", 200, &there(&[])),
        ("ListTagsForResource", 200, &tagged("other")),
    ]);
    let failure = make(&aws, json!({})).await.0.unwrap_err();
    assert!(failure.is(Class::AlreadyExists) && failure.message.contains("belongs to other"), "{failure}");
}

#[tokio::test]
async fn a_topic_of_an_earlier_try_is_taken_over_and_gets_what_it_lacks() {
    let earlier = there(&[("DisplayName", "before"), ("SignatureVersion", "2")]);
    let aws = Canned::by_operation(&[
        ("GetTopicAttributes", 200, &earlier),
        ("ListTagsForResource", 200, &tagged("main")),
        ("GetTopicAttributes", 200, &earlier),
        ("CreateTopic", 200, &created()),
    ]);
    let spec = json!({ "DisplayName": "now", "SignatureVersion": "2", "Subscription": [{ "Protocol": "sms", "Endpoint": "+15550100" }] });
    let (made, asked) = make(&aws, spec).await;
    made.unwrap();
    let changes = ["SetTopicAttributes", "TagResource", "Subscribe"];
    let sent: Vec<_> = asked.iter().filter(|call| changes.contains(&call.as_str())).collect();
    assert_eq!(sent, changes);
}

const NOBODY: &str = "Invalid parameter: Policy Error: PrincipalNotFound";

fn lets_in_a_role() -> Value {
    let role = json!({ "AWS": "arn:aws:iam::123456789012:role/new" });
    let statement = json!({ "Effect": "Allow", "Principal": role, "Action": "sns:Publish", "Resource": "*" });
    json!({ "Policy": { "Version": "2012-10-17", "Statement": [statement] } })
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_just_made_may_stand_in_a_policy() {
    let unknown = xml_error("InvalidParameter", NOBODY);
    let aws = Canned::by_operation(&[
        ("GetTopicAttributes", 404, &none()),
        ("CreateTopic", 400, &unknown),
        ("CreateTopic", 400, &unknown),
        ("CreateTopic", 200, &created()),
    ]);
    let (made, asked) = make(&aws, lets_in_a_role()).await;
    made.unwrap();
    assert_eq!(asked, ["GetTopicAttributes", "CreateTopic", "CreateTopic", "CreateTopic"]);
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_is_nobody_is_told() {
    let unknown = xml_error("InvalidParameter", NOBODY);
    let mut answers = vec![("GetTopicAttributes", 404, none())];
    answers.extend((0..200).map(|_| ("CreateTopic", 400, unknown.clone())));
    let answers: Vec<_> =
        answers.iter().map(|(operation, status, body)| (*operation, *status, body.as_str())).collect();
    let failure = make(&Canned::by_operation(&answers), lets_in_a_role()).await.0.unwrap_err();
    assert!(failure.message.contains("PrincipalNotFound"), "{failure}");
}

/// What SNS alone may see.
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// The secret is read once, told to SNS, and found again by a hash.
#[test]
fn an_endpoint_with_a_secret_is_told_to_sns_alone() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000219").await;
        let secrets = aws_sdk_secretsmanager::Client::new(&local.by_hand().await);
        let text = format!("{{\"key\":\"{KEY}\"}}");
        let made = secrets.create_secret().name("pagerduty").secret_string(text).send().await.unwrap();
        let secret = made.arn().unwrap();
        // Two braces would be an expression of the template.
        let endpoint = |field: &str| {
            let reference = format!("{{' ~ '{{resolve:secretsmanager:{secret}:SecretString:{field}}}' ~ '}}");
            format!("{{{{ 'https://events.pagerduty.com/integration/{reference}/enqueue' }}}}")
        };
        let with = |field: &str, more: &str| {
            let one = format!("{{ Protocol: https, Endpoint: \"{}\" }}", endpoint(field));
            stack(&local.account, &format!("Subscription: [{one} {more}]"))
        };
        let wanted = with("key", "");
        let plan = local.plan(&wanted).await;
        assert!(!format!("{plan:?}").contains(KEY));
        let run_summary = local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(!format!("{run_summary:?}").contains(KEY));
        let (sns, arn) = (by_hand(&local).await, arn(&local, &wanted).await);
        let real = format!("https://events.pagerduty.com/integration/{KEY}/enqueue");
        assert_eq!(subscribed(&sns, &arn).await, set(&[&real]));
        let tags = sns.list_tags_for_resource().resource_arn(&arn).send().await.unwrap();
        assert!(!format!("{tags:?}").contains(KEY), "{tags:?}");
        let plan = local.plan(&wanted).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        assert!(!format!("{:?}", local.inventory(&wanted).await).contains(KEY));

        // What is there is not asked for again.
        let before = calls(&local, "secretsmanager:GetSecretValue").await;
        let more = with("key", ", { Protocol: sms, Endpoint: \"+15550100\" }");
        applied(&local, &more).await;
        assert_eq!(calls(&local, "secretsmanager:GetSecretValue").await, before);
        assert_eq!(subscribed(&sns, &arn).await, set(&["+15550100", &real]));

        // Somebody unsubscribes it.
        sns.confirm_subscription().topic_arn(&arn).token(&real).send().await.unwrap();
        let there = sns.list_subscriptions_by_topic().topic_arn(&arn).send().await.unwrap();
        let one = there.subscriptions().iter().find(|one| one.endpoint() == Some(&real)).unwrap();
        sns.unsubscribe().subscription_arn(one.subscription_arn().unwrap()).send().await.unwrap();
        let plan = local.plan(&more).await;
        assert_eq!(plan.changes[0].action, Action::Update, "{}", words(&plan));
        applied(&local, &more).await;
        assert_eq!(subscribed(&sns, &arn).await, set(&["+15550100", &real]));

        // A secret that has no such key says so, and nothing of what it has.
        let why = local.apply(&with("other", "")).await.expect_err("it has none");
        assert!(why.contains("has no key other") && !why.contains(KEY), "{why}");

        // The YAML drops it.
        sns.confirm_subscription().topic_arn(&arn).token(&real).send().await.unwrap();
        applied(&local, &stack(&local.account, "Subscription: [{ Protocol: sms, Endpoint: \"+15550100\" }]")).await;
        assert_eq!(subscribed(&sns, &arn).await, set(&["+15550100"]));
        let tags = sns.list_tags_for_resource().resource_arn(&arn).send().await.unwrap();
        assert!(tags.tags().iter().all(|tag| !tag.key().starts_with("provision:endpoint:")), "{tags:?}");
    });
}

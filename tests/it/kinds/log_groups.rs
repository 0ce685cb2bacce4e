//! Log groups, which AWS's services make anew as long as there is something to log.

use std::collections::BTreeSet;

use provision::blueprint::Blueprint;
use provision::resource::{Name, Scope, Tags};
use serde_json::json;

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, settled, tags, writer_scope};
use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const KIND: &str = "AWS::Logs::LogGroup";

/// The group of Container Insights is ours from the start, and nothing in it refers to the cluster.
const TEMPLATE: &str = "
resources:
  - type: AWS::Logs::LogGroup
    name: insights
    physical: \"/aws/ecs/containerinsights/{{ physical('AWS::ECS::Cluster/main') }}/performance\"
    properties: { RetentionInDays: 30 }
  - type: AWS::ECS::Cluster
    name: main
    properties: { ClusterSettings: [{ Name: containerInsights, Value: enabled }] }
";

#[test]
fn a_log_group_goes_when_nobody_is_left_who_would_make_it_anew() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000033").await;
        let wanted = stack(&local.account);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await;
        let deletions: Vec<_> = calls.iter().filter(|call| call.contains(":Delete")).map(String::as_str).collect();
        assert_eq!(deletions, ["ecs:DeleteCluster", "logs:DeleteLogGroup"]);
    });
}

#[test]
fn only_what_an_unfinished_create_has_not_set_yet_is_set_without_consent() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000034").await;
        let wanted = stack(&local.account);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let inventory = local.inventory(&wanted).await;
        let group = inventory.all().find_map(|(at, live)| (at.kind == KIND).then_some(live)).expect("a log group");
        let hand = aws_sdk_cloudwatchlogs::Client::new(&local.by_hand().await);
        let arn = group.outputs["Arn"].as_str().expect("an ARN").trim_end_matches(":*");
        let mark = hand.tag_resource().resource_arn(arn).tags("provision:digest", "pending");
        mark.send().await.expect("a tag");
        let is_asked = async || {
            let plan = local.plan(&wanted).await;
            let change = plan.changes.iter().find(|change| change.address.kind == KIND);
            change.unwrap_or_else(|| panic!("{}", words(&plan))).protected
        };
        let longer = hand.put_retention_policy().log_group_name(&group.id).retention_in_days(90);
        longer.send().await.expect("allowed");
        assert!(is_asked().await, "somebody has set it");
        hand.delete_retention_policy().log_group_name(&group.id).send().await.expect("allowed");
        assert!(!is_asked().await, "nobody has set it yet");
    });
}

/// AWS takes no colon in the pattern of a name.
#[tokio::test]
async fn a_log_group_that_is_asked_for_by_its_arn_is_looked_for_by_its_name() {
    let kind = kind_of(KIND);
    let aws = Canned::empty();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:by-hand";
    for arn in [arn.to_owned(), format!("{arn}:*")] {
        let scope = Scope { project: "p".into(), requested: BTreeSet::from([arn]), ..Scope::default() };
        kind.list(&aws.session(kind.facts().permissions.read).await.reader(), &scope).await.unwrap();
    }
    let asked = aws.asked();
    let patterns: Vec<_> = asked.iter().filter_map(|asked| asked.split("DescribeLogGroups ").nth(1)).collect();
    assert_eq!(patterns.len(), 2, "{asked:?}");
    assert!(patterns.iter().all(|pattern| pattern.contains("\"logGroupNamePattern\":\"by-hand\"")), "{patterns:?}");
}

#[tokio::test]
async fn the_arn_of_a_new_log_group_is_that_of_its_regions_partition() {
    let kind = kind_of(KIND);
    for (region, partition) in [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let aws = Canned::empty();
        let session = aws.sessions(&[]).open("123456789012", region, None).await.unwrap();
        let writer = session.writer(writer_scope(KIND, &["acme-production-web"], &[]));
        let spec = settled(kind, json!({}));
        let made = kind.create(&writer, &Name::given("acme-production-web"), &spec, &tags()).await.unwrap();
        let arn = format!("arn:{partition}:logs:{region}:123456789012:log-group:acme-production-web:*");
        assert_eq!(made.outputs["Arn"], arn);
    }
}

/// The service that logs makes its group at the same time.
#[tokio::test(start_paused = true)]
async fn a_change_that_meets_another_is_sent_again() {
    let kind = kind_of(KIND);
    let met = r#"{ "__type": "OperationAbortedException", "message": "A conflicting operation is in progress." }"#;
    let denied = r#"{ "__type": "AccessDeniedException", "message": "The specified KMS key does not exist or is not allowed to be used with LogGroup 'a'" }"#;
    let aws = Canned::by_operation(&[
        ("CreateLogGroup", 400, met),
        ("CreateLogGroup", 400, denied),
        ("PutRetentionPolicy", 400, met),
    ]);
    let key = "arn:aws:kms:us-east-1:123456789012:key/1";
    let writer = aws.writer(KIND, &["acme-production-web"], &[key]).await;
    let spec = settled(kind, json!({ "RetentionInDays": 30, "KmsKeyId": key }));
    kind.create(&writer, &Name::given("acme-production-web"), &spec, &Tags::default()).await.unwrap();
    let (made, kept) = ("CreateLogGroup", "PutRetentionPolicy");
    assert_eq!(aws.operations(), [made, made, made, kept, kept]);
}

fn stack(account: &str) -> Blueprint {
    stack_of("scribe", account, TEMPLATE)
}

//! Log groups, which AWS's services make anew as long as there is something to log.

use provision::blueprint::Blueprint;

use crate::stage::{Stage, blueprints, on_deep_stack, words};

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
        let stage = Stage::new("300000000033").await;
        let wanted = stack(&stage.account);
        stage.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        stage.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = stage.calls().await;
        let deletions: Vec<_> = calls.iter().filter(|call| call.contains(":Delete")).map(String::as_str).collect();
        assert_eq!(deletions, ["ecs:DeleteCluster", "logs:DeleteLogGroup"]);
    });
}

#[test]
fn only_what_an_unfinished_create_has_not_set_yet_is_set_without_consent() {
    on_deep_stack(async {
        let stage = Stage::new("300000000034").await;
        let wanted = stack(&stage.account);
        stage.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let inventory = stage.inventory(&wanted).await;
        let group = inventory.all().find_map(|(at, live)| (at.kind == KIND).then_some(live)).expect("a log group");
        let hand = aws_sdk_cloudwatchlogs::Client::new(&stage.by_hand().await);
        let arn = group.outputs["Arn"].as_str().expect("an ARN").trim_end_matches(":*");
        let mark = hand.tag_resource().resource_arn(arn).tags("provision:digest", "pending");
        mark.send().await.expect("a tag");
        let is_asked = async || {
            let plan = stage.plan(&wanted).await;
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

fn stack(account: &str) -> Blueprint {
    let tenant = format!(
        "tenant: scribe\ntemplate: own\naccount: \"{account}\"\nenvironments: {{ production: {{ region: us-east-1 }} }}\n"
    );
    let all = blueprints(&[("scribe.yaml", &tenant)], &[("own.yaml", TEMPLATE)]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

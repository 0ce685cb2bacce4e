//! Log groups, which AWS's services make anew as long as there is something to log.

use provision::blueprint::Blueprint;

use crate::stage::{Stage, blueprints, on_deep_stack};

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

fn stack(account: &str) -> Blueprint {
    let tenant = format!(
        "tenant: scribe\ntemplate: own\naccount: \"{account}\"\nenvironments: {{ production: {{ region: us-east-1 }} }}\n"
    );
    let all = blueprints(&[("scribe.yaml", &tenant)], &[("own.yaml", TEMPLATE)]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

//! What a service may say, as `docs/tenants/services.md` shows it, on the local AWS.

use std::path::Path;

use provision::blueprint::Blueprint;
use provision::plan::{Action, Change, StackPlan};
use provision::resource::Disruption;

use crate::repository::tenant_pages::examples;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const SHOWN: &str = "123456789012";

/// The one environment of a tenant file, in an account of the test's own.
fn stack(account: &str, tenant: &str) -> Blueprint {
    let all = blueprints(&[("tenant.yaml", &tenant.replace(SHOWN, account))], &[]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

/// The examples of the page. A group that is made elsewhere is in no local account; a secret is made there first.
fn shown() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tenants/services.md");
    let all: Vec<_> = examples(&page)
        .into_iter()
        .map(|(_, text)| text.replace("        security_groups: [sg-0123456789abcdef0]\n", ""))
        .collect();
    assert!(!all.is_empty(), "the page shows something");
    all
}

/// The example of the page that has a text, with another in its place.
fn with(old: &str, new: &str) -> (String, String) {
    let example = shown().into_iter().find(|example| example.contains(old));
    let example = example.unwrap_or_else(|| panic!("no example has {old}"));
    let changed = example.replacen(old, new, 1);
    (example, changed)
}

#[test]
fn every_example_is_applied_and_goes_again() {
    on_deep_stack(async {
        for (number, example) in shown().iter().enumerate() {
            let account = format!("3000000004{number:02}");
            let local = LocalAccount::new(&account).await;
            let blueprint = stack(&account, &with_secret(&local, example).await);
            local.bring_up(&blueprint).await.unwrap_or_else(|why| panic!("example {number}: {why}"));
            local.destroy(&blueprint).await.unwrap_or_else(|why| panic!("example {number}: {why}"));
        }
    });
}

/// The text with the ARN of a secret that is there, with two keys.
async fn with_secret(local: &LocalAccount, text: &str) -> String {
    const NAMED: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:office-AbCdEf";
    if !text.contains(NAMED) {
        return text.to_owned();
    }
    let call = aws_sdk_secretsmanager::Client::new(&local.by_hand().await).create_secret().name("office");
    let value = r#"{ "client_secret": "hunter22", "next": "hunter23" }"#;
    let made = call.secret_string(value).send().await.expect("a secret");
    text.replace(NAMED, made.arn().expect("it has an ARN"))
}

/// What happens between two states of the YAML, without an outage of anything that stays: the calls.
async fn changed(account: &str, before: &str, after: &str) -> Vec<String> {
    let (plan, calls) = carried_out(account, before, after).await;
    let loud = |change: &&Change| {
        change.action != Action::Delete && matches!(change.disruption, Disruption::Outage | Disruption::DestroysData)
    };
    assert_eq!(plan.changes.iter().find(loud).map(|change| &change.address), None, "{}", words(&plan));
    calls
}

/// The plan of one state of the YAML after another, and the calls that carried it out.
async fn carried_out(account: &str, before: &str, after: &str) -> (StackPlan, Vec<String>) {
    let local = LocalAccount::new(account).await;
    let known = with_secret(&local, &format!("{before}\n---\n{after}")).await;
    let (before, after) = known.split_once("\n---\n").expect("both");
    local.bring_up(&stack(account, before)).await.unwrap_or_else(|why| panic!("{why}"));
    let wanted = stack(account, after);
    let plan = local.plan(&wanted).await;
    let sent = local.calls().await.len();
    local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    (plan, local.calls().await.split_off(sent))
}

/// Where a call was made, first and last.
fn at(calls: &[String], call: &str) -> (usize, usize) {
    let first = calls.iter().position(|one| one == call);
    let last = calls.iter().rposition(|one| one == call);
    first.zip(last).unwrap_or_else(|| panic!("no {call}: {calls:?}"))
}

#[test]
fn the_right_to_a_shell_comes_before_the_tasks_and_goes_after_them() {
    on_deep_stack(async {
        let (with, without) = with("        exec: true\n", "");
        let calls = changed("300000000410", &without, &with).await;
        let (given, rollout) = (at(&calls, "iam:PutRolePolicy"), at(&calls, "ecs:UpdateService"));
        assert!(given.1 < rollout.0, "{calls:?}");
        let calls = changed("300000000411", &with, &without).await;
        let (taken, rollout) = (at(&calls, "iam:DeleteRolePolicy"), at(&calls, "ecs:UpdateService"));
        assert!(taken.0 > rollout.1, "{calls:?}");
    });
}

#[test]
fn a_file_of_variables_can_be_read_until_the_last_task_that_needs_it_is_gone() {
    on_deep_stack(async {
        let (with, without) = with("        env_files: [\"arn:aws:s3:::acme-settings/web.env\"]\n", "");
        let calls = changed("300000000412", &with, &without).await;
        let (taken, rollout) = (at(&calls, "iam:PutRolePolicy"), at(&calls, "ecs:UpdateService"));
        assert!(taken.0 > rollout.1, "{calls:?}");
    });
}

#[test]
fn a_service_goes_to_spot_and_back_without_another_service() {
    on_deep_stack(async {
        let (with, without) = with("        spot: { on_demand: 2, share: 75 }\n", "");
        for (account, before, after) in [("300000000413", &without, &with), ("300000000414", &with, &without)] {
            let calls = changed(account, before, after).await;
            assert!(!calls.iter().any(|call| ["ecs:CreateService", "ecs:DeleteService"].contains(&call.as_str())));
            assert_eq!(calls.iter().filter(|call| *call == "ecs:UpdateService").count(), 1, "{calls:?}");
        }
    });
}

#[test]
fn a_service_comes_after_those_that_it_connects_to() {
    on_deep_stack(async {
        let (example, _) = with("        connects: [api, stock]\n", "");
        let account = "300000000415";
        let plan = LocalAccount::new(account).await.plan(&stack(account, &example)).await;
        let after = |name: &str| {
            let service = plan.changes.iter().find(|change| change.address.to_string() == name).expect("it is made");
            let all = service.after.iter().map(ToString::to_string);
            all.filter(|one| one.starts_with("AWS::ECS::Service/")).collect::<Vec<_>>()
        };
        assert_eq!(after("AWS::ECS::Service/web"), ["AWS::ECS::Service/api", "AWS::ECS::Service/stock"]);
        assert_eq!(after("AWS::ECS::Service/api"), ["AWS::ECS::Service/stock"]);
        assert_eq!(after("AWS::ECS::Service/stock"), [""; 0]);
    });
}

#[test]
fn who_no_longer_connects_is_shut_out_once_its_tasks_have_gone() {
    on_deep_stack(async {
        let (with, without) = with("        connects: [api, stock]\n", "        connects: [api]\n");
        let calls = changed("300000000416", &without, &with).await;
        assert!(at(&calls, "ec2:AuthorizeSecurityGroupIngress").1 < at(&calls, "ecs:UpdateService").0, "{calls:?}");
        let calls = changed("300000000417", &with, &without).await;
        assert!(at(&calls, "ec2:RevokeSecurityGroupIngress").0 > at(&calls, "ecs:UpdateService").1, "{calls:?}");
    });
}

/// The proxy goes with the deployment, the namespace with the last service in it.
#[test]
fn a_namespace_is_taken_away_after_the_last_service_has_left_it() {
    on_deep_stack(async {
        let (with, mut without) = with("        connects: [api, stock]\n", "");
        for part in [
            "        connect: { alias: api.shop, port: 80, request_timeout: 60 }\n        connects: [stock]\n",
            "        connect: { protocol: grpc }\n",
        ] {
            assert!(without.contains(part), "no example has {part}");
            without = without.replace(part, "");
        }
        let calls = changed("300000000418", &with, &without).await;
        let deleted = at(&calls, "servicediscovery:DeleteNamespace").0;
        assert!(deleted > at(&calls, "ecs:UpdateService").1, "{calls:?}");
    });
}

#[test]
fn a_health_check_moves_to_a_port_that_is_open() {
    on_deep_stack(async {
        let (before, after) =
            with("health_check: { port: 8081, path: /healthz }", "health_check: { port: 8082, path: /healthz }");
        // The plan can't know that the tasks need the old port no more, and says so.
        let (_, calls) = carried_out("300000000419", &before, &after).await;
        let moved = at(&calls, "elbv2:ModifyTargetGroup");
        assert!(at(&calls, "ec2:AuthorizeSecurityGroupIngress").1 < moved.0, "{calls:?}");
        assert!(at(&calls, "ec2:RevokeSecurityGroupIngress").0 > moved.1, "{calls:?}");
    });
}

#[test]
fn a_route_comes_and_goes_while_the_service_answers() {
    on_deep_stack(async {
        let route = "          partner: { port: 8090, priority: 20, paths: [/partner/*], methods: [POST], headers: { X-Partner: [\"acme*\"] } }\n";
        let (with, without) = with(route, "");
        let calls = changed("300000000621", &without, &with).await;
        let (rule, rollout) = (at(&calls, "elbv2:CreateRule"), at(&calls, "ecs:UpdateService"));
        assert!(rule.1 < rollout.0, "ECS takes no target group without a load balancer: {calls:?}");
        let (_, calls) = carried_out("300000000622", &with, &without).await;
        let (group, rollout) = (at(&calls, "elbv2:DeleteTargetGroup"), at(&calls, "ecs:UpdateService"));
        assert!(group.0 > rollout.1, "{calls:?}");
    });
}

/// AWS tells no secret, so that another one can't be seen but by where it is kept.
#[test]
fn the_secret_of_a_sign_in_is_sent_again_when_it_is_kept_elsewhere() {
    on_deep_stack(async {
        let (before, after) = with("          scope: openid email\n", "          scope: openid email\n");
        let after =
            after.replace("            secret: arn:aws", "            secret_key: next\n            secret: arn:aws");
        assert_ne!(before, after);
        let calls = changed("300000000422", &before, &after).await;
        let sent: Vec<_> =
            calls.iter().filter(|call| call.contains("ModifyRule") || call.contains("GetSecretValue")).collect();
        assert_eq!(sent, ["secretsmanager:GetSecretValue", "elbv2:ModifyRule"]);
    });
}

#[test]
fn a_further_certificate_comes_and_goes_and_that_of_somebody_else_stays() {
    on_deep_stack(async {
        let certificate =
            "      - arn:aws:acm:us-east-1:123456789012:certificate/5f2c7d1e-8f0b-4c55-9f3a-2b6f0d9a7e41\n";
        let (with, without) = with(&format!("    further_certificates:\n{certificate}"), "");
        let account = "300000000423";
        let local = LocalAccount::new(account).await;
        local.bring_up(&stack(account, &with)).await.unwrap_or_else(|why| panic!("{why}"));
        let inventory = local.inventory(&stack(account, &with)).await;
        let (_, listener) = inventory
            .all()
            .find(|(at, _)| at.to_string() == "AWS::ElasticLoadBalancingV2::Listener/https")
            .expect("it is there");
        let theirs = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000001";
        let elb = aws_sdk_elasticloadbalancingv2::Client::new(&local.by_hand().await);
        let by_hand = aws_sdk_elasticloadbalancingv2::types::Certificate::builder().certificate_arn(theirs).build();
        elb.add_listener_certificates().listener_arn(&listener.id).certificates(by_hand).send().await.expect("added");
        local.apply(&stack(account, &without)).await.unwrap_or_else(|why| panic!("{why}"));
        let left = elb.describe_listener_certificates().listener_arn(&listener.id).send().await.expect("a list");
        let left: Vec<_> = left.certificates().iter().filter_map(|one| one.certificate_arn()).collect();
        assert!(left.contains(&theirs) && !left.iter().any(|arn| arn.contains("5f2c7d1e")), "{left:?}");
    });
}

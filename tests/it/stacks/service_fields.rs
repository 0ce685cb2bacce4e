//! What a service may say, as `docs/tenants/services.md` shows it, on the local AWS.

use std::path::Path;

use provision::blueprint::Blueprint;
use provision::resource::Disruption;

use crate::repository::tenant_pages::examples;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const SHOWN: &str = "123456789012";

/// The one environment of a tenant file, in an account of the test's own.
fn stack(account: &str, tenant: &str) -> Blueprint {
    let all = blueprints(&[("tenant.yaml", &tenant.replace(SHOWN, account))], &[]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

/// The examples of the page. A group that is made elsewhere is in no local account.
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
            let (local, blueprint) = (LocalAccount::new(&account).await, stack(&account, example));
            local.bring_up(&blueprint).await.unwrap_or_else(|why| panic!("example {number}: {why}"));
            local.destroy(&blueprint).await.unwrap_or_else(|why| panic!("example {number}: {why}"));
        }
    });
}

/// What happens between two states of the YAML: the calls, and that nothing of it is an outage.
async fn changed(account: &str, before: &str, after: &str) -> Vec<String> {
    let local = LocalAccount::new(account).await;
    local.bring_up(&stack(account, before)).await.unwrap_or_else(|why| panic!("{why}"));
    let wanted = stack(account, after);
    let plan = local.plan(&wanted).await;
    let loud =
        |change: &&provision::plan::Change| matches!(change.disruption, Disruption::Outage | Disruption::DestroysData);
    assert_eq!(plan.changes.iter().find(loud).map(|change| &change.address), None, "{}", words(&plan));
    let sent = local.calls().await.len();
    local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    local.calls().await.split_off(sent)
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

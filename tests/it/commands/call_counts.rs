//! How many calls a run takes, from the command line on.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use provision::cli::Exit;

use crate::commands::cli::in_process;
use crate::commands::shell::{Shell, both, environment};
use crate::sandbox::local_aws;
use crate::stacks::local_account::LocalAccount;
use crate::stacks::samples::ACME;

/// The most calls that a tenant's production may take.
struct Limits {
    /// A first apply: one look at every region, since it may live in any; the creates and what they need; and a few looks at what
    /// takes its time.
    first_apply: usize,
    /// One changed field: one look at the stack, its lease and record, a new revision of a task definition and its rollout.
    one_field: usize,
    /// A plan of what is as it should be, an hour after the run.
    unchanged: usize,
}

/// The sample with every block.
const EVERY_BLOCK: Limits = Limits { first_apply: 950, one_field: 330, unchanged: 220 };
/// A shop of two services, a database and a cache, of 63 resources.
/// Of its first apply 105 look in the other regions for a stack of its name: three for each.
const A_SHOP: Limits = Limits { first_apply: 455, one_field: 150, unchanged: 120 };
const SHOP: &str = include_str!("../../data/shop.yaml");

/// Calls for the tags of one resource, of services whose lists tell none.
const TAGS_OF_ONE: &[&str] = &["logs:ListTagsForResource", "wafv2:ListTagsForResource"];

#[tokio::test]
async fn a_run_asks_no_more_than_it_needs() {
    within(ACME, "300000000024", &EVERY_BLOCK).await;
}

#[tokio::test]
async fn a_plain_run_asks_no_more_than_it_needs() {
    within(SHOP, "300000000025", &A_SHOP).await;
}

async fn within(tenant: &str, account: &str, limits: &Limits) {
    let url = &local_aws::endpoint().await.url;
    let shell = Shell { folder: local_aws::folder(&format!("call-counts-{account}")), env: environment(url, account) };
    let state = shell.folder.join("state").display().to_string();
    let shell = shell.with("XDG_STATE_HOME", &state);
    let tenant = tenant.replace("123456789012", account);
    let local = LocalAccount::on(url, account);
    let changed = tenant.replace("LOG_LEVEL: info", "LOG_LEVEL: debug");
    let runs = [(&tenant, "a first apply", limits.first_apply), (&changed, "one field", limits.one_field)];
    for (text, what, most) in runs {
        shell.write("tenants/acme.yaml", text);
        let before = local.calls().await.len();
        let output = shell.run(&["apply", "acme/production", "--yes"]).await;
        assert!(output.status.success(), "{}", both(&output));
        let spent = local.calls().await.split_off(before);
        assert!(spent.len() <= most, "{what} takes {} calls, not {most}: {:?}", spent.len(), histogram(&spent));
    }

    let spent = plan(&shell, &local, Timestamp::now).await;
    TAGS_OF_ONE.iter().for_each(|call| assert!(spent.contains_key(*call), "the index may lag: {call} of {spent:?}"));
    let spent = plan(&shell, &local, || Timestamp::now() + SignedDuration::from_hours(1)).await;
    TAGS_OF_ONE
        .iter()
        .for_each(|call| assert!(!spent.contains_key(*call), "the index is believed: {call} of {spent:?}"));
    let all: usize = spent.values().sum();
    assert!(all <= limits.unchanged, "an unchanged plan takes {all} calls, not {}: {spent:?}", limits.unchanged);
}

/// What a plan asks at a time of its own; it finds nothing to do.
async fn plan(shell: &Shell, local: &LocalAccount, clock: fn() -> Timestamp) -> BTreeMap<String, usize> {
    let before = local.calls().await.len();
    let ran = in_process(shell, clock, &["plan", "acme/production"]).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.err);
    assert!(ran.out.contains("nothing to do"), "{}", ran.out);
    histogram(&local.calls().await.split_off(before))
        .into_iter()
        .map(|(call, times)| (call.to_owned(), times))
        .collect()
}

fn histogram(calls: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    calls.iter().for_each(|call| *counts.entry(call.as_str()).or_default() += 1);
    counts
}

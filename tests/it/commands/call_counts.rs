//! How many calls a run takes, from the command line on.

use std::collections::BTreeMap;

use crate::commands::shell::{Shell, both, environment};
use crate::sandbox::local_aws;
use crate::stacks::local_account::LocalAccount;
use crate::stacks::samples::ACME;

/// A first apply of `acme/production`: one look at every region, since it may live in any; 75 creates and what they need; and a
/// few looks at what takes its time. about 530 when this was written.
const FIRST_APPLY: usize = 602;
/// One changed field: one look at the stack, its lease and record, a new revision of a task definition and its rollout. 177 when
/// this was written.
const ONE_FIELD: usize = 200;

const ACCOUNT: &str = "300000000024";

#[tokio::test]
async fn a_run_asks_no_more_than_it_needs() {
    let url = &local_aws::endpoint().await.url;
    let shell = Shell { folder: local_aws::folder("call-counts"), env: environment(url, ACCOUNT) };
    let state = shell.folder.join("state").display().to_string();
    let shell = shell.with("XDG_STATE_HOME", &state);
    let tenant = ACME.replace("123456789012", ACCOUNT);
    let local = LocalAccount::on(url, ACCOUNT);
    let changed = tenant.replace("LOG_LEVEL: info", "LOG_LEVEL: debug");
    for (text, what, most) in [(&tenant, "a first apply", FIRST_APPLY), (&changed, "one field", ONE_FIELD)] {
        shell.write("tenants/acme.yaml", text);
        let before = local.calls().await.len();
        let output = shell.run(&["apply", "acme/production", "--yes"]).await;
        assert!(output.status.success(), "{}", both(&output));
        let spent = local.calls().await.split_off(before);
        assert!(spent.len() <= most, "{what} takes {} calls, not {most}: {:?}", spent.len(), histogram(&spent));
    }
}

fn histogram(calls: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    calls.iter().for_each(|call| *counts.entry(call.as_str()).or_default() += 1);
    counts
}

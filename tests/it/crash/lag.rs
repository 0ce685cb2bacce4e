//! Made just before the crash, and not yet in the tagging API's index.

use provision::blueprint::Blueprint;
use provision::kinds::KINDS;
use provision::plan::Mode;
use serde_json::json;

use super::server::Server;
use crate::sandbox::local_aws;
use crate::stacks::local_account::{LocalAccount, blueprints};

/// A key has neither a name of its own nor a client token: only its tags tell that it is there.
pub async fn a_key_is_found_without_the_index() {
    let cache = local_aws::folder("lag");
    let server = Server { url: local_aws::start(&cache, &local_aws::options().await).await.url };
    server.slow(60.0).await;
    for (account, goes_on_with, deletions) in [("810000000001", Mode::Apply, 0), ("810000000002", Mode::Destroy, 1)] {
        let blueprint = one_key(account);
        server.faults(account, &json!([{ "operation": "CreateKey", "what": "die-after", "nth": 1 }])).await;
        let local = LocalAccount::on(&server.url, account);
        tokio::select! {
            ended = local.apply(&blueprint) => panic!("it was to die: {ended:?}"),
            () = server.death(account) => {}
        }
        server.faults(account, &json!([])).await;
        let again = LocalAccount::on(&server.url, account);
        let ended = match goes_on_with {
            Mode::Destroy => again.destroy(&blueprint).await,
            Mode::Apply | Mode::OnlyConfig | Mode::OnlyDrift => again.apply(&blueprint).await,
        };
        ended.unwrap_or_else(|why| panic!("{goes_on_with:?}: {why}"));
        let calls = server.calls(account).await;
        let sent = |name: &str| calls.iter().filter(|call| call.operation == name).count();
        assert_eq!(sent("kms:CreateKey"), 1, "{goes_on_with:?}");
        assert_eq!(sent("kms:ScheduleKeyDeletion"), deletions, "{goes_on_with:?}");
    }
    provision::sandbox::down(&cache).await.expect("it ends");
}

fn one_key(account: &str) -> Blueprint {
    let facts = KINDS.iter().map(|kind| kind.facts()).find(|facts| facts.kind == "AWS::KMS::Key").expect("it is there");
    let tenant = format!(
        "tenant: zoo\ntemplate: example\naccount: \"{account}\"\nenvironments: {{ test: {{ region: us-east-1, protected: false }} }}\n"
    );
    blueprints(&[("zoo.yaml", &tenant)], &[("example.yaml", facts.example)]).expect("it is right").remove(0)
}

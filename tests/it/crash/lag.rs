//! Made just before the crash, and not yet in the tagging API's index.

use provision::kinds::KINDS;
use serde_json::json;

use super::server::Server;
use crate::local_aws;
use crate::stage::{Stage, blueprints};

/// A key has neither a name of its own nor a client token: only its tags tell that it is there.
pub async fn a_key_is_found_without_the_index() {
    let cache = local_aws::folder("lag");
    let server = Server { url: local_aws::start(&cache, &local_aws::options().await).await.url };
    server.slow(60.0).await;
    let account = "810000000001";
    let facts = KINDS.iter().map(|kind| kind.facts()).find(|facts| facts.kind == "AWS::KMS::Key").expect("it is there");
    let tenant = format!(
        "tenant: zoo\ntemplate: example\naccount: \"{account}\"\nenvironments: {{ test: {{ region: us-east-1, protected: false }} }}\n"
    );
    let blueprint =
        blueprints(&[("zoo.yaml", &tenant)], &[("example.yaml", facts.example)]).expect("it is right").remove(0);
    server.faults(account, &json!([{ "operation": "CreateKey", "what": "die-after", "nth": 1 }])).await;
    let stage = Stage::on(&server.url, account);
    tokio::select! {
        ended = stage.apply(&blueprint) => panic!("it was to die: {ended:?}"),
        () = server.death(account) => {}
    }
    server.faults(account, &json!([])).await;
    Stage::on(&server.url, account).apply(&blueprint).await.unwrap_or_else(|why| panic!("{why}"));
    let made = server.calls(account).await.into_iter().filter(|call| call.operation == "kms:CreateKey").count();
    assert_eq!(made, 1, "keys");
    provision::sandbox::down(&cache).await.expect("it ends");
}

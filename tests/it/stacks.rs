//! Whole stacks, end to end, on the local AWS.

use crate::stage::{Stage, blueprints};

/// The tenants of the repository.
const TENANTS: &[(&str, &str)] = &[
    ("acme.yaml", include_str!("../../tenants/acme.yaml")),
    ("globex.yaml", include_str!("../../tenants/globex.yaml")),
    ("initech.yaml", include_str!("../../tenants/initech.yaml")),
];

#[tokio::test(flavor = "multi_thread")]
async fn first() {
    let account = "300000000001";
    let tenant = TENANTS[0].1.replace("123456789012", account);
    let all = blueprints(&[("acme.yaml", &tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let blueprint = all.iter().find(|b| b.stack.id.environment == "production").unwrap();
    let stage = Stage::new(account).await;
    if let Err(why) = stage.apply(blueprint).await {
        panic!("{why}")
    }
}

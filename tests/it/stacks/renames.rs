//! Services, databases and caches that are renamed in the YAML (`was`): what AWS has of them stays.

use std::collections::BTreeMap;

use provision::blueprint::Blueprint;
use provision::plan::Action;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const ACCOUNT: &str = "300000000291";

fn shop(entries: &str) -> Blueprint {
    let tenant = format!(
        "tenant: renames\ntemplate: modyo\naccount: \"{ACCOUNT}\"\nenvironments:\n  production:\n    region: us-east-1\n    cidr: 10.0.0.0/16\n    deletion_protection: false\n{entries}"
    );
    blueprints(&[("renames.yaml", &tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

const BEFORE: &str =
    "    services: { site: { image: shop:1, public: true, priority: 1, databases: [shop], caches: [fast] } }
    databases: { shop: { engine: mysql, version: 8.0.mysql_aurora.3.08.0, parameters: { max_connections: 100 } } }
    caches: { fast: { engine: valkey, version: \"8.0\" } }
";
const AFTER: &str = "    services: { web: { was: site, image: shop:1, public: true, priority: 1, databases: [orders], caches: [sessions] } }
    databases: { orders: { was: shop, engine: mysql, version: 8.0.mysql_aurora.3.08.0, parameters: { max_connections: 100 } } }
    caches: { sessions: { was: fast, engine: valkey, version: \"8.0\" } }
";

/// The ids that AWS has for the resources of a stack, without the revisions of task definitions.
async fn ids(local: &LocalAccount, stack: &Blueprint) -> BTreeMap<String, String> {
    let inventory = local.inventory(stack).await;
    let all = inventory.all().filter(|(address, _)| address.kind != "AWS::ECS::TaskDefinition");
    all.map(|(address, live)| (live.id.clone(), address.to_string())).collect()
}

#[test]
fn a_renamed_entry_keeps_all_that_aws_has_of_it_and_its_logs_above_all() {
    on_deep_stack(async {
        let local = LocalAccount::new(ACCOUNT).await;
        let (before, after) = (shop(BEFORE), shop(AFTER));
        local.apply(&before).await.unwrap_or_else(|why| panic!("{why}"));
        let live = ids(&local, &before).await;

        let plan = local.plan(&after).await;
        let made_or_gone: Vec<_> = plan
            .changes
            .iter()
            .filter(|change| {
                matches!(change.action, Action::Create | Action::Replace | Action::Delete | Action::Blocked)
            })
            .map(|change| format!("{:?} {}", change.action, change.address))
            .collect();
        assert!(made_or_gone.is_empty(), "{made_or_gone:?}\n{}", words(&plan));
        let logs = plan.changes.iter().find(|change| change.address.to_string() == "AWS::Logs::LogGroup/service-web");
        assert!(logs.is_some_and(|change| change.action == Action::Retag), "{}", words(&plan));
        local.apply(&after).await.unwrap_or_else(|why| panic!("{why}"));

        let now = ids(&local, &after).await;
        assert_eq!(live.keys().collect::<Vec<_>>(), now.keys().collect::<Vec<_>>(), "the same things");
        assert!(now.values().all(|address| !address.contains("/site") && !address.contains("/shop")), "{now:#?}");
        // Once it is done, `was` has said all that it had to.
        let plain = AFTER.replace("was: site, ", "").replace("was: shop, ", "").replace("was: fast, ", "");
        let plan = local.plan(&shop(&plain)).await;
        assert!(plan.is_empty(), "{}", words(&plan));
    });
}

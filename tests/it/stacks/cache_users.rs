//! Users of caches, turned on while services run, and how they go again.

use std::collections::BTreeSet;
use std::path::Path;

use aws_sdk_elasticache::Client;
use provision::plan::{Action, Cause, Change};
use provision::resource::Disruption;

use crate::repository::tenant_pages::examples;
use crate::stacks::local_account::{LocalAccount, on_deep_stack, words};
use crate::stacks::samples::{stack, up};

/// Two services at one cache, without balancer and gateway.
const SHOP: &str = "
tenant: shop
template: modyo
account: \"123456789012\"
environments:
  production:
    region: us-east-1
    cidr: 10.20.0.0/16
    nat: none
    load_balancer: none
    waf: { enabled: false }
    caches:
      sessions: { engine: valkey, version: \"8.0\", users: {} }
    services:
      shop: { image: \"public.ecr.aws/shop/shop:1\", public: false, caches: [sessions] }
      office: { image: \"public.ecr.aws/shop/office:1\", public: false, caches: [sessions] }
";

#[test]
fn the_example_of_the_page_is_applied_and_goes_again() {
    on_deep_stack(async {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tenants/caches.md");
        let (_, example) = examples(&page).remove(0);
        let account = "300000000771";
        let local = LocalAccount::new(account).await;
        let call = aws_sdk_secretsmanager::Client::new(&local.by_hand().await).create_secret().name("batch");
        let secret = call.secret_string(r#"{ "password": "hunter22hunter22" }"#).send().await.expect("a secret");
        let named = "arn:aws:secretsmanager:us-east-1:123456789012:secret:batch-AbCdEf";
        let known = example.replace(named, secret.arn().expect("it has an ARN"));
        let production = stack(account, &known, "production");
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let inventory = local.inventory(&production).await;
        let told = inventory.all().map(|(_, live)| format!("{:?} {:?}", live.spec, live.tags)).collect::<String>();
        assert!(!told.contains("hunter22"), "a password is told to nobody");
        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let left = Client::new(&local.by_hand().await).describe_users().send().await.expect("a list");
        let left: Vec<_> = left.users().iter().filter_map(|user| user.user_id()).collect();
        assert_eq!(left, ["default"], "AWS's own");
    });
}

/// Applies another state of the YAML; the calls of ElastiCache and ECS that change something.
async fn changes(local: &LocalAccount, account: &str, tenant: &str) -> Vec<String> {
    let production = stack(account, tenant, "production");
    let plan = local.plan(&production).await;
    let cut =
        plan.changes.iter().find(|change| change.action == Action::Update && change.disruption > Disruption::Failover);
    let is_first_group = |change: &&Change| change.fields.iter().any(|field| field.path == "/UserGroupIds");
    assert!(cut.is_none_or(|change| is_first_group(&change)), "{}", words(&plan));
    let sent = local.calls().await.len();
    local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
    let plan = local.plan(&production).await;
    assert!(plan.is_empty(), "{}", words(&plan));
    let calls = local.calls().await.split_off(sent);
    let of = |call: &&String| {
        ["elasticache:", "ecs:UpdateService", "ecs:DeleteService"].iter().any(|of| call.starts_with(of))
    };
    let reads = ["elasticache:Describe", "elasticache:List"];
    calls.iter().filter(of).filter(|call| !reads.iter().any(|read| call.starts_with(read))).cloned().collect()
}

/// Asserts that all calls of one sort are made before any of the next.
fn in_order(calls: &[String], sorts: &[&str]) {
    for two in sorts.windows(2) {
        let last = calls.iter().rposition(|call| call == two[0]);
        let first = calls.iter().position(|call| call == two[1]);
        assert!(last.zip(first).is_some_and(|(last, first)| last < first), "{two:?}: {calls:#?}");
    }
}

#[test]
fn users_come_before_the_cache_asks_for_them_and_go_after_it_has_let_them_go() {
    on_deep_stack(async {
        let account = "300000000772";
        let without = SHOP.replace(", users: {} }", " }");
        let (local, _) = up(account, &without, "production").await;
        let calls = changes(&local, account, SHOP).await;
        in_order(
            &calls,
            &[
                "elasticache:CreateUser",
                "elasticache:CreateUserGroup",
                "elasticache:ModifyReplicationGroup",
                "ecs:UpdateService",
            ],
        );
        let calls = changes(&local, account, &without).await;
        in_order(
            &calls,
            &["elasticache:ModifyReplicationGroup", "elasticache:DeleteUserGroup", "elasticache:DeleteUser"],
        );
    });
}

#[test]
fn a_user_goes_after_its_service_has_left_and_another_comes_before() {
    on_deep_stack(async {
        let account = "300000000773";
        let (local, _) = up(account, SHOP, "production").await;
        let one = SHOP.replace("office:1\", public: false, caches: [sessions] }", "office:1\", public: false }");
        assert_ne!(one, SHOP);
        let calls = changes(&local, account, &one).await;
        in_order(&calls, &["ecs:UpdateService", "elasticache:ModifyUserGroup", "elasticache:DeleteUser"]);
        let calls = changes(&local, account, SHOP).await;
        in_order(&calls, &["elasticache:CreateUser", "elasticache:ModifyUserGroup", "ecs:UpdateService"]);
    });
}

#[test]
fn who_was_let_in_by_hand_is_seen_and_shut_out() {
    on_deep_stack(async {
        let account = "300000000774";
        let (local, production) = up(account, SHOP, "production").await;
        let hand = Client::new(&local.by_hand().await);
        let more = hand.modify_user().user_id("shop-production-sessions").access_string("on ~* &* +@all");
        more.send().await.expect("allowed");
        let guest = hand.create_user().user_id("guest").user_name("guest").engine("redis").access_string("on ~* +@all");
        guest.passwords("hunter22hunter22").send().await.expect("a user");
        let joined = hand.modify_user_group().user_group_id("shop-production-sessions").user_ids_to_add("guest");
        joined.send().await.expect("allowed");
        let plan = local.plan(&production).await;
        let told: BTreeSet<_> = plan
            .changes
            .iter()
            .flat_map(|change| change.fields.iter().map(move |field| format!("{} {}", change.address, field.path)))
            .collect();
        let expected =
            ["AWS::ElastiCache::User/sessions /AccessString", "AWS::ElastiCache::UserGroup/sessions /UserIds"];
        assert!(told.iter().map(String::as_str).eq(expected), "{told:#?}\n{}", words(&plan));
        assert!(plan.changes.iter().all(|change| change.cause == Cause::Drift), "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let group = hand.describe_user_groups().user_group_id("shop-production-sessions").send().await.expect("there");
        assert!(!group.user_groups()[0].user_ids().iter().any(|user| user == "guest"));
        let guest = hand.describe_users().user_id("guest").send().await;
        assert!(guest.is_ok(), "somebody else's user stays");
    });
}

#[test]
fn a_cache_goes_from_redis_to_valkey_with_its_users() {
    on_deep_stack(async {
        let account = "300000000775";
        let redis = SHOP.replace("engine: valkey, version: \"8.0\"", "engine: redis, version: \"7.1\"");
        let (local, _) = up(account, &redis, "production").await;
        let calls = changes(&local, account, &SHOP.replace("users: {}", "users: {}, changes: immediate")).await;
        let users = calls.iter().filter(|call| call.contains("User")).collect::<Vec<_>>();
        assert!(users.is_empty(), "{calls:#?}");
    });
}

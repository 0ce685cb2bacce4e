//! The names of an environment: its records, in whose zone, and what is left for a person.

use std::collections::BTreeSet;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use provision::blueprint::Blueprint;
use provision::plan::{Action, Mode};
use provision::resource::State;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const RECORD: &str = "AWS::Route53::RecordSet";

/// The one environment of a tenant whose edge is all that is asked for.
fn environment(account: &str, text: &str) -> Blueprint {
    let tenant = format!(
        "tenant: acme\ntemplate: modyo\naccount: \"{account}\"\nenvironments:\n  production:\n    region: us-east-1\n    cidr: \
         10.20.0.0/16\n    nat: none\n    deletion_protection: false\n{text}"
    );
    let all = blueprints(&[("acme.yaml", &tenant)], &[]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

/// The records of a blueprint by name, and what they are called where that is known.
fn records(blueprint: &Blueprint) -> Vec<String> {
    let all = blueprint.resources.values().filter(|resource| resource.address.kind == RECORD);
    let name =
        |resource: &provision::blueprint::Resource| resource.spec["Name"].as_str().unwrap_or_default().to_owned();
    all.map(|resource| format!("{} {}", resource.address.name, name(resource))).collect()
}

#[test]
fn a_domain_and_all_below_it_share_a_record() {
    let of = |dns: &str| {
        let names =
            "    domain: www.acme.example\n    alternative_names: [acme.example, \"*.acme.example\", acme.test]\n";
        environment("300000000170", &format!("{names}    dns: {dns}\n"))
    };
    let own = of("{ zone: own, name: acme.example }");
    let validation = |name: &str| format!("⟦AWS::CertificateManager::Certificate/main.ValidationName.{name}⟧");
    assert_eq!(
        records(&own),
        [
            "site-acme-example acme.example".to_owned(),
            "site-any-acme-example *.acme.example".to_owned(),
            "site-www-acme-example www.acme.example".to_owned(),
            format!("validation-acme-example {}", validation("acme.example")),
            format!("validation-www-acme-example {}", validation("www.acme.example")),
        ]
    );
    // acme.test is in no zone of ours; the name servers of the new one are somebody's to name.
    let told = |blueprint: &Blueprint| {
        let all = blueprint.outputs["records"].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| format!("{} {}", one["Type"], one["Name"])).collect::<Vec<_>>()
    };
    assert_eq!(told(&own), [r#""NS" "acme.example""#, r#""ALIAS" "acme.test""#]);
    let given = of("{ zone: Z0423603VKO, name: acme.example, validation: false }");
    assert_eq!(records(&given).len(), 3);
    assert!(given.resources.values().all(|one| one.address.kind != "AWS::Route53::HostedZone"));
    let theirs = of("{}");
    assert!(records(&theirs).is_empty());
    assert_eq!(
        told(&theirs),
        [
            r#""CNAME" "www.acme.example""#,
            r#""ALIAS" "acme.example""#,
            r#""CNAME" "*.acme.example""#,
            r#""ALIAS" "acme.test""#
        ]
    );
}

/// What somebody else has in the zone.
async fn by_hand(local: &LocalAccount, zone: &str, action: ChangeAction, name: &str, value: &str) {
    let value = ResourceRecord::builder().value(value).build().expect("whole");
    let record = ResourceRecordSet::builder().name(name).r#type(RrType::A).ttl(60).resource_records(value);
    let change = Change::builder().action(action).resource_record_set(record.build().expect("whole"));
    let batch = ChangeBatch::builder().changes(change.build().expect("whole")).build().expect("whole");
    let route53 = aws_sdk_route53::Client::new(&local.by_hand().await);
    route53.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await.expect("it is taken");
}

async fn zone_by_hand(local: &LocalAccount, name: &str) -> String {
    let route53 = aws_sdk_route53::Client::new(&local.by_hand().await);
    let made = route53.create_hosted_zone().name(name).caller_reference("by hand").send().await.expect("it is taken");
    let id = made.hosted_zone().expect("a zone").id().trim_start_matches("/hostedzone/").to_owned();
    by_hand(local, &id, ChangeAction::Create, &format!("blog.{name}"), "192.0.2.1").await;
    id
}

/// The names and types of all records of a zone.
async fn all_in(local: &LocalAccount, zone: &str) -> BTreeSet<String> {
    let route53 = aws_sdk_route53::Client::new(&local.by_hand().await);
    let all = route53.list_resource_record_sets().hosted_zone_id(zone).send().await.expect("it is there");
    all.resource_record_sets().iter().map(|one| format!("{} {}", one.name(), one.r#type().as_str())).collect()
}

#[test]
fn records_in_a_zone_that_is_given_come_and_go_among_those_of_others() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000171").await;
        let zone = zone_by_hand(&local, "acme.example").await;
        let before = all_in(&local, &zone).await;
        let names = "    domain: www.acme.example\n    alternative_names: [\"*.acme.example\"]\n";
        let production = environment("300000000171", &format!("{names}    dns: {{ zone: {zone} }}\n"));
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let there = all_in(&local, &zone).await;
        for name in [
            "www.acme.example. A",
            "\\052.acme.example. A",
            "a.www._provision.acme.example. TXT",
            "a._any._provision.acme.example. TXT",
        ] {
            assert!(there.contains(name), "{name} is not in {there:#?}");
        }
        assert_eq!(there.len(), before.len() + 2 * 4, "each with its mark: two of the site, two for ACM: {there:#?}");

        // Somebody points a name elsewhere.
        by_hand(&local, &zone, ChangeAction::Upsert, "www.acme.example", "198.51.100.7").await;
        let plan = local.plan(&production).await;
        let changed: Vec<_> = plan.changes.iter().map(|change| (change.action, change.address.name.as_str())).collect();
        assert_eq!(changed, [(Action::Update, "site-www-acme-example")], "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));

        // The YAML drops a name.
        let names = "    domain: www.acme.example\n";
        let fewer = environment("300000000171", &format!("{names}    dns: {{ zone: {zone} }}\n"));
        local.bring_up(&fewer).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(!all_in(&local, &zone).await.contains("\\052.acme.example. A"));
        local.destroy(&fewer).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(all_in(&local, &zone).await, before);
    });
}

#[test]
fn a_record_of_others_blocks_its_name_until_it_is_adopted() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000172").await;
        let zone = zone_by_hand(&local, "acme.example").await;
        let text = format!("    domain: blog.acme.example\n    dns: {{ zone: {zone}, validation: false }}\n");
        let production = environment("300000000172", &text);
        let inventory = local.inventory(&production).await;
        let refused = local.run_from(&production, &inventory, Mode::Apply).await;
        // The engine alone asks no questions; Route 53 refuses.
        let why = refused.expect_err("the name is taken");
        assert!(why.contains("is there already and is not ours"), "{why}");
        assert!(all_in(&local, &zone).await.contains("blog.acme.example. A"));
        assert!(!all_in(&local, &zone).await.contains("a.blog._provision.acme.example. TXT"));
    });
}

#[test]
fn a_zone_of_its_own_is_made_filled_and_taken_away() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000173").await;
        let text = "    domain: www.acme.example\n    dns: { zone: own, name: acme.example }\n";
        let production = environment("300000000173", text);
        let run_summary = local.run(&production, Mode::Apply).await.unwrap_or_else(|why| panic!("{why}"));
        let servers = &run_summary.outputs["records"];
        assert_eq!(servers[0]["Type"], "NS");
        assert_eq!(servers[0]["Value"].as_array().map(Vec::len), Some(4), "{servers}");
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// As the certificate reads while ACM looks for the records that the stack has made.
#[test]
fn what_the_stack_does_itself_is_not_asked_of_a_person() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000174").await;
        let zone = zone_by_hand(&local, "acme.example").await;
        let names = "    domain: www.acme.example\n    alternative_names: [acme.test]\n";
        let production =
            environment("300000000174", &format!("{names}    dns: {{ zone: {zone}, name: acme.example }}\n"));
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let mut inventory = local.inventory(&production).await;
        let certificate = inventory.kinds.values_mut().find_map(|outcome| match outcome {
            provision::inventory::ListOutcome::Read(listing) => listing
                .found
                .iter_mut()
                .find(|(address, _)| address.kind == "AWS::CertificateManager::Certificate")
                .and_then(|(_, lives)| lives.first_mut()),
            provision::inventory::ListOutcome::Unknown(_) => None,
        });
        let live = certificate.expect("it is there");
        let asks = |live: &provision::resource::Live, domain: &str| {
            let of =
                |what: &str| live.output(&format!("{what}.{domain}")).and_then(|text| text.as_str().map(str::to_owned));
            format!("CNAME {} -> {}", of("ValidationName").unwrap(), of("ValidationValue").unwrap())
        };
        let (ours, theirs) = (asks(live, "www.acme.example"), asks(live, "acme.test"));
        let mut waiting = (**live).clone();
        waiting.state = State::AwaitsAction(format!("{ours}, {theirs}"));
        *live = std::sync::Arc::new(waiting);
        let all = inventory.clone();
        let told = |inventory| {
            let plan = crate::stacks::local_account::plan_with(&production, inventory, Mode::Apply);
            assert!(plan.is_empty(), "{}", words(&plan));
            let of = |one: &&provision::plan::Waiting| one.address.kind == "AWS::CertificateManager::Certificate";
            plan.waiting.iter().find(of).expect("it waits").what.clone()
        };
        assert_eq!(told(&all), theirs, "acme.test is in nobody's zone here");
    });
}

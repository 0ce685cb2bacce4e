//! `was` of an entry in the built-in templates: every resource of it is kept.

use crate::input::blueprint::{Project, text};

fn modyo(entries: &str) -> Project {
    let tenant = format!(
        "tenant: acme\ntemplate: modyo\naccount: \"123456789012\"\nenvironments:\n  production:\n    region: us-east-1\n    cidr: 10.0.0.0/16\n{entries}"
    );
    Project::default().tenant("acme.yaml", &tenant)
}

/// The resources by address, with what each was.
fn resources(project: &Project) -> Vec<(String, Option<String>)> {
    let loaded = project.load().map_err(|problems| text(&problems)).expect("it is sound");
    let all = loaded.blueprints[0].resources.values();
    all.map(|one| (one.address.to_string(), one.was.clone())).collect()
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

#[test]
fn every_resource_of_a_renamed_entry_is_the_one_that_was() {
    let before: Vec<_> = resources(&modyo(BEFORE)).into_iter().map(|(address, _)| address).collect();
    let after = resources(&modyo(AFTER));
    let mut formerly: Vec<_> = after
        .iter()
        .map(|(address, was)| match was {
            Some(was) => format!("{}/{was}", address.split('/').next().expect("a type")),
            None => address.clone(),
        })
        .collect();
    formerly.sort();
    assert_eq!(formerly, before, "each of them is one of before");
    assert_eq!(after.iter().filter(|(_, was)| was.is_some()).count(), 18, "{after:?}");
}

#[test]
fn what_cannot_have_been_is_told_once_at_its_line() {
    let was = |entries: &str| modyo(&format!("    services:\n{entries}")).problems();
    assert_eq!(
        was("      site: { image: shop:1 }\n      web:\n        was: site\n        image: shop:1\n"),
        "tenants/acme.yaml:11:14: web can't have been site, which is still there | remove `was`, or the other one\n"
    );
    assert_eq!(
        was("      api: { image: shop:1 }\n      web:\n        image: shop:1\n        was: site_1\n").lines().next(),
        Some(
            "tenants/acme.yaml:12:14: `was` is the text `site_1`, which does not look as it must | it must match \
             ^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
        )
    );
    let two = was("      api: { image: shop:1, was: site }\n      web: { image: shop:1, was: site }\n");
    assert_eq!(
        two.matches("only one of `services` can have been site | remove `was` from the others").count(),
        2,
        "{two}"
    );
    assert_eq!(two.lines().count(), 2, "{two}");
    let external = was("      web: { image: shop:1, was: site, deploys: external }\n");
    assert!(external.contains("web can't be renamed while a pipeline deploys it"), "{external}");
}

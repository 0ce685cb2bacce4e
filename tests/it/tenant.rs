//! Tenants and the project file: layers, and bad input with the whole text of its problems.

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use provision::problem::{Source, Span};
use provision::tenant::{overlay, without_nulls};
use provision::yaml::{Key, Node, Value};

use crate::blueprint::{Project, text};

const TEMPLATE: &str = "\
parameters:
  cidr: { type: string, default: null }
  size: { type: integer, minimum: 1 }
  mode: { enum: [fast, slow], default: fast }
  services:
    type: object
    default: {}
    additionalProperties:
      type: object
      additionalProperties: false
      required: [image]
      properties:
        image: { type: string }
        port: { type: integer, default: 8080 }
profiles:
  small: { size: 1 }
resources:
  - type: Test::Net
    name: main
    when: \"{{ cidr is not none }}\"
    properties: { Range: \"{{ cidr_subnet(cidr, 8, 0) }}\" }
  - type: AWS::ECS::Service
    for: { service: \"{{ services }}\" }
    name: \"{{ service.key }}\"
    properties: { Image: \"{{ service.value.image }}\", Port: \"{{ service.value.port }}\", Size: \"{{ size }}\", Mode: \"{{ mode }}\" }
";

fn tenant(head: &str, environments: &str) -> Project {
    let text = format!("{head}\nenvironments:\n{environments}");
    Project::default().template("t.yaml", TEMPLATE).tenant("acme.yaml", &text)
}

const HEAD: &str = "tenant: acme\ntemplate: t\naccount: \"123456789012\"";

#[test]
fn layers_merge_in_order_and_null_removes() {
    let head = format!(
        "{HEAD}\ndefaults: {{ mode: slow, services: {{ web: {{ image: a }}, api: {{ image: b, port: 1 }} }} }}"
    );
    let environments =
        "  one:\n    region: us-east-1\n    profile: small\n    services: { web: null, api: { image: c } }\n";
    let project = tenant(&head, environments).file("defaults: { mode: fast, size: 5 }");
    let loaded = project.load().map_err(|problems| text(&problems)).expect("it is sound");
    let all: Vec<_> = loaded.blueprints[0].resources.values().map(|resource| resource.spec.to_string()).collect();
    assert_eq!(all, [r#"{"Image":"c","Mode":"slow","Port":1,"Size":5}"#]);
    let service = loaded.blueprints[0].resources.values().next().expect("one");
    let place = |at: &str| service.origin(at).map(|origin| origin.place().to_string()).unwrap_or_default();
    assert_eq!(place("/Image"), "tenants/acme.yaml:9", "the environment");
    assert_eq!(place("/Mode"), "tenants/acme.yaml:4", "the tenant's defaults");
    assert_eq!(place("/Size"), "provision.yaml:1", "the project's defaults win over the profile");
}

#[test]
fn bad_tenants_are_told_with_place_and_hint() {
    let good = "  one: { region: us-east-1, size: 1 }\n";
    let cases: &[(&str, &str, &str, &str)] = &[
        ("an unknown field", "tenant: acme\ntempalte: t\ntemplate: t\naccount: \"123456789012\"", good, "?"),
        ("missing fields", "tenant: acme", good, "?"),
        ("an account without quotes", "tenant: acme\ntemplate: t\naccount: 012345678901", good, "?"),
        ("an account that is none", "tenant: acme\ntemplate: t\naccount: \"12345\"", good, "?"),
        ("an unknown template", "tenant: acme\ntemplate: modoy\naccount: \"123456789012\"", good, "?"),
        ("a long name", "tenant: a-very-long-customer-name\ntemplate: t\naccount: \"123456789012\"", good, "?"),
        (
            "wrong letters",
            "tenant: Acme\ntemplate: t\naccount: \"123456789012\"",
            "  one_two: { region: us-east-1, size: 1 }\n",
            "?",
        ),
        ("an unknown region", HEAD, "  one: { region: us-esat-1, size: 1 }\n", "?"),
        ("no region", HEAD, "  one: { size: 1 }\n", "?"),
        ("an unknown profile", HEAD, "  one: { region: us-east-1, profile: smal, size: 1 }\n", "?"),
        ("an unknown parameter", HEAD, "  one: { region: us-east-1, size: 1, moed: fast }\n", "?"),
        ("a missing parameter", HEAD, "  one: { region: us-east-1 }\n", "?"),
        (
            "wrong types and choices, all at once",
            HEAD,
            "  one:\n    region: us-east-1\n    size: \"3\"\n    mode: fats\n    services:\n      web: { iamge: x, port: true }\n",
            "?",
        ),
        ("a number too small", HEAD, "  one: { region: us-east-1, size: 0 }\n", "?"),
        ("a range that is none", HEAD, "  one: { region: us-east-1, size: 1, cidr: 10.20.0.0 }\n", "?"),
        ("a range that does not begin there", HEAD, "  one: { region: us-east-1, size: 1, cidr: 10.20.1.0/16 }\n", "?"),
        ("a range that is not private", HEAD, "  one: { region: us-east-1, size: 1, cidr: 11.0.0.0/16 }\n", "?"),
        ("a range too small for its subnets", HEAD, "  one: { region: us-east-1, size: 1, cidr: 10.20.0.0/24 }\n", "?"),
        ("a range too large", HEAD, "  one: { region: us-east-1, size: 1, cidr: 10.0.0.0/8 }\n", "?"),
        (
            "ranges that overlap",
            HEAD,
            "  one: { region: us-east-1, size: 1, cidr: 10.20.0.0/16 }\n  two: { region: us-east-1, size: 1, cidr: 10.20.0.0/20 }\n",
            "?",
        ),
        (
            "a tag of ours",
            "tenant: acme\ntemplate: t\naccount: \"123456789012\"\ntags: { \"provision:name\": x, cost: 42 }",
            good,
            "?",
        ),
        (
            "a role that is none",
            "tenant: acme\ntemplate: t\naccount: \"123456789012\"\nroles: { read: provision-plan }",
            good,
            "?",
        ),
        (
            "bad entries of ignore",
            HEAD,
            "  one:\n    region: us-east-1\n    size: 1\n    ignore:\n      - { resource: main, field: /Range, owner: me }\n      - { resource: Test::Net/main, field: Range, owner: me, until: tomorrow }\n      - { resource: Test::Net/mian, field: /Range, owner: me }\n",
            "?",
        ),
        ("an environment that is no map", HEAD, "  one: us-east-1\n", "?"),
    ];
    let mut out = String::new();
    for (reason, head, environments, expected) in cases {
        let got = tenant(head, environments).problems();
        if got.trim_end() != *expected {
            out.push_str(&format!("--- {reason}\n{got}"));
        }
    }
    assert!(out.is_empty(), "{out}");
}

#[test]
fn the_fleet_is_checked_as_a_whole() {
    let file = |tenant: &str, environment: &str, account: &str| {
        format!(
            "tenant: {tenant}\ntemplate: t\naccount: \"{account}\"\nenvironments:\n  {environment}: {{ region: us-east-1, size: 1 }}\n"
        )
    };
    let project = Project::default()
        .template("t.yaml", TEMPLATE)
        .tenant("a.yaml", &file("a-b", "c", "123456789012"))
        .tenant("b.yaml", &file("a", "b-c", "123456789012"))
        .tenant("c.yaml", &file("a", "x", "123456789012"));
    assert_eq!(project.problems(), "?");
    let apart = Project::default()
        .template("t.yaml", TEMPLATE)
        .tenant("a.yaml", &file("a-b", "c", "123456789012"))
        .tenant("b.yaml", &file("a", "b-c", "111122223333"));
    assert_eq!(apart.problems(), "", "in different accounts they do not meet");
}

#[test]
fn a_bad_project_file_is_told_with_place_and_hint() {
    let text = "\
projct: x
accounts: { main: 123 }
bucket: { name: X }
guards: { max_deletes: -1, protected: [Test::Nte] }
";
    let project = tenant(HEAD, "  one: { region: us-east-1, size: 1 }\n").file(text);
    assert_eq!(project.problems(), "?");
}

fn tree() -> impl Strategy<Value = Node> {
    let span = Span { source: Arc::new(Source { path: PathBuf::from("f"), text: String::new() }), bytes: 0..0 };
    let leaf = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::Int), Just(Value::List(Vec::new()))];
    let node = span.clone();
    let leaf = leaf.prop_map(move |value| Node::new(value, node.clone()));
    leaf.prop_recursive(3, 20, 4, move |inner| {
        let span = span.clone();
        proptest::collection::btree_map("[a-d]", inner, 0..4).prop_map(move |map| {
            let key = |name: String| Key { name, span: span.clone() };
            Node::new(Value::Map(map.into_iter().map(|(name, node)| (key(name), node)).collect()), span.clone())
        })
    })
}

proptest! {
    #[test]
    fn a_layer_over_itself_changes_nothing(a in tree()) {
        prop_assert_eq!(overlay(a.clone(), a.clone()).to_json(), a.to_json());
    }

    #[test]
    fn an_empty_layer_changes_no_map(a in tree()) {
        let empty = Node::new(Value::Map(Vec::new()), a.span.clone());
        if matches!(a.value, Value::Map(_)) {
            prop_assert_eq!(overlay(a.clone(), empty.clone()).to_json(), a.to_json());
        }
        prop_assert_eq!(overlay(empty, a.clone()).to_json(), a.to_json());
    }

    #[test]
    fn the_upper_layer_wins_wherever_it_says_something(a in tree(), b in tree()) {
        fn holds(merged: &Node, upper: &Node) -> bool {
            match &upper.value {
                Value::Map(entries) => entries.iter().all(|(key, node)| {
                    merged.get(&key.name).is_some_and(|merged| holds(merged, node))
                }),
                scalar => merged.value == *scalar,
            }
        }
        prop_assert!(holds(&overlay(a, b.clone()), &b));
    }

    #[test]
    fn no_null_is_left_in_maps(a in tree()) {
        fn clean(node: &Node) -> bool {
            node.entries().iter().all(|(_, node)| !node.is_null() && clean(node))
        }
        prop_assert!(clean(&without_nulls(a)));
    }
}

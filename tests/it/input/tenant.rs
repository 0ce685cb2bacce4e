//! Tenants and the project file: layers, and bad input with the whole text of its problems.

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use provision::problem::{Source, Span};
use provision::tenant::{overlay, without_nulls};
use provision::yaml::{Key, Node, Value};

use crate::input::blueprint::{Project, text};

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
        (
            "an unknown field",
            "tenant: acme\ntempalte: t\ntemplate: t\naccount: \"123456789012\"",
            good,
            "tenants/acme.yaml:2:1: a tenant file has no field `tempalte` | did you mean `template`?",
        ),
        (
            "missing fields",
            "tenant: acme",
            good,
            "tenants/acme.yaml:1:1: a tenant file needs the field `account` | account: \"111122223333\"\ntenants/acme.yaml:1:1: a tenant file needs the field `template` | template: modyo",
        ),
        (
            "an account without quotes",
            "tenant: acme\ntemplate: t\naccount: 012345678901",
            good,
            "tenants/acme.yaml:3:10: the account 12345678901 must be in quotes | \"012345678901\"; without quotes a zero in front would be lost",
        ),
        (
            "an account without quotes, and more in the same file",
            "tenant: acme\ntemplate: t\naccount: 123456789012",
            "  one: { region: us-east-1, size: big }\n",
            "tenants/acme.yaml:3:10: the account 123456789012 must be in quotes | \"123456789012\"; without quotes a zero in front would be lost\ntenants/acme.yaml:5:35: `size` must be a whole number, and is the text `big`",
        ),
        (
            "an account that is none",
            "tenant: acme\ntemplate: t\naccount: \"12345\"",
            good,
            "tenants/acme.yaml:3:10: `12345` is not an AWS account id | twelve digits in quotes: `⟪aws sts get-caller-identity⟫` shows yours",
        ),
        (
            "an unknown template, and the parameters of the one that was meant",
            "tenant: acme\ntemplate: tt\naccount: \"123456789012\"",
            "  one: { region: us-east-1, size: big }\n",
            "tenants/acme.yaml:2:11: there is no template `tt` | did you mean `t`?\ntenants/acme.yaml:5:35: `size` must be a whole number, and is the text `big`",
        ),
        (
            "an unknown template like no other",
            "tenant: acme\ntemplate: kubernetes\naccount: \"123456789012\"",
            good,
            "tenants/acme.yaml:2:11: there is no template `kubernetes` | there are account, minimal, modyo, t",
        ),
        (
            "a long name",
            "tenant: a-very-long-customer-name\ntemplate: t\naccount: \"123456789012\"",
            good,
            "tenants/acme.yaml:1:9: `a-very-long-customer-name` can't be the name of a tenant: it has 25 characters | at most 20: it is part of the names of all resources",
        ),
        (
            "a name that AWS keeps for itself",
            "tenant: sg-fans\ntemplate: t\naccount: \"123456789012\"",
            good,
            "tenants/acme.yaml:1:9: `sg-fans` can't be the name of a tenant | AWS refuses security groups whose names begin with `sg-`, and load balancers with `internal-`",
        ),
        (
            "wrong letters",
            "tenant: Acme\ntemplate: t\naccount: \"123456789012\"",
            "  one_two: { region: us-east-1, size: 1 }\n",
            "tenants/acme.yaml:1:9: `Acme` can't be the name of a tenant: it has the character `A` | names are small letters, digits and dashes, begin with a letter and do not end in a dash\ntenants/acme.yaml:5:3: `one_two` can't be the name of an environment: it has the character `_` | names are small letters, digits and dashes, begin with a letter and do not end in a dash",
        ),
        (
            "an unknown region",
            HEAD,
            "  one: { region: us-esat-1, size: 1 }\n",
            "tenants/acme.yaml:5:18: there is no region `us-esat-1` | did you mean `us-east-1`?",
        ),
        (
            "no region",
            HEAD,
            "  one: { size: 1 }\n",
            "tenants/acme.yaml:5:3: the environment `one` needs the field `region` | region: us-east-1",
        ),
        (
            "an unknown profile",
            HEAD,
            "  one: { region: us-east-1, profile: smal, size: 1 }\n",
            "tenants/acme.yaml:5:38: the template `t` has no profile `smal` | did you mean `small`?",
        ),
        (
            "an unknown parameter",
            HEAD,
            "  one: { region: us-east-1, size: 1, moed: fast }\n",
            "tenants/acme.yaml:5:38: the template `t` has no parameter `moed` | did you mean `mode`?",
        ),
        (
            "a missing parameter",
            HEAD,
            "  one: { region: us-east-1 }\n",
            "tenants/acme.yaml:5:3: the environment needs the field `size`",
        ),
        (
            "wrong types and choices, all at once",
            HEAD,
            "  one:\n    region: us-east-1\n    size: \"3\"\n    mode: fats\n    services:\n      web: { iamge: x, port: true }\n",
            "tenants/acme.yaml:7:11: `size` must be a whole number, and is the text `3` | write it without quotes\ntenants/acme.yaml:8:11: `mode` is the text `fats`; it must be fast or slow | did you mean `fast`?\ntenants/acme.yaml:10:7: `web` needs the field `image` | is `iamge` meant to be it?\ntenants/acme.yaml:10:14: `web` has no field `iamge` | did you mean `image`?\ntenants/acme.yaml:10:30: `port` must be a whole number, and is the boolean true",
        ),
        (
            "a number too small",
            HEAD,
            "  one: { region: us-east-1, size: 0 }\n",
            "tenants/acme.yaml:5:35: `size` is 0; it must be 1 or more",
        ),
        (
            "a range that is none",
            HEAD,
            "  one: { region: us-east-1, size: 1, cidr: 10.20.0.0 }\n",
            "tenants/acme.yaml:5:44: `10.20.0.0` is not an IPv4 range | write it as 10.20.0.0/16",
        ),
        (
            "a range that does not begin there",
            HEAD,
            "  one: { region: us-east-1, size: 1, cidr: 10.20.1.0/16 }\n",
            "tenants/acme.yaml:5:44: `10.20.1.0/16` is an address inside a range, not its beginning | did you mean `10.20.0.0/16`?",
        ),
        (
            "a range that is not private",
            HEAD,
            "  one: { region: us-east-1, size: 1, cidr: 11.0.0.0/16 }\n",
            "tenants/acme.yaml:5:44: `11.0.0.0/16` is not private | choose a range inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10",
        ),
        (
            "a range too small for its subnets",
            HEAD,
            "  one: { region: us-east-1, size: 1, cidr: 10.20.0.0/24 }\n",
            "tenants/acme.yaml:5:44: `10.20.0.0/24` is too small for the subnets: they would be /32, and AWS's smallest is /28; this template needs /20 or larger | it is used in `cidr_subnet(cidr, 8, 0)` (templates/t.yaml:21)",
        ),
        (
            "a range too large",
            HEAD,
            "  one: { region: us-east-1, size: 1, cidr: 10.0.0.0/8 }\n",
            "tenants/acme.yaml:5:44: `10.0.0.0/8` is too large for a VPC | AWS takes /16 to /28; /16 leaves room to grow",
        ),
        (
            "ranges that overlap",
            HEAD,
            "  one: { region: us-east-1, size: 1, cidr: 10.20.0.0/16 }\n  two: { region: us-east-1, size: 1, cidr: 10.20.0.0/20 }\n",
            "tenants/acme.yaml:6:44: `10.20.0.0/20` of acme/two overlaps `10.20.0.0/16` of acme/one (tenants/acme.yaml:5) | stacks of one tenant may be connected one day: give each a range of its own",
        ),
        (
            "a tag of ours",
            "tenant: acme\ntemplate: t\naccount: \"123456789012\"\ntags: { \"provision:name\": x, cost: 42 }",
            good,
            "tenants/acme.yaml:4:9: the tag `provision:name` is not yours to set | `provision:` and `aws:` tags are written by the program and AWS\ntenants/acme.yaml:4:36: `cost` must be text, and is the number 42 | put it in quotes",
        ),
        (
            "tags that are one to IAM",
            "tenant: acme\ntemplate: t\naccount: \"123456789012\"\ntags: { Owner: ann, owner: bob }",
            good,
            "tenants/acme.yaml:4:21: the tag `owner` differs from `Owner` in its case alone | IAM takes the two for one: keep one of them",
        ),
        (
            "a role that is none",
            "tenant: acme\ntemplate: t\naccount: \"123456789012\"\nroles: { read: provision-plan }",
            good,
            "tenants/acme.yaml:4:16: `provision-plan` is not the ARN of an IAM role | arn:aws:iam::111122223333:role/provision-plan",
        ),
        (
            "bad entries of ignore",
            HEAD,
            "  one:\n    region: us-east-1\n    size: 1\n    ignore:\n      - { resource: main, field: /Range, owner: me }\n      - { resource: Test::Net/main, field: Range, owner: me, until: tomorrow }\n",
            "tenants/acme.yaml:9:21: `main` is not an address such as AWS::EC2::VPC/main (names are [a-z0-9-]+)\ntenants/acme.yaml:10:44: `Range` is not the path of a field | a path begins with a slash: /Addresses\ntenants/acme.yaml:10:69: `tomorrow` is not a day | write it as 2027-03-01",
        ),
        (
            "an entry of ignore for nothing",
            HEAD,
            "  one:\n    region: us-east-1\n    size: 1\n    cidr: 10.0.0.0/16\n    ignore: [{ resource: Test::Net/mian, field: /Range, owner: me }]\n",
            "tenants/acme.yaml:9:26: there is no Test::Net/mian in this stack | did you mean `Test::Net/main`?",
        ),
        (
            "an environment that is no map",
            HEAD,
            "  one: us-east-1\n",
            "tenants/acme.yaml:5:8: an environment must be a map, and is the text `us-east-1`",
        ),
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
    assert_eq!(
        project.problems(),
        "tenants/b.yaml:5:3: a/b-c and a-b/c of the same account would both name their resources `a-b-c-...` | rename one of the two environments or tenants\ntenants/c.yaml:1:9: the tenant `a` is declared twice; the first is at tenants/b.yaml:1 | one file per tenant: rename or remove one\n"
    );
    let apart = Project::default()
        .template("t.yaml", TEMPLATE)
        .tenant("a.yaml", &file("a-b", "c", "123456789012"))
        .tenant("b.yaml", &file("a", "b-c", "111122223333"));
    assert_eq!(apart.problems(), "", "in different accounts they do not meet");
}

#[test]
fn a_bucket_for_tenants_of_several_accounts_says_whose_it_is() {
    let file = |tenant: &str, account: &str| {
        format!(
            "tenant: {tenant}\ntemplate: t\naccount: {account}\nenvironments:\n  x: {{ region: us-east-1, size: 1, profile: null }}\n"
        )
    };
    let loaded = |bucket: &str| {
        let accounts = "accounts: { main: \"123456789012\", other: \"111122223333\" }";
        let project = Project::default()
            .template("t.yaml", TEMPLATE)
            .tenant("a.yaml", &file("a", "main"))
            .tenant("b.yaml", &file("b", "other"))
            .file(&format!("{accounts}\nbucket: {bucket}\n"));
        let loaded = project.load().map_err(|problems| text(&problems)).expect("it is right");
        (loaded.project.bucket.and_then(|bucket| bucket.account), text(&loaded.warnings))
    };
    let warning = "provision.yaml:2:9: `bucket` does not say whose it is, so that only stacks of its own account can use it | add `account`: a number, or a name from `accounts`\n";
    for (bucket, account, warned) in [
        ("{ name: abc, region: us-east-1 }", None, warning),
        ("{ name: abc, region: us-east-1, account: main }", Some("123456789012"), ""),
        ("{ name: abc, region: us-east-1, account: \"999999999999\" }", Some("999999999999"), ""),
    ] {
        assert_eq!(loaded(bucket), (account.map(str::to_owned), warned.to_owned()), "{bucket}");
    }
}

#[test]
fn a_bad_project_file_is_told_with_place_and_hint() {
    let text = "\
projct: x
accounts: { main: 123 }
bucket: { name: X, account: mian }
guards: { max_deletes: -1, protected: [Test::Nte] }
";
    let project = tenant(HEAD, "  one: { region: us-east-1, size: 1 }\n").file(text);
    assert_eq!(
        project.problems(),
        "provision.yaml:1:1: provision.yaml has no field `projct` | did you mean `project`?\nprovision.yaml:2:19: the account 123 must be in quotes | \"000000000123\"; without quotes a zero in front would be lost\nprovision.yaml:3:9: `bucket` needs the field `region` | bucket: { name: acme-provision, region: us-east-1 }\nprovision.yaml:3:17: `X` can't be the name of a bucket | 3 to 63 small letters, digits, dashes and dots\nprovision.yaml:3:29: `mian` is not an AWS account id | twelve digits in quotes: `⟪aws sts get-caller-identity⟫` shows yours\nprovision.yaml:4:24: `max_deletes` must be a whole number, 0 or more, and is the number -1\nprovision.yaml:4:40: there is no kind `Test::Nte` | did you mean `Test::Net`?\n"
    );
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

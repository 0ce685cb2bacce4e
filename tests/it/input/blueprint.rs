//! From files to blueprints: what comes out, and bad input with the whole text of its problems.

use std::path::{Path, PathBuf};

use provision::blueprint::{Files, Kinds, Loaded, Source, explain, load_files, schema, skeleton, template_files};
use provision::problem::Problem;
use provision::resource::{Address, Shape, StackId};
use serde_json::{Value, json};

use crate::input::fake_kinds_loose::loose;
use crate::input::fake_kinds_strict::{Board, Host, Net};

/// A project in memory.
#[derive(Default)]
pub struct Project(pub Files);

impl Project {
    /// One tenant `acme` with one environment `test`, of the template given.
    pub fn of(template: &str) -> Self {
        let tenant = "\
tenant: acme
template: t
account: \"123456789012\"
environments:
  test:
    region: us-east-1
";
        Self::default().tenant("acme.yaml", tenant).template("t.yaml", template)
    }

    pub fn tenant(mut self, name: &str, text: &str) -> Self {
        self.0.tenants.push(source("tenants", name, text));
        self
    }

    pub fn template(mut self, name: &str, text: &str) -> Self {
        self.0.templates.push(source("templates", name, text));
        self
    }

    pub fn file(mut self, text: &str) -> Self {
        self.0.project = Some(source("", "provision.yaml", text));
        self
    }

    pub fn load(&self) -> Result<Loaded, Vec<Problem>> {
        self.select(&|_| true)
    }

    pub fn select(&self, is_selected: &dyn Fn(&StackId) -> bool) -> Result<Loaded, Vec<Problem>> {
        with_shapes(|shapes| load_files(&self.0, shapes, is_selected))
    }

    /// The problems as text: place, what, hint, a line each.
    pub fn problems(&self) -> String {
        self.load().map_or_else(|problems| text(&problems), |_| String::new())
    }
}

pub fn with_shapes<T>(f: impl FnOnce(&[&dyn Shape]) -> T) -> T {
    let loose = loose();
    let shapes: Vec<&dyn Shape> =
        loose.iter().map(|shape| shape as &dyn Shape).chain([&Net as &dyn Shape, &Host, &Board]).collect();
    f(&shapes)
}

fn source(folder: &str, name: &str, text: &str) -> Source {
    Source { path: PathBuf::from(folder).join(name), name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// Problems as text, a line each.
pub fn text(problems: &[Problem]) -> String {
    let lines = problems.iter().map(|problem| {
        let place = problem.span.as_ref().map(|span| {
            let (line, column) = span.line_column();
            format!("{}:{line}:{column}: ", span.path().display())
        });
        let hint = problem.hint.as_ref().map(|hint| format!(" | {hint}"));
        format!("{}{}{}\n", place.unwrap_or_default(), problem.what, hint.unwrap_or_default())
    });
    lines.collect()
}

const GOOD: &str = "\
parameters:
  size: { type: integer, default: 10, minimum: 1 }
  names: { type: array, items: { type: string }, default: [a, b] }
resources:
  - type: Test::Net
    name: main
    properties: { Range: 10.0.0.0/16, Open: false }
  - type: Test::Host
    for: { name: \"{{ names }}\" }
    name: \"{{ name }}\"
    properties:
      Net: \"{{ ref('Test::Net/main') }}\"
      Port: 80
      Friends: \"{{ ref_all('Test::Host/*') }}\"
      Disks:
        - { Name: root, Size: \"{{ size }}\" }
        - for: { n: \"{{ range(2) }}\" }
          when: \"{{ loop.last }}\"
          each: { Name: \"data-{{ n }}\" }
outputs:
  address: \"host-{{ ref('Test::Host/a', 'Address') }}\"
  url:
    value: \"http://{{ ref('Test::Host/a', 'Address') }}\"
    after: [\"Test::Host/{{ names | last }}\"]
  none: \"{{ none }}\"
";

#[test]
fn a_template_becomes_a_graph_with_origins() {
    let loaded = Project::of(GOOD).load().map_err(|problems| text(&problems)).expect("it is sound");
    let [blueprint] = loaded.blueprints.as_slice() else { panic!("one stack") };
    let host = &blueprint.resources[&Address::new("Test::Host", "a")];
    assert_eq!(
        *host.spec,
        json!({
            "Net": "⟦Test::Net/main.Id⟧",
            "Port": 80,
            "Mode": "fast",
            "Friends": ["⟦Test::Host/a.Id⟧", "⟦Test::Host/b.Id⟧"],
            "Disks": [{ "Name": "root", "Size": 10 }, { "Name": "data-1", "Size": 0 }],
        })
    );
    let set: Vec<_> = host.set.iter().map(String::as_str).collect();
    assert_eq!(set, ["Disks", "Friends", "Net", "Port"], "what the template set, without defaults");
    let net = &blueprint.resources[&Address::new("Test::Net", "main")];
    assert_eq!(net.set.iter().collect::<Vec<_>>(), ["Range"], "a default that is written out counts as not set");
    let edges: Vec<_> = host.edges.iter().map(|(to, at)| format!("{to} {at:?}")).collect();
    assert_eq!(edges, ["Test::Host/a {\"/Friends/0\"}", "Test::Host/b {\"/Friends/1\"}", "Test::Net/main {\"/Net\"}"]);
    let size = host.origin("/Disks/root/Size").expect("every value has an origin");
    assert_eq!(size.place().to_string(), "templates/t.yaml:2", "the parameter's default");
    assert_eq!(size.span.to_string(), "templates/t.yaml:16", "the expression");
    let outputs = [("address", "host-⟦Test::Host/a.Address⟧"), ("url", "http://⟦Test::Host/a.Address⟧")];
    assert_eq!(blueprint.outputs, outputs.map(|(name, value)| (name.to_owned(), json!(value))).into());
    let after = [("url".to_owned(), [Address::new("Test::Host", "b")].into())];
    assert_eq!(blueprint.outputs_after, after.into());

    let lost = GOOD.replace("Test::Host/{{ names | last }}", "Test::Host/c");
    let problems = text(&Project::of(&lost).load().map(drop).expect_err("it is not there"));
    assert!(problems.contains("the output url comes after Test::Host/c, which is not there"), "{problems}");
}

#[test]
fn explain_tells_a_default_from_what_was_written() {
    let loaded = Project::of(GOOD).load().map_err(|problems| text(&problems)).expect("it is sound");
    let host = &loaded.blueprints[0].resources[&Address::new("Test::Host", "a")];
    with_shapes(|shapes| {
        let kinds = Kinds::new(shapes);
        let written = explain(&kinds, host, "/Disks/root/Size");
        assert_eq!(written.value, Some(&json!(10)));
        assert_eq!(written.origin.map(|origin| origin.place().to_string()), Some("templates/t.yaml:2".into()));
        let default = explain(&kinds, host, "/Mode");
        assert_eq!((default.value, default.origin), (Some(&json!("fast")), None));
    });
}

/// A reason, a template, and what is said of it.
type Case = (&'static str, &'static str, &'static str);

const BAD: &[Case] = &[
    (
        "an unknown kind",
        "resources: [{ type: Test::Hots, name: a }]",
        "templates/t.yaml:1:13: there is no kind `Test::Hots` | did you mean `Test::Host`?",
    ),
    (
        "a missing property",
        "resources:\n  - type: Test::Net\n    name: a\n    properties: { Open: true }",
        "templates/t.yaml:2:5: Test::Net/a needs the field `Range`",
    ),
    (
        "an unknown property",
        "resources:\n  - type: Test::Net\n    name: a\n    properties: { Range: x, Opne: true }",
        "templates/t.yaml:4:35: Test::Net/a has no field `Opne` | did you mean `Open`?",
    ),
    (
        "a wrong type",
        "resources:\n  - type: Test::Net\n    name: a\n    properties: { Range: 1, Open: \"yes\" }",
        "templates/t.yaml:4:26: Test::Net/a: `Range` must be text, and is the number 1 | put it in quotes\ntemplates/t.yaml:4:35: Test::Net/a: `Open` must be true or false, and is the text `yes` | YAML 1.2 has only `true` and `false`",
    ),
    (
        "a wrong choice, a number out of range, and a check of the kind, all at once",
        "resources:
  - { type: Test::Net, name: main, properties: { Range: x } }
  - type: Test::Host
    name: a
    properties: { Net: \"{{ ref('Test::Net/main') }}\", Mode: fats, Port: 70000 }
  - type: Test::Host
    name: b
    properties:
      Net: \"{{ ref('Test::Net/main') }}\"
      Disks: [{ Name: root, Size: 500 }]",
        "templates/t.yaml:5:61: Test::Host/a: `Mode` is the text `fats`; it must be fast or slow | did you mean `fast`?\ntemplates/t.yaml:5:73: Test::Host/a: `Port` is 70000; it must be 65535 or less\ntemplates/t.yaml:10:35: Test::Host/b: the disk root is too big",
    ),
    (
        "references to nothing and to the wrong kind",
        "resources:
  - { type: Test::Net, name: main, properties: { Range: x } }
  - type: Test::Host
    name: a
    properties:
      Net: \"{{ ref('Test::Net/mian') }}\"
      Parent: \"{{ ref('Test::Net/main') }}\"",
        "templates/t.yaml:6:12: `Net` of Test::Host/a refers to Test::Net/mian, which is not there | did you mean `Test::Net/main`?\ntemplates/t.yaml:7:15: `Parent` of Test::Host/a expects a Test::Host, and refers to Test::Net/main | there is only `Test::Host/a`",
    ),
    (
        "a circle that no late property cuts",
        "resources:
  - { type: Test::Net, name: main, properties: { Range: x } }
  - type: Test::Host
    for: { pair: [[a, b], [b, a]] }
    name: \"{{ pair[0] }}\"
    properties:
      Net: \"{{ ref('Test::Net/main') }}\"
      Parent: \"{{ ref('Test::Host/' ~ pair[1]) }}\"",
        "templates/t.yaml:8:15: these resources need each other in a circle: Test::Host/a -> Test::Host/b -> Test::Host/a | remove one of the references; none of them can be set after creation",
    ),
    (
        "a circle that `after` closes",
        "resources:
  - type: Test::Net
    name: main
    after: [Test::Host/a]
    properties: { Range: x }
  - { type: Test::Host, name: a, properties: { Net: \"{{ ref('Test::Net/main') }}\" } }",
        "templates/t.yaml:4:13: these resources need each other in a circle: Test::Host/a -> Test::Net/main -> Test::Host/a | take this one out of `after`",
    ),
    (
        "`after` what is not there, after itself, and what is no address",
        "resources:
  - type: Test::Net
    name: main
    after: [Test::Net/mian, Test::Net/main, main, 4]
    properties: { Range: x }
  - { type: Test::Net, name: b, after: yes, properties: { Range: x } }",
        "templates/t.yaml:4:13: Test::Net/main comes after Test::Net/mian, which is not there | did you mean `Test::Net/main`?\ntemplates/t.yaml:4:29: Test::Net/main comes after itself | take it out of `after`\ntemplates/t.yaml:4:45: `after`: `main` is not an address such as AWS::EC2::VPC/main (names are [a-z0-9-]+)\ntemplates/t.yaml:4:51: `after`: an address is text, and this is the number 4\ntemplates/t.yaml:6:40: `after` must be a list of addresses, and is the text `yes` | after: [AWS::EC2::RouteTable/main]",
    ),
    (
        "the same address twice",
        "resources:\n  - { type: Test::Net, name: a, properties: { Range: x } }\n  - { type: Test::Net, name: a, properties: { Range: y } }",
        "templates/t.yaml:3:30: Test::Net/a is there twice; the other is at templates/t.yaml:2 | give one of them another name",
    ),
    (
        "a bad name",
        "resources:\n  - { type: Test::Net, name: A_b, properties: { Range: x } }",
        "templates/t.yaml:2:30: `A_b` can't be the name of a resource | small letters, digits and dashes",
    ),
    (
        "an unknown function",
        "resources:\n  - { type: Test::Net, name: a, properties: { Range: \"{{ rfe('x') }}\" } }",
        "templates/t.yaml:2:54: `rfe('x')`: there is no function `rfe` | did you mean `ref`?",
    ),
    (
        "an unknown filter",
        "resources:\n  - { type: Test::Net, name: a, properties: { Range: \"{{ 'x' | uper }}\" } }",
        "templates/t.yaml:2:54: `'x' | uper`: there is no filter `uper` | did you mean `upper`?",
    ),
    (
        "an unknown variable",
        "resources:\n  - { type: Test::Net, name: a, properties: { Range: \"{{ tennat }}\" } }",
        "templates/t.yaml:2:54: `tennat`: there is no parameter or variable `tennat` | did you mean `tenant`?",
    ),
    (
        "an expression that does not end",
        "resources:\n  - { type: Test::Net, name: a, properties: { Range: \"{{ tenant\" } }",
        "templates/t.yaml:2:54: an expression begins with `{{` and does not end | close it with `}}`",
    ),
    (
        "a statement",
        "resources:\n  - { type: Test::Net, name: a, properties: { Range: \"{% if x %}\" } }",
        "templates/t.yaml:2:54: statements (`{% ... %}`) are not read | use `for` and `when` of the node",
    ),
    (
        "an unknown key of a node",
        "resources:\n  - { type: Test::Net, name: a, propreties: { Range: x } }",
        "templates/t.yaml:2:33: a resource has no field `propreties` | did you mean `properties`?",
    ),
    (
        "a missing name",
        "resources:\n  - { type: Test::Net, properties: { Range: x } }",
        "templates/t.yaml:2:5: a resource needs the field `name` | name: main",
    ),
    (
        "equal priorities",
        "resources:
  - { type: \"AWS::ElasticLoadBalancingV2::ListenerRule\", name: a, properties: { ListenerArn: x, Priority: 1 } }
  - { type: \"AWS::ElasticLoadBalancingV2::ListenerRule\", name: b, properties: { ListenerArn: x, Priority: 1 } }",
        "templates/t.yaml:3:107: AWS::ElasticLoadBalancingV2::ListenerRule/a and AWS::ElasticLoadBalancingV2::ListenerRule/b have the same priority, 1 | give each rule of a listener its own",
    ),
];

#[test]
fn bad_templates_are_told_with_place_and_hint() {
    let mut out = String::new();
    for (reason, template, expected) in BAD {
        let got = Project::of(template).problems();
        if got.trim_end() != *expected {
            out.push_str(&format!("--- {reason}\n{got}"));
        }
    }
    assert!(out.is_empty(), "{out}");
}

#[test]
fn a_mistake_of_an_unselected_stack_is_a_warning() {
    let project = Project::of(GOOD).tenant(
        "globex.yaml",
        "tenant: globex\ntemplate: t\naccount: \"123456789012\"\nenvironments: { test: { region: us-esat-1 } }\n",
    );
    let loaded = project.select(&|id| id.tenant == "acme").map_err(|problems| text(&problems)).expect("acme is sound");
    assert_eq!(
        text(&loaded.warnings),
        "tenants/globex.yaml:4:33: there is no region `us-esat-1` | did you mean `us-east-1`?\n"
    );
    assert_eq!(loaded.stacks, [StackId::new("acme", "test"), StackId::new("globex", "test")]);
    assert!(project.load().is_err(), "selected, it is an error");
}

#[test]
fn the_order_of_files_does_not_matter() {
    let mut project = Project::of(GOOD).tenant(
        "globex.yaml",
        "tenant: globex\ntemplate: t\naccount: \"123456789012\"\nenvironments: { test: { region: us-east-1 } }\n",
    );
    let forth = format!("{:?}", project.load().expect("it is sound").blueprints);
    project.0.tenants.reverse();
    assert_eq!(forth, format!("{:?}", project.load().expect("it is sound").blueprints));
}

#[test]
fn the_repository_and_the_skeleton_are_sound() {
    let here = Files::read(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the repository is a project");
    let loaded = Project(here).load().map_err(|problems| text(&problems)).expect("the samples are sound");
    assert!(loaded.blueprints.len() >= 5, "{:?}", loaded.stacks);
    let mut project = Project::default();
    for (path, text) in skeleton().into_iter().chain(template_files()) {
        project = match path.split_once('/') {
            Some(("tenants", name)) => project.tenant(name, text),
            Some((_, name)) => project.template(name, text),
            None => project.file(text),
        };
    }
    assert_eq!(project.problems(), "");
}

#[test]
fn the_schema_of_tenant_files_accepts_the_samples() {
    let here = Files::read(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the repository is a project");
    let schema = schema(&here).expect("the templates are sound");
    let validator = jsonschema::validator_for(&schema).expect("it is a JSON Schema");
    for file in &here.tenants {
        let tree = provision::yaml::read(&file.path, &file.bytes).expect("it is YAML");
        let errors: Vec<_> = validator.iter_errors(&tree.to_json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.path.display());
    }
    let typo: Value =
        json!({ "tenant": "x", "template": "modyo", "account": "1", "environments": { "a": { "cird": "" } } });
    assert!(!validator.is_valid(&typo));
}

#[cfg(feature = "sdk")]
#[test]
fn the_samples_are_sound_for_the_kinds_of_aws() {
    let shapes: Vec<&dyn Shape> = provision::kinds::KINDS.iter().map(|kind| *kind as &dyn Shape).collect();
    let here = Files::read(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the repository is a project");
    let loaded = load_files(&here, &shapes, &|_| true).map_err(|problems| text(&problems));
    assert_eq!(loaded.map(|loaded| loaded.blueprints.len() == loaded.stacks.len()), Ok(true));
}

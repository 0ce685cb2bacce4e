//! Many tenants: what is made of those that a command is about, what is known of the others, and mistakes that reach many.

use provision::blueprint::load_each;
use provision::problem::Problem;
use provision::resource::StackId;

use crate::input::blueprint::{Project, text, with_shapes};

const TEMPLATE: &str = "\
parameters:
  cidr: { type: string, default: null }
  size: { type: integer, minimum: 1, default: 1 }
  domain: { type: string, default: null }
  most: { type: integer, default: 9 }
profiles:
  wide: { cidr: 10.0.0.0/16 }
checks:
  - when: \"{{ most < 2 }}\"
    at: most
    say: \"at least two, not {{ most }}\"
resources:
  - { type: Test::Net, name: main, properties: { Range: \"{{ cidr }}\" }, when: \"{{ cidr is not none }}\" }
  - { type: \"AWS::ECS::Service\", name: web, properties: { Size: \"{{ size }}\", Domain: \"{{ domain }}\" } }
";

fn tenant(name: &str, defaults: &str, environments: &[(&str, &str)]) -> String {
    let environments = environments.iter().map(|(name, body)| format!("  {name}: {{ region: us-east-1{body} }}\n"));
    format!(
        "tenant: {name}\ntemplate: t\naccount: \"123456789012\"\ndefaults: {{ {defaults} }}\nenvironments:\n{}",
        environments.collect::<String>()
    )
}

fn project(tenants: &[(&str, String)]) -> Project {
    let project = Project::default().template("t.yaml", TEMPLATE);
    tenants.iter().fold(project, |project, (name, text)| project.tenant(name, text))
}

fn of_acme(id: &StackId) -> bool {
    id.tenant == "acme"
}

fn refused(project: &Project) -> String {
    project.select(&of_acme).map_or_else(|problems| text(&problems), |_| String::new())
}

/// The text of each, and how many environments it reaches.
fn reached(problems: &[Problem]) -> Vec<(String, usize)> {
    problems.iter().map(|problem| (problem.what.clone(), problem.environments)).collect()
}

#[test]
fn only_the_selected_stacks_are_made_and_the_others_are_known_by_the_index() {
    let project = project(&[
        ("acme.yaml", tenant("acme", "", &[("test", ", profile: null")])),
        ("globex.yaml", tenant("globex", "", &[("one", ", size: big"), ("two", ", profile: wdie")])),
    ]);
    let mut made = Vec::new();
    let loaded = with_shapes(|shapes| {
        load_each(&project.0, shapes, &of_acme, |blueprint| made.push(blueprint.stack.id.to_string()))
    });
    let loaded = loaded.map_err(|problems| text(&problems)).expect("acme is sound");
    assert_eq!(made, ["acme/test"]);
    assert_eq!(loaded.stacks.len(), 3, "each is known by name");
    assert_eq!(loaded.fleet.len(), 3, "and where it lives");
    assert_eq!(
        text(&loaded.warnings),
        "tenants/globex.yaml:7:38: the template `t` has no profile `wdie` | did you mean `wide`?\n",
        "parameters are checked where they are used"
    );
    let all = project.load().map(drop).map_err(|problems| text(&problems)).expect_err("globex is not");
    assert!(all.contains("`size` must be a whole number") && all.contains("no profile `wdie`"), "{all}");
}

#[test]
fn the_fleet_is_refused_whichever_stack_is_selected() {
    let acme = ("acme.yaml", tenant("acme", "", &[("test", "")]));
    let overlap = tenant("globex", "profile: wide", &[("one", ""), ("two", ", profile: null, cidr: 10.0.4.0/22")]);
    let said = refused(&project(&[acme.clone(), ("globex.yaml", overlap)]));
    assert!(said.contains("`10.0.4.0/22` of globex/two overlaps `10.0.0.0/16` of globex/one"), "{said}");
    let (one, two) = (tenant("globex", "", &[("one", "")]), tenant("globex", "", &[("two", "")]));
    let said = refused(&project(&[acme.clone(), ("a.yaml", one), ("b.yaml", two)]));
    assert!(said.contains("the tenant `globex` is declared twice"), "{said}");
    let (one, two) = (tenant("x-y", "", &[("z", "")]), tenant("x", "", &[("y-z", "")]));
    let said = refused(&project(&[acme.clone(), ("a.yaml", one), ("b.yaml", two)]));
    assert!(said.contains("would both name their resources `x-y-z-...`"), "{said}");
    let said = refused(&project(&[acme, ("a.yaml", "tenant: a\n  b: [\n".to_owned())]));
    assert!(said.contains("tenants/a.yaml:"), "a file that is no YAML might be anybody's: {said}");
}

#[test]
fn a_name_of_a_stack_that_is_not_selected_is_still_taken() {
    let named = |physical: &str| {
        let resources =
            format!("resources:\n  - {{ type: \"AWS::Logs::LogGroup\", name: logs, {physical}properties: {{}} }}\n");
        let longer = "resources:\n  - { type: \"AWS::Logs::LogGroup\", name: b-logs, properties: {} }\n";
        Project::default()
            .template("t.yaml", &resources)
            .template("longer.yaml", longer)
            .tenant("acme.yaml", &tenant("acme", "", &[("a", "")]).replace("template: t", "template: longer"))
            .tenant("other.yaml", &tenant("acme-a", "", &[("b", "")]))
    };
    let said = refused(&named(""));
    assert!(said.contains("would both be called `acme-a-b-logs`"), "{said}");
    let said = refused(&named("physical: acme-a-b-logs, "));
    assert!(said.contains("would both be called `acme-a-b-logs`"), "a template may name anything: {said}");
    assert_eq!(refused(&named("physical: elsewhere, ")), "");
}

#[test]
fn a_mistake_in_a_layer_is_told_once_with_how_many_environments_it_reaches() {
    let all: Vec<_> = (0..20).map(|number| format!("e{number}")).collect();
    let environments: Vec<_> = all.iter().map(|name| (name.as_str(), "")).collect();
    let project = project(&[("acme.yaml", tenant("acme", "size: big, most: 1", &environments))]);
    let problems = project.load().map(drop).expect_err("it is wrong");
    let told = [("`size` must be a whole number, and is the text `big`", 20), ("at least two, not 1", 20)];
    assert_eq!(reached(&problems), told.map(|(what, number)| (what.to_owned(), number)));
    let alone = Project::default().template("t.yaml", TEMPLATE).file("defaults: { size: 0 }");
    let alone = alone
        .tenant("a.yaml", &tenant("a", "", &[("x", "")]))
        .tenant("b.yaml", &tenant("b", "", &[("x", ", size: 2"), ("y", "")]));
    let problems = alone.load().map(drop).expect_err("it is wrong");
    assert_eq!(reached(&problems), [("`size` is 0; it must be 1 or more".to_owned(), 2)], "one says another");
}

/// Whoever mends all that is told meets nothing that was there before.
#[test]
fn mistakes_of_every_kind_are_told_at_once() {
    let files = "\
tenant: acme
template: t
environments:
  one: { region: us-esat-1, size: big, size: 2, most: 1, domian: x }
  two: { region: us-east-1, most: 0, cidr: 10.0.0.0/8 }
";
    let project = project(&[
        ("acme.yaml", format!("account: \"123456789012\"\n{files}")),
        ("globex.yaml", files.replace("acme", "globex").replace("us-esat-1", "us-east-1")),
    ]);
    assert_eq!(
        project.problems(),
        "\
tenants/acme.yaml:5:18: there is no region `us-esat-1` | did you mean `us-east-1`?
tenants/acme.yaml:5:35: `size` must be a whole number, and is the text `big`
tenants/acme.yaml:5:40: the key `size` is there twice; the first is in line 5 | remove one of the two
tenants/acme.yaml:5:55: at least two, not 1
tenants/acme.yaml:5:58: the template `t` has no parameter `domian` | did you mean `domain`?
tenants/acme.yaml:6:35: at least two, not 0
tenants/acme.yaml:6:44: `10.0.0.0/8` is too large for a VPC | AWS takes /16 to /28; /16 leaves room to grow
tenants/globex.yaml:1:1: a tenant file needs the field `account` | account: \"111122223333\"
tenants/globex.yaml:4:35: `size` must be a whole number, and is the text `big`
tenants/globex.yaml:4:40: the key `size` is there twice; the first is in line 4 | remove one of the two
tenants/globex.yaml:4:55: at least two, not 1
tenants/globex.yaml:4:58: the template `t` has no parameter `domian` | did you mean `domain`?
tenants/globex.yaml:5:35: at least two, not 0
tenants/globex.yaml:5:44: `10.0.0.0/8` is too large for a VPC | AWS takes /16 to /28; /16 leaves room to grow
"
    );
}

#[test]
fn what_a_wrong_parameter_breaks_elsewhere_is_not_told_beside_it() {
    let broken =
        TEMPLATE.replace("Domain: \"{{ domain }}\"", "Domain: \"{{ domain ~ size * 2 }}\", Half: \"{{ size / 2 }}\"");
    let project = Project::default()
        .template("t.yaml", &broken)
        .tenant("acme.yaml", &tenant("acme", "", &[("test", ", size: big")]));
    assert_eq!(project.problems(), "tenants/acme.yaml:6:36: `size` must be a whole number, and is the text `big`\n");
}

#[test]
fn an_unknown_parameter_says_which_template_takes_it() {
    let small = "\
parameters:
  databases: { type: object, maxProperties: 0, default: {} }
  size: { type: integer, default: 1 }
resources: []
";
    let project = Project::default()
        .template("small.yaml", small)
        .template("t.yaml", TEMPLATE)
        .tenant(
            "acme.yaml",
            "tenant: acme\ntemplate: small\naccount: \"123456789012\"\nenvironments:\n  test:\n    region: us-east-1\n    databases: { main: {} }\n    most: 4\n    sise: 4\n    nonsense: 1\n",
        );
    assert_eq!(
        project.problems(),
        "\
tenants/acme.yaml:7:5: the template `small` has no parameter `databases`; `modyo` has | leave it out, or use the template `modyo`
tenants/acme.yaml:8:5: the template `small` has no parameter `most`; `t` has | leave it out, or use the template `t`
tenants/acme.yaml:9:5: the template `small` has no parameter `sise` | did you mean `size`?
tenants/acme.yaml:10:5: the template `small` has no parameter `nonsense` | there are ignore, profile, protected, region, size
"
    );
}

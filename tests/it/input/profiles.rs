//! The profiles of templates and of the project, and what an environment without one is told.

use crate::input::blueprint::{Project, text};

const TEMPLATE: &str = "\
parameters:
  size: { type: integer, default: 1 }
  mode: { type: string, default: fast }
  open: { type: boolean, default: false }
profiles:
  large: { size: 9, mode: slow }
resources:
  - type: AWS::ECS::Service
    name: main
    properties: { Size: \"{{ size }}\", Mode: \"{{ mode }}\", Open: \"{{ open }}\" }
";

fn project(environment: &str, file: &str) -> Project {
    let tenant = format!("tenant: acme\ntemplate: t\naccount: \"123456789012\"\nenvironments:\n  {environment}\n");
    Project::default().template("t.yaml", TEMPLATE).tenant("acme.yaml", &tenant).file(file)
}

/// What the one resource is, where its size was written, and the warnings.
fn made(environment: &str, file: &str) -> (String, String, String) {
    let loaded = project(environment, file).load().map_err(|problems| text(&problems)).expect("it is sound");
    let resource = loaded.blueprints[0].resources.values().next().expect("one");
    let place = resource.origin("/Size").map(|origin| origin.place().to_string());
    (resource.spec.to_string(), place.unwrap_or_default(), text(&loaded.warnings))
}

const FILE: &str = "\
defaults: { size: 2 }
profiles:
  small:
    size: 3
  large:
    open: true
";

#[test]
fn an_environment_gets_the_projects_profile_over_the_templates_and_over_the_defaults() {
    for (environment, expected) in [
        ("small: { region: us-east-1 }", (r#"{"Mode":"fast","Open":false,"Size":3}"#, "provision.yaml:4")),
        (
            "test: { region: us-east-1, profile: small }",
            (r#"{"Mode":"fast","Open":false,"Size":3}"#, "provision.yaml:4"),
        ),
        ("large: { region: us-east-1 }", (r#"{"Mode":"slow","Open":true,"Size":2}"#, "provision.yaml:1")),
        ("small: { region: us-east-1, size: 4 }", (r#"{"Mode":"fast","Open":false,"Size":4}"#, "tenants/acme.yaml:5")),
        (
            "small: { region: us-east-1, profile: null }",
            (r#"{"Mode":"fast","Open":false,"Size":3}"#, "provision.yaml:4"),
        ),
    ] {
        let (spec, place, warnings) = made(environment, FILE);
        assert_eq!((spec.as_str(), place.as_str()), expected, "{environment}");
        assert_eq!(warnings, "", "{environment}");
    }
}

#[test]
fn an_environment_that_gets_none_is_told_so_unless_it_said_so() {
    let told = |nor: &str, hint: &str| {
        format!(
            "tenants/acme.yaml:5:3: acme/test gets no profile: it names none, and the template `t` has none of its \
             name{nor} | say {hint}, or `profile: null` if it is to have none\n"
        )
    };
    let test = "test: { region: us-east-1 }";
    assert_eq!(made(test, "project: x").2, told("", "`profile: large`"));
    assert_eq!(made(test, FILE).2, told(", nor has provision.yaml", "`profile: large` or `profile: small`"));
    assert_eq!(made("test: { region: us-east-1, profile: null }", FILE).2, "");
    let loaded = project(test, FILE).select(&|_| false).expect("it is sound");
    assert_eq!(text(&loaded.warnings), "", "of stacks that are not selected nothing is said");
}

#[test]
fn a_profile_that_nobody_has_is_told_with_the_list() {
    assert_eq!(
        project("test: { region: us-east-1, profile: middling }", FILE).problems(),
        "tenants/acme.yaml:5:39: the template `t` has no profile `middling`, nor has provision.yaml | there are large, small\n"
    );
    assert_eq!(
        project("test: { region: us-east-1, profile: smal }", FILE).problems(),
        "tenants/acme.yaml:5:39: the template `t` has no profile `smal`, nor has provision.yaml | did you mean `small`?\n"
    );
}

#[test]
fn a_bad_profile_of_the_project_is_told_at_its_line() {
    for (profile, expected) in [
        ("small: 3", "provision.yaml:2:10: the profile `small` must be a map, and is the number 3"),
        (
            "small: { profile: large }",
            "provision.yaml:2:21: the profile `small` can't name another | write the parameters of both into it",
        ),
        ("small: { szie: 3 }", "provision.yaml:2:12: the template `t` has no parameter `szie` | did you mean `size`?"),
    ] {
        let found = project("small: { region: us-east-1 }", &format!("profiles:\n  {profile}\n")).problems();
        assert!(found.contains(expected), "{profile}: {found}");
    }
}

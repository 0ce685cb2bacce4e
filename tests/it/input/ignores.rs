//! The entries of `ignore`: which resources and fields they name.

use provision::resource::Address;

use crate::input::blueprint::{Project, text};

const TEMPLATE: &str = "\
resources:
  - type: Test::Net
    name: main
    properties: { Range: 10.0.0.0/16 }
  - type: Test::Host
    for: { name: [web-a, web-b, db] }
    name: \"{{ name }}\"
    properties:
      Net: \"{{ ref('Test::Net/main') }}\"
      Disks: [{ Name: root, Size: 10 }]
";

/// The project with one entry.
fn ignoring(resource: &str, field: &str) -> Project {
    let tenant = format!(
        "tenant: acme\ntemplate: t\naccount: \"123456789012\"\nenvironments:\n  test:\n    region: us-east-1\n    ignore:\n      - {{ resource: \"{resource}\", field: \"{field}\", owner: ann }}\n"
    );
    Project::default().template("t.yaml", TEMPLATE).tenant("acme.yaml", &tenant)
}

#[test]
fn an_entry_holds_for_every_resource_that_its_name_matches() {
    for (pattern, expected) in [
        ("Test::Host/web-a", vec!["web-a"]),
        ("Test::Host/web-*", vec!["web-a", "web-b"]),
        ("Test::Host/*", vec!["db", "web-a", "web-b"]),
    ] {
        let loaded = ignoring(pattern, "/Port").load().map_err(|problems| text(&problems)).expect("it is sound");
        let with = |name: &&str| !loaded.blueprints[0].resources[&Address::new("Test::Host", *name)].ignore.is_empty();
        let ignoring: Vec<_> = ["db", "web-a", "web-b"].into_iter().filter(with).collect();
        assert_eq!(ignoring, expected, "{pattern}");
        assert!(loaded.blueprints[0].resources[&Address::new("Test::Net", "main")].ignore.is_empty());
    }
}

#[test]
fn a_field_that_the_kind_has_is_taken() {
    for field in ["/Disks", "/Disks/root/Size", "/Disks/*/Size", "/**", "/*", "/Port"] {
        let project = ignoring("Test::Host/*", field);
        let loaded = project.load().map_err(|problems| text(&problems)).expect("it is sound");
        assert_eq!(text(&loaded.warnings), "", "{field}");
    }
}

#[test]
fn a_slip_is_told_with_its_place_and_what_was_meant() {
    for (resource, field, expected) in [
        ("Test::Host/web-*", "/Prot", "8:48: Test::Host has no field /Prot: there is no `Prot` | did you mean `Port`?"),
        (
            "Test::Host/db",
            "/Disks/root/Szie",
            "8:45: Test::Host has no field /Disks/root/Szie: there is no `Szie` | did you mean `Size`?",
        ),
        (
            "Test::Host/db",
            "/Disks/*/Szie",
            "8:45: Test::Host has no field /Disks/*/Szie: there is no `Szie` | did you mean `Size`?",
        ),
        (
            "Test::Host/wbe-*",
            "/Port",
            "8:21: there is no Test::Host/wbe-* in this stack | did you mean `Test::Host/web-a`?",
        ),
        ("*/main", "/Port", "8:21: `*/main` names no type: `*` may stand in the name only | AWS::ECS::Service/*"),
    ] {
        let found = ignoring(resource, field).problems();
        assert_eq!(found, format!("tenants/acme.yaml:{expected}\n"), "{resource} {field}");
    }
}

/// Kinds also tell of what AWS has and no schema of theirs.
#[test]
fn a_field_that_looks_like_none_of_the_kind_is_only_warned_of() {
    let loaded = ignoring("Test::Net/main", "/ActivityStream").load().expect("it may be of what no template can say");
    assert_eq!(
        text(&loaded.warnings),
        "tenants/acme.yaml:8:46: Test::Net has no property /ActivityStream: the entry counts only for what AWS shows there \
         and no template can say | there are Open, Range\n"
    );
}

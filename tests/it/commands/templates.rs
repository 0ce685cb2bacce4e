//! `provision init` and `provision templates`: which templates there are, and what the program's are by now.

use std::fs;

use provision::cli::Exit;

use crate::commands::cli::{folder, provision};

#[test]
fn init_writes_no_templates_unless_asked_and_the_schema_for_editors() {
    let new = folder("init-schema");
    let dir = new.to_str().unwrap();
    let ran = provision(&["-C", dir, "init"]);
    assert_eq!(ran.exit, Exit::Done, "{}", ran.err);
    assert!(!new.join("templates").exists(), "{}", ran.out);
    let tenant = fs::read_to_string(new.join("tenants/example.yaml")).unwrap();
    let schema = tenant.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
    let schema = fs::read_to_string(new.join("tenants").join(schema.expect("the line for editors"))).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let tree = provision::yaml::read(&new.join("tenants/example.yaml"), tenant.as_bytes()).unwrap().to_json();
    assert!(validator.is_valid(&tree));
    assert_eq!(provision(&["-C", dir, "plan", "--offline"]).exit, Exit::Done);

    let ran = provision(&["-C", dir, "init", "--templates"]);
    assert!(
        ran.out.contains("kept  schemas/tenant.json") && ran.out.contains("wrote templates/parts/base.yaml"),
        "{}",
        ran.out
    );
    let schema = fs::read_to_string(new.join("schemas/template.json")).unwrap();
    assert!(schema.contains("AWS::EC2::VPC"));
}

#[test]
fn templates_list_says_where_each_comes_from() {
    let new = folder("templates-list");
    let dir = new.to_str().unwrap();
    let list = || {
        let ran = provision(&["-C", dir, "templates", "list"]);
        assert_eq!(ran.exit, Exit::Done, "{}", ran.err);
        let words = |line: &str| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .take(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        ran.out.lines().map(words).collect::<Vec<_>>()
    };
    assert_eq!(
        list(),
        [vec!["account", "built in"], vec!["minimal", "built in"], vec!["modyo", "built in"], vec!["3 templates"]]
    );
    provision(&["-C", dir, "init"]);
    fs::create_dir_all(new.join("templates/parts")).unwrap();
    fs::write(new.join("templates/shop.yaml"), "description: A shop.\nresources: []\n").unwrap();
    fs::copy("templates/parts/waf.yaml", new.join("templates/parts/waf.yaml")).unwrap();
    let part = format!("built in, with {}", new.join("templates/parts/waf.yaml").display());
    assert_eq!(
        list(),
        [
            vec!["account", "built in"],
            vec!["minimal", "built in"],
            vec!["modyo", &part],
            vec!["shop", "the project's"],
            vec!["4 templates"]
        ]
    );
}

#[test]
fn templates_diff_shows_what_this_program_has_otherwise() {
    let new = folder("templates-diff");
    let dir = new.to_str().unwrap();
    let diff = || provision(&["-C", dir, "templates", "diff"]);
    provision(&["-C", dir, "init"]);
    let ran = diff();
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::Done, "templates/ has no copy of a built-in file\n"));
    provision(&["-C", dir, "init", "--templates"]);
    let ran = diff();
    assert_eq!(ran.exit, Exit::Done);
    assert!(ran.out.ends_with(" copies of built-in files, and all the same\n"), "{}", ran.out);
    let mine = new.join("templates/parts/cluster.yaml");
    let text = fs::read_to_string(&mine).unwrap();
    fs::write(&mine, text.replace("Value: enabled", "Value: disabled")).unwrap();
    let ran = diff();
    assert_eq!(ran.exit, Exit::Differs);
    let head = format!("--- {}\n+++ built-in/parts/cluster.yaml\n@@ -", mine.display());
    assert!(ran.out.starts_with(&head), "{}", ran.out);
    let changed: Vec<_> = ran.out.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).map(str::trim).collect();
    assert_eq!(
        changed,
        [
            "-        - { Name: containerInsights, Value: disabled }",
            "+        - { Name: containerInsights, Value: enabled }"
        ]
    );
}

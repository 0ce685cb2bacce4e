//! `policies` of a service in the built-in templates: what its task role becomes, and what is no policy.

use provision::resource::Address;
use serde_json::{Value, json};

use crate::input::blueprint::{Project, text};
use crate::repository::tidy::{read, root};

/// A project with one service that has these policies, as YAML.
fn with(template: &str, policies: &str) -> Project {
    let tenant = format!(
        "tenant: acme\ntemplate: {template}\naccount: \"123456789012\"\nenvironments:\n  test:\n    region: us-east-1\n    cidr: 10.0.0.0/16\n    services:\n      web:\n        image: shop:1\n        {}\n",
        policies.trim_end().replace('\n', "\n        ")
    );
    Project::default().tenant("acme.yaml", &tenant)
}

/// What the task role has: managed policies, and inline ones by name.
fn role(project: &Project) -> (Value, Value) {
    let loaded = project.load().map_err(|problems| text(&problems)).expect("it is sound");
    let spec = &loaded.blueprints[0].resources[&Address::new("AWS::IAM::Role", "web-task")].spec;
    (spec["ManagedPolicyArns"].clone(), spec["Policies"].clone())
}

/// The example of docs/tenants.md.
fn example() -> String {
    let docs = read(&root().join("docs/tenants.md"));
    let blocks = docs.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.into_iter().find(|block| block.starts_with("policies:")).expect("an example").to_owned()
}

#[test]
fn the_example_of_the_docs_ends_in_the_task_role() {
    for template in ["modyo", "minimal"] {
        let (managed, inline) = role(&with(template, &example()));
        assert_eq!(managed, json!(["arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"]));
        let statements = json!([
            {
                "Sid": "Assets",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::acme-assets/*",
            },
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": { "Bool": { "aws:SecureTransport": false } },
            },
        ]);
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        assert_eq!(inline, json!([{ "PolicyName": "policies", "PolicyDocument": document }]));
    }
    assert_eq!(role(&with("modyo", "policies: []")), (json!([]), json!([])));
}

#[test]
fn what_is_no_policy_is_told_at_its_line() {
    let allow = "Effect: Allow, Action: \"s3:*\"";
    for (item, expected) in [
        (
            "arn:aws:s3:::bucket",
            "item 1 of `policies` is the text `arn:aws:s3:::bucket`, which does not look as it must",
        ),
        ("{ Effect: Allow, Action: \"s3:*\" }", "item 1 of `policies` needs the field `Resource`"),
        ("{ Action: \"s3:*\", Resource: \"*\" }", "item 1 of `policies` needs the field `Effect`"),
        (&format!("{{ {allow}, Resource: \"*\", Principal: \"*\" }}"), "item 1 of `policies` has no field `Principal`"),
        (
            &format!("{{ {allow}, Resouce: \"*\" }}"),
            "item 1 of `policies` has no field `Resouce` | did you mean `Resource`?",
        ),
        (
            "{ Effect: Alow, Action: \"s3:*\", Resource: \"*\" }",
            "`Effect` is the text `Alow`; it must be Allow or Deny | did you mean `Allow`?",
        ),
        (
            "{ Effect: Allow, Action: read, Resource: \"*\" }",
            "`Action` is the text `read`, which does not look as it must",
        ),
        ("{ Effect: Allow, Action: [], Resource: \"*\" }", "`Action` must have 1 items or more"),
        (
            &format!("{{ {allow}, Resource: [bucket] }}"),
            "item 1 of `Resource` is the text `bucket`, which does not look as it must",
        ),
        ("7", "item 1 of `policies` must be"),
        (
            "arn:aws:iam::999999999999:policy/theirs",
            "web can't have the policy arn:aws:iam::999999999999:policy/theirs, which is of another account than 123456789012",
        ),
        (
            "arn:aws-cn:iam::aws:policy/ReadOnlyAccess",
            "AWS::IAM::Role/web-task: `ManagedPolicyArns` names the partition `aws-cn`, and us-east-1 is in `aws`",
        ),
        (
            &format!("{{ {allow}, Resource: \"arn:aws-cn:s3:::b/*\" }}"),
            "AWS::IAM::Role/web-task: `Resource` names the partition `aws-cn`, and us-east-1 is in `aws`",
        ),
    ] {
        let found = with("modyo", &format!("policies:\n  - {item}")).problems();
        let place = found.lines().find(|line| line.contains(expected));
        assert!(place.is_some_and(|line| line.starts_with("tenants/acme.yaml:12:")), "{item}: {found}");
    }
}

#[test]
fn statements_are_told_apart() {
    let one = "{ Sid: Read, Effect: Allow, Action: \"s3:GetObject\", Resource: \"*\" }";
    let other = "{ Sid: Read, Effect: Allow, Action: \"s3:PutObject\", Resource: \"*\" }";
    let found = with("modyo", &format!("policies:\n  - {one}\n  - {other}")).problems();
    assert!(found.contains("two statements of web are called Read | give each a `Sid` of its own, or none"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
    let found = with("modyo", &format!("policies:\n  - {one}\n  - {one}")).problems();
    assert!(found.contains("`policies` has the same item twice"), "{found}");
}

#[test]
fn an_administrator_is_warned_of() {
    let warnings = |statement: &str| {
        let project = with("modyo", &format!("policies:\n  - {statement}"));
        let loaded = project.load().map_err(|problems| text(&problems)).expect("it is sound");
        text(&loaded.blueprints[0].warnings)
    };
    let said = "web may do everything in the account 123456789012: one of its statements allows `*` on `*`";
    assert!(warnings("{ Effect: Allow, Action: \"*\", Resource: [\"*\"] }").contains(said));
    assert!(!warnings("{ Effect: Deny, Action: \"*\", Resource: \"*\" }").contains("everything"));
    assert!(!warnings("{ Effect: Allow, Action: \"s3:*\", Resource: \"*\" }").contains("everything"));
}

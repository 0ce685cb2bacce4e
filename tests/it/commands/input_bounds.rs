//! What is small to write and huge to read: refused, or read, in bounded time and memory.

use crate::commands::shell::{Shell, both};

/// Through the program itself, with a gigabyte and a half of memory.
#[tokio::test]
async fn what_would_grow_without_bounds_is_refused_in_bounded_time_and_memory() {
    let resources = "resources:\n  - type: AWS::EC2::VPC\n    name: main\n    properties: { CidrBlock: 10.0.0.0/16 }\n";
    let with = |more: &str| format!("{resources}{more}");
    let value = |expression: &str| resources.replace("10.0.0.0/16", &format!("\"{{{{ {expression} }}}}\""));
    let cases: Vec<(&str, String)> = vec![
        ("a long text", value("'a' * 99999999999")),
        ("a longer list", value("range(99999) | list * 99999")),
        ("a power", value("9 ** 9 ** 9")),
        ("lists of lists", value("range(9999) | map('string') | join(range(9999) | join)")),
        (
            "many resources",
            resources.replace("    name: main\n", "    for: { a: \"{{ range(90000) }}\" }\n    name: \"x-{{ a }}\"\n"),
        ),
        (
            "many items",
            with(
                "  - type: AWS::EC2::SecurityGroup\n    name: a\n    properties:\n      VpcId: x\n      GroupDescription: x\n      SecurityGroupIngress:\n        - for: { a: \"{{ range(9000) }}\" }\n          each: { for: { b: \"{{ range(9000) }}\" }, each: { IpProtocol: tcp } }\n",
            ),
        ),
        ("many mistakes", with(&"  - { type: x, name: y }\n".repeat(30_000))),
        ("many duplicates", format!("{resources}{}", "a: 1\n".repeat(100_000))),
        ("many brackets", format!("{resources}x: \"{}\"\n", "⟦".repeat(300_000))),
        ("a deep tree", format!("{resources}x: {}\n", "[".repeat(900_000))),
        ("a long scalar under a secret's key", format!("environment: \"{}\"\nx: [\n", "{{".repeat(400_000))),
        (
            "a pattern that backtracks",
            format!(
                "parameters: {{ p: {{ type: string, pattern: '^(a+)+$', default: {}! }} }}\n{resources}",
                "a".repeat(60)
            ),
        ),
        (
            "a schema that holds itself",
            format!("parameters: {{ p: {{ $ref: '#/properties/p', default: 1 }} }}\n{resources}"),
        ),
    ];
    let shell = Shell::new("bounds", "http://127.0.0.1:9", "123456789012", resources);
    for (reason, template) in cases {
        shell.write("templates/t.yaml", &template);
        let line = "ulimit -v 1500000; exec timeout 300 \"$provision\" validate";
        let ran = shell.run_line(line).await;
        let said = both(&ran);
        let end = said.chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect::<String>();
        assert!(matches!(ran.status.code(), Some(0 | 1)), "{reason}: {:?} {end}", ran.status);
        assert!(said.len() < 1 << 20, "{reason}: {} bytes are told", said.len());
    }
}

//! Bad input as a person meets it: the whole text, with file, line, column, the line itself and a hint. Exit 1, and
//! nothing is contacted.
//!
//! The texts are in `tests/data/bad-input.txt`, written anew by `UPDATE=1`; read them as a person would.

use std::path::Path;

use provision::cli::Exit;

use crate::commands::cli::provision;
use crate::sandbox::local_aws;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bad-input.txt");

const HEAD: &str = "tenant: acme\ntemplate: modyo\naccount: \"123456789012\"\nenvironments:\n";
/// A sound environment of `modyo`.
const SOUND: &str = "  production:\n    region: us-east-1\n    cidr: 10.20.0.0/16\n    domain: www.acme.example\n    services:\n      web: { image: nginx, public: true, priority: 10 }\n";
const VPC: &str = "  - { type: \"AWS::EC2::VPC\", name: main, properties: { CidrBlock: 10.0.0.0/16 } }\n";

/// A file of a project: its path and its bytes.
type File = (&'static str, Vec<u8>);

fn tenant(text: impl Into<Vec<u8>>) -> Vec<File> {
    vec![("tenants/acme.yaml", text.into())]
}

/// The sound tenant with one part replaced.
fn but(part: &str, by: &str) -> Vec<File> {
    let text = format!("{HEAD}{SOUND}");
    assert!(text.contains(part), "{part}");
    tenant(text.replace(part, by))
}

fn template(resources: &str) -> Vec<File> {
    let one = "tenant: acme\ntemplate: t\naccount: \"123456789012\"\nenvironments: { test: { region: us-east-1 } }\n";
    vec![("tenants/acme.yaml", one.into()), ("templates/t.yaml", format!("resources:\n{resources}").into_bytes())]
}

/// Every item of the list, in its order.
fn cases() -> Vec<(&'static str, Vec<File>)> {
    let web = "web: { image: nginx, public: true, priority: 10 }";
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d]\n";
    let group = |name: &str, of: &str| {
        format!(
            "  - type: AWS::EC2::SecurityGroup\n    name: {name}\n    properties:\n      VpcId: \"{{{{ {of} }}}}\"\n      GroupDescription: x\n"
        )
    };
    let other = b"tenant: acme\ntemplate: modyo\naccount: \"123456789012\"\nenvironments: {}\n".to_vec();
    vec![
        ("YAML syntax", but("    cidr: 10.20.0.0/16\n", "   cidr: 10.20.0.0/16\n")),
        ("a duplicate key", but("    cidr: 10.20.0.0/16\n", "    cidr: 10.20.0.0/16\n    cidr: 10.21.0.0/16\n")),
        ("an unknown field", but("template: modyo\n", "template: modyo\ntag: { cost-center: \"1\" }\n")),
        ("an unknown parameter", but("domain:", "domian:")),
        ("an unknown field of a service", but("public: true", "pubic: true")),
        ("a wrong type", but("priority: 10", "priority: \"10\"")),
        ("a missing field", but("account: \"123456789012\"\n", "")),
        ("a missing parameter", but("    cidr: 10.20.0.0/16\n", "")),
        ("an unknown template", but("template: modyo", "template: modoy")),
        ("an unknown profile", but("    region: us-east-1\n", "    region: us-east-1\n    profile: prodction\n")),
        ("a profile that is a year", but("    region: us-east-1\n", "    region: us-east-1\n    profile: 2026\n")),
        ("a profile that is a switch", but("    region: us-east-1\n", "    region: us-east-1\n    profile: true\n")),
        (
            "profiles, where there can be one",
            tenant(
                format!("{HEAD}{SOUND}").replace("environments:", "defaults: { profile: [production] }\nenvironments:"),
            ),
        ),
        (
            "a profile of a template that is no map",
            template(&format!("{VPC}profiles:\n  production:\n  test: large\n")),
        ),
        (
            "paths that others choose, one of them no path",
            template(&format!(
                "  - {}, external: [/EnableDnsSupport, 5] }}\n",
                VPC.trim_start_matches("  - ").trim_end_matches(" }\n")
            )),
        ),
        ("an unknown region", but("us-east-1", "us-esat-1")),
        ("a tenant declared twice", [tenant(format!("{HEAD}{SOUND}")), vec![("tenants/other.yaml", other)]].concat()),
        ("a name that is too long", but("tenant: acme", "tenant: a-very-long-customer-name")),
        ("a name with wrong characters", but("  production:", "  Pro_duction:")),
        (
            "names that collide once joined",
            vec![
                (
                    "tenants/a.yaml",
                    format!("{HEAD}{SOUND}")
                        .replace("tenant: acme", "tenant: a-b")
                        .replace("  production:", "  c:")
                        .into_bytes(),
                ),
                (
                    "tenants/b.yaml",
                    format!("{HEAD}{SOUND}")
                        .replace("tenant: acme", "tenant: a")
                        .replace("  production:", "  b-c:")
                        .into_bytes(),
                ),
            ],
        ),
        (
            "ranges that overlap within a tenant",
            tenant(format!(
                "{HEAD}{SOUND}{}",
                SOUND.replace("  production:", "  certification:").replace("/16", "/20")
            )),
        ),
        ("a range too small for the subnets", but("10.20.0.0/16", "10.20.0.0/25")),
        ("a range that is not private", but("10.20.0.0/16", "11.20.0.0/16")),
        (
            "the web ACL turned off",
            but("    domain: www.acme.example\n", "    domain: www.acme.example\n    waf: null\n"),
        ),
        ("cpu and memory that Fargate does not offer", but("image: nginx", "image: nginx, cpu: 256, memory: 8192")),
        ("a minimum over the maximum", but("image: nginx", "image: nginx, minimum: 5, maximum: 2")),
        (
            "equal rule priorities",
            but(web, &format!("{web}\n      api: {{ image: nginx, public: true, paths: [/api], priority: 10 }}")),
        ),
        (
            "an unknown function of an expression",
            template(&VPC.replace("10.0.0.0/16", "\"{{ cidr_subet('10.0.0.0/8', 8, 0) }}\"")),
        ),
        ("a reference to nothing", template(&format!("{VPC}{}", group("web", "ref('AWS::EC2::VPC/mian')")))),
        (
            "a reference to the wrong kind",
            template(&format!(
                "{VPC}{}{}",
                group("web", "ref('AWS::EC2::VPC/main')"),
                group("api", "ref('AWS::EC2::SecurityGroup/web')")
            )),
        ),
        (
            "references in a circle",
            template(
                "  - type: AWS::IAM::Role\n    name: a\n    properties: { AssumeRolePolicyDocument: { Version: \"2012-10-17\", Statement: [] }, Description: \"{{ ref('AWS::IAM::Role/b') }}\" }\n  - type: AWS::IAM::Role\n    name: b\n    properties: { AssumeRolePolicyDocument: { Version: \"2012-10-17\", Statement: [] }, Description: \"{{ ref('AWS::IAM::Role/a') }}\" }\n",
            ),
        ),
        ("an alias bomb", tenant(bomb)),
        ("a file of 50 MB", tenant(vec![b'#'; 50 << 20])),
        ("a file that is not UTF-8", tenant(b"tenant: caf\xe9\n".to_vec())),
        ("an empty file", tenant("")),
        (
            "several mistakes in several files",
            vec![
                (
                    "tenants/acme.yaml",
                    format!("{HEAD}{SOUND}")
                        .replace("us-east-1", "us-esat-1")
                        .replace("priority: 10", "priority: ten")
                        .into_bytes(),
                ),
                ("tenants/globex.yaml", b"tenant: globex\n".to_vec()),
                ("provision.yaml", b"projct: x\n".to_vec()),
            ],
        ),
        ("parameters of another template", but("template: modyo", "template: minimal")),
        (
            "a mistake in a layer under several environments",
            tenant(
                format!(
                    "{HEAD}{SOUND}{}",
                    SOUND.replace("  production:", "  certification:").replace("10.20", "10.21")
                )
                .replace("environments:", "defaults: { retention_days: ninety }\nenvironments:"),
            ),
        ),
        (
            "a wrong parameter, and mistakes that only the template and the kinds show, in one wave",
            but(web, "web: { image: nginx, public: pubic, priority: 10, minimum: 5, maximum: 2, memory: 8192 }"),
        ),
        (
            "an expression that is none, and a property that the kind does not have, in one wave",
            template(&format!(
                "{}{}",
                VPC.replace("10.0.0.0/16", "\"{{ cidr( }}\""),
                group("web", "ref('AWS::EC2::VPC/main')")
                    .replace("GroupDescription: x", "GroupDescription: x\n      Ingres: []")
            )),
        ),
        (
            "what the schema of a resource refuses, and what its kind does, in one wave",
            template(
                "  - { type: \"AWS::Logs::LogGroup\", name: main, properties: { LogGroupName: /a, RetentionInDays: 90, Tagz: [] } }\n  - { type: \"AWS::EC2::VPC\", name: main, properties: { CidrBlock: 10.0.0.0/8, EnableDnsSupport: \"yes\" } }\n",
            ),
        ),
        (
            "no account, no region, and what the template says of a parameter, in one wave",
            tenant(
                format!("{HEAD}{SOUND}")
                    .replace("account: \"123456789012\"\n", "")
                    .replace("    region: us-east-1\n", "")
                    .replace(web, "web: { image: nginx, public: true, priority: 10, minimum: 5, maximum: 2 }"),
            ),
        ),
        (
            "a misspelt template, and a parameter that it does not take, in one wave",
            tenant(
                format!("{HEAD}{SOUND}").replace("template: modyo", "template: modoy").replace("domain:", "domian:"),
            ),
        ),
        (
            "a range that no network can have, and no word of what there is none of for it",
            but("10.20.0.0/16", "10.20.0.0/8"),
        ),
        ("a switch in words", but("public: true", "public: yes")),
        ("a number of more than 64 bits", but("priority: 10", "priority: 99999999999999999999")),
        (
            "a rule group that is not there",
            but(
                "    services:",
                "    waf: { count_rules: { AWSManagedRulesComonRuleSet: [SizeRestrictions_BODY] } }\n    services:",
            ),
        ),
        (
            "more hosts and paths than a rule takes",
            but("priority: 10", "priority: 10, hosts: [a.example, b.example, c.example], paths: [/a, /b, /c]"),
        ),
        (
            "a master user that the engine keeps for itself",
            but(
                "    services:",
                "    databases: { main: { engine: postgresql, version: \"16.11\", user: admin } }\n    services:",
            ),
        ),
    ]
}

/// What `validate` says about a project of these files, which `plan` refuses likewise.
fn said(files: &[File]) -> String {
    let folder = local_aws::folder("bad-input");
    let _ = std::fs::remove_dir_all(&folder);
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, bytes).expect("it can be written");
    }
    let dir = folder.to_str().expect("a path");
    let ran = provision(&["-C", dir, "validate"]);
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Error, ""), "{}", ran.out);
    let plan = provision(&["-C", dir, "plan"]);
    assert_eq!((plan.exit, plan.out.as_str()), (Exit::Error, ""));
    assert_eq!(plan.err, format!("{}error: nothing was done\n", ran.out), "a plan says the same");
    ran.out.replace(&format!(" -C {dir} "), " ").replace(&format!("{dir}/"), "")
}

#[test]
fn every_mistake_is_told_with_its_place_its_line_and_a_hint() {
    let told: Vec<_> = cases().iter().map(|(reason, files)| format!("=== {reason}\n\n{}\n", said(files))).collect();
    let told = told.concat();
    for (case, text) in cases().iter().zip(told.split("=== ").skip(1)) {
        assert!(text.contains("error: ") && text.contains(" --> "), "{}: {text}", case.0);
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(GOLDEN, &told).expect("it can be written");
    }
    let golden = std::fs::read_to_string(Path::new(GOLDEN)).expect("it is there");
    assert!(golden == told, "what is said is not as in {GOLDEN} (UPDATE=1 writes it anew):\n{told}");
}

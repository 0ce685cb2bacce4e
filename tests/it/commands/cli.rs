//! The command line: help, exit codes, and what goes to which stream.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use provision::aws::{STORE_CALLS, StoreResource};
use provision::cli::{Exit, Stream, World, parse_allowance, run};
use provision::fleet::{Selector, select_resources, selects, unmatched_resource, unmatched_stack};
use provision::kinds::KINDS;
use provision::resource::{Address, StackId};

use crate::commands::shell::Shell;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a command line ended, and what it wrote.
pub struct Ran {
    pub exit: Exit,
    pub out: String,
    pub err: String,
}

/// Runs a command line in this process, without a terminal.
pub fn provision(args: &[&str]) -> Ran {
    provision_in(BTreeMap::new(), args)
}

/// The same with variables in its environment.
pub fn provision_in(env: BTreeMap<String, String>, args: &[&str]) -> Ran {
    provision_at(|| "2026-11-23T00:00:00Z".parse().unwrap(), env, args)
}

/// The same by another clock.
pub fn provision_at(clock: fn() -> Timestamp, env: BTreeMap<String, String>, args: &[&str]) -> Ran {
    let (out, err) = (Captured::default(), Captured::default());
    let mut world = World {
        env,
        stdin: Box::new(Cursor::new(Vec::new())),
        stdin_is_terminal: false,
        out: Stream::new(Box::new(out.clone()), false, None),
        err: Stream::new(Box::new(err.clone()), false, None),
        clock,
        cpu: || None,
    };
    let exit = run(&mut world, std::iter::once("provision").chain(args.iter().copied()).map(OsString::from));
    Ran { exit, out: out.text(), err: err.text() }
}

/// Runs a command line in this process on a shell's project, by another clock.
pub async fn in_process(shell: &Shell, clock: fn() -> Timestamp, args: &[&str]) -> Ran {
    let (env, home) = (shell.env.clone(), shell.folder.display().to_string());
    let args: Vec<String> = ["-C", &home].iter().chain(args).map(ToString::to_string).collect();
    let run = move || provision_at(clock, env, &args.iter().map(String::as_str).collect::<Vec<_>>());
    let thread = std::thread::Builder::new().stack_size(provision::cli::STACK).spawn(run).expect("a thread");
    tokio::task::spawn_blocking(|| thread.join().expect("no panic")).await.expect("it ends")
}

/// The project of this repository.
pub fn repository() -> &'static str {
    env!("CARGO_MANIFEST_DIR")
}

pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("provision-cli-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

const COMMANDS: &[&str] = &[
    "init",
    "validate",
    "plan",
    "apply",
    "diff",
    "destroy",
    "adopt",
    "forget",
    "restart",
    "rollback",
    "show",
    "explain",
    "graph",
    "kinds",
    "schema",
    "templates",
    "permissions",
    "export",
    "history",
    "unlock",
    "sandbox",
    "completions",
    "man",
];

#[test]
fn every_command_has_help_on_standard_output() {
    for command in COMMANDS {
        let ran = provision(&[command, "--help"]);
        assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, ""), "{command}");
        assert!(ran.out.contains("Usage: provision"), "{command}: {}", ran.out);
    }
}

#[test]
fn wrong_use_is_64_and_says_so_on_standard_error() {
    for args in [
        &["bogus"][..],
        &[],
        &["plan", "--format", "xml"],
        &["apply", "--yes"],
        &["destroy", "--yes"],
        &["apply", "acme", "--all"],
        &["apply", "acme", "--allow-destroy", "*/production/AWS::RDS::DBCluster/main"],
        &["apply", "acme", "--lock-timeout", "soon"],
        &["destroy", "--orphan", "acme/old"],
        &["adopt", "acme/production", "vpc-1"],
        &["adopt", "acme/*/AWS::EC2::VPC/main", "vpc-1"],
        &["adopt", "acme/production/AWS::EC2::VPC/main"],
        &["kinds", "AWS::No::Such"],
        &["--sandbox", "--endpoint-url", "http://127.0.0.1:1", "plan"],
        &["plan", "a//b"],
        &["plan", "--endpoint-url", "nonsense"],
        &["plan", "--offline", "--out", "file"],
        &["plan", "-q", "-v"],
        &["apply", "acme", "--plan", "file"],
        &["apply", "acme", "--only", "unknown"],
        &["plan", "acme", "--only", "drift", "--destroy"],
        &["restart", "acme/production"],
        &["restart"],
        &["rollback", "acme/production"],
        &["rollback", "acme/production/web", "--to", "zero"],
        &["rollback"],
        &["apply", "acme", "--allow-roll-forward", "*/production/AWS::ECS::Service/web"],
        &["forget", "acme/production"],
        &["forget", "acme/*/AWS::EC2::VPC/main"],
        &["apply", "acme", "--format", "markdown"],
        &["destroy", "--orphan", "acme/old", "--account", "1", "--region", "us-east-1"],
        &["diff", "--format", "xml"],
        &["explain"],
        &["explain", "main"],
        &["export"],
        &["export", "terraform"],
        &["graph", "--format", "png"],
        &["init", "folder"],
        &["sandbox"],
        &["sandbox", "up", "--slow", "-1"],
        &["sandbox", "up", "--port", "70000"],
        &["schema", "acme"],
        &["show", "--format", "xml"],
        &["validate", "--format", "xml"],
        &["completions", "tcsh"],
        &["man", "bogus"],
    ] {
        let ran = provision(args);
        assert_eq!((ran.exit as u8, ran.out.as_str()), (64, ""), "{args:?}: {}", ran.err);
        assert!(!ran.err.is_empty(), "{args:?}");
    }
    for command in COMMANDS {
        let ran = provision(&[command, "--bogus"]);
        assert_eq!((ran.exit as u8, ran.out.as_str()), (64, ""), "{command}: {}", ran.err);
        assert!(ran.err.contains("--bogus"), "{command}: {}", ran.err);
    }
}

#[test]
fn a_selector_that_matches_nothing_names_the_nearest() {
    let ran = provision(&["-C", repository(), "plan", "--offline", "acne/production"]);
    assert_eq!(ran.exit, Exit::Usage);
    assert!(ran.err.contains("`acne/production` matches nothing: nearest are acme"), "{}", ran.err);
    let ran = provision(&["-C", repository(), "plan", "--offline", "acme/production/mian"]);
    assert_eq!(ran.exit, Exit::Usage);
    assert!(ran.err.contains("`acme/production/mian` matches no resource: nearest are main"), "{}", ran.err);
}

#[test]
fn an_offline_plan_needs_nothing_and_is_as_the_schema_says() {
    let ran = provision(&["-C", repository(), "plan", "--offline", "--format", "json", "--detailed-exitcode"]);
    assert_eq!(ran.exit, Exit::Differs, "{}", ran.err);
    let plan: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let schema = serde_json::from_str(include_str!("../../../docs/plan.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&plan).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let again = provision(&["-C", repository(), "plan", "--offline", "--format", "json"]);
    assert_eq!((again.exit, again.out), (Exit::Done, ran.out));
}

#[test]
fn a_missing_project_is_an_error_with_the_way_out() {
    let empty = folder("empty");
    let ran = provision(&["-C", empty.to_str().unwrap(), "plan", "--offline"]);
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::Error, ""));
    let way_out = format!("`provision -C {} init`", empty.display());
    assert!(ran.err.contains(&way_out), "{}", ran.err);
}

#[test]
fn init_writes_a_project_that_plans_and_keeps_what_is_there() {
    let new = folder("init");
    let dir = new.to_str().unwrap();
    assert_eq!(provision(&["-C", dir, "init"]).exit, Exit::Done);
    let mine = "# mine\n";
    std::fs::write(new.join("provision.yaml"), mine).unwrap();
    let again = provision(&["-C", dir, "init"]);
    assert!(again.out.contains("kept  provision.yaml") && !again.out.contains("wrote"), "{}", again.out);
    assert_eq!(std::fs::read_to_string(new.join("provision.yaml")).unwrap(), mine);
    assert_eq!(provision(&["-C", dir, "schema"]).exit, Exit::Done);
}

#[test]
fn mistakes_are_all_told_in_each_format_and_exit_1() {
    let broken = folder("broken");
    std::fs::create_dir(broken.join("tenants")).unwrap();
    std::fs::write(broken.join("tenants/acme.yaml"), "tenant: acme\ntemplate: nope\n").unwrap();
    let dir = broken.to_str().unwrap();
    let text = provision(&["-C", dir, "validate"]);
    assert_eq!((text.exit, text.err.as_str()), (Exit::Error, ""));
    assert!(text.out.contains("tenants/acme.yaml:"), "{}", text.out);
    for format in ["json", "sarif"] {
        let ran = provision(&["-C", dir, "validate", "--format", format]);
        assert_eq!(ran.exit, Exit::Error);
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap();
    }
    let log = provision(&["-C", dir, "--log-format", "json", "plan", "--offline"]);
    let line: serde_json::Value = serde_json::from_str(&log.err).unwrap();
    assert_eq!((line["level"].as_str(), line["exit"].as_u64()), (Some("error"), Some(1)));
}

#[test]
fn a_resource_is_explained_by_its_name_alone() {
    let explain = |address: &str| provision(&["-C", repository(), "explain", address]);
    let ran = explain("acme/production/alb");
    assert_eq!(ran.exit, Exit::Done, "{}", ran.err);
    assert!(ran.out.contains("acme/production/AWS::EC2::SecurityGroup/alb"), "{}", ran.out);
    let ran = explain("acme/production/web.DesiredCount");
    assert_eq!(ran.exit, Exit::Done, "of those that have the name one has the field: {}", ran.err);
    assert!(ran.out.contains("AWS::ECS::Service/web/DesiredCount"), "{}", ran.out);
    let ran = explain("acme/production/web");
    assert_eq!(ran.exit, Exit::Usage);
    assert!(ran.err.contains(" resources are called acme/production/web\n"), "{}", ran.err);
    assert!(ran.err.contains("explain acme/production/AWS::ECS::TaskDefinition/web`"), "{}", ran.err);
    let ran = explain("acme/production/webb");
    assert_eq!(ran.exit, Exit::Error);
    assert!(ran.err.contains("nothing is called acme/production/webb\n hint: did you mean `web`?"), "{}", ran.err);
}

#[test]
fn completions_offer_tenants_and_stacks() {
    let ran = provision(&["-C", repository(), "complete-stacks"]);
    assert!(ran.out.starts_with("account-main\nacme\nglobex\nhooli\ninitech\naccount-main/"), "{}", ran.out);
    assert!(!provision(&["--help"]).out.contains("complete-stacks"));
    let script = folder("completions").join("provision.bash");
    std::fs::write(&script, provision(&["completions", "bash"]).out).unwrap();
    let line = "source $0; provision() { echo \"$@\" > args; printf 'acme\\nacme/production\\nglobex\\n'; }; \
                COMP_WORDS=(provision -C there plan acme); COMP_CWORD=4; _provision_stacks provision acme plan; \
                echo ${COMPREPLY[@]}; cat args";
    let ended = std::process::Command::new("bash").args(["-c", line]).arg(&script).current_dir(folder("bash")).output();
    let ended = ended.unwrap();
    let out = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert_eq!(out, "acme acme/production\n-C there complete-stacks\n", "{}", String::from_utf8_lossy(&ended.stderr));
    let zsh = provision(&["completions", "zsh"]).out;
    assert!(zsh.matches(":_provision_stacks'").count() >= 8 && zsh.contains("_provision_stacks() {"), "{zsh}");
    let fish = provision(&["completions", "fish"]).out;
    assert!(fish.contains("using_subcommand plan\" -f -a \"(provision complete-stacks"), "{fish}");
}

#[test]
fn the_commands_that_only_compute_work_on_this_repository() {
    for args in [
        &["validate"][..],
        &["graph", "acme/production"],
        &["graph", "acme/production", "--format", "dot"],
        &["explain", "acme/production/AWS::EC2::VPC/main.CidrBlock"],
        &["permissions", "acme/production"],
        &["permissions", "--read-only"],
        &["export", "cloudformation", "acme/production"],
        &["schema"],
        &["kinds"],
        &["kinds", "AWS::EC2::*"],
        &["kinds", "--format", "markdown"],
        &["plan", "--offline", "--format", "markdown"],
        &["plan", "--offline", "--format", "html"],
        &["completions", "bash"],
        &["man"],
        &["man", "plan"],
    ] {
        let ran = provision(&[&["-C", repository()], args].concat());
        assert_eq!(ran.exit, Exit::Done, "{args:?}: {}", ran.err);
        assert!(!ran.out.is_empty(), "{args:?}");
    }
}

/// The policies that are printed, one after the other.
fn policies(folder: &str, args: &[&str]) -> Vec<serde_json::Value> {
    let ran = provision(&[&["-C", folder, "permissions"], args].concat());
    assert_eq!(ran.exit, Exit::Done, "{}", ran.err);
    serde_json::Deserializer::from_str(&ran.out).into_iter().map(Result::unwrap).collect()
}

fn statements(args: &[&str]) -> Vec<serde_json::Value> {
    let policies = policies(repository(), args);
    policies.iter().flat_map(|policy| policy["Statement"].as_array().unwrap()).cloned().collect()
}

fn all_actions(policies: &[serde_json::Value]) -> BTreeSet<&str> {
    policies.iter().flat_map(|policy| policy["Statement"].as_array().unwrap()).flat_map(actions).collect()
}

fn actions(statement: &serde_json::Value) -> Vec<&str> {
    statement["Action"].as_array().unwrap().iter().filter_map(serde_json::Value::as_str).collect()
}

#[test]
fn a_read_only_policy_changes_nothing() {
    let verbs = ["Describe", "Get", "List"];
    for statement in statements(&["--read-only"]) {
        for action in actions(&statement) {
            let name = action.split_once(':').unwrap().1;
            assert!(verbs.iter().any(|verb| name.starts_with(verb)), "{action}");
        }
    }
}

#[test]
fn every_policy_fits_into_a_managed_one_and_together_they_have_all() {
    // No template of this repository names all types.
    let types = KINDS.iter().flat_map(|kind| ["--type", kind.facts().kind]);
    let selected: Vec<_> = ["acme"].into_iter().chain(types).collect();
    let policies = policies(repository(), &selected);
    assert!(policies.len() > 1, "one is too small");
    for policy in &policies {
        let size = policy.to_string().chars().filter(|sign| !sign.is_whitespace()).count();
        assert!(size <= 6_144, "{size} characters");
        let names: Vec<_> =
            policy["Statement"].as_array().unwrap().iter().map(|one| one["Sid"].as_str().unwrap()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "IAM takes each name once: {names:?}");
    }
    let allowed = all_actions(&policies);
    for facts in KINDS.iter().map(|kind| kind.facts()) {
        let all = facts.permissions;
        let verbs = [all.read, all.create, all.update, all.retag, all.delete, facts.preflight_reads];
        let missing = verbs.into_iter().flatten().filter(|action| !allowed.contains(*action));
        // It is allowed on the functions that the YAML names, and this YAML names none.
        let missing: Vec<_> = missing.filter(|action| **action != "lambda:InvokeFunction").collect();
        assert!(missing.is_empty(), "{}: {missing:?}", facts.kind);
    }
}

#[test]
fn a_policy_names_no_service_that_no_template_names() {
    let folder = folder("few-kinds");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "tenants/acme.yaml",
        "tenant: acme\ntemplate: own\naccount: \"123456789012\"\nenvironments: { test: { region: us-east-1 } }\n",
    );
    write("templates/own.yaml", "resources:\n  - type: AWS::Logs::LogGroup\n    name: app\n");
    let folder = folder.to_str().unwrap();
    let own = policies(folder, &[]);
    let services: BTreeSet<_> = all_actions(&own).into_iter().map(|action| action.split(':').next().unwrap()).collect();
    assert!(
        services.is_superset(&BTreeSet::from(["application-autoscaling", "iam", "logs", "sts", "tag"])),
        "{services:?}"
    );
    assert!(services.is_disjoint(&BTreeSet::from(["acm", "ecs", "elasticache", "rds"])), "{services:?}");
    let former = policies(folder, &["--type", "AWS::ElastiCache::ReplicationGroup"]);
    assert!(all_actions(&former).contains("elasticache:DeleteReplicationGroup"));
    // Another template of the project counts, whoever uses it.
    let cache = "resources:\n  - type: AWS::{{ 'ElastiCache' }}::SubnetGroup\n    name: data\n";
    std::fs::write(std::path::Path::new(folder).join("templates/other.yaml"), cache).unwrap();
    let two = policies(folder, &[]);
    let allowed = all_actions(&two);
    assert!(
        allowed.contains("elasticache:DescribeCacheSubnetGroups")
            && !allowed.contains("elasticache:CreateCacheSubnetGroup")
    );
    let ran = provision(&["-C", folder, "permissions", "--type", "AWS::ElastiCache::Group"]);
    assert_eq!(ran.exit, Exit::Usage, "{}", ran.err);
}

#[test]
fn what_is_only_asked_before_anything_is_made_has_a_statement_that_can_be_left_out() {
    for args in [&["acme/production"][..], &["--read-only"]] {
        let statements = statements(args);
        let (optional, needed): (Vec<_>, Vec<_>) = statements.iter().partition(|one| one["Sid"] == "AskBefore");
        let needed: Vec<_> = needed.into_iter().flat_map(actions).collect();
        // More than one policy holds may end in the midst of it.
        let optional: Vec<_> = optional.into_iter().flat_map(actions).collect();
        let asks: Vec<_> = KINDS.iter().flat_map(|kind| kind.facts().preflight_reads).copied().collect();
        assert!(asks.iter().all(|ask| needed.contains(ask) != optional.contains(ask)), "{args:?}");
        assert!(optional.contains(&"rds:DescribeDBEngineVersions"), "{optional:?}");
    }
}

#[test]
fn a_policy_has_all_that_leases_and_journals_need_on_their_bucket_and_nowhere_else() {
    let bucket = "arn:aws:s3:::provision-provision-123456789012";
    for (args, all) in [(&["acme/production"][..], true), (&["acme/production", "--read-only"][..], false)] {
        let statements = statements(args);
        let on = |name: &str| statements.iter().find(|one| one["Sid"] == name).unwrap();
        let objects = ["journals/123456789012/acme/production/*", "leases/123456789012/acme/production.json"];
        let objects = objects.map(|object| format!("{bucket}/{object}"));
        assert_eq!(on("Bucket")["Resource"], bucket);
        assert_eq!(on("LeasesAndJournals")["Resource"], serde_json::json!(objects));
        // What only an apply does may be in another policy.
        let allows = |name: &str, action: &str| {
            statements.iter().filter(|one| one["Sid"] == name).any(|one| actions(one).contains(&action))
        };
        for call in STORE_CALLS {
            let name = match call.about {
                StoreResource::Bucket => "Bucket",
                StoreResource::Objects => "LeasesAndJournals",
            };
            assert_eq!(allows(name, call.action), all || call.is_read(), "{}", call.operation);
        }
        let own = ["sts:GetCallerIdentity", "tag:GetResources"];
        assert!(own.iter().all(|own| actions(&statements[0]).contains(own)), "{args:?}");
    }
    let elsewhere = statements(&["initech/production"]);
    assert!(elsewhere.iter().any(|one| one["Resource"] == "arn:aws:s3:::provision-provision-111122223333"));
}

#[test]
fn only_the_account_of_a_bucket_makes_it() {
    let folder = folder("bucket");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    std::fs::create_dir_all(folder.join("tenants")).unwrap();
    write("provision.yaml", "bucket: { name: shared, region: us-east-1, account: \"123456789012\" }\n");
    for (tenant, account) in [("acme", "123456789012"), ("initech", "111122223333")] {
        let text = format!(
            "tenant: {tenant}\ntemplate: minimal\naccount: \"{account}\"\nenvironments:\n  test: {{ region: us-east-1, \
             cidr: 10.0.0.0/16, services: {{ web: {{ image: nginx }} }} }}\n"
        );
        write(&format!("tenants/{tenant}.yaml"), &text);
    }
    for (stack, makes) in [("acme/test", true), ("initech/test", false)] {
        let policies = policies(folder.to_str().unwrap(), &[stack]);
        let statements: Vec<_> = policies.iter().flat_map(|one| one["Statement"].as_array().unwrap()).collect();
        let on = |name: &str| actions(statements.iter().find(|one| one["Sid"] == name).unwrap());
        assert_eq!(on("Bucket").contains(&"s3:CreateBucket"), makes, "{stack}");
        assert!(on("Bucket").contains(&"s3:ListBucket"), "{stack}");
        assert!(on("LeasesAndJournals").contains(&"s3:PutObject"), "{stack}");
    }
}

#[test]
fn secrets_are_shown_on_a_terminal_only() {
    let ran = provision(&["-C", repository(), "plan", "--offline", "--show-values"]);
    assert_eq!(ran.exit, Exit::Usage);
}

#[test]
fn selectors_match_stacks_and_resources() {
    let selector = |text: &str| text.parse::<Selector>().unwrap();
    let production = StackId::new("acme", "production");
    for (text, meant) in [
        ("acme", true),
        ("acme/production", true),
        ("*/prod*", true),
        ("ac?e", true),
        ("acme/certification", false),
        ("globex", false),
        ("acme/production/db-*", true),
    ] {
        assert_eq!(selects(&[selector(text)], &production), meant, "{text}");
    }
    assert!(selects(&[], &production));
    let all: std::collections::BTreeSet<Address> =
        ["AWS::RDS::DBCluster/main", "AWS::RDS::DBInstance/db-1", "AWS::EC2::VPC/main"]
            .map(|a| a.parse().unwrap())
            .into();
    let names = |text: &str| {
        let picked = select_resources(&[selector(text)], &production, &all);
        picked.map(|set| set.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(names("acme"), None);
    assert_eq!(names("acme/production/db-*").unwrap(), ["AWS::RDS::DBInstance/db-1"]);
    assert_eq!(names("acme/*/AWS::RDS::*").unwrap(), ["AWS::RDS::DBCluster/main", "AWS::RDS::DBInstance/db-1"]);
    assert_eq!(names("acme/*/AWS::EC2::VPC/main").unwrap(), ["AWS::EC2::VPC/main"]);
    assert_eq!(names("acme/*/main").unwrap(), ["AWS::EC2::VPC/main", "AWS::RDS::DBCluster/main"]);
    let stacks = [(production.clone(), all)];
    let missing = [selector("acme/production/mein")];
    let (_, message) = unmatched_resource(&missing, &stacks).unwrap();
    assert_eq!(message, "`acme/production/mein` matches no resource: nearest are main, db-1");
    let message = unmatched_stack(&[selector("acme/prodction")], &[production]).unwrap();
    assert_eq!(message, "`acme/prodction` matches nothing: nearest are acme/production");
}

#[test]
fn consent_is_for_one_stack_by_name() {
    let allowance = parse_allowance("acme/production/AWS::RDS::DBCluster/main").unwrap();
    assert_eq!(allowance.stack, StackId::new("acme", "production"));
    assert_eq!(allowance.resource, "AWS::RDS::DBCluster/main");
    for text in ["acme/*/AWS::RDS::DBCluster/main", "acme", "acme/production", "acme/production/", "a?/b/c"] {
        assert!(parse_allowance(text).is_err(), "{text}");
    }
}

/// The program itself: the number it really exits with, and a reader that goes away.
#[test]
fn the_binary_exits_as_promised() {
    let binary = Path::new(env!("CARGO_BIN_EXE_provision"));
    let code = |args: &[&str]| Command::new(binary).args(args).output().unwrap().status.code();
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["bogus"]), Some(64));
    let mut child =
        Command::new(binary).args(["kinds", "--format", "json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0), "a closed pipe is quiet");
}

/// A pattern of stars once took a year to say no.
#[test]
fn a_selector_of_many_stars_is_answered_at_once() {
    let stars = format!("{}b", "*a".repeat(30)).parse::<Selector>().unwrap();
    let start = std::time::Instant::now();
    assert!(!selects(&[stars], &StackId::new("a".repeat(60), "production")));
    assert!(start.elapsed() < std::time::Duration::from_secs(1), "{:?}", start.elapsed());
}

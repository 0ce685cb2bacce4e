//! Who we are: plan, diff and show are the read role, apply and destroy the write role, to AWS's own eyes.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::Cursor;
use std::path::Path;

use jiff::Timestamp;
use provision::cli::{Exit, Stream, World, run};
use serde_json::Value;

use crate::sandbox::control;
use crate::sandbox::local_aws;

const ACCOUNT: &str = "300000000030";

/// One VPC for a customer whose account is reached by roles.
const TENANT: &str = "
tenant: initech
template: own
account: \"300000000030\"
roles:
  read: arn:aws:iam::300000000030:role/provision-plan
  write: arn:aws:iam::300000000030:role/provision-apply
  external_id: initech-4f1c
environments: { production: { region: us-east-1 } }
";
const TEMPLATE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.40.0.0/20 }
";

#[test]
fn each_command_has_the_role_that_it_needs_and_no_other() {
    let project = local_aws::folder("roles");
    for (file, text) in [("tenants/initech.yaml", TENANT), ("templates/own.yaml", TEMPLATE)] {
        let file = project.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = runtime.block_on(local_aws::endpoint()).url.clone();
    let said = |args: &[&str]| {
        let before = runtime.block_on(calls(&url)).len();
        let exit = provision(&project, &url, args);
        (exit, runtime.block_on(calls(&url)).split_off(before))
    };
    for (args, role) in [
        (&["plan"][..], "provision-plan"),
        (&["apply", "initech/production", "--yes"], "provision-apply"),
        (&["plan"], "provision-plan"),
        (&["diff"], "provision-plan"),
        (&["show", "initech/production"], "provision-plan"),
        (&["destroy", "initech/production", "--yes"], "provision-apply"),
    ] {
        let (exit, calls) = said(args);
        assert_eq!(exit, Exit::Done, "{args:?}");
        assert!(calls.len() > 3, "{args:?}: {calls:?}");
        let roles: BTreeSet<_> = calls.iter().filter_map(|(_, role)| role.as_deref()).collect();
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        assert_eq!(roles, BTreeSet::from([arn.as_str()]), "{args:?}");
        let changes = calls.iter().filter(|(operation, _)| !is_read(operation)).count();
        assert_eq!(changes > 0, role == "provision-apply", "{args:?}: {calls:?}");
    }
}

/// Whether a call changes nothing; who takes on a role does not.
fn is_read(operation: &str) -> bool {
    ["AssumeRole", "Describe", "List", "Get"].iter().any(|verb| operation.starts_with(verb))
}

/// The operations in the account so far, and as which role each was asked for.
async fn calls(url: &str) -> Vec<(String, Option<String>)> {
    let (_, body) = control(url, "GET", "calls", &Value::Null).await;
    let all: Value = serde_json::from_str(&body).unwrap();
    let mine = all["calls"].as_array().unwrap().iter().filter(|call| call["account"] == ACCOUNT);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    mine.map(|call| (text(&call["operation"]).unwrap(), text(&call["role"]))).collect()
}

/// Runs a command line on a thread with the stack that the program has.
fn provision(project: &Path, url: &str, args: &[&str]) -> Exit {
    let state = project.join("state").display().to_string();
    let line = [&["provision", "-C", project.to_str().unwrap(), "--endpoint-url", url], args].concat();
    let line: Vec<_> = line.into_iter().map(OsString::from).collect();
    let run = move || {
        let mut world = World {
            env: BTreeMap::from([("XDG_STATE_HOME".to_owned(), state)]),
            stdin: Box::new(Cursor::new(Vec::new())),
            stdin_is_terminal: false,
            out: Stream::new(Box::new(std::io::sink()), false, None),
            err: Stream::new(Box::new(std::io::sink()), false, None),
            clock: Timestamp::now,
            cpu: || None,
        };
        run(&mut world, line)
    };
    let thread = std::thread::Builder::new().stack_size(provision::cli::STACK).spawn(run).unwrap();
    thread.join().unwrap()
}

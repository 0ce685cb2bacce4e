//! Every sample stack as CloudFormation, before CloudFormation's own linter.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use provision::kinds::KINDS;
use provision::report::cloudformation_json;
use serde_json::Value;

use crate::local_aws;
use crate::stage::blueprints;

#[test]
fn cloudformation_has_nothing_against_the_exported_samples() {
    let python = env::var_os("PROVISION_TEST_PYTHON")
        .expect("PROVISION_TEST_PYTHON names a Python with tests/requirements.txt installed: run tests/run");
    let shapes: Vec<_> = KINDS.iter().map(|kind| kind.shape()).collect();
    let folder = local_aws::folder("export");
    fs::create_dir_all(&folder).expect("a folder of the test's own");
    let mut errors = Vec::new();
    for (name, tenant) in tenants() {
        for blueprint in blueprints(&[(&name, &tenant)], &[]).unwrap_or_else(|why| panic!("{name}: {why}")) {
            let id = &blueprint.stack.id;
            let template = folder.join(format!("{}-{}.json", id.tenant, id.environment));
            fs::write(&template, cloudformation_json(&blueprint, &shapes)).expect("it can be written");
            let mut lint = Command::new(&python);
            lint.args([
                "-c",
                "from cfnlint.runner import main; main()",
                "--format",
                "json",
                "--regions",
                &blueprint.stack.region,
                "--",
            ])
            .arg(&template);
            let said = lint.output().expect("the interpreter starts");
            let findings: Vec<Value> = serde_json::from_slice(&said.stdout)
                .unwrap_or_else(|why| panic!("cfn-lint: {why}\n{}", String::from_utf8_lossy(&said.stderr)));
            let is_error = |finding: &&Value| finding["Level"] == "Error";
            errors.extend(findings.iter().filter(is_error).map(|finding| format!("{id}: {}", words(finding))));
        }
    }
    fs::remove_dir_all(&folder).expect("it is ours");
    assert!(errors.is_empty(), "{} errors:\n{}", errors.len(), errors.join("\n"));
}

/// The repository's tenant files: name and text.
fn tenants() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tenants");
    let entries = fs::read_dir(folder).expect("the samples").map(|entry| entry.expect("a readable folder").path());
    let mut tenants: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a readable sample"))
        })
        .collect();
    tenants.sort();
    assert!(!tenants.is_empty(), "there are samples");
    tenants
}

/// `E3012 /Resources/main/Properties/Port: what is wrong`.
fn words(finding: &Value) -> String {
    let steps = finding["Location"]["Path"].as_array().into_iter().flatten();
    let path: Vec<_> = steps.map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    format!("{} /{}: {}", finding["Rule"]["Id"].as_str().unwrap_or("E"), path.join("/"), text("Message"))
}

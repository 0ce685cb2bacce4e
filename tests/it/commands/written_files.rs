//! The files that the program writes: a saved plan, and where it may be carried out; a project's skeleton.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use jiff::Timestamp;
use provision::cli::Exit;
use provision::plan::Mode;
use provision::report::{Saving, saved_plan_text};

use crate::commands::cli::{Ran, folder, provision_in};
use crate::commands::shell::{Shell, both};
use crate::engine::report::illustration;
use crate::sandbox::local_aws;

const TEMPLATE: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
";

/// Carries out a plan that was saved for `made`, with these options and variables.
fn apply(made: Option<&str>, options: &[&str], env: &[(&str, &str)]) -> Ran {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let saving = Saving {
        made: at("2026-11-23T00:00:00Z"),
        expires: at("2026-11-24T00:00:00Z"),
        mode: Mode::Apply,
        selectors: Vec::new(),
        endpoint: made.map(str::to_owned),
    };
    let file = folder(&format!("endpoint-{:016x}", fastrand::u64(..))).join("p.json");
    fs::write(&file, saved_plan_text(&illustration(), saving, str::to_owned)).unwrap();
    let env: BTreeMap<_, _> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let name = file.to_str().unwrap();
    let ran = provision_in(env, &[options, &["apply", "--plan", name, "--yes"]].concat());
    Ran { err: ran.err.replace(name, "p.json"), ..ran }
}

#[test]
fn a_plan_for_one_place_is_carried_out_nowhere_else() {
    const URL: &str = "http://127.0.0.1:5000";
    let (sandbox, url) = (&["--sandbox"][..], &["--endpoint-url", URL][..]);
    let variable = &[("AWS_ENDPOINT_URL", URL)][..];
    let leave_out = "leave out --sandbox, --endpoint-url and AWS_ENDPOINT_URL";
    for (made, options, env, is, here, way) in [
        (Some("sandbox"), &[][..], &[][..], "the sandbox", "AWS", "say --sandbox"),
        (Some("sandbox"), url, &[], "the sandbox", URL, "say --sandbox"),
        (None, sandbox, &[], "AWS", "the sandbox", leave_out),
        (None, url, &[], "AWS", URL, leave_out),
        (None, &[], variable, "AWS", URL, leave_out),
        (Some(URL), &[], &[], URL, "AWS", "say --endpoint-url http://127.0.0.1:5000"),
    ] {
        let ran = apply(made, options, env);
        let called = match here {
            "AWS" => "provision",
            "the sandbox" => "provision --sandbox",
            _ => "provision --endpoint-url http://127.0.0.1:5000",
        };
        let said = format!(
            "error: cannot use the plan p.json: it was made for {is}, and this is {here}\n \
             hint: {way}, or save one for {here} with `{called} plan --out plan.json`; nothing was done\n"
        );
        assert_eq!((ran.exit, ran.err, ran.out), (Exit::Refused, said, String::new()));
    }
    // The next thing that is wrong is that there is no such project.
    for (made, options, env) in [(None, &[][..], &[][..]), (Some(URL), url, &[]), (Some(URL), &[], variable)] {
        let ran = apply(made, &[options, &["-C", "/nowhere"]].concat(), env);
        assert_eq!(ran.exit, Exit::Error, "{}", ran.err);
    }
}

fn mode(file: &Path) -> u32 {
    fs::symlink_metadata(file).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn a_plan_takes_the_place_of_what_is_there_whole_or_not_at_all() {
    let shell = Shell::new("plan-out", &local_aws::endpoint().await.url, "300000000057", TEMPLATE);
    let plan = async |line: &str| {
        let ran = shell.run_line(&line.replace("plan", "\"$provision\" plan acme/test")).await;
        (ran.status.code(), both(&ran))
    };
    let (file, link) = (shell.folder.join("p.json"), shell.folder.join("link.json"));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&file, &link).unwrap();

    let full = plan("trap '' XFSZ; ulimit -f 0; plan --out p.json").await;
    assert_eq!(full, (Some(1), "error: cannot write p.json: File too large (os error 27)\n".to_owned()));
    assert_eq!((fs::read_to_string(&file).unwrap(), mode(&file)), ("old".to_owned(), 0o644));
    let reader = fs::File::open(&file).unwrap();
    for name in ["p.json", "link.json"] {
        assert_eq!(plan(&format!("plan --out {name}")).await.0, Some(0));
        assert!(fs::read_to_string(&file).unwrap().contains("\"saved\""));
        assert_eq!(mode(&file), 0o600);
    }
    assert_eq!(std::io::read_to_string(reader).unwrap(), "old", "a reader of the old file keeps it whole");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let mut names: Vec<_> = fs::read_dir(&shell.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names.retain(|name| name != "state");
    assert_eq!(names, ["link.json", "p.json", "templates", "tenants"]);
}

#[tokio::test]
async fn a_plan_is_written_to_what_is_no_file_as_it_is() {
    let shell = Shell::new("plan-pipe", &local_aws::endpoint().await.url, "300000000058", TEMPLATE);
    let line =
        "mkfifo -m 644 pipe; cat pipe > got & \"$provision\" plan acme/test --out pipe; wait; stat -c '%F %a' pipe";
    let ran = shell.run_line(line).await;
    assert!(both(&ran).ends_with("fifo 644\n"), "{}", both(&ran));
    assert!(fs::read_to_string(shell.folder.join("got")).unwrap().contains("\"saved\""));
    let ran = shell.run_line("\"$provision\" plan acme/test --out /dev/stdout | cat").await;
    assert!(both(&ran).starts_with("{\n  \"format_version\""), "{}", both(&ran));
    let ran = shell.run(&["plan", "acme/test", "--out", "tenants"]).await;
    assert_eq!(
        (ran.status.code(), both(&ran)),
        (Some(1), "error: cannot write tenants: Is a directory (os error 21)\n".to_owned())
    );
}

#[tokio::test]
async fn what_init_could_not_write_whole_is_not_kept() {
    let shell = Shell::new("init-full", "http://127.0.0.1:1", "300000000059", TEMPLATE);
    fs::create_dir(shell.folder.join("new")).unwrap();
    let ran = shell.run_line("trap '' XFSZ; ulimit -f 1; \"$provision\" -C new init").await;
    let said = both(&ran);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    let (_, failed) = said.split_once("error: cannot write ").unwrap_or_else(|| panic!("{said}"));
    let file = failed.split_once(':').expect("a file").0;
    assert!(!shell.folder.join(file).exists(), "{said}");
    let again = shell.run(&["-C", "new", "init"]).await;
    assert!(both(&again).contains(&format!("wrote {}", file.trim_start_matches("new/"))), "{}", both(&again));
}

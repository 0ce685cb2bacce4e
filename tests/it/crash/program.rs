//! The program itself, ended by SIGKILL at one of its calls and started again.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::process::{Child, Command};

use super::reader::{Reader, differences};
use super::server::Server;
use super::sweep::{ACCOUNT, ACME, learn_apply, start};
use crate::sandbox::local_aws;

/// The longest that a run of the program takes here.
const PATIENCE: Duration = Duration::from_secs(120);

/// Kills `provision apply` at some of its calls, early and late, and starts it again until there is nothing left to do.
pub async fn kill_the_program(calls: &[usize]) {
    let (cache, server) = start("program").await;
    let mut reader = Reader::start().await;
    let apply = learn_apply(&server, &mut reader).await;
    for nth in calls {
        let fork = server.fork().await;
        let project = Project::new(&format!("kill-{nth}"));
        let mut child = project.spawn(&fork, &["apply", "acme/production", "--yes"]);
        fork.faults(ACCOUNT, &json!([{ "operation": "*changing*", "what": "die-after", "nth": nth }])).await;
        tokio::time::timeout(PATIENCE, fork.death(ACCOUNT)).await.expect("it comes to that call");
        child.kill().await.expect("it was alive");
        fork.faults(ACCOUNT, &json!([])).await;
        // The dead run would hold its lease for a minute and a half more.
        let (code, said) = project.run(&fork, &["unlock", "acme/production", "--take", "--now"]).await;
        assert_eq!(code, Some(0), "the lease after call {nth}:\n{said}");
        // The certificate is issued between the first and the second.
        for round in ["first", "second"] {
            let (code, said) = project.run(&fork, &["apply", "acme/production", "--yes"]).await;
            assert_eq!(code, Some(0), "the {round} run after call {nth}:\n{said}");
        }
        let (code, said) = project.run(&fork, &["plan", "acme/production", "--detailed-exitcode"]).await;
        assert_eq!(code, Some(0), "a plan after call {nth}:\n{said}");
        let world = reader.world(&fork.url, ACCOUNT).await.expect("it can be read");
        assert_eq!(differences(&world, &apply.end), Vec::<String>::new(), "killed after call {nth}");
        fork.stop().await;
    }
    provision::sandbox::down(&cache).await.expect("it ends");
}

/// A project's folder, and a home for the program.
struct Project(PathBuf);

impl Project {
    fn new(name: &str) -> Self {
        let folder = local_aws::folder(name);
        std::fs::create_dir_all(folder.join("tenants")).expect("a folder");
        let project = Self(folder);
        project.write("tenants/acme.yaml", ACME);
        project
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.0.join(file), text).expect("a file");
    }

    fn spawn(&self, server: &Server, arguments: &[&str]) -> Child {
        let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_provision")));
        command.arg("-C").arg(&self.0).args(["--endpoint-url", &server.url]).args(arguments);
        // Twelve digits: the account.
        let keys = [("AWS_ACCESS_KEY_ID", ACCOUNT), ("AWS_SECRET_ACCESS_KEY", "secret")];
        command.env_clear().envs(keys).env("HOME", &self.0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command.spawn().expect("it starts")
    }

    /// Runs it to its end; its exit code and all that it said.
    async fn run(&self, server: &Server, arguments: &[&str]) -> (Option<i32>, String) {
        let ended = self.spawn(server, arguments).wait_with_output();
        let output = tokio::time::timeout(PATIENCE, ended).await.expect("it ends").expect("it ran");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }
}

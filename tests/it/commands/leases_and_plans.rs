//! Leases, journals and saved plans through the program itself: real processes on one stack of a slow local AWS.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use provision::sandbox::{Endpoint, Options};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

use crate::sandbox::local_aws;
use crate::stacks::local_account::LocalAccount;

const TENANT: &str = "
tenant: acme
template: tiny
account: \"ACCOUNT\"
environments:
  production: { region: us-east-1 }
";
/// The NAT gateway takes its time: while it is pending the run holds the lease, and has the route table still to make.
const TEMPLATE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: one
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::NatGateway
    name: one
    properties: { SubnetId: \"{{ ref('AWS::EC2::Subnet/one') }}\", ConnectivityType: private }
  - type: AWS::EC2::RouteTable
    name: one
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      Routes:
        - { DestinationCidrBlock: 10.99.0.0/16, NatGatewayId: \"{{ ref('AWS::EC2::NatGateway/one') }}\" }
";

/// A server where what is made takes four seconds, for all tests of this file.
async fn server() -> &'static Endpoint {
    static SLOW: OnceCell<Endpoint> = OnceCell::const_new();
    let start = || async {
        let options = Options { slow: Duration::from_secs(4), ..local_aws::options().await };
        local_aws::start(&local_aws::folder("slow-records"), &options).await
    };
    SLOW.get_or_init(start).await
}

/// A project of one stack in an account of the test's own.
struct Project {
    folder: PathBuf,
    account: &'static str,
    url: String,
}

impl Project {
    async fn new(account: &'static str) -> Self {
        let folder = local_aws::folder(&format!("records {account}"));
        for (file, text) in [("tenants/acme.yaml", TENANT), ("templates/tiny.yaml", TEMPLATE)] {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replace("ACCOUNT", account)).unwrap();
        }
        fs::write(folder.join("provision.yaml"), "project: records\n").unwrap();
        Self { folder, account, url: server().await.url.clone() }
    }

    /// A command line of this person, on a machine of the same name, without a terminal.
    fn command(&self, who: &str, args: &[&str]) -> Command {
        self.command_at(&["--endpoint-url", &self.url], who, args)
    }

    /// The same, which may talk to something else.
    fn command_at(&self, target: &[&str], who: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
        command.arg("-C").arg(&self.folder).args(target).args(args);
        command.env_clear().env("AWS_ACCESS_KEY_ID", self.account).env("AWS_SECRET_ACCESS_KEY", "secret");
        command
            .env("BUILD_URL", format!("https://ci.example/{who}"))
            .env("USER", who)
            .env("HOSTNAME", who)
            .env("XDG_STATE_HOME", self.folder.join(who));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    async fn run(&self, who: &str, args: &[&str]) -> Ran {
        Ran::of(self.command(who, args).output().await.unwrap())
    }

    fn spawn(&self, who: &str, args: &[&str]) -> Child {
        self.command(who, args).spawn().unwrap()
    }

    /// What the server calls whoever has these credentials.
    fn arn(&self) -> String {
        format!("arn:aws:sts::{}:user/moto", self.account)
    }

    /// Whom the program names, run by this person.
    fn caller(&self, who: &str) -> String {
        format!("{who}@{who} (https://ci.example/{who} as {})", self.arn())
    }

    /// Makes somebody hold the stack for another minute.
    async fn lock(&self, who: &str) {
        let local = LocalAccount::on(&self.url, self.account);
        let store =
            local.session("us-east-1").await.store(&format!("provision-records-{}", self.account), self.account);
        store.ensure_bucket().await.unwrap();
        let now = jiff::Timestamp::now();
        let until = now + Duration::from_secs(60);
        let holder = json!({ "run": "20261123T000000Z-held", "who": who, "since": now, "until": until });
        let key = format!("leases/{}/acme/production.json", self.account);
        store.put(&key, holder.to_string().into_bytes()).await.unwrap();
    }
}

struct Ran {
    exit: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { exit: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn ends(self, exit: i32) -> Self {
        assert_eq!(self.exit, Some(exit), "{}\n{}", self.out, self.err);
        self
    }
}

const APPLY: &[&str] = &["apply", "acme/production", "--yes"];

#[tokio::test]
async fn of_two_processes_on_one_stack_one_proceeds_and_the_other_names_it() {
    let project = Project::new("300000000081").await;
    let (ada, bob) = tokio::join!(project.run("ada", APPLY), project.run("bob", APPLY));
    let (winner, loser, name) = if ada.exit == Some(0) { (ada, bob, "ada") } else { (bob, ada, "bob") };
    winner.ends(0);
    let loser = loser.ends(5);
    assert!(
        loser.err.contains(&format!("acme/production is locked by {} (run ", project.caller(name))),
        "{}",
        loser.err
    );
    let again = format!(
        "next: provision -C '{}' --endpoint-url {} apply acme/production --yes --lock-timeout 10m\n",
        project.folder.display(),
        project.url
    );
    assert!(loser.err.contains(&again), "{}", loser.err);
    assert!(loser.err.contains("unlock acme/production` shows it"), "{}", loser.err);

    // A third machine has no journal of its own, and knows from the bucket.
    let history = project.run("eve", &["history", "acme", "--format", "json"]).await.ends(0);
    let history: Value = serde_json::from_str(&history.out).unwrap();
    let [run] = &history["runs"].as_array().unwrap()[..] else { panic!("{history}") };
    let (told, who) = (["who", "command", "outcome"].map(|key| run[key].as_str().unwrap()), format!("{name}@{name}"));
    assert_eq!((told, &run["changes"]["create"]), ([who.as_str(), "apply", "done"], &json!(4)));
    let known = ["arn", "run_url", "target"].map(|key| run[key].as_str().unwrap());
    assert_eq!(known, [&project.arn(), &format!("https://ci.example/{name}"), &project.url]);
    let steps = project.run("eve", &["history", run["run"].as_str().unwrap()]).await.ends(0).out;
    assert!(steps.contains("✓ create AWS::EC2::NatGateway/one nat-"), "{steps}");
    let here = project.run(name, &["history", "--local"]).await.ends(0).out;
    assert!(here.contains(run["run"].as_str().unwrap()), "{here}");
    assert_eq!(project.run("eve", &["history", "--local"]).await.ends(0).out, "no run is recorded\n");
    let free = project.run("eve", &["unlock", "acme/production"]).await.ends(0).out;
    assert!(free.starts_with(&format!("acme/production: free; {} gave it back at ", project.caller(name))), "{free}");
    assert_eq!(project.run("eve", &["unlock"]).await.ends(0).out, free, "every stack, where none is named");

    // What an endpoint answered is no history of AWS's, nor of another endpoint's.
    for other in [&[][..], &["--endpoint-url", "http://127.0.0.1:9"]] {
        let history = project.command_at(other, name, &["history", "--local"]).output().await.unwrap();
        assert_eq!(Ran::of(history).ends(0).out, "no run is recorded\n", "{other:?}");
    }
}

#[tokio::test]
async fn a_lease_is_shown_and_taken_only_when_told_so() {
    let project = Project::new("300000000082").await;
    let unlock = |args: &'static [&'static str]| {
        let args = [&["unlock", "acme/production"], args].concat();
        let project = &project;
        async move { project.run("ops", &args).await.ends(0).out }
    };
    assert!(unlock(&[]).await.contains("no run has held it yet"));
    project.lock("ada@laptop").await;
    for _ in 0..2 {
        let shown = unlock(&[]).await;
        assert!(shown.contains("held by ada@laptop, run 20261123T000000Z-held, since "), "{shown}");
    }
    assert!(project.run("bob", APPLY).await.ends(5).err.contains("locked by ada@laptop (run 20261123T000000Z-held)"));
    let ended = unlock(&["--take"]).await;
    let ops = project.caller("ops");
    assert!(ended.contains(&format!("{ops} ended it")) && ended.contains("The stack is free in "), "{ended}");
    project.run("bob", APPLY).await.ends(5);
    let freed = unlock(&["--take", "--now"]).await;
    assert!(freed.contains(&format!("free; {ops} took it from ada@laptop")), "{freed}");
    project.run("bob", APPLY).await.ends(0);
    assert!(
        unlock(&["--take"]).await.contains(&format!("{} gave it back", project.caller("bob"))),
        "what is free is not taken"
    );
}

/// In real time, a lease of a minute: the first process is stopped while it holds it, and wakes up when the second has
/// taken over.
#[tokio::test]
async fn a_process_that_hangs_past_its_lease_changes_nothing_after_it_wakes() {
    let project = Project::new("300000000083").await;
    let local = LocalAccount::on(&project.url, project.account);
    let changes = || async {
        let calls = local.calls().await;
        let is_change = |call: &&String| call.starts_with("ec2:") && !call.contains(":Describe");
        calls.iter().filter(is_change).cloned().collect::<Vec<_>>()
    };
    let first = project.spawn("ada", APPLY);
    let pid = first.id().unwrap().to_string();
    let signal = |signal: &'static str| {
        let mut kill = Command::new("kill");
        kill.args([signal, pid.as_str()]);
        async move { kill.status().await.unwrap().success() }
    };
    while changes().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(signal("-STOP").await);
    let second = project.run("bob", &[APPLY, &["--lock-timeout", "3m"]].concat()).await.ends(0);
    assert!(second.out.contains("acme/production: "), "{}", second.out);
    let before = changes().await;
    assert!(signal("-CONT").await);
    let first = Ran::of(first.wait_with_output().await.unwrap());
    assert_eq!(changes().await, before, "{}", first.err);
    assert_ne!(first.exit, Some(0), "{}", first.out);
    let says = |text: &str| assert!(first.out.contains(text), "{text}:\n{}\n{}", first.out, first.err);
    says("the lease was lost\n  ! ");
    says("the lease on the stack is lost: ");
    assert!(project.run("bob", APPLY).await.ends(0).out.contains("nothing to do, 4 resources unchanged"));
}

#[tokio::test]
async fn a_saved_plan_is_carried_out_as_it_is_or_refused_before_anything_is_asked() {
    let project = Project::new("300000000084").await;
    let file = project.folder.join("p.json");
    let name = file.to_str().unwrap();
    project.run("ada", &["plan", "acme/production", "--out", name, "--expires", "1h"]).await.ends(0);
    let saved = fs::read_to_string(&file).unwrap();
    let unasked =
        Project { url: "http://127.0.0.1:1".into(), folder: project.folder.clone(), account: project.account };
    for (text, exit, says) in [
        (saved.replacen("10.20.0.0/16", "10.21.0.0/16", 1), 6, "changed after it was saved"),
        (saved[..saved.len() / 2].to_owned(), 6, "cut off"),
        (saved.replacen("provision 0.", "provision 9.", 1), 6, "provision 9."),
        ("{}".to_owned(), 1, "no saved plan"),
        ("tenant: acme\n".to_owned(), 1, "no saved plan"),
    ] {
        fs::write(&file, text).unwrap();
        let ran = unasked.run("ada", &["apply", "--plan", name, "--yes"]).await.ends(exit);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    fs::write(&file, &saved).unwrap();
    project.run("ada", &["apply", "--plan", name, "--yes"]).await.ends(0);
    let stale = project.run("ada", &["apply", "--plan", name, "--yes"]).await.ends(6);
    assert!(stale.err.contains("plan acme/production --out ") && stale.err.contains("next: "), "{}", stale.err);
    project.run("ada", &["plan", "acme/production", "--out", name, "--expires", "0s"]).await.ends(0);
    assert!(unasked.run("ada", &["apply", "--plan", name, "--yes"]).await.ends(6).err.contains("it expired at "));
}

/// Of two stacks, another run holds one.
#[tokio::test]
async fn a_stack_that_is_held_is_left_out_of_an_apply_unless_all_go_together() {
    let project = Project::new("300000000167").await;
    let tenant = project.folder.join("tenants/acme.yaml");
    let both = fs::read_to_string(&tenant).unwrap() + "  staging: { region: us-east-1 }\n";
    fs::write(&tenant, both).unwrap();
    project.lock("first").await;
    let apart = ["apply", "acme", "--yes", "--format", "json"];
    let together = [&apart[..], &["--all-or-nothing"]].concat();
    let ran = project.run("second", &together).await.ends(5);
    assert!(ran.err.contains("acme/production is locked by first"), "{}", ran.err);
    assert!(!ran.out.contains("\"started\""), "{}", ran.out);
    let ran = project.run("second", &apart).await.ends(5);
    assert!(ran.err.contains("left out: acme/production is locked by first"), "{}", ran.err);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["environment"] != "production"), "{}", ran.out);
    let summary = lines.last().unwrap();
    assert!(summary["failed"] == 0 && summary["done"].as_u64() >= Some(4), "{summary}");
    assert_eq!(summary["left_out"][0]["exit"], 5, "{summary}");
    assert_eq!(summary["left_out"][0]["environment"], "production", "{summary}");
    project.run("second", &["plan", "acme/staging", "--detailed-exitcode"]).await.ends(0);
}

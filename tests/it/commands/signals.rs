//! Ctrl-C, SIGTERM, a lost terminal, a reader that went away, a full disk: a run stops in order or goes on in order.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use provision::sandbox::Options;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::commands::shell::{Shell, both};
use crate::sandbox::control;
use crate::sandbox::local_aws;

/// A gateway that takes its time, and a table that needs it.
const TEMPLATE: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: public-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::EIP
    name: nat-1
    properties: { Domain: vpc }
  - type: AWS::EC2::NatGateway
    name: nat-1
    properties:
      SubnetId: \"{{ ref('AWS::EC2::Subnet/public-1') }}\"
      AllocationId: \"{{ ref('AWS::EC2::EIP/nat-1', 'AllocationId') }}\"
  - type: AWS::EC2::RouteTable
    name: private
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      Routes: [{ DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: \"{{ ref('AWS::EC2::NatGateway/nat-1') }}\" }]
";
const GATEWAY: &str = "AWS::EC2::NatGateway/nat-1";
const CREATING: &str = "creating AWS::EC2::NatGateway/nat-1: ";
const APPLY: &[&str] = &["apply", "acme/test", "--yes"];
/// How long the gateway takes.
const SLOW: Duration = Duration::from_secs(4);

async fn shell(name: &str, account: &str) -> Shell {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    let start = || async {
        let options = Options { slow: SLOW, ..local_aws::options().await };
        local_aws::start(&local_aws::folder("slow"), &options).await.url
    };
    Shell::new(name, SERVER.get_or_init(start).await, account, TEMPLATE)
}

fn ends(shell: &Shell) -> Vec<String> {
    let mut ends: Vec<_> = shell.journal().into_iter().filter(|event| !event.starts_with("started")).collect();
    ends.retain(|event| event.contains("NatGateway") || event.contains("RouteTable"));
    // A table is made, then tagged as complete.
    ends.dedup();
    ends
}

/// Two Ctrl-C while the gateway is made, each heard before what comes next.
fn interrupted_twice(then: &[Value]) -> Value {
    let mut steps = vec![
        json!(["until", CREATING]),
        json!(["type", "\u{3}"]),
        json!(["until", "finishing what is under way"]),
        json!(["type", "\u{3}"]),
        json!(["until", "stopping at once"]),
    ];
    steps.extend_from_slice(then);
    steps.into()
}

async fn goes_on(shell: &Shell) {
    let again = shell.run(APPLY).await;
    assert_eq!(again.status.code(), Some(0), "the lease was given back: {}", both(&again));
}

#[tokio::test]
async fn the_first_ctrl_c_finishes_what_is_under_way_and_starts_nothing_new() {
    let shell = shell("ctrl-c", "500000000001").await;
    let steps = json!([["until", CREATING], ["type", "\u{3}"], ["until", "finishing what is under way"]]);
    let ended = shell.terminal(APPLY, steps).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    assert!(ended.output.contains("acme/test: 5 done, 1 not started, interrupted in"), "{}", ended.output);
    assert!(ended.output.contains("create AWS::EC2::RouteTable/private: interrupted"), "{}", ended.output);
    assert!(ended.output.contains("next: provision apply acme/test"), "{}", ended.output);
    assert_eq!(ends(&shell), [&format!("finished {GATEWAY}"), "skipped AWS::EC2::RouteTable/private"]);
    goes_on(&shell).await;
}

#[tokio::test]
async fn the_second_ctrl_c_stops_at_once_and_says_what_is_left_under_way() {
    let shell = shell("ctrl-c-twice", "500000000002").await;
    let start = Instant::now();
    let ended = shell.terminal(APPLY, interrupted_twice(&[])).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    assert!(start.elapsed() < Duration::from_secs(90), "{:?}", start.elapsed());
    // On a busy machine a retag may be under way as well.
    assert!(ended.output.contains(" let go of, 1 not started, interrupted in"), "{}", ended.output);
    assert!(ended.output.contains(&format!("? creating {GATEWAY}")), "{}", ended.output);
    assert_eq!(ends(&shell), [&format!("abandoned {GATEWAY}"), "skipped AWS::EC2::RouteTable/private"]);
    let again = shell.run(APPLY).await;
    assert_eq!(again.status.code(), Some(5), "a call may still be on its way: {}", both(&again));
}

/// From the second signal on nothing is waited for but a lease and a journal, for three seconds each.
#[tokio::test]
async fn after_the_second_ctrl_c_a_bucket_that_does_not_answer_is_not_waited_for() {
    let shell = shell("ctrl-c-hung", "500000000011").await;
    hang_bucket(&shell, "500000000011").await;
    let ended = shell.terminal(APPLY, interrupted_twice(&[])).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    assert!(ended.output.contains(" let go of, 1 not started, interrupted in"), "{}", ended.output);
    assert!(ended.output.contains("the journal was not copied to the bucket in time; it is in "), "{}", ended.output);
    assert!(ended.seconds < 15.0, "{} s:\n{}", ended.seconds, ended.output);
}

#[tokio::test]
async fn the_third_ctrl_c_waits_for_nothing() {
    let shell = shell("ctrl-c-thrice", "500000000012").await;
    hang_bucket(&shell, "500000000012").await;
    let ended = shell.terminal(APPLY, interrupted_twice(&[json!(["type", "\u{3}"])])).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    let said = "error: ended at once; what was under way may still happen, and the lease ends by itself";
    assert!(ended.output.contains(said), "{}", ended.output);
    assert!(ended.output.contains("next: provision apply acme/test --yes"), "{}", ended.output);
    assert!(ended.seconds < 2.5, "{} s:\n{}", ended.seconds, ended.output);
}

/// From now on the bucket takes the lease, and answers nothing that is written to it later.
async fn hang_bucket(shell: &Shell, account: &str) {
    let later: Vec<_> = (2..50).collect();
    let faults = json!([{ "operation": "PutObject", "nth": later, "what": "delay", "seconds": 40 }]);
    let url = &shell.env["AWS_ENDPOINT_URL"];
    assert_eq!(control(url, "POST", &format!("faults/{account}"), &faults).await.0, 200);
}

#[tokio::test]
async fn sigterm_is_as_ctrl_c() {
    let shell = shell("sigterm", "500000000003").await;
    let steps = json!([["until", CREATING], ["signal", "TERM"], ["until", "finishing what is under way"]]);
    let ended = shell.terminal(APPLY, steps).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    assert_eq!(ends(&shell), [&format!("finished {GATEWAY}"), "skipped AWS::EC2::RouteTable/private"]);
    goes_on(&shell).await;
}

#[tokio::test]
async fn a_lost_terminal_is_as_ctrl_c_and_never_haste() {
    let shell = shell("hang-up", "500000000004").await;
    // The system and the shell each send a signal when a terminal goes away.
    let steps = json!([["until", CREATING], ["hang up"], ["signal", "HUP"], ["signal", "HUP"]]);
    let ended = shell.terminal(APPLY, steps).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    assert_eq!(ends(&shell), [&format!("finished {GATEWAY}"), "skipped AWS::EC2::RouteTable/private"]);
    goes_on(&shell).await;
}

#[tokio::test]
async fn a_run_that_was_told_to_ignore_a_lost_terminal_goes_on() {
    let shell = shell("nohup", "500000000005").await;
    let line = "trap '' HUP; \"$provision\" apply acme/test --yes & run=$!; sleep 3; kill -HUP $run; wait $run";
    let ran = shell.run_line(line).await;
    assert_eq!(ran.status.code(), Some(0), "{}", both(&ran));
}

#[tokio::test]
async fn ctrl_c_at_the_question_ends_it() {
    let shell = shell("question", "500000000006").await;
    let steps = json!([["until", "Only `yes` goes on"], ["type", "\u{3}"], ["until", "nothing was under way"]]);
    let ended = shell.terminal(&["apply", "acme/test"], steps).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    assert_eq!(shell.journal(), Vec::<String>::new());
}

#[tokio::test]
async fn a_reader_that_goes_away_does_not_stop_a_run() {
    let shell = shell("head", "500000000007").await;
    let ran = shell.run_line("\"$provision\" apply acme/test --yes 2>&1 | head -1; exit ${PIPESTATUS[0]}").await;
    assert_eq!(ran.status.code(), Some(0), "{}", both(&ran));
    let finished: BTreeSet<_> = shell.journal().into_iter().filter(|event| event.starts_with("finished")).collect();
    assert_eq!(finished.len(), 6, "{finished:?}");
}

#[tokio::test]
async fn a_run_that_can_no_longer_be_recorded_stops_in_order_and_says_so() {
    let shell = shell("full", "500000000008").await;
    // A journal of one kilobyte: enough for the first steps.
    let line = "trap '' XFSZ; ulimit -f 1; exec \"$provision\" apply acme/test --yes";
    let ran = shell.run_line(line).await;
    let said = both(&ran);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(
        said.contains("error: the run stopped, since it could not be recorded: ")
            && said.contains(".jsonl: File too large"),
        "{said}"
    );
    assert!(said.contains("XDG_STATE_HOME") && said.contains("next: provision apply acme/test"), "{said}");
    assert!(!said.contains("created AWS::EC2::RouteTable/private"), "{said}");
    goes_on(&shell.with("XDG_STATE_HOME", &local_aws::folder("full-2").display().to_string())).await;
}

#[tokio::test]
async fn a_run_that_can_not_be_recorded_does_not_start() {
    let shell = shell("no-state", "500000000009").await.with("XDG_STATE_HOME", "/dev/null");
    let ran = shell.run(APPLY).await;
    let said = both(&ran);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("error: cannot write the journal in /dev/null/provision/journals/"), "{said}");
    assert!(!said.contains("created AWS"), "{said}");
    goes_on(&shell.with("XDG_STATE_HOME", &local_aws::folder("no-state").display().to_string())).await;
}

#[tokio::test]
async fn a_log_that_can_not_be_written_does_not_stop_a_run() {
    let shell = shell("dev-full", "500000000010").await;
    let ran = shell.run_line("\"$provision\" -vv apply acme/test --yes 2> /dev/full").await;
    assert_eq!(ran.status.code(), Some(0), "{}", both(&ran));
    let lost = shell.run_line("\"$provision\" plan acme/test > /dev/full").await;
    assert_eq!(lost.status.code(), Some(1), "a result that is lost is an error");
    assert!(both(&lost).contains("cannot write the result: No space left on device"), "{}", both(&lost));
}

//! Journals: what is written of a run, and what is read of it afterwards.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use provision::apply::{Caller, End, EntryEnd, Event, Head, Journal, Outcome, RunRecord, RunSummary, merge};
use provision::plan::{StepId, Verb, Waiting};
use provision::report::{PastRun, history_json, history_text};
use provision::resource::{Class, Failure, StackId};
use serde_json::json;

fn at(second: i64) -> Timestamp {
    "2026-11-23T00:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_secs(second)
}

fn stack() -> StackId {
    StackId::new("acme", "production")
}

fn step(address: &str, verb: Verb) -> StepId {
    StepId { address: address.parse().unwrap(), verb, id: String::new() }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("provision-history-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn ada() -> Caller {
    let arn = "arn:aws:sts::111122223333:assumed-role/provision-apply/ada";
    Caller { name: "ada@laptop".into(), arn: Some(arn.into()), run_url: Some("https://ci.example/run/7".into()) }
}

/// A run of two steps, of which the second fails and a third is skipped; without its end.
fn journal(name: &str) -> (Journal, PathBuf) {
    let folder = folder(name);
    let head = Head { stack: &stack(), run: name, caller: ada(), target: Some("sandbox".into()), command: "apply" };
    let journal = Journal::begin(&folder, head, at(0)).unwrap();
    let (vpc, subnet) = (step("AWS::EC2::VPC/main", Verb::Create), step("AWS::EC2::Subnet/a", Verb::Create));
    let mut failure = Failure::new(Class::Quota, "too many");
    failure.code = "SubnetLimitExceeded".into();
    failure.request_id = Some("r-1".into());
    let elapsed = Duration::from_secs(2);
    for (second, event) in [
        (1, Event::Started { stack: stack(), step: vpc.clone() }),
        (2, Event::Progress { stack: stack(), step: vpc.clone(), what: "waiting".into(), elapsed }),
        (3, Event::Finished { stack: stack(), step: vpc, id: Some("vpc-1".into()), elapsed }),
        (3, Event::Started { stack: stack(), step: subnet.clone() }),
        (5, Event::Failed { stack: stack(), step: subnet, failure, elapsed }),
        (5, Event::Started { stack: stack(), step: step("AWS::EC2::EIP/nat", Verb::Create) }),
    ] {
        journal.write(at(second), &event).unwrap();
    }
    (journal, folder)
}

fn read(journal: &Journal) -> RunRecord {
    RunRecord::parse(&String::from_utf8(journal.text().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_run_is_read_back_as_it_was_written() {
    let (journal, folder) = journal("20261123T000000Z-aaaa");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(journal.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    }
    let died = read(&journal);
    assert_eq!((&died.caller, died.target.as_deref()), (&ada(), Some("sandbox")));
    assert_eq!((died.end, died.last), (End::Open, at(5)));
    let ends: Vec<_> = died.entries.iter().map(|entry| entry.end.clone()).collect();
    let failed = EntryEnd::Failed("SubnetLimitExceeded: too many (request id r-1)".into());
    assert_eq!(ends, [EntryEnd::Done, failed, EntryEnd::Open]);

    let outcome = Outcome::Failed(Failure::new(Class::Quota, "too many"));
    let steps = [(step("AWS::EC2::Subnet/a", Verb::Create), (outcome, Duration::ZERO))].into();
    journal.end(at(9), &RunSummary { steps, ..RunSummary::default() }).unwrap();
    let ended = read(&journal);
    assert_eq!((ended.end, ended.last, ended.tool.as_str()), (End::Failed, at(9), env!("CARGO_PKG_VERSION")));
    assert_eq!(ended.changes(), [("create", 1)].into());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_journal_cut_off_anywhere_is_read_as_far_as_it_goes() {
    let (journal, folder) = journal("20261123T000000Z-bbbb");
    let text = String::from_utf8(journal.text().unwrap()).unwrap();
    let first = text.lines().next().unwrap().len();
    for length in 0..=text.len() {
        let record = RunRecord::parse(&text[..length]);
        assert_eq!(record.is_some(), length >= first, "{length}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn of_two_copies_of_a_journal_the_longer_counts_and_the_newest_run_comes_first() {
    let (journal, folder) = journal("20261123T000000Z-cccc");
    let short = read(&journal);
    journal.end(at(9), &RunSummary::default()).unwrap();
    let long = read(&journal);
    let mut older = short.clone();
    (older.run, older.started) = ("20261122T000000Z-dddd".into(), at(-86400));
    let merged = merge([older.clone(), short.clone(), long.clone(), short]);
    assert_eq!(merged, [long, older]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_without_an_end_is_running_or_has_died() {
    let (journal, folder) = journal("20261123T000000Z-eeee");
    let record = read(&journal);
    let runs = [true, false].map(|is_running| PastRun { record: record.clone(), is_running });
    let text = history_text(&runs, false, None);
    let text = anstream::adapter::strip_str(&text).to_string();
    let line = "2026-11-23 00:00:00Z  acme/production  apply  running  1 created  5 s  ada@laptop  20261123T000000Z-eeee  \
         sandbox https://ci.example/run/7 as arn:aws:sts::111122223333:assumed-role/provision-apply/ada";
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines, [line, line.replace("running", "died   ").as_str()]);
    let narrow = anstream::adapter::strip_str(&history_text(&runs[..1], false, Some(80))).to_string();
    let (first, who) = narrow.split_once('\n').expect("several lines");
    assert_eq!(first, "2026-11-23 00:00:00Z  acme/production  apply  running  1 created  5 s");
    assert!(
        who.starts_with("    ada@laptop  20261123T000000Z-eeee  sandbox https://ci.example/run/7 as\n    arn:"),
        "{narrow}"
    );
    let json: serde_json::Value = serde_json::from_str(&history_json(&runs, true)).unwrap();
    let outcomes = [0, 1].map(|run| json["runs"][run]["outcome"].as_str().unwrap());
    assert_eq!(outcomes, ["running", "died"]);
    assert_eq!(json["runs"][0]["steps"][2]["outcome"], "unknown");
    std::fs::remove_dir_all(folder).unwrap();
}

/// A summary with so many steps of each outcome: done, failed, not started, abandoned.
fn run_summary(counts: [usize; 4]) -> RunSummary {
    let failure = || Failure::new(Class::Quota, "too many");
    let outcomes = [Outcome::Done, Outcome::Failed(failure()), Outcome::NotStarted(None), Outcome::Abandoned];
    let steps = outcomes.into_iter().zip(counts).enumerate().flat_map(|(kind, (outcome, count))| {
        let one = move |index| (step(&format!("AWS::EC2::VPC/v-{kind}-{index}"), Verb::Create), outcome.clone());
        (0..count).map(one)
    });
    let steps = steps.map(|(id, outcome)| (id, (outcome, Duration::ZERO))).collect();
    RunSummary { steps, ..RunSummary::default() }
}

#[test]
fn a_ledger_counts_each_outcome_by_itself() {
    let all = run_summary([5, 2, 3, 4]);
    assert_eq!((all.done(), all.failed(), all.not_started(), all.abandoned()), (5, 2, 3, 4));
    assert!(!run_summary([1, 0, 0, 0]).is_broken_off() && !run_summary([0; 4]).is_broken_off());
    for counts in [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1]] {
        assert!(run_summary(counts).is_broken_off() && run_summary(counts).is_unfinished(), "{counts:?}");
    }
    assert!(RunSummary { interrupted: true, ..run_summary([1, 0, 0, 0]) }.is_broken_off());
    assert!(!run_summary([1, 0, 0, 0]).is_unfinished());
    let what = "a record".to_owned();
    let waiting = vec![Waiting { address: "AWS::EC2::VPC/main".parse().unwrap(), what }];
    assert!(RunSummary { waiting, ..run_summary([1, 0, 0, 0]) }.is_unfinished());
}

#[test]
fn what_no_answer_came_to_may_still_arrive() {
    assert!(run_summary([0, 0, 0, 1]).may_still_arrive());
    assert!(!run_summary([1, 1, 1, 0]).may_still_arrive());
    let ambiguous = Outcome::Failed(Failure::new(Class::Ambiguous, "no answer"));
    let steps = [(step("AWS::EC2::VPC/main", Verb::Create), (ambiguous, Duration::ZERO))].into();
    assert!(RunSummary { steps, ..RunSummary::default() }.may_still_arrive());
}

#[test]
fn a_journal_tells_how_its_run_ended() {
    let interrupted = RunSummary { interrupted: true, ..run_summary([1, 0, 0, 0]) };
    for (name, run_summary, end) in [
        ("done", run_summary([2, 0, 0, 0]), End::Done),
        ("failed", run_summary([0, 1, 0, 0]), End::Failed),
        ("skipped", run_summary([0, 0, 1, 0]), End::Failed),
        ("both", run_summary([1, 1, 1, 0]), End::Failed),
        ("stopped", interrupted, End::Interrupted),
    ] {
        let (journal, folder) = journal(name);
        journal.end(at(9), &run_summary).unwrap();
        assert_eq!(read(&journal).end, end, "{name}");
        journal.give_up(at(10)).unwrap();
        let record = read(&journal);
        assert_eq!((record.end, record.last), (End::Failed, at(10)), "{name}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn what_was_skipped_is_read_back_and_a_run_that_begins_again_is_open() {
    let (journal, folder) = journal("again");
    let (vpc, subnet) = (step("AWS::EC2::VPC/main", Verb::Create), step("AWS::EC2::Subnet/a", Verb::Create));
    journal.write(at(6), &Event::Skipped { stack: stack(), step: subnet, because: Some(vpc.clone()) }).unwrap();
    let elapsed = Duration::from_secs(1);
    let ids = ["AWS::EC2::EIP/other", "AWS::EC2::VPC/main"].map(|address| step(address, Verb::Delete));
    for id in ids {
        journal.write(at(7), &Event::Finished { stack: stack(), step: id, id: None, elapsed }).unwrap();
    }
    let ends: Vec<_> = read(&journal).entries.into_iter().map(|entry| (entry.verb, entry.address, entry.end)).collect();
    let told = |verb: &str, address: &str, end| (verb.to_owned(), address.to_owned(), end);
    assert_eq!(
        ends[2..],
        [
            told("create", "AWS::EC2::EIP/nat", EntryEnd::Open),
            told("create", "AWS::EC2::Subnet/a", EntryEnd::Skipped),
            told("delete", "AWS::EC2::EIP/other", EntryEnd::Done),
            told("delete", "AWS::EC2::VPC/main", EntryEnd::Done),
        ]
    );
    journal.end(at(9), &RunSummary::default()).unwrap();
    let text = String::from_utf8(journal.text().unwrap()).unwrap();
    let head = text.lines().next().unwrap();
    let again = RunRecord::parse(&format!("{text}{head}\n")).unwrap();
    assert_eq!((read(&journal).end, again.end), (End::Done, End::Open));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_journal_that_names_no_arn_and_no_target_is_read_and_names_cannot_paint_the_terminal() {
    let head = json!({ "event": "run", "at": at(0), "stack": "acme/production", "run": "r", "who": "ada@laptop" });
    let old = RunRecord::parse(&head.to_string()).unwrap();
    assert_eq!((old.caller, old.target), ("ada@laptop".into(), None));

    let mut odd = head;
    odd["arn"] = "arn\u{1b}[2J\n".into();
    odd["run_url"] = "x".repeat(10_000).into();
    let Caller { arn, run_url, .. } = RunRecord::parse(&odd.to_string()).unwrap().caller;
    assert_eq!((arn.as_deref(), run_url.unwrap().len()), (Some("arn[2J"), 512));
}

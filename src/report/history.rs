//! Past runs, and who holds a stack now.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::document::pretty;
use super::style::{CHANGE, DANGER, FAINT, HEAD, NEW, duration, indented, paint, table, width_of};
use crate::apply::{End, Entry, EntryEnd, Holder, LeaseState, RunRecord};
use crate::resource::StackId;

/// One run, and whether it holds its stack's lease.
#[derive(Clone, Debug)]
pub struct PastRun {
    pub record: RunRecord,
    pub is_running: bool,
}

/// A line a run, newest first as they come, or two where the columns there are do not take one; with `steps`, below each its
/// steps. Coloured.
pub fn history_text(runs: &[PastRun], steps: bool, width: Option<usize>) -> String {
    if runs.is_empty() {
        return "no run is recorded\n".to_owned();
    }
    let mut rows: Vec<_> = runs.iter().map(row).collect();
    let mut below = vec![Vec::new(); rows.len()];
    let is_wide = |line: &str| width.is_some_and(|width| width_of(line) > width);
    if table(&rows, "").lines().any(is_wide) {
        below = rows.iter_mut().map(|row| row.split_off(WHAT)).collect();
    }
    let table = table(&rows, "");
    let lines = table.lines().zip(runs).zip(below).map(|((line, run), below)| {
        let who = indented("    ", "    ", below.join("  ").trim_end(), width);
        let who = who.iter().filter(|_| !below.is_empty()).map(|line| format!("{}\n", paint(FAINT, line)));
        let steps = run.record.entries.iter().filter(|_| steps).map(entry_line);
        format!("{}\n{}", painted(line, run), who.chain(steps).collect::<String>())
    });
    lines.collect()
}

/// So many columns tell what a run did; the others who ran it, and as which run.
const WHAT: usize = 6;

fn row(run: &PastRun) -> Vec<String> {
    let RunRecord { run: name, stack, caller, target, command, started, last, .. } = &run.record;
    let took = last.duration_since(*started).as_secs();
    vec![
        started.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        stack.clone(),
        command.clone(),
        outcome(run).to_owned(),
        changes(&run.record),
        duration(u64::try_from(took).unwrap_or_default()),
        caller.name.clone(),
        name.clone(),
        [target.clone().unwrap_or_default(), caller.details()].join(" ").trim().to_owned(),
    ]
}

/// A table is laid out without colours, which have no width.
fn painted(line: &str, run: &PastRun) -> String {
    let style = match (run.record.end, run.is_running) {
        (End::Done, _) => NEW,
        (End::Failed, _) | (End::Open, false) => DANGER,
        (End::Interrupted, _) | (End::Open, true) => CHANGE,
    };
    let word = format!("  {}  ", outcome(run));
    line.replacen(&word, &format!("  {}  ", paint(style, outcome(run))), 1)
}

fn outcome(run: &PastRun) -> &'static str {
    match (run.record.end, run.is_running) {
        (End::Done, _) => "done",
        (End::Failed, _) => "failed",
        (End::Interrupted, _) => "interrupted",
        (End::Open, true) => "running",
        (End::Open, false) => "died",
    }
}

/// `12 created, 1 updated`, each resource once, as the run's summary counts: what completes a create goes without saying.
/// Or a dash.
fn changes(record: &RunRecord) -> String {
    let is_done = |entry: &&Entry| entry.end == EntryEnd::Done;
    let mut told = BTreeMap::<&str, usize>::new();
    for entry in record.entries.iter().filter(is_done) {
        let completes = |other: &Entry| {
            let is_main = matches!((&*entry.verb, &*other.verb), ("retag", "create" | "update") | ("update", "create"));
            is_main && other.address == entry.address
        };
        if !record.entries.iter().filter(is_done).any(completes) {
            *told.entry(entry.verb.as_str()).or_default() += 1;
        }
    }
    let changes: Vec<_> = told.iter().map(|(verb, number)| format!("{number} {}", past(verb))).collect();
    if changes.is_empty() { "-".to_owned() } else { changes.join(", ") }
}

fn past(verb: &str) -> &str {
    match verb {
        "create" => "created",
        "update" => "updated",
        "delete" => "deleted",
        "retag" => "retagged",
        "wait" => "awaited",
        other => other,
    }
}

fn entry_line(entry: &Entry) -> String {
    let Entry { verb, address, id, end, seconds } = entry;
    let (sign, remark) = match end {
        EntryEnd::Done => (paint(NEW, "✓"), took(*seconds)),
        EntryEnd::Failed(why) => (paint(DANGER, "✗"), why.clone()),
        EntryEnd::Skipped => (paint(FAINT, "-"), "not started".to_owned()),
        EntryEnd::Open => (paint(CHANGE, "?"), "begun; how it ended is not recorded".to_owned()),
    };
    let id = id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
    format!("    {sign} {verb} {address}{id}  {}\n", paint(FAINT, remark))
}

fn took(seconds: f64) -> String {
    duration(std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs())
}

/// The same as one document; the steps are in it if they are asked for.
pub fn history_json(runs: &[PastRun], steps: bool) -> String {
    let runs: Vec<Value> = runs.iter().map(|run| run_json(run, steps)).collect();
    pretty(&json!({ "runs": runs }))
}

fn run_json(run: &PastRun, steps: bool) -> Value {
    let record = &run.record;
    let (tenant, environment) = record.stack.split_once('/').unwrap_or((&record.stack, ""));
    let mut value = json!({
        "run": record.run, "tenant": tenant, "environment": environment, "command": record.command,
        "who": record.caller.name, "arn": record.caller.arn, "run_url": record.caller.run_url, "target": record.target,
        "tool": record.tool, "started": record.started, "last": record.last, "outcome": outcome(run),
        "changes": record.changes(),
    });
    if steps {
        value["steps"] = record.entries.iter().map(entry_json).collect();
    }
    value
}

fn entry_json(entry: &Entry) -> Value {
    let Entry { verb, address, id, end, seconds } = entry;
    let (outcome, error) = match end {
        EntryEnd::Done => ("finished", None),
        EntryEnd::Failed(why) => ("failed", Some(why)),
        EntryEnd::Skipped => ("skipped", None),
        EntryEnd::Open => ("unknown", None),
    };
    json!({
        "action": verb, "address": address, "id": id, "outcome": outcome, "error": error, "seconds": seconds,
    })
}

/// Who holds a stack's lease, since when and until when; broken at the end of `width` columns.
pub fn lease_text(stack: &StackId, holder: Option<&Holder>, now: Timestamp, width: Option<usize>) -> String {
    let lines = indented(&format!("{}: ", paint(HEAD, stack)), "  ", &lease_line(holder, now), width);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn lease_line(holder: Option<&Holder>, now: Timestamp) -> String {
    let Some(holder) = holder else { return "no run has held it yet".to_owned() };
    let Holder { run, caller, since, until, ended_by } = holder;
    let free = holder.free_from();
    let ended = ended_by.as_ref().map(|by| format!("; {by} ended it: it is not renewed any more")).unwrap_or_default();
    let whose = format!("{caller}, run {run}, since {} ({})", second(*since), ago(*since, now));
    match holder.state(now) {
        LeaseState::Free => match ended_by {
            Some(by) => format!("free; {by} took it from {caller} at {}", second(*until)),
            None => format!("free; {caller} gave it back at {}", second(*until)),
        },
        LeaseState::Held => format!("held by {whose}, until {} unless renewed{ended}", second(*until)),
        LeaseState::Ending => format!(
            "it ran out at {} ({whose}){ended}; its last call may still be on its way: free from {}",
            second(*until),
            second(free)
        ),
        LeaseState::Expired => format!(
            "free; it ran out at {} without being given back ({whose}){ended}; the next run takes it over",
            second(*until)
        ),
    }
}

/// A time in UTC, to the second: `2026-11-30 16:51:28Z`.
pub fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", duration(u64::try_from(now.duration_since(at).as_secs()).unwrap_or_default()))
}

//! Journals, read back for people who ask about past runs. No run reads them to decide anything.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::caller::Caller;

/// One run over one stack, as its journal tells.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// The run's name; names sort by time.
    pub run: String,
    /// `tenant/environment`.
    pub stack: String,
    pub caller: Caller,
    /// What it talked to, if that was not AWS: the sandbox, or an endpoint. Journals of old versions do not tell.
    pub target: Option<String>,
    pub command: String,
    /// The program's version.
    pub tool: String,
    pub started: Timestamp,
    /// When it ended, or of a run without an end the last line's time.
    pub last: Timestamp,
    pub end: End,
    pub entries: Vec<Entry>,
    /// How many lines there were: of two copies the longer one knows more.
    lines: usize,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    Failed,
    Interrupted,
    /// Nothing was written about its end: it goes on, or it died.
    Open,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// `create`, `update`, ...
    pub verb: String,
    pub address: String,
    /// The id of the resource that the step was about, or made.
    pub id: Option<String>,
    pub end: EntryEnd,
    pub seconds: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryEnd {
    Done,
    /// With the code, the message and the request id.
    Failed(String),
    Skipped,
    /// Begun, and never heard of again.
    Open,
}

impl RunRecord {
    /// Reads a journal. A line that was cut off when the run died is left out; none if it has no beginning.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).peekable();
        let head = lines.peek().filter(|line| line["event"] == "run")?;
        let started = at(head)?;
        let mut record = Self {
            run: word(head, "run"),
            stack: word(head, "stack"),
            caller: caller(head),
            target: string(head, "target"),
            command: word(head, "command"),
            tool: word(head, "tool"),
            started,
            last: started,
            end: End::Open,
            entries: Vec::new(),
            lines: 0,
        };
        lines.for_each(|line| record.read(&line));
        Some(record)
    }

    fn read(&mut self, line: &Value) {
        self.lines += 1;
        self.last = at(line).unwrap_or(self.last);
        match line["event"].as_str().unwrap_or_default() {
            // A run that plans again begins again.
            "run" => self.end = End::Open,
            "end" => {
                self.end = match line["outcome"].as_str() {
                    Some("done") => End::Done,
                    Some("interrupted") => End::Interrupted,
                    _ => End::Failed,
                };
            }
            "started" => self.entries.push(entry(line, EntryEnd::Open)),
            "skipped" => self.entries.push(entry(line, EntryEnd::Skipped)),
            "finished" => self.close(line, EntryEnd::Done),
            "failed" => {
                let error = &line["error"];
                let request = error["request_id"].as_str().map(|id| format!(" (request id {id})")).unwrap_or_default();
                let code = error["code"].as_str().filter(|code| !code.is_empty()).map(|code| format!("{code}: "));
                let message = error["message"].as_str().unwrap_or_default();
                let why = format!("{}{message}{request}", code.unwrap_or_default());
                self.close(line, EntryEnd::Failed(why));
            }
            _ => {}
        }
    }

    fn close(&mut self, line: &Value, end: EntryEnd) {
        let fresh = entry(line, end);
        let open =
            |old: &&mut Entry| old.end == EntryEnd::Open && old.verb == fresh.verb && old.address == fresh.address;
        match self.entries.iter_mut().rev().find(open) {
            Some(old) => {
                let id = fresh.id.or(old.id.take());
                *old = Entry { id, ..fresh };
            }
            None => self.entries.push(fresh),
        }
    }

    /// How many steps were done, by verb.
    pub fn changes(&self) -> BTreeMap<&str, usize> {
        let mut changes = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.end == EntryEnd::Done) {
            *changes.entry(entry.verb.as_str()).or_default() += 1;
        }
        changes
    }
}

/// Puts copies of journals together by run and stack: of two the longer. Newest first.
pub fn merge(records: impl IntoIterator<Item = RunRecord>) -> Vec<RunRecord> {
    let mut all: BTreeMap<(String, String), RunRecord> = BTreeMap::new();
    for record in records {
        let key = (record.run.clone(), record.stack.clone());
        match all.get(&key) {
            Some(there) if there.lines >= record.lines => {}
            _ => drop(all.insert(key, record)),
        }
    }
    let mut all: Vec<_> = all.into_values().collect();
    all.sort_by(|a, b| b.started.cmp(&a.started).then_with(|| a.stack.cmp(&b.stack)));
    all
}

fn entry(line: &Value, end: EntryEnd) -> Entry {
    let id = line["id"].as_str().or(line["target"].as_str()).map(str::to_owned);
    let seconds = line["seconds"].as_f64().unwrap_or_default();
    Entry { verb: word(line, "action"), address: word(line, "address"), id, end, seconds }
}

fn word(line: &Value, key: &str) -> String {
    string(line, key).unwrap_or_else(|| "unknown".to_owned())
}

fn string(line: &Value, key: &str) -> Option<String> {
    line[key].as_str().map(str::to_owned)
}

fn caller(head: &Value) -> Caller {
    Caller { name: word(head, "who"), arn: string(head, "arn"), run_url: string(head, "run_url") }.cleaned()
}

fn at(line: &Value) -> Option<Timestamp> {
    line["at"].as_str()?.parse().ok()
}

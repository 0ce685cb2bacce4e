use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::caller::Caller;
use super::event::{Event, RunSummary, seconds};
use crate::plan::StepId;
use crate::resource::{Failure, StackId};

/// The record of one run: a JSON object a line, written before the call that it announces is sent.
///
/// Holds addresses, ids, codes and times; no values of specs, so no secrets.
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

/// The first line of a journal.
#[derive(Clone, Debug)]
pub struct Head<'a> {
    pub stack: &'a StackId,
    /// The run's name, unique.
    pub run: &'a str,
    pub caller: Caller,
    /// What it talks to, if that is not AWS: the sandbox, or an endpoint.
    pub target: Option<String>,
    /// `apply`, `destroy` or `adopt`.
    pub command: &'a str,
}

impl Journal {
    /// Opens `<folder>/<run>.jsonl`, readable by its owner alone, and begins it; a run that plans again goes on in the
    /// same file.
    ///
    /// # Errors
    /// If the folder or file cannot be written.
    pub fn begin(folder: &Path, head: Head<'_>, at: Timestamp) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}.jsonl", head.run));
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let journal = Self { file: Mutex::new(options.open(&path)?), path };
        let Head { stack, run, caller, target, command } = head;
        let tool = env!("CARGO_PKG_VERSION");
        journal.append(&json!({
            "event": "run", "at": at, "stack": stack.to_string(), "run": run, "who": caller.name, "arn": caller.arn,
            "run_url": caller.run_url, "target": target, "command": command, "tool": tool,
        }))?;
        Ok(journal)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one line and hands it to the disk.
    ///
    /// # Errors
    /// If the disk is full, for instance; the run must not go on unrecorded.
    pub fn write(&self, at: Timestamp, event: &Event) -> io::Result<()> {
        let Some(mut line) = line(event) else { return Ok(()) };
        line["at"] = at.to_string().into();
        self.append(&line)
    }

    /// Writes how the run over the stack ended.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn end(&self, at: Timestamp, run_summary: &RunSummary) -> io::Result<()> {
        let outcome = match run_summary {
            ended if ended.interrupted => "interrupted",
            ended if ended.failed() + ended.not_started() > 0 => "failed",
            _ => "done",
        };
        self.append(&json!({
            "event": "end", "at": at, "outcome": outcome, "done": run_summary.done(), "failed": run_summary.failed(),
            "not_started": run_summary.not_started(), "waiting": run_summary.waiting.len(), "kept": run_summary.kept.len(),
            "seconds": seconds(run_summary.elapsed),
        }))
    }

    /// Writes that the run ended before its first call.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn give_up(&self, at: Timestamp) -> io::Result<()> {
        self.append(&json!({ "event": "end", "at": at, "outcome": "failed", "done": 0 }))
    }

    /// Returns all that is written so far.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn text(&self) -> io::Result<Vec<u8>> {
        std::fs::read(&self.path)
    }

    fn append(&self, line: &Value) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display())))
    }
}

/// An event as a line; progress is not recorded.
fn line(event: &Event) -> Option<Value> {
    let failure = |failure: &Failure| json!({ "code": failure.code, "message": failure.message, "request_id": failure.request_id });
    let (name, stack, step, extra) = match event {
        Event::Started { stack, step } => ("started", stack, step, json!({})),
        Event::Finished { stack, step, id, elapsed } => {
            ("finished", stack, step, json!({ "id": id, "seconds": seconds(*elapsed) }))
        }
        Event::Failed { stack, step, failure: why, elapsed } => {
            ("failed", stack, step, json!({ "error": failure(why), "seconds": seconds(*elapsed) }))
        }
        Event::Skipped { stack, step, because } => {
            ("skipped", stack, step, json!({ "because": because.as_ref().map(StepId::to_string) }))
        }
        Event::Waiting { stack, step, what } => ("waiting", stack, step, json!({ "for": what })),
        Event::Abandoned { stack, step, elapsed } => {
            ("abandoned", stack, step, json!({ "seconds": seconds(*elapsed) }))
        }
        Event::Ready { stack, addresses, .. } => {
            return Some(json!({ "event": "ready", "stack": stack.to_string(), "addresses": addresses }));
        }
        Event::Progress { .. } => return None,
    };
    let mut line = json!({
        "event": name,
        "stack": stack.to_string(),
        "address": step.address,
        "action": step.verb,
        "target": step.id,
    });
    if let (Value::Object(line), Value::Object(extra)) = (&mut line, extra) {
        line.extend(extra);
    }
    Some(line)
}

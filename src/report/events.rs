//! The events of a run: as JSON for programs, as a line for logs.

use serde::Serialize;
use serde_json::{Value, json};

use super::style::duration;
use crate::apply::{Event, RunSummary, seconds};
use crate::plan::{StepId, Verb};
use crate::resource::{Failure, StackId};

/// One event as one line of JSON without a newline.
pub fn event_json(event: &Event) -> String {
    let value = match event {
        Event::Progress { stack, step, what, elapsed } => {
            object("progress", stack, step, json!({ "for": what, "seconds": seconds(*elapsed) }))
        }
        Event::Started { stack, step } => object("started", stack, step, json!({})),
        Event::Finished { stack, step, id, elapsed } => {
            object("finished", stack, step, json!({ "id": id, "seconds": seconds(*elapsed) }))
        }
        Event::Failed { stack, step, failure, elapsed } => {
            object("failed", stack, step, json!({ "seconds": seconds(*elapsed), "error": error_json(failure) }))
        }
        Event::Skipped { stack, step, because } => {
            let because = because.as_ref().map(|step| step.address.to_string());
            object("skipped", stack, step, json!({ "because": because }))
        }
        Event::Waiting { stack, step, what } => object("waiting", stack, step, json!({ "for": what })),
        Event::Ready { stack, addresses, steps } => json!({
            "event": "ready",
            "tenant": stack.tenant,
            "environment": stack.environment,
            "addresses": addresses,
            "steps": steps,
        }),
        Event::Abandoned { stack, step, elapsed } => {
            object("abandoned", stack, step, json!({ "seconds": seconds(*elapsed) }))
        }
    };
    value.to_string()
}

/// A stack that a run left out.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LeftOutStack<'a> {
    #[serde(flatten)]
    pub stack: &'a StackId,
    /// The exit code that it alone would have had.
    pub exit: u8,
    pub why: &'a str,
}

/// The last line: all summaries summed up, and the command that goes on from here if anything is left to do. What waits
/// for a person is done as far as the run goes.
pub fn summary_json(run_summaries: &[RunSummary], left_out: &[LeftOutStack<'_>], next: Option<&str>) -> String {
    let sum = |of: fn(&RunSummary) -> usize| run_summaries.iter().map(of).sum::<usize>();
    let longest = run_summaries.iter().map(|run_summary| run_summary.elapsed).max().unwrap_or_default();
    let mut summary = json!({
        "event": "summary",
        "done": sum(RunSummary::done),
        "failed": sum(RunSummary::failed),
        "skipped": sum(RunSummary::not_started),
        "abandoned": sum(RunSummary::abandoned),
        "seconds": seconds(longest),
    });
    if let Some(why) = run_summaries.iter().find_map(|run_summary| run_summary.unleased.as_deref()) {
        summary["lease_lost"] = why.into();
    }
    if !left_out.is_empty() {
        summary["left_out"] = json!(left_out);
    }
    if let Some(next) = next {
        summary["next"] = next.into();
    }
    summary.to_string()
}

/// A failure in a program's terms.
pub(super) fn error_json(failure: &Failure) -> Value {
    json!({
        "code": failure.code,
        "message": failure.message,
        "operation": failure.operation,
        "request_id": failure.request_id,
        "hint": failure.advice(),
    })
}

fn object(event: &str, stack: &StackId, step: &StepId, more: Value) -> Value {
    let mut value = json!({
        "event": event,
        "tenant": stack.tenant,
        "environment": stack.environment,
        "address": step.address,
        "action": step.verb,
    });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

/// One event as a line for a log, without a newline.
pub fn event_line(event: &Event) -> String {
    match event {
        Event::Started { stack, step } => format!("{stack}: {} {}", doing(step.verb), step.address),
        Event::Progress { stack, step, what, elapsed } => {
            format!("{stack}: {} {}: {what}, {}", doing(step.verb), step.address, duration(elapsed.as_secs()))
        }
        Event::Finished { stack, step, id, elapsed } => {
            let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
            format!("{stack}: {} {}{id} in {}", done(step.verb), step.address, duration(elapsed.as_secs()))
        }
        Event::Failed { stack, step, failure, .. } => {
            format!("{stack}: failed to {} {}: {failure}", plain(step.verb), step.address)
        }
        Event::Skipped { stack, step, because: Some(because) } => {
            format!("{stack}: did not {} {}: it needs {}", plain(step.verb), step.address, because.address)
        }
        Event::Skipped { stack, step, because: None } => {
            format!("{stack}: did not {} {}: interrupted", plain(step.verb), step.address)
        }
        Event::Waiting { stack, step, what } => format!("{stack}: {} waits for a person: {what}", step.address),
        Event::Ready { stack, addresses, .. } => {
            let names = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("{stack}: {names} is ready: what waited for it is done now")
        }
        Event::Abandoned { stack, step, .. } => {
            format!(
                "{stack}: abandoned while {} {}: the next run finds out how it ended",
                doing(step.verb),
                step.address
            )
        }
    }
}

pub(super) fn plain(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Retag => "retag",
        Verb::Delete => "delete",
        Verb::Wait => "wait for",
    }
}

pub(super) fn doing(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "creating",
        Verb::Update => "updating",
        Verb::Retag => "retagging",
        Verb::Delete => "deleting",
        Verb::Wait => "waiting for",
    }
}

pub(super) fn done(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "created",
        Verb::Update => "updated",
        Verb::Retag => "retagged",
        Verb::Delete => "deleted",
        Verb::Wait => "ready:",
    }
}

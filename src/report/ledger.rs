use std::time::Duration;

use super::events::{doing, done, plain};
use super::later::later_line;
use super::style::{CHANGE, DANGER, FAINT, HEAD, NEW, count, duration, paint, table};
use super::value::show;
use crate::apply::{Ledger, Outcome};
use crate::plan::{StepId, Verb, Waiting};
use crate::resource::{Address, Command, Failure, StackId};

/// The commands that a ledger names.
#[derive(Clone, Debug)]
pub struct Onward {
    /// Goes on from here.
    pub again: Command,
    /// Shows what waits.
    pub show: Command,
}

/// How a run over one stack ended, and what to do next. Coloured.
pub fn ledger_text(stack: &StackId, ledger: &Ledger, onward: &Onward) -> String {
    let mut text = format!("{}\n", paint(HEAD, headline(stack, ledger)));
    section(&mut text, "the lease was lost", ledger.unleased.iter().map(|why| unleased_line(stack, why)).collect());
    section(&mut text, "done", done_lines(ledger));
    section(&mut text, "failed", failed_lines(ledger));
    let (held, waiting): (Vec<_>, Vec<_>) = waiting(ledger).into_iter().partition(is_held);
    section(&mut text, "waiting for a person", waiting.iter().map(waiting_line).collect());
    section(&mut text, "held back until then", held.iter().map(waiting_line).collect());
    section(&mut text, "taken by AWS, and done later", ledger.later.iter().map(later_line).collect());
    section(&mut text, "let go of under way (the next run looks what came of it)", abandoned_lines(ledger));
    section(&mut text, "not started", skipped_lines(ledger));
    let kept = ledger.kept.iter().map(|kept| format!("{} {} ({})", kept.what, kept.id, kept.why));
    section(&mut text, "kept", kept.collect());
    let outputs: Vec<_> = ledger.outputs.iter().map(|(name, value)| vec![name.clone(), show(value)]).collect();
    section(&mut text, "outputs", table(&outputs, "").lines().map(str::to_owned).collect());
    if let Some(next) = next(ledger, onward) {
        text.push_str(&format!("\nnext: {}\n", paint(HEAD, next)));
    }
    text
}

/// The steps that a person cares for. A create of several calls is completed by a retag, one that others have to stand
/// before by an update: one thing, told once.
fn told(ledger: &Ledger) -> impl Iterator<Item = (&StepId, &(Outcome, Duration))> {
    ledger.steps.iter().filter(|(id, (outcome, _))| {
        let main = ledger.steps.iter().find(|(other, _)| other.address == id.address && other.verb != Verb::Retag);
        let is_created = |(other, (outcome, _)): (&StepId, &(Outcome, Duration))| {
            other.verb == Verb::Create && other.address == id.address && *outcome == Outcome::Done
        };
        if id.verb == Verb::Update && *outcome == Outcome::Done && ledger.steps.iter().any(is_created) {
            return false;
        }
        let goes_without_saying = match (main.map(|(_, (outcome, _))| outcome), outcome) {
            (Some(Outcome::Done), Outcome::Done) => true,
            (Some(main), Outcome::NotStarted(_)) => *main != Outcome::Done,
            _ => false,
        };
        id.verb != Verb::Retag || !goes_without_saying
    })
}

fn headline(stack: &StackId, ledger: &Ledger) -> String {
    let number = |which: fn(&Outcome) -> bool| told(ledger).filter(|(_, (outcome, _))| which(outcome)).count();
    let numbers = [
        (number(|outcome| matches!(outcome, Outcome::Failed(_))), "failed"),
        (waiting(ledger).len(), "waiting"),
        (number(|outcome| matches!(outcome, Outcome::Abandoned)), "let go of"),
        (number(|outcome| matches!(outcome, Outcome::NotStarted(_))), "not started"),
    ];
    let mut words = vec![format!("{} done", number(|outcome| matches!(outcome, Outcome::Done)))];
    words.extend(numbers.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
    let stopped = match (&ledger.unrecorded, ledger.interrupted) {
        (Some(_), _) => ", stopped",
        (None, true) => ", interrupted",
        (None, false) => "",
    };
    format!("{stack}: {}{stopped} in {}", words.join(", "), duration(ledger.elapsed.as_secs()))
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n{}\n", paint(HEAD, title)));
    lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
}

fn unleased_line(stack: &StackId, why: &str) -> String {
    let look = format!("`{}` shows who holds it now", Command::new("unlock").word(stack));
    format!("{} {why}; another run may have worked on the stack since ({look})", paint(DANGER, "!"))
}

/// A line for each step while there are few; what a fresh environment makes is counted by verb.
fn done_lines(ledger: &Ledger) -> Vec<String> {
    const FEW: usize = 12;
    let steps: Vec<_> = told(ledger).filter(|(_, (outcome, _))| *outcome == Outcome::Done).collect();
    if steps.len() <= FEW {
        let line = |(id, (_, elapsed)): &(&StepId, &(Outcome, Duration))| {
            let took = paint(FAINT, duration(elapsed.as_secs()));
            format!("{} {} {} {took}", paint(NEW, "✓"), came(ledger, id), id.address)
        };
        return steps.iter().map(line).collect();
    }
    let mut ends: Vec<_> = steps.iter().map(|(id, _)| (id.verb, came(ledger, id))).collect();
    ends.sort_unstable();
    let number = |end| ends.iter().filter(|other| **other == end).count();
    let mut told = ends.clone();
    told.dedup();
    told.into_iter().map(|end| format!("{} {} {}", paint(NEW, "✓"), end.1, count(number(end), "resource"))).collect()
}

/// What came of a step: not every deletion takes the thing.
fn came(ledger: &Ledger, id: &StepId) -> &'static str {
    if ledger.left.contains(id) { "left" } else { done(id.verb) }
}

fn failed_lines(ledger: &Ledger) -> Vec<String> {
    let failures = ledger.steps.iter().filter_map(|(id, (outcome, _))| match outcome {
        Outcome::Failed(failure) => Some((id, failure)),
        _ => None,
    });
    failures.flat_map(|(id, failure)| failure_lines(id, failure)).collect()
}

fn failure_lines(id: &StepId, failure: &Failure) -> Vec<String> {
    vec![
        format!("{} {} {}", paint(DANGER, "✗"), plain(id.verb), id.address),
        format!("    {failure}"),
        format!("    {} {}", paint(CHANGE, "hint:"), failure.advice()),
    ]
}

/// What waits, each once: as the plan knew, and as the run found.
fn waiting(ledger: &Ledger) -> Vec<Waiting> {
    let mut all: Vec<Waiting> = Vec::new();
    for waiting in &ledger.waiting {
        if !all.contains(waiting) {
            all.push(waiting.clone());
        }
    }
    all
}

/// Returns whether it waits for another resource, and not for a person itself.
fn is_held(waiting: &Waiting) -> bool {
    waiting.what.parse::<Address>().is_ok_and(|address| address.kind.contains("::"))
}

fn waiting_line(waiting: &Waiting) -> String {
    format!("{} {}: {}", paint(CHANGE, "…"), waiting.address, waiting.what)
}

fn abandoned_lines(ledger: &Ledger) -> Vec<String> {
    let abandoned = ledger.steps.iter().filter(|(_, (outcome, _))| *outcome == Outcome::Abandoned);
    abandoned.map(|(id, _)| format!("{} {} {}", paint(CHANGE, "?"), doing(id.verb), id.address)).collect()
}

fn skipped_lines(ledger: &Ledger) -> Vec<String> {
    let line = |(id, (outcome, _)): (&StepId, &(Outcome, Duration))| match outcome {
        Outcome::NotStarted(Some(because)) => Some(format!(
            "{} {}: {} {} did not end well",
            plain(id.verb),
            id.address,
            doing(because.verb),
            because.address
        )),
        Outcome::NotStarted(None) => {
            let why = if ledger.unrecorded.is_some() { "it could not be recorded" } else { "interrupted" };
            Some(format!("{} {}: {why}", plain(id.verb), id.address))
        }
        _ => None,
    };
    told(ledger).filter_map(line).collect()
}

fn next(ledger: &Ledger, onward: &Onward) -> Option<String> {
    let Onward { again, show } = onward;
    if !ledger.is_unfinished() {
        None
    } else if ledger.is_broken_off() {
        Some(again.to_string())
    } else {
        Some(format!("see to what waits, then {again} ({show} lists it again)"))
    }
}

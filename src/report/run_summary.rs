use std::collections::BTreeSet;
use std::time::Duration;

use super::events::{doing, done, plain};
use super::later::later_line;
use super::records::{TITLE, in_short, output_lines, record_lines, records};
use super::style::{CHANGE, DANGER, FAINT, HEAD, NEW, count, duration, indented, paint};
use crate::apply::{Outcome, RunSummary};
use crate::plan::{StepId, Verb, Waiting};
use crate::resource::{Address, Command, Failure, StackId};

/// So many steps that ended alike have a line of their own.
const FEW: usize = 12;

/// The commands that a summary names.
#[derive(Clone, Debug)]
pub struct NextCommands {
    /// Goes on from here.
    pub again: Command,
    /// Shows what waits.
    pub show: Command,
}

/// How a run over one stack ended, and what to do next; sentences are broken at the end of `fold` columns. Coloured.
pub fn run_summary_text(
    stack: &StackId,
    run_summary: &RunSummary,
    next_commands: &NextCommands,
    fold: Option<usize>,
) -> String {
    let mut text = format!("{}\n", paint(HEAD, headline(stack, run_summary)));
    let section = |text: &mut String, title: &str, lines: Vec<String>| {
        let folded = lines.iter().flat_map(|line| indented_as(line, fold)).collect();
        section(text, title, folded);
    };
    let unleased = run_summary.unleased.iter().map(|why| unleased_line(stack, why)).collect();
    section(&mut text, "the lease was lost", unleased);
    section(&mut text, "done", done_lines(run_summary));
    section(&mut text, "failed", failed_lines(run_summary));
    let (held, waiting): (Vec<_>, Vec<_>) = waiting(run_summary).into_iter().partition(is_held);
    section(&mut text, "waiting for a person", waiting.iter().map(waiting_line).collect());
    section(&mut text, "held back until then", held.iter().map(waiting_line).collect());
    section(&mut text, "accepted by AWS, and made later", run_summary.later.iter().map(later_line).collect());
    section(&mut text, "abandoned under way (the next run finds out how it ended)", abandoned_lines(run_summary));
    section(&mut text, "not started", skipped_lines(run_summary));
    for (title, costs) in [("retained, and AWS charges for it", true), ("retained, at no charge", false)] {
        let kept = run_summary.kept.iter().filter(|kept| kept.costs == costs);
        section(&mut text, title, kept.map(|kept| format!("{} {} ({})", kept.what, kept.id, kept.why)).collect());
    }
    let room = fold.map(|fold| fold.saturating_sub(2));
    self::section(&mut text, "outputs", output_lines(&run_summary.outputs, room));
    let records = records(&run_summary.waiting, &run_summary.outputs);
    self::section(&mut text, TITLE, record_lines(&records, room));
    if let Some(next) = next(run_summary, next_commands) {
        let lines = indented("next: ", "      ", &next, fold);
        lines.iter().enumerate().for_each(|(i, line)| {
            let begin = if i == 0 { "\n" } else { "" };
            let (label, words) = line.split_at("next: ".len());
            text.push_str(&format!("{begin}{label}{}\n", paint(HEAD, words)));
        });
    }
    text
}

/// A line's own indentation, and four columns more for what is broken off it.
fn indented_as(line: &str, fold: Option<usize>) -> Vec<String> {
    let words = line.trim_start();
    let begin = &line[..line.len() - words.len()];
    // The lines of a section stand behind two columns.
    indented(begin, &format!("{begin}    "), words, fold.map(|fold| fold.saturating_sub(2)))
}

/// The steps that a person cares for. A create of several calls is completed by a retag, one that others have to stand
/// before by an update: one thing, told once.
fn told(run_summary: &RunSummary) -> impl Iterator<Item = (&StepId, &(Outcome, Duration))> {
    run_summary.steps.iter().filter(|(id, (outcome, _))| {
        let main = run_summary.steps.iter().find(|(other, _)| other.address == id.address && other.verb != Verb::Retag);
        let is_created = |(other, (outcome, _)): (&StepId, &(Outcome, Duration))| {
            other.verb == Verb::Create && other.address == id.address && *outcome == Outcome::Done
        };
        if id.verb == Verb::Update && *outcome == Outcome::Done && run_summary.steps.iter().any(is_created) {
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

fn headline(stack: &StackId, run_summary: &RunSummary) -> String {
    let number = |which: fn(&Outcome) -> bool| told(run_summary).filter(|(_, (outcome, _))| which(outcome)).count();
    let numbers = [
        (number(|outcome| matches!(outcome, Outcome::Failed(_))), "failed"),
        (waiting(run_summary).len(), "waiting"),
        (number(|outcome| matches!(outcome, Outcome::Abandoned)), "let go of"),
        (number(|outcome| matches!(outcome, Outcome::NotStarted(_))), "not started"),
    ];
    let mut words = vec![format!("{} done", number(|outcome| matches!(outcome, Outcome::Done)))];
    words.extend(numbers.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
    let stopped = match (&run_summary.unrecorded, run_summary.interrupted) {
        (Some(_), _) => ", stopped",
        (None, true) => ", interrupted",
        (None, false) => "",
    };
    format!("{stack}: {}{stopped} in {}", words.join(", "), duration(run_summary.elapsed.as_secs()))
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
fn done_lines(run_summary: &RunSummary) -> Vec<String> {
    let steps: Vec<_> = told(run_summary).filter(|(_, (outcome, _))| *outcome == Outcome::Done).collect();
    if steps.len() <= FEW {
        let line = |(id, (_, elapsed)): &(&StepId, &(Outcome, Duration))| {
            let took = paint(FAINT, duration(elapsed.as_secs()));
            format!("{} {} {} {took}", paint(NEW, "✓"), came(run_summary, id), id.address)
        };
        return steps.iter().map(line).collect();
    }
    let mut ends: Vec<_> = steps.iter().map(|(id, _)| (id.verb, came(run_summary, id))).collect();
    ends.sort_unstable();
    let number = |end| ends.iter().filter(|other| **other == end).count();
    let mut told = ends.clone();
    told.dedup();
    told.into_iter().map(|end| format!("{} {} {}", paint(NEW, "✓"), end.1, count(number(end), "resource"))).collect()
}

/// What came of a step: not every deletion takes the thing.
fn came(run_summary: &RunSummary, id: &StepId) -> &'static str {
    if run_summary.left.contains(id) { "left" } else { done(id.verb) }
}

fn failed_lines(run_summary: &RunSummary) -> Vec<String> {
    let failures = run_summary.steps.iter().filter_map(|(id, (outcome, _))| match outcome {
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
fn waiting(run_summary: &RunSummary) -> Vec<Waiting> {
    let mut all: Vec<Waiting> = Vec::new();
    for waiting in &run_summary.waiting {
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
    format!("{} {}: {}", paint(CHANGE, "…"), waiting.address, in_short(&waiting.what))
}

fn abandoned_lines(run_summary: &RunSummary) -> Vec<String> {
    let abandoned = run_summary.steps.iter().filter(|(_, (outcome, _))| *outcome == Outcome::Abandoned);
    abandoned.map(|(id, _)| format!("{} {} {}", paint(CHANGE, "?"), doing(id.verb), id.address)).collect()
}

/// A line for each step that waited for one that failed; those that the end of the run met are counted by verb if they are many.
fn skipped_lines(run_summary: &RunSummary) -> Vec<String> {
    let skipped = told(run_summary).filter_map(|(id, (outcome, _))| match outcome {
        Outcome::NotStarted(because) => Some((id, because)),
        _ => None,
    });
    let (cut, held): (Vec<_>, Vec<_>) = skipped.partition(|(_, because)| because.is_none());
    let because = |(id, because): (&StepId, &Option<StepId>)| {
        let because = because.as_ref()?;
        Some(format!("{} {}: {} {} did not end well", plain(id.verb), id.address, doing(because.verb), because.address))
    };
    let mut lines: Vec<_> = held.into_iter().filter_map(because).collect();
    let why = if run_summary.unrecorded.is_some() { "it could not be recorded" } else { "interrupted" };
    if cut.len() <= FEW {
        lines.extend(cut.iter().map(|(id, _)| format!("{} {}: {why}", plain(id.verb), id.address)));
    } else {
        let verbs: BTreeSet<_> = cut.iter().map(|(id, _)| id.verb).collect();
        lines.extend(verbs.into_iter().map(|verb| {
            let number = cut.iter().filter(|(id, _)| id.verb == verb).count();
            format!("{} {}: {why}", plain(verb), count(number, "resource"))
        }));
    }
    lines
}

fn next(run_summary: &RunSummary, next_commands: &NextCommands) -> Option<String> {
    let NextCommands { again, show } = next_commands;
    if !run_summary.is_unfinished() {
        None
    } else if run_summary.is_broken_off() {
        Some(again.to_string())
    } else {
        Some(format!("see to what waits, then {again} ({show} lists it again)"))
    }
}

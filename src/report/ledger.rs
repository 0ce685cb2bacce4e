use super::events::{doing, done, plain};
use super::style::{CHANGE, DANGER, FAINT, HEAD, NEW, count, duration, paint, table};
use super::value::show;
use crate::apply::{Ledger, Outcome};
use crate::plan::{StepId, Waiting};
use crate::resource::{Address, Failure, StackId};

/// How a run over one stack ended, and what to do next. Coloured.
///
/// `again` is the command that goes on from here.
pub fn ledger_text(stack: &StackId, ledger: &Ledger, again: &str) -> String {
    let mut text = format!("{}\n", paint(HEAD, headline(stack, ledger)));
    section(&mut text, "done", done_lines(ledger));
    section(&mut text, "failed", failed_lines(ledger));
    let (held, waiting): (Vec<_>, Vec<_>) = waiting(ledger).into_iter().partition(is_held);
    section(&mut text, "waiting for a person", waiting.iter().map(waiting_line).collect());
    section(&mut text, "held back until then", held.iter().map(waiting_line).collect());
    section(&mut text, "not started", skipped_lines(ledger));
    let kept = ledger.kept.iter().map(|kept| format!("{} {} ({})", kept.what, kept.id, kept.why));
    section(&mut text, "kept", kept.collect());
    let outputs: Vec<_> = ledger.outputs.iter().map(|(name, value)| vec![name.clone(), show(value)]).collect();
    section(&mut text, "outputs", table(&outputs, "").lines().map(str::to_owned).collect());
    if let Some(next) = next(stack, ledger, again) {
        text.push_str(&format!("\nnext: {}\n", paint(HEAD, next)));
    }
    text
}

fn headline(stack: &StackId, ledger: &Ledger) -> String {
    let waiting = waiting(ledger).len();
    let numbers = [(ledger.failed(), "failed"), (waiting, "waiting"), (ledger.not_started(), "not started")];
    let mut words = vec![format!("{} done", ledger.done())];
    words.extend(numbers.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
    let interrupted = if ledger.interrupted { ", interrupted" } else { "" };
    format!("{stack}: {}{interrupted} in {}", words.join(", "), duration(ledger.elapsed.as_secs()))
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n{}\n", paint(HEAD, title)));
    lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
}

/// A line for each step while there are few; what a fresh environment makes is counted by verb.
fn done_lines(ledger: &Ledger) -> Vec<String> {
    const FEW: usize = 12;
    let steps: Vec<_> = ledger.steps.iter().filter(|(_, (outcome, _))| *outcome == Outcome::Done).collect();
    if steps.len() <= FEW {
        let line = |(id, (_, elapsed)): &(&StepId, &(Outcome, std::time::Duration))| {
            let took = paint(FAINT, duration(elapsed.as_secs()));
            format!("{} {} {} {took}", paint(NEW, "✓"), done(id.verb), id.address)
        };
        return steps.iter().map(line).collect();
    }
    let mut verbs: Vec<_> = steps.iter().map(|(id, _)| id.verb).collect();
    verbs.sort();
    verbs.dedup();
    let number = |verb| steps.iter().filter(|(id, _)| id.verb == verb).count();
    verbs
        .into_iter()
        .map(|verb| format!("{} {} {}", paint(NEW, "✓"), done(verb), count(number(verb), "resource")))
        .collect()
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
    let found = ledger.steps.iter().filter_map(|(id, (outcome, _))| match outcome {
        Outcome::Waiting(what) => Some(Waiting { address: id.address.clone(), what: what.clone() }),
        _ => None,
    });
    let mut all: Vec<Waiting> = Vec::new();
    for waiting in found.chain(ledger.waiting.iter().cloned()) {
        if !all.contains(&waiting) {
            all.push(waiting);
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

fn skipped_lines(ledger: &Ledger) -> Vec<String> {
    let line = |(id, (outcome, _)): (&StepId, &(Outcome, std::time::Duration))| match outcome {
        Outcome::NotStarted(Some(because)) => Some(format!(
            "{} {}: {} {} did not end well",
            plain(id.verb),
            id.address,
            doing(because.verb),
            because.address
        )),
        Outcome::NotStarted(None) => Some(format!("{} {}: interrupted", plain(id.verb), id.address)),
        _ => None,
    };
    ledger.steps.iter().filter_map(line).collect()
}

fn next(stack: &StackId, ledger: &Ledger, again: &str) -> Option<String> {
    let unfinished = ledger.failed() + ledger.not_started() > 0 || ledger.interrupted;
    if unfinished {
        Some(again.to_owned())
    } else if waiting(ledger).is_empty() {
        None
    } else {
        Some(format!("see to what waits, then {again} (provision show {stack} lists it again)"))
    }
}

use super::blocked::{BlockedGroup, blocked_groups};
use super::change::{remarks, sign, verb};
use super::difference::wrapped;
use super::estimate::estimate_all;
use super::field::ignored_line;
use super::folded::{Folded, folded};
use super::later::later_line;
use super::layout::{Layout, TextOptions};
use super::order::{Risk, by_risk};
use super::style::{CHANGE, DANGER, FAINT, HEAD, NEW, count, pad, paint, width_of};
use super::summary::summary_line;
use crate::inventory::{Orphan, Unmanaged};
use crate::plan::{Action, Change, Plan, StackPlan, destroy_orphan, refusals};
use crate::problem::Problem;
use crate::resource::Stack;

/// What stands in front of a note.
const NOTE: &str = "               ";
/// So many that are blocked with another are named.
const FOLDED: usize = 3;

/// The plan as a person reviews it: grouped by stack, dangerous changes first, the summary last. Coloured.
pub fn plan_text(plan: &Plan, options: TextOptions) -> String {
    let mut text = String::new();
    for stack in &plan.stacks {
        text.push_str(&stack_text(stack, options));
        text.push('\n');
    }
    for orphan in &plan.orphans {
        text.push_str(&format!(" {}  orphan   {}\n", paint(CHANGE, "?"), orphan_line(orphan)));
    }
    text.push_str(&paint(HEAD, summary_line(plan, &estimate_all(plan))));
    text.push('\n');
    if !options.verbose && plan.summary().create > 0 {
        text.push_str(&paint(FAINT, "what is created is named only: -v lists its properties"));
        text.push('\n');
    }
    let refusals = refusals(plan);
    if !refusals.is_empty() {
        text.push_str(&format!("{}\n", paint(DANGER, "an apply refuses this as it is:")));
        refusals.iter().for_each(|refusal| text.push_str(&format!("  {}\n", paint(DANGER, refusal))));
    }
    text
}

/// `acme/production · 123456789012 · us-east-1 · modyo`
pub(super) fn heading(stack: &Stack) -> String {
    format!("{} · {} · {} · {}", stack.id, stack.account, stack.region, stack.template)
}

pub(super) fn stack_text(plan: &StackPlan, options: TextOptions) -> String {
    let layout = Layout { ours: &plan.ours, options };
    let mut lines = vec![paint(HEAD, heading(&plan.stack)), String::new()];
    let (before, after): (Vec<_>, Vec<_>) =
        by_risk(plan).into_iter().partition(|change| Risk::of(change) < Risk::Blocked);
    lines.extend(before.iter().flat_map(|change| change_lines(change, &plan.stack, layout)));
    lines.extend(blocked_groups(plan).iter().flat_map(|group| obstacle_lines(group, &plan.stack, layout)));
    let after = after.iter().filter(|change| change.action != Action::Blocked);
    lines.extend(folded(after.copied()).iter().flat_map(|folded| folded_lines(folded, &plan.stack, layout)));
    for waiting in &plan.waiting {
        lines.push(format!(" {}  waiting  {}  for {}", paint(CHANGE, "…"), waiting.address, waiting.what));
    }
    lines.extend(plan.pending.iter().map(|later| format!(" {}  pending  {}", paint(CHANGE, "…"), later_line(later))));
    for (address, field) in &plan.ignored {
        let line = ignored_line(address, field, &plan.ours, options.show_values);
        lines.push(paint(FAINT, format!(" =  ignored  {line}")));
    }
    lines
        .extend(plan.unmanaged.iter().map(|thing| paint(FAINT, format!(" ?  foreign  {}", foreign_line(thing, plan)))));
    if plan.unchanged > 0 {
        lines.push(format!("    {}", paint(FAINT, format!("{} unchanged", plan.unchanged))));
    }
    lines.extend(plan.warnings.iter().map(|warning| format!("    {}", paint(CHANGE, warning_line(warning)))));
    lines.join("\n") + "\n"
}

/// Something that is not ours, and what of ours it stands in.
pub(super) fn foreign_line(thing: &Unmanaged, plan: &StackPlan) -> String {
    let place = plan.ours.get(&thing.place).map_or_else(|| thing.place.clone(), ToString::to_string);
    format!("{} {} in {place}", thing.kind, thing.id)
}

/// A stack that the YAML no longer has, and the command that deletes it.
pub(super) fn orphan_line(orphan: &Orphan) -> String {
    let Orphan { stack, account, region, resources, .. } = orphan;
    let found = count(*resources, "resource");
    format!("{stack} is not in the YAML there: {found} in {region} of {account}: {}", destroy_orphan(orphan))
}

/// A warning on one line: in a plan there is no room for the source.
pub(super) fn warning_line(problem: &Problem) -> String {
    let mut line = format!("warning: {}", problem.what);
    if let Some(span) = &problem.span {
        line.push_str(&format!(" ({span})"));
    }
    if let Some(hint) = &problem.hint {
        line.push_str(&format!("; {hint}"));
    }
    line
}

/// The cause of what is blocked, and who needs it, folded.
fn obstacle_lines(group: &BlockedGroup<'_>, stack: &Stack, layout: Layout<'_>) -> Vec<String> {
    let first = group.first();
    let mut folded = group.folded();
    let is_of_many = group.causes.len() > 1 && first.fields.is_empty();
    let mut lines = if is_of_many { many_lines(group) } else { change_lines(first, stack, layout) };
    if is_of_many {
        folded.insert(0, first);
    }
    if !folded.is_empty() {
        let what =
            if is_of_many { String::new() } else { format!("blocked with it: {}: ", count(folded.len(), "resource")) };
        lines.extend(named_lines(&what, folded.iter().map(|change| change.address.to_string()), layout));
    }
    lines.extend(group.unfolded().flat_map(|change| change_lines(change, stack, layout)));
    lines
}

/// The first few of many by name, and how many more there are.
fn named_lines(what: &str, addresses: impl Iterator<Item = String>, layout: Layout<'_>) -> Vec<String> {
    let addresses: Vec<_> = addresses.collect();
    let most = if layout.options.verbose { usize::MAX } else { FOLDED };
    let named = addresses.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = addresses.len().saturating_sub(most);
    let more = if more > 0 { format!(" and {more} more (-v names all)") } else { String::new() };
    let width = layout.options.width.map(|width| width.saturating_sub(NOTE.len()));
    let lines = wrapped(&format!("{what}{named}{more}"), width);
    lines.iter().map(|line| format!("{NOTE}{}", paint(FAINT, line.trim_end()))).collect()
}

/// What is said of many at once: how many, what, and the first of them.
fn folded_lines(folded: &Folded<'_>, stack: &Stack, layout: Layout<'_>) -> Vec<String> {
    let first = folded.first;
    if folded.others.is_empty() {
        return change_lines(first, stack, layout);
    }
    let head = format!(
        " {}  {}{}",
        paint(CHANGE, sign(first)),
        paint(CHANGE, pad(verb(first.action), 9)),
        count(folded.len(), "resource")
    );
    let mut lines = vec![head];
    lines.extend(first.notes.iter().map(|note| format!("{NOTE}{note}")));
    lines.extend(layout.fields(first));
    lines.extend(named_lines("", folded.addresses(), layout));
    lines
}

/// What has one cause, which none of them is more than the others.
fn many_lines(group: &BlockedGroup<'_>) -> Vec<String> {
    let first = group.first();
    let what = format!("{} for one reason", count(group.causes.len() + group.held.len(), "resource"));
    let head = format!(" {}  {}{what}", paint(DANGER, sign(first)), paint(DANGER, pad(verb(first.action), 9)));
    std::iter::once(head).chain(first.notes.iter().map(|note| format!("{NOTE}{note}"))).collect()
}

fn change_lines(change: &Change, stack: &Stack, layout: Layout<'_>) -> Vec<String> {
    let style = match Risk::of(change) {
        care if care.is_dangerous() => DANGER,
        Risk::Blocked => DANGER,
        Risk::Creates => NEW,
        _ => CHANGE,
    };
    let mut head =
        format!(" {}  {}{}", paint(style, sign(change)), paint(style, pad(verb(change.action), 9)), change.address);
    if change.region != stack.region {
        head.push_str(&format!(" ({})", change.region));
    }
    let remarks = remarks(change);
    if !remarks.is_empty() {
        head = format!("{}  {}", pad_styled(&head, 66), paint(style, remarks));
    }
    let mut lines = vec![head];
    lines.extend(change.notes.iter().map(|note| format!("{NOTE}{note}")));
    if change.action != Action::Create || layout.options.verbose {
        lines.extend(layout.fields(change));
    }
    lines
}

/// Pads text that holds colours.
fn pad_styled(text: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    format!("{text}{}", " ".repeat(width.saturating_sub(width_of(&plain))))
}

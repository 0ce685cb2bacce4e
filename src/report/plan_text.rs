use super::blocked::{BlockedGroup, blocked_groups};
use super::change::{remarks, sign, verb};
use super::difference::wrapped;
use super::estimate::estimate_all;
use super::field::ignored_line;
use super::folded::{Creates, Folded, folded};
use super::later::later_line;
use super::layout::{Layout, TextOptions};
use super::left_alone::{left_alone, left_line};
use super::order::{Risk, by_risk};
use super::preflight::{FindingLine, finding_lines, room_lines};
use super::records::{TITLE, awaits_records, in_short, record_lines, records};
use super::style::{CHANGE, DANGER, FAINT, HEAD, NEW, Style, count, folded_prose, indented, pad, paint, plain_width};
use super::summary::summary_line;
use crate::inventory::{Orphan, Unmanaged};
use crate::plan::{Action, Change, Plan, StackPlan, destroy_orphan, refusals};
use crate::problem::Problem;
use crate::resource::Stack;

/// What stands in front of a note.
const NOTE: &str = "               ";
/// Where the remarks on a change stand, if there is room.
const REMARKS: usize = 66;
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
    text.push_str(&preflight_text(plan, options));
    for line in folded_prose(&summary_line(plan, &estimate_all(plan)), options.fold) {
        text.push_str(&format!("{}\n", paint(HEAD, line)));
    }
    if !options.verbose && plan.summary().create > 0 {
        text.push_str(&paint(FAINT, "what is created is named only: -v lists its properties"));
        text.push('\n');
    }
    if let Some(left) = left_alone(plan) {
        let how = if options.verbose { "" } else { " (-v names each)" };
        text.push_str(&format!("{}\n", paint(FAINT, format!("left alone: {left}{how}"))));
    }
    let refusals = refusals(plan);
    if !refusals.is_empty() {
        text.push_str(&format!("{}\n", paint(DANGER, "an apply refuses this as it is:")));
        for refusal in refusals {
            let lines = indented("  ", "    ", &refusal.to_string(), options.fold);
            lines.iter().for_each(|line| text.push_str(&format!("{}\n", paint(DANGER, line))));
        }
    }
    text
}

/// What the preflight found out of all stacks together.
fn preflight_text(plan: &Plan, options: TextOptions) -> String {
    let mut text = String::new();
    for FindingLine { sign, verb, refuses, text: told } in finding_lines(plan) {
        let style = if refuses { DANGER } else { CHANGE };
        let first = format!(" {sign}  {}", pad(verb, 9));
        let lines = indented(&first, NOTE, &told, options.fold);
        lines.iter().for_each(|line| text.push_str(&format!("{}\n", paint(style, line))));
    }
    for line in room_lines(plan, options.verbose) {
        text.push_str(&format!("    {}\n", paint(FAINT, line)));
    }
    if !text.is_empty() {
        text.push('\n');
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
    let creates = if options.verbose { Creates::OneByOne } else { Creates::Together };
    let after = folded(after.copied(), creates);
    lines.extend(after.iter().flat_map(|folded| folded_lines(folded, &plan.stack, layout)));
    let entries = |sign: &str, verb: &str, text: &str| indented(&format!(" {sign}  {verb}"), NOTE, text, options.fold);
    let painted = |lines: Vec<String>| lines.into_iter().map(|line| line.replacen('…', &paint(CHANGE, "…"), 1));
    let records = if awaits_records(&plan.waiting) { records(&plan.waiting, &plan.outputs) } else { Vec::new() };
    for waiting in &plan.waiting {
        let line = format!("{}  for {}", waiting.address, in_short(&waiting.what));
        lines.extend(painted(entries("…", "waiting  ", &line)));
    }
    if !records.is_empty() {
        lines.push(format!("{NOTE}{TITLE}:"));
        let room = options.fold.map(|width| width.saturating_sub(NOTE.len()));
        lines.extend(record_lines(&records, room).iter().map(|line| format!("{NOTE}{line}")));
    }
    for later in &plan.pending {
        lines.extend(painted(entries("…", "pending  ", &later_line(later))));
    }
    let ignored = plan.ignored.iter().map(|(address, field)| {
        entries("=", "ignored  ", &ignored_line(address, field, &plan.ours, options.show_values))
    });
    let left = plan.left_alone.iter().filter(|_| options.verbose);
    let left = left.map(|left| entries("=", "left     ", &left_line(left)));
    let foreign = plan.unmanaged.iter().map(|thing| entries("?", "foreign  ", &foreign_line(thing, plan)));
    lines.extend(ignored.chain(left).chain(foreign).flatten().map(|line| paint(FAINT, line)));
    if plan.unchanged > 0 {
        lines.push(format!("    {}", paint(FAINT, format!("{} unchanged", plan.unchanged))));
    }
    let warnings =
        plan.warnings.iter().flat_map(|warning| indented("    ", "      ", &warning_line(warning), options.fold));
    lines.extend(warnings.map(|line| paint(CHANGE, line)));
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
    let mut lines = if is_of_many { many_lines(group, layout.options) } else { change_lines(first, stack, layout) };
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
    let style = style(first);
    let mut head =
        format!(" {}  {}{}", paint(style, sign(first)), paint(style, pad(verb(first.action), 9)), folded.what());
    if first.action == Action::Create && first.region != stack.region {
        head.push_str(&format!(" ({})", first.region));
    }
    let mut lines = vec![head];
    lines.extend(note_lines(first, layout.options));
    if first.action != Action::Create {
        lines.extend(layout.fields(first));
    }
    lines.extend(named_lines("", folded.names(), layout));
    lines
}

/// What has one cause, which none of them is more than the others.
fn many_lines(group: &BlockedGroup<'_>, options: TextOptions) -> Vec<String> {
    let first = group.first();
    let what = format!("{} for one reason", count(group.causes.len() + group.held.len(), "resource"));
    let head = format!(" {}  {}{what}", paint(DANGER, sign(first)), paint(DANGER, pad(verb(first.action), 9)));
    std::iter::once(head).chain(note_lines(first, options)).collect()
}

fn change_lines(change: &Change, stack: &Stack, layout: Layout<'_>) -> Vec<String> {
    let style = style(change);
    let mut head =
        format!(" {}  {}{}", paint(style, sign(change)), paint(style, pad(verb(change.action), 9)), change.address);
    if change.region != stack.region {
        head.push_str(&format!(" ({})", change.region));
    }
    let remarks = remarks(change);
    let mut lines = Vec::new();
    if remarks.is_empty() {
        lines.push(head);
    } else {
        let beside = format!("{}  {remarks}", pad_styled(&head, REMARKS));
        if layout.options.fold.is_none_or(|width| plain_width(&beside) <= width) {
            lines.push(format!("{}  {}", pad_styled(&head, REMARKS), paint(style, remarks)));
        } else {
            lines.push(head);
            lines
                .extend(indented(NOTE, NOTE, &remarks, layout.options.fold).into_iter().map(|line| paint(style, line)));
        }
    }
    lines.extend(note_lines(change, layout.options));
    if change.action != Action::Create || layout.options.verbose {
        lines.extend(layout.fields(change));
    }
    lines
}

fn style(change: &Change) -> Style {
    match Risk::of(change) {
        care if care.is_dangerous() => DANGER,
        Risk::Blocked => DANGER,
        Risk::Creates => NEW,
        _ => CHANGE,
    }
}

fn note_lines(change: &Change, options: TextOptions) -> impl Iterator<Item = String> {
    change.notes.iter().flat_map(move |note| indented(NOTE, NOTE, note, options.fold))
}

/// Pads text that holds colours.
fn pad_styled(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(plain_width(text))))
}

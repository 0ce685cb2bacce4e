use super::change::{remarks, sign, verb};
use super::estimate::estimate_all;
use super::field::{FieldWords, ignored_line};
use super::later::later_line;
use super::order::{Care, by_care, consent, needs_consent};
use super::style::{CHANGE, DANGER, FAINT, HEAD, NEW, count, pad, paint, width_of};
use super::summary::summary_line;
use crate::inventory::Orphan;
use crate::plan::{Action, Change, Plan, StackPlan};
use crate::problem::Problem;
use crate::resource::Stack;

/// How a plan is laid out on a terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions {
    /// The columns there are; none: values are written whole.
    pub width: Option<usize>,
    /// Also lists the fields of what is created, and why nothing else is.
    pub verbose: bool,
    /// Writes sensitive values.
    pub show_values: bool,
}

/// What stands in front of a field.
const INDENT: usize = 15;
/// Paths are aligned up to here; longer ones push their line.
const PATH: usize = 44;
/// What cause and place take beside a value, at most.
const BEHIND: usize = 40;
/// A value is never cut shorter than this, however narrow the terminal is.
const SHORTEST: usize = 30;

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
    for stack in &plan.stacks {
        for change in stack.changes.iter().filter(|change| needs_consent(change)) {
            let argument = consent(&stack.stack.id, change);
            let line = format!("{} is protected: name it with --allow-destroy {argument}", change.address.name);
            text.push_str(&format!("{}\n", paint(DANGER, line)));
        }
    }
    text
}

/// `acme/production · 123456789012 · us-east-1 · modyo`
pub(super) fn heading(stack: &Stack) -> String {
    format!("{} · {} · {} · {}", stack.id, stack.account, stack.region, stack.template)
}

pub(super) fn stack_text(plan: &StackPlan, options: TextOptions) -> String {
    let mut lines = vec![paint(HEAD, heading(&plan.stack)), String::new()];
    let mut told: Option<&Change> = None;
    for change in by_care(plan) {
        // One reason often blocks a whole stack: it is told once.
        let is_told = change.action == Action::Blocked && told.is_some_and(|last| last.notes == change.notes);
        let quiet = Change { notes: vec!["for the same reason".to_owned()], ..change.clone() };
        lines.extend(change_lines(if is_told { &quiet } else { change }, &plan.stack, options));
        told = Some(change);
    }
    for waiting in &plan.waiting {
        lines.push(format!(" {}  waiting  {}  for {}", paint(CHANGE, "…"), waiting.address, waiting.what));
    }
    lines.extend(plan.pending.iter().map(|later| format!(" {}  pending  {}", paint(CHANGE, "…"), later_line(later))));
    for (address, field) in &plan.ignored {
        lines.push(paint(FAINT, format!(" =  ignored  {}", ignored_line(address, field, options.show_values))));
    }
    for thing in &plan.unmanaged {
        lines.push(paint(FAINT, format!(" ?  foreign  {} {} in {}", thing.kind, thing.id, thing.place)));
    }
    if plan.unchanged > 0 {
        lines.push(format!("    {}", paint(FAINT, format!("{} unchanged", plan.unchanged))));
    }
    lines.extend(plan.warnings.iter().map(|warning| format!("    {}", paint(CHANGE, warning_line(warning)))));
    lines.join("\n") + "\n"
}

/// A stack that the YAML no longer has, and the command that deletes it.
pub(super) fn orphan_line(orphan: &Orphan) -> String {
    let Orphan { stack, account, region, resources, .. } = orphan;
    let found = count(*resources, "resource");
    format!("{stack} is not in the YAML there: {found} in {region} of {account}: {}", orphan.command())
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

fn change_lines(change: &Change, stack: &Stack, options: TextOptions) -> Vec<String> {
    let style = match Care::of(change) {
        care if care.is_dangerous() => DANGER,
        Care::Blocked => DANGER,
        Care::Creates => NEW,
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
    lines.extend(change.notes.iter().map(|note| format!("{}{note}", " ".repeat(INDENT))));
    if change.action != Action::Create || options.verbose {
        lines.extend(field_lines(change, options));
    }
    lines
}

/// Pads text that holds colours.
fn pad_styled(text: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    format!("{text}{}", " ".repeat(width.saturating_sub(width_of(&plain))))
}

/// A line for each field: path, values, and behind them cause and place; where that is too wide, below them.
fn field_lines(change: &Change, options: TextOptions) -> Vec<String> {
    let path_width = change.fields.iter().map(|field| width_of(&field.path)).max().unwrap_or_default().min(PATH);
    let left = INDENT + path_width + 2;
    let beside = laid_out(change, options, path_width, options.width.map(|width| width.saturating_sub(left + BEHIND)));
    let fits = |width: usize| {
        beside.iter().all(|(line, behind)| behind.is_empty() || width_of(line) + 2 + width_of(behind) <= width)
    };
    if options.width.is_none_or(fits) {
        let one = |(line, behind): &(String, String)| {
            let behind = if behind.is_empty() { String::new() } else { format!("  {}", paint(FAINT, behind)) };
            format!("{line}{behind}").trim_end().to_owned()
        };
        return beside.iter().map(one).collect();
    }
    let below = laid_out(change, options, path_width, options.width.map(|width| width.saturating_sub(left)));
    let two = |(line, behind): &(String, String)| {
        let behind = (!behind.is_empty()).then(|| format!("{}{}", " ".repeat(left), paint(FAINT, behind)));
        std::iter::once(line.trim_end().to_owned()).chain(behind)
    };
    below.iter().flat_map(two).collect()
}

/// The fields' lines, plain, and what stands behind the first of each.
fn laid_out(change: &Change, options: TextOptions, path_width: usize, room: Option<usize>) -> Vec<(String, String)> {
    let room = room.map(|room| room.max(SHORTEST));
    let fields: Vec<_> = change.fields.iter().map(|field| FieldWords::of(field, options.show_values, room)).collect();
    let value_width = fields.iter().flat_map(|field| &field.change).map(|value| width_of(value)).max();
    let value_width = value_width.unwrap_or_default().min(60);
    let mut lines = Vec::new();
    for field in &fields {
        for (i, value) in field.change.iter().enumerate() {
            let path = if i == 0 { field.path.as_str() } else { "" };
            let line = format!("{}{}  {}", " ".repeat(INDENT), pad(path, path_width), pad(value, value_width));
            let behind = format!("{}  {}", field.cause, field.place).trim_end().to_owned();
            lines.push((line, if i == 0 { behind } else { String::new() }));
        }
    }
    lines
}

use super::blocked::{BlockedGroup, blocked_groups};
use super::change::{remarks, sign, verb};
use super::estimate::estimate_all;
use super::field::{FieldWords, Wording, ignored_line};
use super::folded::{Creates, Folded, folded};
use super::later::later_line;
use super::left_alone::left_line;
use super::order::{Risk, by_risk, consent, unnamed};
use super::plan_text::{foreign_line, heading, orphan_line, warning_line};
use super::preflight::finding_lines;
use super::style::count;
use super::summary::summary_line;
use crate::plan::{Action, Change, Field, Plan, StackPlan, refusals};
use crate::resource::Address;

/// What a pull request's comment holds at GitHub. Counted in bytes here, which are never fewer than characters.
pub const MARKDOWN_LIMIT: usize = 65_536;
/// Beyond this, what both sides of a value share is left out.
const VALUE: usize = 400;

/// What is written so far, with its commands as they are typed, and within the limit.
struct Page<'a> {
    text: String,
    spelled: &'a dyn Fn(&str) -> String,
    /// How much of the limit there is but for the line that says how much is missing.
    limit: usize,
}

impl Page<'_> {
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.text.len())
    }

    fn add(&mut self, piece: &str) {
        self.text.push_str(&(self.spelled)(piece));
    }

    /// Adds a piece if it fits.
    fn fits(&mut self, piece: &str) -> bool {
        let piece = (self.spelled)(piece);
        let fits = piece.len() <= self.room();
        if fits {
            self.text.push_str(&piece);
        }
        fits
    }
}

/// The plan for a pull request: the summary, then every change that interrupts or destroys, then as many of the others as
/// fit. What destroys is never left out: where the details don't fit, its names stay. `spelled` writes the commands in it.
pub fn plan_markdown(plan: &Plan, spelled: impl Fn(&str) -> String) -> String {
    let missing = |number: usize| format!("\n{} not shown: `⟪plan⟫` prints all.\n", count(number, "more line"));
    let limit = MARKDOWN_LIMIT.saturating_sub(spelled(&missing(usize::MAX)).len());
    let mut page = Page { text: String::new(), spelled: &spelled, limit };
    page.add(&format!("### Plan: {}\n", summary_line(plan, &estimate_all(plan))));
    for refusal in refusals(plan).into_iter().filter(|refusal| refusal.allowance().is_none()) {
        page.add(&format!("\n**An apply refuses this:** {}\n", escape(&refusal.to_string())));
    }
    let findings = finding_lines(plan).into_iter();
    let findings: Vec<_> =
        findings.map(|line| format!("\n- {} **{}** {}\n", line.sign, line.verb, escape(&line.text))).collect();
    let mut left_out = findings.len() - findings.iter().take_while(|line| page.fits(line)).count();
    let dangers = dangers(plan, &page);
    page.text.push_str(&dangers);
    let orphans = plan.orphans.iter().map(|orphan| format!("\n- ? **orphan** {}\n", escape(&orphan_line(orphan))));
    let orphans: Vec<_> = orphans.collect();
    left_out += orphans.len() - orphans.iter().take_while(|line| page.fits(line)).count();
    for stack in &plan.stacks {
        left_out += add_rest(&mut page, stack);
    }
    if left_out > 0 {
        page.add(&missing(left_out));
    }
    page.text
}

/// All dangerous changes, in as much detail as the page has room for.
fn dangers(plan: &Plan, page: &Page<'_>) -> String {
    let dangers: Vec<_> = plan
        .stacks
        .iter()
        .flat_map(|stack| by_risk(stack).into_iter().map(move |change| (stack, change)))
        .filter(|(_, change)| Risk::of(change).is_dangerous())
        .collect();
    if dangers.is_empty() {
        return String::new();
    }
    let title = "\n#### Interrupts or destroys\n\n";
    let whole = |details: bool| {
        dangers
            .iter()
            .map(|(stack, change)| block(change, stack, true, details))
            .fold(title.to_owned(), |all, one| all + &one)
    };
    let names = || {
        let names = dangers
            .iter()
            .map(|(stack, change)| format!("{} {}", verb(change.action), consent(&stack.stack.id, change)));
        format!("{title}{}\n", names.collect::<Vec<_>>().join(", "))
    };
    let candidates: [&dyn Fn() -> String; 3] = [&|| whole(true), &|| whole(false), &names];
    let mut candidates = candidates.iter().map(|make| (page.spelled)(&make()));
    candidates.find(|text| text.len() <= page.room()).unwrap_or_else(|| {
        let many = dangers.len();
        (page.spelled)(&format!(
            "{title}**{many} interrupt or destroy, too many to name here.** `⟪plan⟫` prints them.\n"
        ))
    })
}

/// Adds a stack's other lines while they fit; returns how many did not.
fn add_rest(page: &mut Page<'_>, plan: &StackPlan) -> usize {
    let changes = by_risk(plan).into_iter().filter(|change| !Risk::of(change).is_dangerous());
    let changes = changes.filter(|change| change.action != Action::Blocked);
    let mut lines: Vec<_> = blocked_groups(plan).iter().map(|group| obstacle_block(group, plan)).collect();
    lines.extend(folded(changes, Creates::Together).iter().map(|folded| folded_block(folded, plan)));
    let waiting = |waiting: &crate::plan::Waiting| {
        format!("- … **waiting** {} for {}\n", code(&waiting.address.to_string()), code(&waiting.what))
    };
    lines.extend(plan.waiting.iter().map(waiting));
    lines.extend(plan.pending.iter().map(|later| format!("- … **pending** {}\n", code(&later_line(later)))));
    lines.extend(plan.warnings.iter().map(|warning| format!("- {}\n", escape(&warning_line(warning)))));
    let ignored = |(address, field): &(Address, Field)| {
        format!("- = ignored: {}\n", code(&ignored_line(address, field, &plan.ours, false)))
    };
    lines.extend(plan.ignored.iter().map(ignored));
    lines.extend(plan.left_alone.iter().map(|left| format!("- = left alone: {}\n", code(&left_line(left)))));
    lines.extend(plan.unmanaged.iter().map(|thing| format!("- ? foreign: {}\n", code(&foreign_line(thing, plan)))));
    let title = format!("\n#### {}\n\n{} unchanged\n\n", escape(&heading(&plan.stack)), plan.unchanged);
    if !page.fits(&title) {
        return lines.len();
    }
    // The first line that does not fit ends the list: what is shown is then a beginning, and not a choice.
    let shown = lines.iter().take_while(|line| page.fits(line)).count();
    lines.len() - shown
}

/// One change as list items; with its stack's name where the section is about all stacks.
fn block(change: &Change, plan: &StackPlan, is_named: bool, details: bool) -> String {
    let address = if is_named { consent(&plan.stack.id, change) } else { change.address.to_string() };
    let mut text = format!("- {} **{}** {}", sign(change).replace(['-', '+'], ""), verb(change.action), code(&address))
        .replace("-  ", "- ");
    let remarks = remarks(change);
    if !remarks.is_empty() {
        text.push_str(&format!(" ({})", escape(&remarks)));
    }
    let unnamed = unnamed(plan, change);
    if let Some(allowance) = &unnamed {
        text.push_str(&format!(" needs `--allow-destroy {allowance}`"));
    }
    text.push('\n');
    if !details {
        return text;
    }
    change.notes.iter().for_each(|note| text.push_str(&format!("  - {}\n", escape(note))));
    if change.action != Action::Create {
        for field in &change.fields {
            let wording = Wording { ours: &plan.ours, show_values: false, width: Some(VALUE) };
            let words = FieldWords::of(field, wording);
            let change = words.change.iter().map(|line| code(line)).collect::<Vec<_>>().join(" ");
            let place = if words.place.is_empty() { String::new() } else { format!(" {}", code(&words.place)) };
            text.push_str(&format!("  - {} {change} {}{place}\n", code(&words.path), escape(&words.cause)));
        }
    }
    text
}

/// What is said of many at once, with their names folded.
fn folded_block(folded: &Folded<'_>, plan: &StackPlan) -> String {
    let text = block(folded.first, plan, false, true);
    if folded.others.is_empty() {
        return text;
    }
    let (own, what) = (code(&folded.first.address.to_string()), folded.what());
    let names = folded.names().map(|name| code(&name)).collect::<Vec<_>>().join(", ");
    let text = text.replacen(&own, &what, 1);
    format!("{text}  - <details><summary>{what}</summary>{names}</details>\n")
}

/// The cause of what is blocked, with who needs it folded.
fn obstacle_block(group: &BlockedGroup<'_>, plan: &StackPlan) -> String {
    let mut text = block(group.first(), plan, false, true);
    let folded = group.folded();
    if !folded.is_empty() {
        let names = folded.iter().map(|change| code(&change.address.to_string())).collect::<Vec<_>>().join(", ");
        let number = count(folded.len(), "more resource");
        text.push_str(&format!("  - <details><summary>blocks {number}</summary>{names}</details>\n"));
    }
    group.unfolded().for_each(|change| text.push_str(&block(change, plan, false, true)));
    text
}

/// A code span around any text: delimited by more backticks than it holds in a row.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let ticks = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// Takes the meaning of Markdown and HTML from text.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '@' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

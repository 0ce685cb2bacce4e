use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::blocked::blocked_groups;
use super::change::{remarks, sign, verb};
use super::estimate::estimate_all;
use super::field::{FieldWords, Wording, ignored_line};
use super::folded::{Creates, Folded, folded};
use super::later::later_line;
use super::left_alone::left_line;
use super::order::{Risk, by_risk, unnamed};
use super::plan_text::{foreign_line, heading, orphan_line, warning_line};
use super::preflight::{FindingLine, finding_lines, room_lines};
use super::summary::summary_line;
use crate::plan::{Action, Change, Plan, StackPlan, refusals};

/// The page's template; every value that it writes is escaped.
const TEMPLATE: &str = include_str!("plan.html");

#[derive(Serialize)]
struct Page {
    summary: String,
    stacks: Vec<StackPart>,
    orphans: Vec<String>,
    preflight: Vec<FindingPart>,
    /// How much there is room for.
    room: Vec<String>,
    /// What stands against an apply, but for what only has to be named: that stands with the change.
    refusals: Vec<String>,
    tool: &'static str,
}

#[derive(Serialize)]
struct FindingPart {
    /// `danger` or `change`.
    class: &'static str,
    sign: &'static str,
    verb: &'static str,
    text: String,
}

#[derive(Serialize)]
struct StackPart {
    heading: String,
    changes: Vec<ChangePart>,
    waiting: Vec<(String, String)>,
    pending: Vec<String>,
    ignored: Vec<String>,
    left_alone: Vec<String>,
    foreign: Vec<String>,
    warnings: Vec<String>,
    unchanged: usize,
}

#[derive(Serialize)]
struct ChangePart {
    /// `danger`, `blocked`, `new` or `change`.
    class: &'static str,
    sign: &'static str,
    verb: &'static str,
    address: String,
    remarks: String,
    consent: Option<String>,
    notes: Vec<String>,
    fields: Vec<FieldPart>,
    /// Of whom it says the same.
    same: Vec<String>,
    /// The new ones that it stands for, each with its own fields.
    alike: Vec<ChangePart>,
    /// What is blocked with it.
    folded: Vec<String>,
}

#[derive(Serialize)]
struct FieldPart {
    path: String,
    change: Vec<String>,
    cause: String,
    place: String,
}

/// The plan as one HTML page that needs nothing else.
pub fn plan_html(plan: &Plan) -> String {
    let unmet = refusals(plan).into_iter().filter(|refusal| refusal.allowance().is_none());
    let page = Page {
        summary: summary_line(plan, &estimate_all(plan)),
        stacks: plan.stacks.iter().map(stack_part).collect(),
        orphans: plan.orphans.iter().map(orphan_line).collect(),
        preflight: finding_lines(plan).into_iter().map(finding_part).collect(),
        room: room_lines(plan, true),
        refusals: unmet.map(ToString::to_string).collect(),
        tool: env!("CARGO_PKG_VERSION"),
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .render_named_str("plan.html", TEMPLATE, minijinja::value::Serde(&page))
        .expect("the template is built in and a test renders every part of it")
}

fn finding_part(line: FindingLine) -> FindingPart {
    let FindingLine { sign, verb, refuses, text } = line;
    FindingPart { class: if refuses { "danger" } else { "change" }, sign, verb, text }
}

fn stack_part(plan: &StackPlan) -> StackPart {
    StackPart {
        heading: heading(&plan.stack),
        changes: changes(plan),
        waiting: plan.waiting.iter().map(|waiting| (waiting.address.to_string(), waiting.what.clone())).collect(),
        pending: plan.pending.iter().map(later_line).collect(),
        ignored: plan.ignored.iter().map(|(address, field)| ignored_line(address, field, &plan.ours, false)).collect(),
        left_alone: plan.left_alone.iter().map(left_line).collect(),
        foreign: plan.unmanaged.iter().map(|thing| foreign_line(thing, plan)).collect(),
        warnings: plan.warnings.iter().map(warning_line).collect(),
        unchanged: plan.unchanged,
    }
}

/// The changes in the order in which to look at them; of what is blocked the causes, with who needs them.
fn changes(plan: &StackPlan) -> Vec<ChangePart> {
    let (before, after): (Vec<_>, Vec<_>) =
        by_risk(plan).into_iter().partition(|change| Risk::of(change) < Risk::Blocked);
    let part = |change: &Change| change_part(plan, change);
    let mut parts: Vec<_> = before.into_iter().map(part).collect();
    for group in blocked_groups(plan) {
        let folded = group.folded().iter().map(|change| change.address.to_string()).collect();
        parts.push(ChangePart { folded, ..part(group.first()) });
        parts.extend(group.unfolded().map(part));
    }
    let after = folded(after.into_iter().filter(|change| change.action != Action::Blocked), Creates::Together);
    parts.extend(after.iter().map(|folded| folded_part(folded, part)));
    parts
}

/// What is said of many at once: of new ones each has its fields.
fn folded_part(folded: &Folded<'_>, part: impl Fn(&Change) -> ChangePart) -> ChangePart {
    let first = part(folded.first);
    match folded.first.action {
        _ if folded.others.is_empty() => first,
        Action::Create => {
            let alike = folded.all().map(part).collect();
            ChangePart { address: folded.what(), fields: Vec::new(), alike, ..first }
        }
        _ => ChangePart { address: folded.what(), same: folded.names().collect(), ..first },
    }
}

fn change_part(plan: &StackPlan, change: &Change) -> ChangePart {
    let field = |field| {
        let wording = Wording { ours: &plan.ours, show_values: false, width: None };
        let words = FieldWords::of(field, wording);
        FieldPart { path: words.path, change: words.change, cause: words.cause, place: words.place }
    };
    ChangePart {
        class: match Risk::of(change) {
            care if care.is_dangerous() => "danger",
            Risk::Blocked => "blocked",
            Risk::Creates => "new",
            _ => "change",
        },
        sign: sign(change),
        verb: verb(change.action),
        address: change.address.to_string(),
        remarks: remarks(change),
        consent: unnamed(plan, change),
        notes: change.notes.clone(),
        fields: change.fields.iter().map(field).collect(),
        same: Vec::new(),
        alike: Vec::new(),
        folded: Vec::new(),
    }
}

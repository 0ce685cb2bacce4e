//! The line at the end of a plan.

use super::estimate::Estimate;
use super::style::{count, duration};
use crate::plan::{Cause, Plan, StackPlan, Summary};

/// `1 to replace, 2 to update, 1 waiting · about 9 min (ElastiCache) · 1 drifted field`.
pub(super) fn summary_line(plan: &Plan, estimate: &Estimate) -> String {
    let summary = plan.summary();
    let mut parts = vec![counts(plan, &summary)];
    if estimate.seconds > 0 {
        parts.push(format!("about {} ({})", duration(estimate.seconds), estimate.service));
    }
    let drifted = drifted_fields(plan);
    if drifted > 0 {
        parts.push(count(drifted, "drifted field"));
    }
    parts.join(" · ")
}

/// How many fields somebody changed in AWS; ignored ones are not counted.
pub(super) fn drifted_fields(plan: &Plan) -> usize {
    let fields = plan.stacks.iter().flat_map(|stack| &stack.changes).flat_map(|change| &change.fields);
    fields.filter(|field| field.cause == Cause::Drift && field.ignored.is_none()).count()
}

fn counts(plan: &Plan, summary: &Summary) -> String {
    let waiting: usize = plan.stacks.iter().map(|stack| stack.waiting.len()).sum();
    let pending: usize = plan.stacks.iter().map(|stack| stack.pending.len()).sum();
    let unmanaged: usize = plan.stacks.iter().map(|stack| stack.unmanaged.len()).sum();
    let numbers = [
        (summary.replace, "to replace"),
        (summary.delete, "to delete"),
        (summary.update, "to update"),
        (summary.retag, "to retag"),
        (summary.create, "to create"),
        (summary.wait, "to wait for"),
        (summary.blocked, "blocked"),
        (waiting, "waiting"),
        (pending, "pending"),
        (unmanaged, "unmanaged"),
        (plan.orphans.len(), if plan.orphans.len() == 1 { "orphaned stack" } else { "orphaned stacks" }),
    ];
    let completed: usize = plan.stacks.iter().map(StackPlan::completed_later).sum();
    let completed = if completed > 0 { format!(" ({completed} of them in two steps)") } else { String::new() };
    let word = |(number, what): &(usize, &str)| {
        let how = if *what == "to create" { &*completed } else { "" };
        format!("{number} {what}{how}")
    };
    let words: Vec<_> = numbers.iter().filter(|(number, _)| *number > 0).map(word).collect();
    let nothing_to_do = plan.stacks.iter().all(|stack| stack.changes.is_empty());
    let as_it_should_be = format!("nothing to do, {} unchanged", count(summary.unchanged, "resource"));
    match (nothing_to_do, words.is_empty()) {
        (true, true) => as_it_should_be,
        (true, false) => format!("{as_it_should_be}, {}", words.join(", ")),
        (false, _) => words.join(", "),
    }
}

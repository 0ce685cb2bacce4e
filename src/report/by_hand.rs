//! What `forget`, `restart` and `rollback` are about to do.

use super::plan_text::heading;
use super::style::{CHANGE, HEAD, indented, pad, paint, plain_width, width_of};
use crate::plan::Plan;

/// What stands in front of what is said of a resource.
const INDENT: &str = "               ";

/// What is done to each resource, in one word, and what comes of it; sentences are broken at the end of `width` columns.
/// Coloured.
pub fn by_hand_text(plan: &Plan, verb: &str, width: Option<usize>) -> String {
    let mut text = String::new();
    for stack in plan.stacks.iter().filter(|stack| !stack.changes.is_empty()) {
        text.push_str(&format!("{}\n\n", paint(HEAD, heading(&stack.stack))));
        for change in &stack.changes {
            let first = format!(" {}  {}{}", paint(CHANGE, "~"), paint(CHANGE, pad(verb, 9)), change.address);
            let id = change.id.as_deref().unwrap_or_default();
            let is_short = width.is_none_or(|width| plain_width(&first) + 2 + width_of(id) <= width);
            let (beside, below) = if is_short { (id, None) } else { ("", Some(id)) };
            text.push_str(&format!("{}\n", format!("{first}  {beside}").trim_end()));
            let said = below.into_iter().chain(change.notes.iter().map(String::as_str));
            let lines = said.flat_map(|line| indented(INDENT, INDENT, line, width));
            lines.for_each(|line| text.push_str(&format!("{line}\n")));
        }
    }
    text
}

//! What `forget`, `restart` and `rollback` are about to do.

use super::plan_text::heading;
use super::style::{CHANGE, HEAD, pad, paint};
use crate::plan::Plan;

/// What is done to each resource, in one word, and what comes of it. Coloured.
pub fn by_hand_text(plan: &Plan, verb: &str) -> String {
    let mut text = String::new();
    for stack in plan.stacks.iter().filter(|stack| !stack.changes.is_empty()) {
        text.push_str(&format!("{}\n\n", paint(HEAD, heading(&stack.stack))));
        for change in &stack.changes {
            let id = change.id.as_deref().map(|id| format!("  {id}")).unwrap_or_default();
            let verb = paint(CHANGE, pad(verb, 9));
            text.push_str(&format!(" {}  {verb}{}{id}\n", paint(CHANGE, "~"), change.address));
            change.notes.iter().for_each(|note| text.push_str(&format!("               {note}\n")));
        }
    }
    text
}

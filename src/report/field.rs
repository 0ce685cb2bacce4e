//! One changed field, in plain words; text, Markdown and HTML lay the same words out.

use super::value::{cut, list_delta, show};
use crate::plan::{Cause, Field};
use crate::resource::{Address, OPEN};

/// What a field's line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldWords {
    pub path: String,
    /// `before → after`, or one item a line for lists.
    pub change: Vec<String>,
    pub cause: String,
    /// `tenants/acme.yaml:41`; empty if the value stands nowhere.
    pub place: String,
}

impl FieldWords {
    /// Puts a field in words; values longer than `width` characters are cut in the middle.
    pub(super) fn of(field: &Field, show_values: bool, width: Option<usize>) -> Self {
        Self {
            path: field.path.clone(),
            change: change(field, show_values, width),
            cause: cause(field),
            place: field.origin.as_ref().map(|origin| origin.place().to_string()).unwrap_or_default(),
        }
    }
}

/// A known difference that is left alone: `AWS::WAFv2::IPSet/blocked/Addresses + 203.0.113.7/32 (soc@acme.example)`.
pub(super) fn ignored_line(address: &Address, field: &Field, show_values: bool) -> String {
    const WIDTH: usize = 60;
    let owner = field.ignored.as_deref().unwrap_or("nobody");
    format!("{address}{} {} ({owner})", field.path, change(field, show_values, Some(WIDTH)).join("  "))
}

fn change(field: &Field, show_values: bool, width: Option<usize>) -> Vec<String> {
    let is_new = field.cause == Cause::New && field.before.is_none();
    // What is sensitive inside a larger value is taken out of it: then both sides can look the same.
    let looks_the_same = !field.unknown && field.before.is_some() && field.before == field.after;
    if (field.sensitive && !show_values) || looks_the_same {
        return vec![if is_new { "(sensitive)" } else { "(sensitive, changed)" }.to_owned()];
    }
    let short = |text: String, width: Option<usize>| width.map_or(text.clone(), |width| cut(&text, width));
    // Of what is created there is no before; its references say by themselves that they are known later.
    if let (true, Some(value)) = (is_new, &field.after) {
        return vec![short(show(value), width)];
    }
    if !field.unknown
        && let Some(items) = list_delta(field.before.as_ref(), field.after.as_ref())
    {
        return one_line_if_it_fits(items.into_iter().map(|item| short(item, width)).collect(), width);
    }
    let half = width.map(|width| width.saturating_sub(3) / 2);
    let before = field.before.as_ref().map_or_else(|| "(not set)".to_owned(), |value| short(show(value), half));
    let after = match &field.after {
        Some(value) if field.unknown && value.to_string().contains(OPEN) => {
            format!("{} (known after apply)", short(show(value), half))
        }
        _ if field.unknown => "(known after apply)".to_owned(),
        Some(value) => short(show(value), half),
        None => "(removed)".to_owned(),
    };
    vec![format!("{before} → {after}")]
}

fn one_line_if_it_fits(items: Vec<String>, width: Option<usize>) -> Vec<String> {
    let joined = items.join("  ");
    if items.len() <= 2 && joined.chars().count() <= width.unwrap_or(usize::MAX) { vec![joined] } else { items }
}

fn cause(field: &Field) -> String {
    let mut words = match &field.ignored {
        Some(owner) => format!("ignored: {owner}"),
        None => cause_word(field.cause).to_owned(),
    };
    if field.replaces && field.ignored.is_none() {
        words.push_str(", replaces");
    }
    words
}

/// The word of CLI.md for a cause.
pub(super) fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::New => "new",
        Cause::Config => "config",
        Cause::Drift => "drift",
        Cause::Mixed => "mixed",
        Cause::Removed => "removed",
        Cause::Superseded => "superseded",
        Cause::Unreadable => "unreadable",
        Cause::Dependency => "dependency",
        Cause::Waiting => "waiting",
        Cause::Unknown => "unknown",
    }
}

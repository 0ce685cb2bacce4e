//! One changed field, in plain words; text, Markdown and HTML lay the same words out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::difference::difference;
use super::value::{outward, show};
use crate::plan::{Cause, Field, Ignored};
use crate::resource::{Address, OPEN, pointer};

/// The live ids of the stack's own resources.
pub(super) type Ours = BTreeMap<String, Address>;

/// How fields are put in words.
#[derive(Clone, Copy)]
pub(super) struct Wording<'a> {
    pub ours: &'a Ours,
    /// Writes sensitive values.
    pub show_values: bool,
    /// What a line holds, as far as leaving out what both sides share gets there; none: whole values.
    pub width: Option<usize>,
}

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
    pub(super) fn of(field: &Field, wording: Wording<'_>) -> Self {
        Self {
            path: field.path.clone(),
            change: change(field, wording),
            cause: cause(field),
            place: field.origin.as_ref().map(|origin| origin.place().to_string()).unwrap_or_default(),
        }
    }
}

/// A known difference that is left alone:
/// `AWS::WAFv2::IPSet/blocked/Addresses + 203.0.113.7/32 (soc@acme.example, until 2027-03-01)`.
pub(super) fn ignored_line(address: &Address, field: &Field, ours: &Ours, show_values: bool) -> String {
    const WIDTH: usize = 60;
    let whose = field.ignored.as_ref().map_or_else(|| "nobody".to_owned(), whose);
    let wording = Wording { ours, show_values, width: Some(WIDTH) };
    format!("{address}{} {} ({whose})", field.path, change(field, wording).join("  "))
}

/// The owner, and the last day.
fn whose(ignored: &Ignored) -> String {
    let until = ignored.until.map(|day| format!(", until {day}")).unwrap_or_default();
    format!("{}{until}", ignored.owner)
}

fn change(field: &Field, wording: Wording<'_>) -> Vec<String> {
    let is_new = field.cause == Cause::New && field.before.is_none();
    // What is sensitive inside a larger value is taken out of it: then both sides can look the same.
    let looks_the_same = !field.unknown && field.before.is_some() && field.before == field.after;
    if (field.sensitive && !wording.show_values) || looks_the_same {
        return vec![if is_new { "(sensitive)" } else { "(sensitive, changed)" }.to_owned()];
    }
    let is_outward = pointer::property(&field.path) == "SecurityGroupEgress";
    // Of what is created there is no before; its references say by themselves that they are known later.
    if let (true, Some(value)) = (is_new, &field.after) {
        return vec![show(&if is_outward { outward(value) } else { value.clone() })];
    }
    let (mut before, mut after) = named(field, wording.ours);
    if is_outward {
        (before, after) = (before.as_ref().map(outward), after.as_ref().map(outward));
    }
    match &after {
        // It depends on more than references.
        None if field.unknown => {
            let before = before.as_ref().map_or_else(|| "(not set)".to_owned(), show);
            vec![format!("{before} → (known after apply)")]
        }
        _ => {
            let mut lines = difference(before.as_ref(), after.as_ref(), wording.width);
            let is_list = after.as_ref().is_some_and(Value::is_array);
            if let Some(last) = lines.last_mut().filter(|_| field.unknown && !is_list) {
                last.push_str(" (known after apply)");
            }
            lines
        }
    }
}

/// Both values with the addresses of our own resources in the places of their live ids. Where one side is to become what
/// the other is the address of, only the ids tell them apart, and stay.
fn named(field: &Field, ours: &Ours) -> (Option<Value>, Option<Value>) {
    let after = field.after.as_ref();
    let is_told =
        |address: &Address| after.is_some_and(|after| after.to_string().contains(&format!("{OPEN}{address}.")));
    let mut ids: BTreeMap<&Address, BTreeSet<String>> = BTreeMap::new();
    for value in field.before.iter().chain(after) {
        pointer::walk(value, &mut |_, leaf| {
            if let Some((id, address)) = leaf.as_str().and_then(|id| ours.get_key_value(id)) {
                ids.entry(address).or_default().insert(id.clone());
            }
        });
    }
    let is_the_only = |address: &Address| ids.get(address).is_some_and(|ids| ids.len() == 1);
    let name = |value: &Value| {
        with_names(value, &|id| ours.get(id).filter(|address| !is_told(address) && is_the_only(address)))
    };
    let (before, named) = (field.before.as_ref().map(name), after.map(name));
    // Where the other side is none of ours any more, an earlier revision, the id tells which is which.
    match (&before, &named, after) {
        (Some(Value::String(old)), Some(Value::String(address)), Some(Value::String(id)))
            if address != id && field.before.as_ref().is_some_and(|before| before == old) =>
        {
            let short = id.rsplit('/').next().unwrap_or(id);
            let both = format!("{address} ({short})");
            (before, Some(both.into()))
        }
        _ => (before, named),
    }
}

fn with_names<'a>(value: &Value, name: &impl Fn(&str) -> Option<&'a Address>) -> Value {
    match value {
        Value::String(text) => name(text).map_or_else(|| value.clone(), |address| address.to_string().into()),
        Value::Array(list) => list.iter().map(|item| with_names(item, name)).collect(),
        Value::Object(map) => map.iter().map(|(key, item)| (key.clone(), with_names(item, name))).collect(),
        other => other.clone(),
    }
}

fn cause(field: &Field) -> String {
    let mut words = match &field.ignored {
        Some(ignored) => format!("ignored: {}", whose(ignored)),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A rollout that failed left the service on the revision before.
    #[test]
    fn an_earlier_revision_is_told_from_the_one_that_is_ours() {
        let revision = |number: u32| format!("arn:aws:ecs:us-east-1:123456789012:task-definition/acme-web:{number}");
        let field = Field {
            path: "/TaskDefinition".to_owned(),
            before: Some(json!(revision(5))),
            after: Some(json!(revision(6))),
            replaces: false,
            sensitive: false,
            origin: None,
            cause: Cause::Dependency,
            unknown: false,
            ignored: None,
        };
        let ours = [(revision(6), "AWS::ECS::TaskDefinition/web".parse().expect("an address"))].into();
        let wording = Wording { ours: &ours, show_values: false, width: Some(100) };
        let said = change(&field, wording).join(" ");
        assert!(said.contains("web:5 → AWS::ECS::TaskDefinition/web (acme-web:6)"), "{said}");
    }
}

//! All of a plan as text, to be compared with the one that a person has read: `tests/data/plans`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use provision::plan::{Change, Field, StackPlan, Step};
use provision::resource::Live;
use serde_json::Value;

/// Every change, step and word of a plan, a line each.
pub fn outline(plan: &StackPlan) -> String {
    let mut text = String::new();
    plan.changes.iter().for_each(|one| change(&mut text, one));
    plan.steps.values().for_each(|one| step(&mut text, one));
    let line = |(key, value): (&String, &dyn std::fmt::Debug)| format!("{key}: {value:?}\n");
    writeln!(text, "{} unchanged", plan.unchanged).expect("a text takes all");
    for (what, count) in [("waiting", plan.waiting.len()), ("pending", plan.pending.len()), ("later", plan.later.len())]
    {
        writeln!(text, "{count} {what}").expect("a text takes all");
    }
    let waiting = plan.waiting.iter().map(|one| format!("{} waits for {}\n", one.address, one.what));
    let ignored = plan.ignored.iter().map(|(address, field)| format!("ignored of {address}:{}\n", shown(field)));
    let unmanaged = plan.unmanaged.iter().map(|one| format!("unmanaged: {} {} in {}\n", one.kind, one.id, one.place));
    let warnings = plan.warnings.iter().map(|one| format!("warning: {}\n", one.what));
    let outputs = plan.outputs.iter().map(|(name, value)| line((name, value)));
    let after = plan.outputs_after.iter().map(|(name, after)| format!("{name} after {}\n", list(after)));
    text.extend(waiting.chain(ignored).chain(unmanaged).chain(warnings).chain(outputs).chain(after));
    let mut ours: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    plan.ours.iter().for_each(|(id, address)| ours.entry(address.to_string()).or_default().push(id));
    text.extend(ours.iter().map(|(address, ids)| format!("ours: {address} by {}\n", ids.join(", "))));
    text
}

/// Compares it with what stands in `tests/data/plans`.
pub fn is_as_read(name: &str, plan: &StackPlan) {
    let text = outline(plan);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/plans").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).expect("it can be written");
    }
    let read = std::fs::read_to_string(&path).expect("it is there");
    let other = text.lines().zip(read.lines()).find(|(text, read)| text != read);
    assert!(text == read, "it is another plan than in {} (UPDATE=1 writes it anew): {other:#?}", path.display());
}

fn change(text: &mut String, change: &Change) {
    let Change { address, region, action, cause, disruption, id, protected, fields, after, notes, folds: _ } = change;
    let id = id.as_deref().unwrap_or("nothing");
    let protected = if *protected { ", protected" } else { "" };
    let head = format!("{action:?} {address} ({id}) in {region}: {cause:?}, {disruption:?}{protected}");
    writeln!(text, "{head}, after {}", list(after)).expect("a text takes all");
    fields.iter().for_each(|field| text.extend(["   ", &shown(field), "\n"]));
    notes.iter().for_each(|note| text.extend(["    ", note, "\n"]));
}

fn shown(field: &Field) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
    let Field { path, before, after, cause, replaces, unknown, sensitive, ignored, origin: _ } = field;
    let flags = [(replaces, "replaces"), (unknown, "unknown"), (sensitive, "sensitive")];
    let flags = flags.iter().filter(|(flag, _)| **flag).map(|(_, name)| format!(", {name}")).collect::<String>();
    let ignored = ignored.as_ref().map(|ignored| format!(", left to {}", ignored.owner)).unwrap_or_default();
    format!(" {path} {} -> {}: {cause:?}{flags}{ignored}", value(before), value(after))
}

fn step(text: &mut String, step: &Step) {
    let Step { id, region, after, live, desired, set_tags, unset_tags, digest_inputs, preempts, transfers, seconds } =
        step;
    let live = live.as_deref().map_or("nothing", |live: &Live| &live.id);
    let flags = if *preempts { ", overtakes" } else { "" };
    let head = format!("step {id} of {live} in {region}, {seconds} s{flags}, after {}", list(after));
    writeln!(text, "{head}").expect("a text takes all");
    if let Some(desired) = desired {
        writeln!(text, "    spec {}", desired.spec).expect("a text takes all");
        text.extend(desired.cramped.iter().map(|spec| format!("    or {spec}\n")));
        text.extend(desired.physical.iter().map(|name| format!("    called {name}\n")));
        desired.fields.iter().for_each(|field| text.extend(["   ", &shown(field), "\n"]));
    }
    let set: Vec<_> = set_tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if !set.is_empty() || !unset_tags.is_empty() {
        writeln!(text, "    tags {}, without {unset_tags:?}", set.join(" ")).expect("a text takes all");
    }
    let digest_inputs = digest_inputs.as_ref().and_then(|digest_inputs| digest_inputs.text());
    text.extend(digest_inputs.map(|digest_inputs| format!("    digest {digest_inputs}\n")));
    text.extend(transfers.iter().map(|one| format!("    transfers {} of {} to {}\n", one.element, one.list, one.to)));
}

fn list<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    let all: Vec<_> = all.into_iter().map(|one| one.to_string()).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::document::{LaterDocument, pretty};
use super::later::later_line;
use super::plan_text::heading;
use super::records::{TITLE, in_short, output_lines, record_lines, records};
use super::style::{CHANGE, FAINT, HEAD, indented, paint, width_of};
use super::value::show;
use crate::inventory::{Inventory, ListOutcome};
use crate::plan::{Action, Change, Later, Waiting};
use crate::resource::{Address, Live, Stack, State};

/// What `show` tells of one stack.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    pub stack: &'a Stack,
    /// The template's outputs, as far as they are known.
    pub outputs: &'a BTreeMap<String, Value>,
    pub inventory: &'a Inventory,
    pub waiting: &'a [Waiting],
    /// What AWS has accepted and does later by itself.
    pub pending: &'a [Later],
    /// What the stack's plan would change: it says what of a resource is safe to tell.
    pub changes: &'a [Change],
    /// The resources that were asked for; none: all.
    pub only: Option<BTreeSet<Address>>,
}

impl Shown<'_> {
    fn is_asked_for(&self, address: &Address) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(address))
    }

    /// By address.
    fn resources(&self) -> Vec<(&Address, &Live)> {
        let all = self.inventory.all().map(|(address, live)| (address, live.as_ref()));
        let mut all: Vec<_> = all.filter(|(address, _)| self.is_asked_for(address)).collect();
        all.sort_by(|a, b| a.0.cmp(b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        all
    }

    /// What no template can express of a resource, and the plan would mend: a failed deployment. By path, sensitive ones
    /// left out. What the YAML has no more is compared with nothing: there it is all that its kind tells in words.
    fn unmodelled<'b>(&'b self, address: &Address, live: &'b Live) -> Vec<(&'b str, String)> {
        // Of two that claim one address, each has a change of its own.
        let is_about = |change: &Change| change.address == *address && change.id.as_deref() == Some(&live.id);
        let goes = |change: &Change| is_about(change) && change.action == Action::Delete;
        if self.changes.iter().any(goes) {
            return live.unmodelled.iter().map(|part| (&*part.path, part.text.clone())).collect();
        }
        let is_unmodelled = |path: &str| live.unmodelled.iter().any(|part| part.path == path);
        let fields = self.changes.iter().filter(|change| is_about(change)).flat_map(|change| &change.fields);
        let told = fields.filter(|field| !field.sensitive && is_unmodelled(&field.path));
        told.filter_map(|field| Some((&*field.path, show(field.before.as_ref()?)))).collect()
    }
}

/// Outputs, live resources with state and return values, and what waits for a person. Coloured.
///
/// `width`: the columns there are, if that is known.
pub fn show_text(shown: &Shown, width: Option<usize>) -> String {
    let mut text = format!("{}\n", paint(HEAD, heading(shown.stack)));
    let room = width.map(|width| width.saturating_sub(2));
    let outputs = output_lines(shown.outputs, room);
    if !outputs.is_empty() {
        let _ = writeln!(text, "\n{}", paint(HEAD, "outputs"));
        outputs.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    if !shown.waiting.is_empty() {
        let _ = writeln!(text, "\n{}", paint(HEAD, "waiting for a person"));
        for waiting in shown.waiting {
            let line = format!("{}: {}", waiting.address, in_short(&waiting.what));
            let lines = indented("  … ", "    ", &line, width);
            lines.iter().for_each(|line| text.push_str(&format!("{}\n", line.replacen('…', &paint(CHANGE, "…"), 1))));
        }
    }
    let records = records(shown.waiting, shown.outputs);
    if !records.is_empty() {
        let _ = writeln!(text, "\n{}", paint(HEAD, TITLE));
        let lines = record_lines(&records, room);
        lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    if !shown.pending.is_empty() {
        let _ = writeln!(text, "\n{}", paint(HEAD, "accepted by AWS, and made later"));
        for later in shown.pending {
            let lines = indented("  … ", "    ", &later_line(later), width);
            lines.iter().for_each(|line| text.push_str(&format!("{}\n", line.replacen('…', &paint(CHANGE, "…"), 1))));
        }
    }
    let _ = writeln!(text, "\n{}", paint(HEAD, "resources"));
    let (resources, unknown) = (shown.resources(), unknown(shown.inventory));
    if resources.is_empty() && unknown.is_empty() {
        text.push_str("  none is there\n");
    }
    for (address, live) in resources {
        text.push_str(&headline(address, live, width));
        for (path, there) in shown.unmodelled(address, live) {
            let lines = indented("      ", "      ", &format!("{path}: {there}"), width);
            lines.iter().for_each(|line| text.push_str(&format!("{}\n", paint(CHANGE, line))));
        }
        for (name, value) in attributes(live) {
            if value.as_str() != Some(live.id.as_str()) {
                let _ = writeln!(text, "      {}", paint(FAINT, format!("{name}: {}", show(&value))));
            }
        }
    }
    for (what, why) in unknown {
        let lines = indented("  ", "      ", &format!("{what}  could not be read: {why}"), width);
        lines.iter().for_each(|line| text.push_str(&format!("{}\n", paint(CHANGE, line))));
    }
    text
}

/// A resource with its id, how it is doing and what it waits for: on one line, if there is room.
fn headline(address: &Address, live: &Live, width: Option<usize>) -> String {
    let remark = state_remark(&live.state);
    let parts: Vec<_> = std::iter::once(live.id.clone()).chain(live.health.clone()).collect();
    let line = format!("  {address}  {}", parts.join("  "));
    let beside = remark.as_ref().map(|remark| format!("  {remark}")).unwrap_or_default();
    if width.is_none_or(|width| width_of(&line) + width_of(&beside) <= width) {
        return format!("{line}{}\n", paint(CHANGE, beside));
    }
    let below = |part: &String| indented("      ", "      ", part, width);
    let remark = remark.iter().flat_map(below).map(|line| paint(CHANGE, line));
    let lines = std::iter::once(format!("  {address}")).chain(parts.iter().flat_map(below)).chain(remark);
    lines.map(|line| line + "\n").collect()
}

/// All shown stacks as one JSON document.
pub fn show_json(stacks: &[Shown]) -> String {
    let stack = |shown: &Shown| {
        let resources = shown.resources().into_iter().map(|(address, live)| {
            let unmodelled = shown.unmodelled(address, live);
            let unmodelled: Vec<_> =
                unmodelled.into_iter().map(|(path, there)| json!({ "path": path, "there": there })).collect();
            json!({
                "address": address, "type": address.kind, "name": address.name, "region": live.region,
                "id": live.id, "physical_name": live.name, "state": state_word(&live.state), "health": live.health, "attributes": live.outputs,
                "unmodelled": unmodelled,
            })
        });
        let waiting = shown.waiting.iter().map(|one| json!({ "address": one.address, "for": one.what }));
        let unknown = unknown(shown.inventory).into_iter().map(|(what, why)| json!({ "what": what, "why": why }));
        json!({
            "tenant": shown.stack.id.tenant, "environment": shown.stack.id.environment,
            "account": shown.stack.account, "region": shown.stack.region, "template": shown.stack.template,
            "outputs": shown.outputs, "resources": resources.collect::<Vec<_>>(),
            "waiting": waiting.collect::<Vec<_>>(),
            "pending": shown.pending.iter().map(LaterDocument::of).collect::<Vec<_>>(), "unknown": unknown.collect::<Vec<_>>(),
        })
    };
    pretty(&json!({ "format_version": "1.0", "stacks": stacks.iter().map(stack).collect::<Vec<_>>() }))
}

/// Outputs as lines that a shell can read: `DATABASE_ENDPOINT='...'`.
pub fn show_env(outputs: &BTreeMap<String, Value>) -> String {
    outputs.iter().map(|(name, value)| format!("{}={}\n", variable(name), quoted(value))).collect()
}

/// `database.main-endpoint` and `databaseMainEndpoint` both become words in capitals with underscores.
fn variable(name: &str) -> String {
    let mut out = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            out.push('_');
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) { format!("_{out}") } else { out }
}

fn quoted(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What AWS tells of a resource, without what it has not (an endpoint of nothing).
fn attributes(live: &Live) -> Vec<(String, Value)> {
    let fields = live.outputs.as_object().into_iter().flatten();
    fields.filter(|(_, value)| !is_nothing(value)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(entries) => entries.values().all(is_nothing),
        _ => false,
    }
}

/// What could not be read, and why: by type where a whole list failed, else by id.
fn unknown(inventory: &Inventory) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for ((region, kind), seen) in &inventory.kinds {
        match seen {
            ListOutcome::Unknown(failure) => all.push((format!("{kind} in {region}"), failure.to_string())),
            ListOutcome::Read(listing) => {
                all.extend(listing.unseen.iter().map(|one| (format!("{kind} {}", one.id), one.failure.to_string())));
            }
        }
    }
    all
}

fn state_word(state: &State) -> &'static str {
    match state {
        State::Ready => "ready",
        State::Settling(_) => "settling",
        State::Deleting => "leaving",
        State::Failed(_) => "failed",
        State::AwaitsAction(_) => "waiting",
    }
}

fn state_remark(state: &State) -> Option<String> {
    match state {
        State::Ready => None,
        State::Deleting => Some("being deleted".to_owned()),
        State::Settling(what) => Some(format!("settling: {what}")),
        State::Failed(why) => Some(format!("failed: {why}")),
        State::AwaitsAction(what) => Some(format!("waits for a person: {}", in_short(what))),
    }
}

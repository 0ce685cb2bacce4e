//! A plan in a file, and whether it still holds.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::document::{
    ChangeDocument, FORMAT_VERSION, FieldDocument, PlanDocument, SavedDocument, StackDocument, pretty,
};
use super::value::show;
use crate::plan::{Mode, Plan, StackPlan, fingerprint};

/// What this program calls itself in the plans that it saves.
const TOOL: &str = concat!("provision ", env!("CARGO_PKG_VERSION"));

/// The plan as JSON with, for each stack, a fingerprint that covers sensitive values too: what two plans are compared by.
pub fn saved_plan(plan: &Plan) -> PlanDocument {
    let mut document = PlanDocument::of(plan);
    for stack in &mut document.stacks {
        let of =
            |plan: &&StackPlan| plan.stack.id.tenant == stack.tenant && plan.stack.id.environment == stack.environment;
        stack.fingerprint = plan.stacks.iter().find(of).map(fingerprint);
    }
    document
}

/// What a plan was made for, and until when it may be carried out.
#[derive(Clone, Debug)]
pub struct Saving {
    pub made: Timestamp,
    pub expires: Timestamp,
    pub mode: Mode,
    /// As they were given; none: every stack.
    pub selectors: Vec<String>,
    /// What answered in AWS's stead: `sandbox`, or a URL.
    pub endpoint: Option<String>,
}

/// The text of the file that `--out` writes, with a digest over all of it; `spelled` writes the commands in it.
pub fn saved_plan_text(plan: &Plan, saving: Saving, spelled: impl Fn(&str) -> String) -> String {
    let Saving { made, expires, mode, selectors, endpoint } = saving;
    let tool = TOOL.to_owned();
    let mut document = saved_plan(plan);
    let saved = SavedDocument { tool, made, expires, mode, selectors, endpoint, digest: String::new() };
    document.saved = Some(saved);
    let digest = digest(&spelled(&pretty(&document)));
    if let Some(saved) = &mut document.saved {
        saved.digest = digest;
    }
    spelled(&pretty(&document))
}

/// Why a file is no plan that may be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedPlanError {
    /// Not a plan at all, or one that was only printed.
    NoPlan(String),
    /// It ends too early.
    CutOff,
    /// Not the bytes that were saved.
    Altered,
    /// Another version of the program wrote it: which.
    OtherVersion(String),
    Expired(Timestamp),
}

/// Reads a saved plan back.
///
/// # Errors
/// Why it may not be used.
pub fn read_saved_plan(text: &str, now: Timestamp) -> Result<(PlanDocument, SavedDocument), SavedPlanError> {
    let document: PlanDocument = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof if text.trim_start().starts_with('{') => SavedPlanError::CutOff,
        _ => other_tool(text).map_or_else(|| SavedPlanError::NoPlan(error.to_string()), SavedPlanError::OtherVersion),
    })?;
    let Some(saved) = document.saved.clone() else {
        return Err(SavedPlanError::NoPlan("it was printed, and not saved with --out".to_owned()));
    };
    if saved.tool != TOOL || document.format_version != FORMAT_VERSION {
        return Err(SavedPlanError::OtherVersion(saved.tool));
    }
    // What was hashed is the text with nothing in the digest's place.
    if saved.digest.is_empty() || digest(&text.replacen(&saved.digest, "", 1)) != saved.digest {
        return Err(SavedPlanError::Altered);
    }
    if now >= saved.expires {
        return Err(SavedPlanError::Expired(saved.expires));
    }
    Ok((document, saved))
}

impl std::fmt::Display for SavedPlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoPlan(why) => write!(f, "it is no saved plan: {why}"),
            Self::CutOff => f.write_str("it is cut off"),
            Self::Altered => f.write_str("it was changed after it was saved: its digest is another"),
            Self::OtherVersion(tool) => write!(f, "{tool} wrote it, and this is {TOOL}"),
            Self::Expired(at) => write!(f, "it expired at {}", at.strftime("%Y-%m-%d %H:%M:%SZ")),
        }
    }
}

/// Which other version wrote a file that this one can't read.
fn other_tool(text: &str) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    document["saved"]["tool"].as_str().filter(|tool| *tool != TOOL).map(str::to_owned)
}

fn digest(text: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(text.as_bytes())))
}

/// Returns what has changed since a plan was saved, one sentence each; empty if it still holds.
pub fn stale(saved: &PlanDocument, fresh: &PlanDocument) -> Vec<String> {
    if saved.format_version != fresh.format_version {
        return vec![format!(
            "the file has format {}, this program writes {}: save the plan again",
            saved.format_version, fresh.format_version
        )];
    }
    let name = |stack: &StackDocument| format!("{}/{}", stack.tenant, stack.environment);
    let mut reasons = Vec::new();
    for old in &saved.stacks {
        match fresh.stacks.iter().find(|new| name(new) == name(old)) {
            Some(new) => reasons.extend(stale_stack(&name(old), old, new)),
            None => reasons.push(format!("{} is no longer there", name(old))),
        }
    }
    let unplanned = fresh.stacks.iter().filter(|new| !saved.stacks.iter().any(|old| name(old) == name(new)));
    reasons.extend(unplanned.map(|new| format!("{} is not in the saved plan", name(new))));
    reasons
}

fn stale_stack(name: &str, old: &StackDocument, new: &StackDocument) -> Vec<String> {
    // The fingerprint says which differences count: what an update that overtakes a deployment finds is none.
    if old.fingerprint.is_some() && old.fingerprint == new.fingerprint {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    for (what, before, after) in [
        ("account", &old.account, &new.account),
        ("region", &old.region, &new.region),
        ("template", &old.template, &new.template),
    ] {
        if before != after {
            reasons.push(format!("{name}: {what} was {before}, is {after}"));
        }
    }
    // One address can have two changes (a second claimant is deleted), so the id belongs to the key where both have it.
    let same = |a: &ChangeDocument, b: &ChangeDocument| a.address == b.address && a.id == b.id;
    let twin = |all: &[ChangeDocument], change: &ChangeDocument| {
        let by_address = || all.iter().find(|other| other.address == change.address).cloned();
        all.iter().find(|other| same(other, change)).cloned().or_else(by_address)
    };
    // What became ready by itself needs no wait any more: nothing else is done for it.
    let compared = |change: &&ChangeDocument| change.action != "wait";
    for change in old.changes.iter().filter(compared) {
        match twin(&new.changes, change) {
            Some(now) => reasons.extend(stale_change(name, change, &now)),
            None => reasons.push(format!("{name} {}: {} is no longer needed", change.address, change.action)),
        }
    }
    let unplanned = new.changes.iter().filter(compared).filter(|change| twin(&old.changes, change).is_none());
    reasons.extend(
        unplanned.map(|change| format!("{name} {}: {} is not in the saved plan", change.address, change.action)),
    );
    if reasons.is_empty() && old.fingerprint != new.fingerprint {
        reasons.push(format!("{name}: a sensitive value, a tag or the order of steps changed"));
    }
    reasons
}

fn stale_change(stack: &str, old: &ChangeDocument, new: &ChangeDocument) -> Vec<String> {
    let address = &old.address;
    let mut reasons = Vec::new();
    let none = || "none".to_owned();
    for (what, before, after) in [
        ("action", old.action.clone(), new.action.clone()),
        ("id", old.id.clone().unwrap_or_else(none), new.id.clone().unwrap_or_else(none)),
        ("region", old.region.clone(), new.region.clone()),
        ("disruption", old.disruption.clone(), new.disruption.clone()),
        ("protection", old.protected.to_string(), new.protected.to_string()),
    ] {
        if before != after {
            reasons.push(format!("{stack} {address}: {what} was {before}, is {after}"));
        }
    }
    for (index, field) in old.fields.iter().enumerate() {
        match twin_field(&old.fields, index, &new.fields) {
            Some(now) => reasons.extend(stale_field(field, now).map(|why| format!("{stack} {address}{why}"))),
            None => reasons.push(format!("{stack} {address}{}: no longer differs", field.path)),
        }
    }
    let unplanned =
        new.fields.iter().enumerate().filter(|(index, _)| twin_field(&new.fields, *index, &old.fields).is_none());
    reasons.extend(unplanned.map(|(_, field)| format!("{stack} {address}{}: differs since", field.path)));
    reasons
}

/// The same difference among others: of several with one path, which have causes of their own, the one at the same place.
fn twin_field<'a>(all: &[FieldDocument], index: usize, others: &'a [FieldDocument]) -> Option<&'a FieldDocument> {
    let path = &all[index].path;
    let before = all[..index].iter().filter(|field| field.path == *path).count();
    others.iter().filter(|field| field.path == *path).nth(before)
}

fn stale_field(old: &FieldDocument, new: &FieldDocument) -> Option<String> {
    let words = |value: &Option<serde_json::Value>| value.as_ref().map_or_else(|| "(not set)".to_owned(), show);
    let path = &old.path;
    if old.before != new.before {
        return Some(format!("{path}: AWS had {}, has {}", words(&old.before), words(&new.before)));
    }
    if old.after != new.after {
        return Some(format!("{path}: should have become {}, should become {}", words(&old.after), words(&new.after)));
    }
    (old.ignored != new.ignored).then(|| format!("{path}: whether it is ignored changed"))
}

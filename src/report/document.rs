//! The plan as JSON: what `plan --format json` prints and what `--out` saves. docs/plan.schema.json describes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::finding_document::FindingDocument;
use crate::inventory::Orphan;
use crate::plan::{Change, Field, Guard, Later, LeftAlone, Mode, Plan, Refusal, StackPlan, Summary, destroy_orphan};

/// Rises in its first number when a reader of the format could stumble.
pub const FORMAT_VERSION: &str = "1.0";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanDocument {
    pub format_version: String,
    pub summary: SummaryDocument,
    pub stacks: Vec<StackDocument>,
    /// Stacks that are there and no longer in the YAML.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orphans: Vec<OrphanDocument>,
    /// What the preflight found out of all stacks together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<FindingDocument>,
    /// Of a plan that `--out` saved; absent in what is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<SavedDocument>,
}

/// What a saved plan has beside the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedDocument {
    /// The program and the version that wrote it: no other may carry it out.
    pub tool: String,
    pub made: Timestamp,
    /// When it may no longer be carried out.
    pub expires: Timestamp,
    pub mode: Mode,
    /// What it was made for; none: every stack.
    pub selectors: Vec<String>,
    /// What answered in AWS's stead: `sandbox`, or a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// `sha256:` and the hash over the file's text without these very characters.
    pub digest: String,
}

/// A stack that is there and no longer in the YAML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrphanDocument {
    pub tenant: String,
    pub environment: String,
    pub account: String,
    pub region: String,
    /// How many resources were found.
    pub resources: usize,
    /// What deletes it, after asking.
    pub command: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryDocument {
    pub create: usize,
    pub update: usize,
    pub replace: usize,
    pub delete: usize,
    pub retag: usize,
    pub wait: usize,
    pub unchanged: usize,
    pub blocked: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackDocument {
    pub tenant: String,
    pub environment: String,
    pub account: String,
    pub region: String,
    pub template: String,
    pub summary: SummaryDocument,
    pub changes: Vec<ChangeDocument>,
    pub waiting: Vec<WaitingDocument>,
    /// What AWS has accepted and does later by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<LaterDocument>,
    /// What of the plan AWS will do only later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<LaterDocument>,
    pub unmanaged: Vec<Value>,
    /// Known differences that somebody owns, left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<IgnoredDocument>,
    /// What `--only` leaves for another apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_alone: Vec<LeftAloneDocument>,
    /// What stands against an apply of it, and whether it was met by what was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<GuardDocument>,
    /// Over all compared values, sensitive ones too; absent in what is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeDocument {
    pub address: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub region: String,
    pub action: String,
    pub cause: String,
    pub disruption: String,
    pub id: Option<String>,
    pub protected: bool,
    pub fields: Vec<FieldDocument>,
    pub after: Vec<String>,
    /// Why it is blocked, what it waits for, what else a reviewer should know.
    #[serde(default)]
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldDocument {
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub cause: String,
    pub replaces: bool,
    pub unknown: bool,
    pub sensitive: bool,
    /// The owner of a known difference that apply leaves alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<String>,
    /// The last day on which it is left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored_until: Option<String>,
    /// Where the desired value was written, `tenants/acme.yaml:41`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IgnoredDocument {
    pub address: String,
    pub field: FieldDocument,
}

/// A difference that `--only` leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftAloneDocument {
    pub address: String,
    /// Null: the resource as a whole, which would be created, replaced or deleted.
    pub path: Option<String>,
    pub cause: String,
}

/// A change that AWS does later by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaterDocument {
    pub address: String,
    pub path: String,
    pub before: Option<Value>,
    /// Null if AWS does not show it.
    pub after: Option<Value>,
    /// In words, with the next window's date.
    pub when: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardDocument {
    /// `protected`, `max-deletes`, `foreign`, `quota` or `rolled-back`.
    pub guard: String,
    /// What it is about; absent: the whole stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// In words, with what satisfies it.
    pub message: String,
    /// Whether an apply that is told the same lets the plan pass.
    pub satisfied: bool,
    /// What to say behind `--allow-destroy`, where that is all that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_destroy: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingDocument {
    pub address: String,
    #[serde(rename = "for")]
    pub what: String,
}

/// The plan as JSON, indented, with a newline behind it. The same plan gives the same bytes.
pub fn plan_json(plan: &Plan) -> String {
    pretty(&PlanDocument::of(plan))
}

pub(super) fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value);
    text.expect("documents have string keys only, which is all that JSON asks for") + "\n"
}

impl PlanDocument {
    pub fn of(plan: &Plan) -> Self {
        let mut stacks: Vec<_> = plan.stacks.iter().map(StackDocument::of).collect();
        stacks.sort_by(|a, b| (&a.tenant, &a.environment).cmp(&(&b.tenant, &b.environment)));
        let orphans = plan.orphans.iter().map(OrphanDocument::of).collect();
        let preflight = plan.findings.iter().map(FindingDocument::of).collect();
        let (format_version, summary) = (FORMAT_VERSION.to_owned(), plan.summary().into());
        Self { format_version, summary, stacks, orphans, preflight, saved: None }
    }
}

impl OrphanDocument {
    fn of(orphan: &Orphan) -> Self {
        Self {
            tenant: orphan.stack.tenant.clone(),
            environment: orphan.stack.environment.clone(),
            account: orphan.account.clone(),
            region: orphan.region.clone(),
            resources: orphan.resources,
            command: destroy_orphan(orphan).to_string(),
        }
    }
}

impl StackDocument {
    fn of(plan: &StackPlan) -> Self {
        let stack = &plan.stack;
        let mut changes: Vec<_> = plan.changes.iter().collect();
        changes.sort_by(|a, b| a.address.cmp(&b.address).then_with(|| a.id.cmp(&b.id)));
        let waiting = |waiting: &crate::plan::Waiting| WaitingDocument {
            address: waiting.address.to_string(),
            what: waiting.what.clone(),
        };
        Self {
            tenant: stack.id.tenant.clone(),
            environment: stack.id.environment.clone(),
            account: stack.account.clone(),
            region: stack.region.clone(),
            template: stack.template.clone(),
            summary: plan.summary().into(),
            changes: changes.into_iter().map(ChangeDocument::of).collect(),
            waiting: plan.waiting.iter().map(waiting).collect(),
            pending: plan.pending.iter().map(LaterDocument::of).collect(),
            later: plan.later.iter().map(LaterDocument::of).collect(),
            unmanaged: plan.unmanaged.iter().map(|thing| serde_json::json!(thing)).collect(),
            ignored: plan
                .ignored
                .iter()
                .map(|(address, field)| IgnoredDocument {
                    address: address.to_string(),
                    field: FieldDocument::of(field),
                })
                .collect(),
            left_alone: plan.left_alone.iter().map(LeftAloneDocument::of).collect(),
            guards: plan.guards.iter().map(GuardDocument::of).collect(),
            fingerprint: None,
        }
    }
}

impl LeftAloneDocument {
    fn of(left: &LeftAlone) -> Self {
        let LeftAlone { address, path, cause } = left;
        Self { address: address.to_string(), path: path.clone(), cause: word(cause) }
    }
}

impl LaterDocument {
    pub(super) fn of(later: &Later) -> Self {
        let Later { address, path, before, after, when } = later.clone();
        Self { address: address.to_string(), path, before, after, when }
    }
}

impl GuardDocument {
    fn of(guard: &Guard) -> Self {
        let (name, address) = match &guard.refusal {
            Refusal::Protected { address, .. } => ("protected", Some(address)),
            Refusal::Foreign { address, .. } => ("foreign", Some(address)),
            Refusal::RolledBack { address, .. } => ("rolled-back", Some(address)),
            Refusal::TooManyDeletes { .. } => ("max-deletes", None),
            Refusal::Quota { .. } => ("quota", None),
        };
        Self {
            guard: name.to_owned(),
            address: address.map(ToString::to_string),
            message: guard.refusal.to_string(),
            satisfied: guard.is_satisfied,
            allow_destroy: guard.refusal.allowance(),
        }
    }
}

impl ChangeDocument {
    pub(super) fn of(change: &Change) -> Self {
        Self {
            address: change.address.to_string(),
            kind: change.address.kind.clone(),
            name: change.address.name.clone(),
            region: change.region.clone(),
            action: word(change.action),
            cause: word(change.cause),
            disruption: word(change.disruption),
            id: change.id.clone(),
            protected: change.protected,
            fields: change.fields.iter().map(FieldDocument::of).collect(),
            after: change.after.iter().map(ToString::to_string).collect(),
            notes: change.notes.clone(),
        }
    }
}

impl FieldDocument {
    fn of(field: &Field) -> Self {
        let open = |value: &Option<Value>| value.clone().filter(|_| !field.sensitive);
        Self {
            path: field.path.clone(),
            before: open(&field.before),
            after: open(&field.after),
            cause: word(field.cause),
            replaces: field.replaces,
            unknown: field.unknown,
            sensitive: field.sensitive,
            ignored: field.ignored.as_ref().map(|ignored| ignored.owner.clone()),
            ignored_until: field.ignored.as_ref().and_then(|ignored| Some(ignored.until?.to_string())),
            origin: field.origin.as_ref().map(|origin| origin.place().to_string()),
        }
    }
}

impl From<Summary> for SummaryDocument {
    fn from(from: Summary) -> Self {
        let Summary { create, update, replace, delete, retag, wait, unchanged, blocked } = from;
        Self { create, update, replace, delete, retag, wait, unchanged, blocked }
    }
}

/// The word that an enum without data is written as.
pub(super) fn word(value: impl Serialize) -> String {
    match serde_json::json!(value) {
        Value::String(word) => word,
        other => other.to_string(),
    }
}

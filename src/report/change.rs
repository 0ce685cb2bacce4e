//! One change's headline, in plain words; text, Markdown and HTML lay the same words out.

use super::order::{Risk, needs_consent};
use crate::plan::{Action, Cause, Change};
use crate::resource::Disruption;

/// The sign in front of a change.
pub(super) fn sign(change: &Change) -> &'static str {
    match (Risk::of(change), change.action) {
        (Risk::Blocked, _) => "✗",
        (Risk::Waits, _) => "…",
        (care, _) if care < Risk::Replaces || needs_consent(change) => "!",
        (_, Action::Replace) => "±",
        (_, Action::Delete) => "-",
        (_, Action::Create) => "+",
        _ => "~",
    }
}

/// The word for what happens.
pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::Retag => "retag",
        Action::Wait => "wait",
        Action::Blocked => "blocked",
    }
}

/// What stands behind the address: what is interrupted, the guard, and why, where no field says it.
pub(super) fn remarks(change: &Change) -> String {
    let mut words = Vec::new();
    words.extend(disruption(change.disruption, change.action).map(str::to_owned));
    if needs_consent(change) {
        words.push("protected".to_owned());
    }
    // Why something is blocked, its notes say.
    let is_told = change.action == Action::Blocked && change.cause == Cause::Dependency;
    if change.fields.is_empty() && !is_told {
        words.extend(reason(change.cause).map(str::to_owned));
    }
    words.join(" · ")
}

/// What users of the resource notice.
pub(super) fn disruption(disruption: Disruption, action: Action) -> Option<&'static str> {
    match (disruption, action) {
        (Disruption::None, _) => None,
        (Disruption::Restart, _) => Some("restart"),
        (Disruption::Failover, _) => Some("failover"),
        (Disruption::Outage, _) => Some("outage"),
        (Disruption::DestroysData, Action::Replace) => Some("outage, destroys data"),
        (Disruption::DestroysData, _) => Some("destroys data"),
    }
}

fn reason(cause: Cause) -> Option<&'static str> {
    match cause {
        Cause::Removed => Some("removed"),
        Cause::Superseded => Some("another took its place"),
        Cause::Unreadable => Some("could not be read"),
        Cause::Dependency => Some("follows what it needs"),
        Cause::Waiting => Some("not ready yet"),
        Cause::Drift => Some("changed by hand"),
        Cause::New | Cause::Config | Cause::Mixed | Cause::Unknown => None,
    }
}

//! The order in which a person should look at changes, and which of them need consent.

use crate::plan::{Action, Change, Refusal, StackPlan};
use crate::resource::{Disruption, StackId};

/// The risk of a change; the first is the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    DestroysData,
    Outage,
    Failover,
    /// Also what only turns a protection off.
    Replaces,
    /// Nothing happens to it, and something should.
    Blocked,
    Restarts,
    Updates,
    Creates,
    Waits,
}

impl Risk {
    pub fn of(change: &Change) -> Self {
        match (change.action, change.disruption) {
            (Action::Blocked, _) => Self::Blocked,
            (_, Disruption::DestroysData) => Self::DestroysData,
            (_, Disruption::Outage) => Self::Outage,
            (_, Disruption::Failover) => Self::Failover,
            (Action::Replace | Action::Delete, _) => Self::Replaces,
            (Action::Update | Action::Retag, _) if change.protected => Self::Replaces,
            (Action::Wait, _) => Self::Waits,
            (Action::Create, _) => Self::Creates,
            (_, Disruption::Restart) => Self::Restarts,
            (Action::Update | Action::Retag, Disruption::None) => Self::Updates,
        }
    }

    /// Whether something is interrupted, or goes away.
    pub fn is_dangerous(self) -> bool {
        self <= Self::Replaces
    }
}

/// The changes, those that need most care first, then by address.
pub fn by_risk(plan: &StackPlan) -> Vec<&Change> {
    let mut changes: Vec<_> = plan.changes.iter().collect();
    changes.sort_by(|a, b| (Risk::of(a), &a.address).cmp(&(Risk::of(b), &b.address)));
    changes
}

/// Returns whether apply refuses the change unless it is named with `--allow-destroy`.
pub fn needs_consent(change: &Change) -> bool {
    change.protected && change.action != Action::Blocked
}

/// Returns what is missing behind `--allow-destroy` for a change: nothing if it needs nothing, or was named.
pub fn unnamed(plan: &StackPlan, change: &Change) -> Option<String> {
    let is_about =
        |refusal: &Refusal| matches!(refusal, Refusal::Protected { address, .. } if *address == change.address);
    let is_refused = plan.guards.iter().any(|guard| !guard.is_satisfied && is_about(&guard.refusal));
    (needs_consent(change) && is_refused).then(|| consent(&plan.stack.id, change))
}

/// The value of `--allow-destroy` for a change.
pub fn consent(stack: &StackId, change: &Change) -> String {
    format!("{stack}/{}", change.address)
}

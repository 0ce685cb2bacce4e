//! What a plan may not do without being told so.

use super::types::{Action, Change, Plan};
use crate::resource::glob::matches;
use crate::resource::{Address, StackId};

/// One `--allow-destroy tenant/environment/TYPE/name`; only the last part may have wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub stack: StackId,
    /// Matches the name or `TYPE/name`, with `*` and `?`.
    pub resource: String,
}

/// The project's own limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// How many deletions and replacements one stack's plan may have.
    pub max_deletes: Option<usize>,
    /// Kinds that are protected beside those that bear data.
    pub protected: Vec<String>,
}

/// Why a plan is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It would delete, replace or empty something protected that was not named.
    Protected {
        stack: StackId,
        address: Address,
        action: Action,
    },
    TooManyDeletes {
        stack: StackId,
        deletes: usize,
        limit: usize,
    },
    /// Something that is not ours stands inside what would be deleted, and would hold the deletion up half-way.
    Foreign {
        stack: StackId,
        address: Address,
        kind: String,
        id: String,
    },
}

/// Checks a plan against the guards; an empty answer lets it pass.
pub fn refusals(plan: &Plan, guards: &Guards, allowed: &[Allowance]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for stack in &plan.stacks {
        let id = &stack.stack.id;
        let goes = |change: &&Change| matches!(change.action, Action::Delete | Action::Replace);
        let deletes = stack.changes.iter().filter(goes).count();
        if let Some(limit) = guards.max_deletes.filter(|limit| deletes > *limit) {
            refusals.push(Refusal::TooManyDeletes { stack: id.clone(), deletes, limit });
        }
        for change in stack.changes.iter().filter(|change| change.action == Action::Delete) {
            let inside = stack.unmanaged.iter().filter(|thing| change.id.as_ref() == Some(&thing.place));
            refusals.extend(inside.map(|thing| Refusal::Foreign {
                stack: id.clone(),
                address: change.address.clone(),
                kind: thing.kind.clone(),
                id: thing.id.clone(),
            }));
        }
        for change in &stack.changes {
            let by_kind = goes(&change) && guards.protected.contains(&change.address.kind);
            let is_protected = change.action != Action::Blocked && (change.protected || by_kind);
            if is_protected && !allowed.iter().any(|allowance| allowance.covers(id, &change.address)) {
                let (stack, address) = (id.clone(), change.address.clone());
                refusals.push(Refusal::Protected { stack, address, action: change.action });
            }
        }
    }
    refusals
}

impl std::fmt::Display for Allowance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.stack, self.resource)
    }
}

impl Allowance {
    fn covers(&self, stack: &StackId, address: &Address) -> bool {
        self.stack == *stack
            && (matches(&self.resource, &address.name) || matches(&self.resource, &address.to_string()))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Protected { stack, address, .. } => {
                write!(f, "{} is protected: name it with --allow-destroy {stack}/{address}", address.name)
            }
            Self::TooManyDeletes { stack, deletes, limit } => write!(
                f,
                "{stack}: {deletes} deletions and replacements, and provision.yaml allows {limit} (guards.max_deletes)"
            ),
            Self::Foreign { stack, address, kind, id } => write!(
                f,
                "{stack}: {kind} {id} is not ours and stands in {address}, which could not be deleted or would take it along: remove it first"
            ),
        }
    }
}

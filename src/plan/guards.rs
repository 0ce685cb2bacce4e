//! Guards: rules over a plan that refuse an apply.

use std::collections::BTreeSet;

use super::types::{Action, Change, Plan, StackPlan, Step};
use crate::inventory::Unmanaged;
use crate::resource::glob::matches;
use crate::resource::{Address, RolledBack, StackId};

/// One `--allow-destroy tenant/environment/TYPE/name`, or another consent; only the last part may have wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub stack: StackId,
    /// Matches the name or `TYPE/name`, with `*` and `?`.
    pub resource: String,
}

/// The options of the consents.
const DESTROY: &str = "--allow-destroy";
const ROLL_FORWARD: &str = "--allow-roll-forward";

/// The project's own limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// How many deletions and replacements one stack's plan may have.
    pub max_deletes: Option<usize>,
    /// Kinds that are protected beside those that bear data.
    pub protected: Vec<String>,
}

/// A refusal of an apply, and whether the command line satisfies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    pub refusal: Refusal,
    /// Whether an apply that is told the same lets it pass.
    pub is_satisfied: bool,
}

/// The guards of a plan, and the consents.
#[derive(Clone, Debug, Default)]
pub struct Guarding {
    pub guards: Guards,
    pub allowed: Allowed,
}

/// The consents of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Given with `--allow-destroy`.
    pub destroy: Vec<Allowance>,
    /// Given with `--allow-roll-forward`.
    pub roll_forward: Vec<Allowance>,
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
    /// It would bring the very revision back from which somebody rolled back.
    RolledBack {
        stack: StackId,
        address: Address,
        record: RolledBack,
    },
    TooManyDeletes {
        stack: StackId,
        deletes: usize,
        limit: usize,
    },
    /// A quota of AWS has no room for what it adds.
    Quota {
        stack: StackId,
        /// What AWS calls it, `VPCs per Region`.
        quota: String,
    },
    /// Something that is not ours stands in or on what would be deleted or replaced: it would hold that up half-way, or go
    /// with it.
    Foreign {
        stack: StackId,
        address: Address,
        kind: String,
        id: String,
    },
}

/// Holds every stack's plan against the guards: each that has something to say of it becomes part of the plan. What the
/// project protects by its kind is marked as protected.
pub fn guard(plan: &mut Plan, guarding: &Guarding) {
    let Guarding { guards, allowed } = guarding;
    for stack in &mut plan.stacks {
        for change in &mut stack.changes {
            change.protected |= goes(change) && guards.protected.contains(&change.address.kind);
        }
        stack.guards = guards_of(stack, guards, allowed);
    }
}

/// Returns what refuses a plan that was held against the guards; nothing lets it pass.
pub fn refusals(plan: &Plan) -> Vec<&Refusal> {
    plan.stacks.iter().flat_map(StackPlan::refusals).collect()
}

impl StackPlan {
    /// Returns what refuses it.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.guards.iter().filter(|guard| !guard.is_satisfied).map(|guard| &guard.refusal)
    }
}

impl StackPlan {
    /// The protected resources that were named, each of which may go with all that is in it.
    pub fn named(&self) -> BTreeSet<Address> {
        let satisfied = self.guards.iter().filter(|guard| guard.is_satisfied);
        satisfied
            .filter_map(|guard| match &guard.refusal {
                Refusal::Protected { address, .. } => Some(address.clone()),
                Refusal::TooManyDeletes { .. }
                | Refusal::Foreign { .. }
                | Refusal::RolledBack { .. }
                | Refusal::Quota { .. } => None,
            })
            .collect()
    }
}

fn goes(change: &Change) -> bool {
    matches!(change.action, Action::Delete | Action::Replace)
}

/// Whether a thing would hold up that another goes, or go with it. What is a part of what is replaced, and no thing of its
/// own (what an account imposes on it), does neither.
fn stands_in(thing: &Unmanaged, change: &Change) -> bool {
    let is_part = || thing.kind.strip_prefix(&change.address.kind).is_some_and(|part| part.starts_with(' '));
    change.id.as_ref() == Some(&thing.place) && (change.action == Action::Delete || !is_part())
}

fn guards_of(stack: &StackPlan, guards: &Guards, allowed: &Allowed) -> Vec<Guard> {
    let id = &stack.stack.id;
    let mut all = Vec::new();
    let deletes = stack.changes.iter().filter(|change| goes(change)).count();
    if let Some(limit) = guards.max_deletes.filter(|_| deletes > 0) {
        let refusal = Refusal::TooManyDeletes { stack: id.clone(), deletes, limit };
        all.push(Guard { refusal, is_satisfied: deletes <= limit });
    }
    for change in stack.changes.iter().filter(|change| goes(change)) {
        let inside = stack.unmanaged.iter().filter(|thing| stands_in(thing, change));
        all.extend(inside.map(|thing| Guard {
            refusal: Refusal::Foreign {
                stack: id.clone(),
                address: change.address.clone(),
                kind: thing.kind.clone(),
                id: thing.id.clone(),
            },
            is_satisfied: false,
        }));
    }
    let protected = stack.changes.iter().filter(|change| change.protected && change.action != Action::Blocked);
    all.extend(protected.map(|change| Guard {
        refusal: Refusal::Protected { stack: id.clone(), address: change.address.clone(), action: change.action },
        is_satisfied: allowed.destroy.iter().any(|allowance| allowance.covers(id, &change.address)),
    }));
    all.extend(stack.steps.values().filter_map(undone).map(|(address, record)| Guard {
        refusal: Refusal::RolledBack { stack: id.clone(), address: address.clone(), record },
        is_satisfied: allowed.roll_forward.iter().any(|allowance| allowance.covers(id, address)),
    }));
    all
}

/// The rollback that a step undoes, if it does.
fn undone(step: &Step) -> Option<(&Address, RolledBack)> {
    let record = RolledBack::read(&step.live.as_ref()?.tags)?;
    let mut fields = step.desired.iter().flat_map(|desired| &desired.fields);
    let is_undone = fields.any(|field| record.is_undone_by(field.before.as_ref(), field.after.as_ref()));
    is_undone.then_some((&step.id.address, record))
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

impl Refusal {
    /// Returns what to say behind `--allow-destroy` for it to pass, where that is all that is missing.
    pub fn allowance(&self) -> Option<String> {
        self.consent().filter(|(option, _)| *option == DESTROY).map(|(_, name)| name)
    }

    /// Returns the option and its value with which it passes, where that is all that is missing.
    pub fn consent(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Protected { stack, address, .. } => Some((DESTROY, format!("{stack}/{address}"))),
            Self::RolledBack { stack, address, .. } => Some((ROLL_FORWARD, format!("{stack}/{address}"))),
            Self::TooManyDeletes { .. } | Self::Foreign { .. } | Self::Quota { .. } => None,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Protected { stack, address, .. } => {
                write!(f, "{} is protected: name it with --allow-destroy {stack}/{address}", address.name)
            }
            Self::RolledBack { stack, address, record } => write!(
                f,
                "{} was {record}, and this brings revision {} back: change the YAML, leave it with --only config, or say \
                 {ROLL_FORWARD} {stack}/{address}",
                address.name, record.from
            ),
            Self::TooManyDeletes { stack, deletes, limit } => write!(
                f,
                "{stack}: {deletes} to delete or replace, and provision.yaml allows {limit}: raise guards.max_deletes there, \
                 or name fewer resources"
            ),
            Self::Quota { stack, quota } => {
                write!(f, "{stack}: the quota {quota} has no room for it: ask AWS for more, or say --quota warn")
            }
            Self::Foreign { stack, address, kind, id } => write!(
                f,
                "{stack}: {kind} {id} is not ours and stands in {address}, which could not be deleted or would take it along: remove it first"
            ),
        }
    }
}

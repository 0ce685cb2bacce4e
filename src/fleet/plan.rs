use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Selector, select_resources, stack_request, unmatched_resource};
use crate::blueprint::Blueprint;
use crate::inventory::{Inventory, ListOutcome, StackListing};
use crate::plan::{Assumed, Guarding, Input, Mode, Plan, StackPlan, guard, plan};
use crate::problem::Problem;
use crate::resource::{Address, Failure, Shape, StackId};

/// The purpose of a plan of stacks.
#[derive(Clone, Debug)]
pub struct PlanOptions<'a> {
    /// Narrow it to resources; none, or whole stacks: everything.
    pub selectors: &'a [Selector],
    pub mode: Mode,
    pub guarding: Guarding,
    /// Whether to look for what is nobody's in any case, and not only where a network goes.
    pub survey: bool,
}

/// A selector that names no resource, neither wanted nor live: what to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched(pub String);

/// Why there is no plan.
#[derive(Clone, Debug)]
pub enum PlanError {
    /// The credentials are not for an account.
    Failed(Failure),
    Unmatched(Unmatched),
}

impl From<Failure> for PlanError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unmatched> for PlanError {
    fn from(unmatched: Unmatched) -> Self {
        Self::Unmatched(unmatched)
    }
}

/// Plans every stack, narrowed to what the selectors name, and holds the plan against the guards.
///
/// # Errors
/// [`Unmatched`], for which somebody used the command line wrongly.
pub fn plan_stacks(
    shapes: &[&dyn Shape],
    stacks: &[&Blueprint],
    inventories: &BTreeMap<StackId, Inventory>,
    options: &PlanOptions<'_>,
    now: Timestamp,
) -> Result<Plan, Unmatched> {
    let PlanOptions { selectors, ref guarding, .. } = *options;
    let none = Inventory::default();
    let mut known = Vec::new();
    let mut all = Plan::default();
    for blueprint in stacks {
        let id = &blueprint.stack.id;
        let inventory = inventories.get(id).unwrap_or(&none);
        known.push((id.clone(), addresses(blueprint, inventory)));
        let mut made = plan_stack(shapes, (blueprint, inventory), options, &Assumed::default(), now);
        made.warnings.extend(inventory.unsearched.iter().map(|why| Problem::warning(None, why.clone())));
        made.warnings.extend(inventory.survey_failure.iter().chain(&inventory.incomplete).map(|failure| {
            Problem::warning(None, format!("the search for unmanaged resources is incomplete: {failure}"))
        }));
        all.stacks.push(made);
    }
    guard(&mut all, guarding);
    match unmatched_resource(selectors, &known) {
        Some((_, message)) => Err(Unmatched(message)),
        None => Ok(all),
    }
}

/// Plans one stack, not held against the guards yet.
pub(super) fn plan_stack(
    shapes: &[&dyn Shape],
    (blueprint, inventory): (&Blueprint, &Inventory),
    options: &PlanOptions<'_>,
    assumed: &Assumed,
    now: Timestamp,
) -> StackPlan {
    let selection = select_resources(options.selectors, &blueprint.stack.id, &addresses(blueprint, inventory));
    let (mode, assumed) = (options.mode, assumed.clone());
    plan(&Input { blueprint, inventory, shapes, mode, selection, now, assumed })
}

/// The resources of a stack that somebody may ask for.
fn addresses(blueprint: &Blueprint, inventory: &Inventory) -> BTreeSet<Address> {
    let live = inventory.all().map(|(address, _)| address.clone());
    blueprint.resources.keys().cloned().chain(live).collect()
}

/// An account with nothing in it, for `plan --offline`.
pub fn nothing_there(shapes: &[&dyn Shape], stacks: &[&Blueprint]) -> BTreeMap<StackId, Inventory> {
    let empty = |blueprint: &&Blueprint| {
        let seen = |region: &str| {
            let region = region.to_owned();
            let kinds = shapes.iter().map(|shape| shape.facts().kind.to_owned());
            kinds.map(move |kind| ((region.clone(), kind), ListOutcome::Read(StackListing::default())))
        };
        let kinds = stack_request(blueprint).regions().into_iter().flat_map(seen).collect();
        (blueprint.stack.id.clone(), Inventory { kinds, ..Inventory::default() })
    };
    stacks.iter().map(empty).collect()
}

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Selector, select_resources, stack_request, unmatched_resource};
use crate::blueprint::Blueprint;
use crate::inventory::{Inventory, ListOutcome, StackListing};
use crate::plan::{Assumed, Guarding, Input, Mode, Plan, QuotaMode, StackPlan, guard, plan};
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
    /// What becomes of it where a quota has no room.
    pub quota: QuotaMode,
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
    let PlanOptions { selectors, mode, ref guarding, .. } = *options;
    let none = Inventory::default();
    let mut planning = Planning::new(selectors, mode, now);
    for blueprint in stacks {
        planning.add(shapes, blueprint, inventories.get(&blueprint.stack.id).unwrap_or(&none));
    }
    planning.held(guarding)
}

/// The planning of stacks one after the other: a blueprint may be let go when its stack is planned.
pub struct Planning<'a> {
    selectors: &'a [Selector],
    mode: Mode,
    now: Timestamp,
    known: Vec<(StackId, BTreeSet<Address>)>,
    plan: Plan,
}

impl<'a> Planning<'a> {
    /// Nothing is planned yet; the selectors narrow it to resources.
    pub fn new(selectors: &'a [Selector], mode: Mode, now: Timestamp) -> Self {
        Self { selectors, mode, now, known: Vec::new(), plan: Plan::default() }
    }

    /// Plans one stack.
    pub fn add(&mut self, shapes: &[&dyn Shape], blueprint: &Blueprint, inventory: &Inventory) {
        let id = &blueprint.stack.id;
        self.known.push((id.clone(), addresses(blueprint, inventory)));
        let asked = (self.selectors, self.mode);
        let mut made = plan_stack(shapes, (blueprint, inventory), asked, &Assumed::default(), self.now);
        made.warnings.extend(inventory.unsearched.iter().map(|why| Problem::warning(None, why.clone())));
        made.warnings.extend(inventory.survey_failure.iter().chain(&inventory.incomplete).map(|failure| {
            Problem::warning(None, format!("the search for unmanaged resources is incomplete: {failure}"))
        }));
        self.plan.stacks.push(made);
    }

    /// Plans one stack against an account with nothing in it.
    pub fn add_new(&mut self, shapes: &[&dyn Shape], blueprint: &Blueprint) {
        let seen = |region: &str| {
            let region = region.to_owned();
            let kinds = shapes.iter().map(|shape| shape.facts().kind.to_owned());
            kinds.map(move |kind| ((region.clone(), kind), ListOutcome::Read(StackListing::default())))
        };
        let kinds = stack_request(blueprint).regions().into_iter().flat_map(seen).collect();
        self.add(shapes, blueprint, &Inventory { kinds, ..Inventory::default() });
        // Nobody carries it out: what only an apply needs would be most of the memory of a project of many stacks.
        self.plan.stacks.last_mut().into_iter().for_each(StackPlan::keep_what_shows);
    }

    /// Returns the plan, held against the guards.
    ///
    /// # Errors
    /// [`Unmatched`], for which somebody used the command line wrongly.
    pub fn held(mut self, guarding: &Guarding) -> Result<Plan, Unmatched> {
        guard(&mut self.plan, guarding);
        match unmatched_resource(self.selectors, &self.known) {
            Some((_, message)) => Err(Unmatched(message)),
            None => Ok(self.plan),
        }
    }
}

/// Plans one stack, not held against the guards yet.
pub(super) fn plan_stack(
    shapes: &[&dyn Shape],
    (blueprint, inventory): (&Blueprint, &Inventory),
    (selectors, mode): (&[Selector], Mode),
    assumed: &Assumed,
    now: Timestamp,
) -> StackPlan {
    let selection = select_resources(selectors, &blueprint.stack.id, &addresses(blueprint, inventory));
    plan(&Input { blueprint, inventory, shapes, mode, selection, now, assumed: assumed.clone() })
}

/// The resources of a stack that somebody may ask for.
fn addresses(blueprint: &Blueprint, inventory: &Inventory) -> BTreeSet<Address> {
    let live = inventory.all().map(|(address, _)| address.clone());
    blueprint.resources.keys().cloned().chain(live).collect()
}

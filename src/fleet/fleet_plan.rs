//! The plan of a fleet: read, preflight, plan, quotas.

use std::collections::BTreeMap;

use super::plan::plan_stack;
use super::{Accounts, Fleet, PlanError, PlanOptions, Unmatched, plan_stacks};
use crate::apply::{PendingAction, PlanSnapshot};
use crate::inventory::{Going, Inventory, NETWORK};
use crate::plan::{Action, Assumed, Change, Mode, Plan, QuotaMode, StackPlan, guard, hold_quotas};
use crate::resource::{Failure, Shape, StackId, State};

/// The plan of a fleet's stacks, with the inventories that it was made from.
#[derive(Debug)]
pub struct FleetPlan {
    pub plan: Plan,
    pub inventories: BTreeMap<StackId, Inventory>,
}

impl<A: Accounts> Fleet<'_, A> {
    /// Reads what is there, asks what AWS would refuse, and plans: the same for whoever shows a plan and whoever carries it
    /// out.
    ///
    /// Foreign things in a network matter only to a run that deletes the network: AWS would refuse that.
    ///
    /// # Errors
    /// As [`read`](Self::read) and [`plan_stacks`].
    pub async fn plan(&self, options: &PlanOptions<'_>) -> Result<FleetPlan, PlanError> {
        let mut fleet_plan = self.unmeasured(options).await?;
        if options.quota != QuotaMode::Off {
            let findings = self.quotas(&fleet_plan).await;
            hold_quotas(&mut fleet_plan.plan, findings, options.quota);
        }
        Ok(fleet_plan)
    }

    /// The plan, not held against quotas yet.
    async fn unmeasured(&self, options: &PlanOptions<'_>) -> Result<FleetPlan, PlanError> {
        let survey = options.survey || options.mode == Mode::Destroy;
        let mut inventories = self.read(survey).await?;
        if options.mode != Mode::Destroy {
            self.preflight(&mut inventories).await;
        }
        let fleet_plan = self.plan_from(options, inventories)?;
        let fleet_plan = self.with_contents(options, fleet_plan).await?;
        if survey || !fleet_plan.plan.stacks.iter().any(takes_network) {
            return Ok(fleet_plan);
        }
        let mut surveyed = self.read(true).await?;
        for (stack, before) in fleet_plan.inventories {
            if let Some(now) = surveyed.get_mut(&stack) {
                // What was asked beside the lists is as it was a moment ago.
                (now.refused, now.unchecked, now.contents) = (before.refused, before.unchecked, before.contents);
            }
        }
        Ok(self.plan_from(options, surveyed)?)
    }

    /// The same plan, told what is in the things that it deletes.
    async fn with_contents(&self, options: &PlanOptions<'_>, fleet_plan: FleetPlan) -> Result<FleetPlan, Unmatched> {
        let going: Vec<Going> = fleet_plan.plan.stacks.iter().flat_map(going).collect();
        let mut inventories = fleet_plan.inventories;
        if self.contents(&going, &mut inventories).await {
            return self.plan_from(options, inventories);
        }
        Ok(FleetPlan { plan: fleet_plan.plan, inventories })
    }

    /// Every kind, as a plan sees it.
    pub(super) fn shapes(&self) -> Vec<&dyn Shape> {
        self.accounts.kinds().iter().map(|kind| kind.shape()).collect()
    }

    /// Plans from what was read.
    ///
    /// # Errors
    /// As [`plan_stacks`].
    pub fn plan_from(
        &self,
        options: &PlanOptions<'_>,
        inventories: BTreeMap<StackId, Inventory>,
    ) -> Result<FleetPlan, Unmatched> {
        let shapes = self.shapes();
        let plan = plan_stacks(&shapes, self.stacks, &inventories, options, self.accounts.now())?;
        Ok(FleetPlan { plan, inventories })
    }

    /// Plans one stack again from what was read, where something is assumed of what waits for a person. None if it is no
    /// stack of these, or a guard refuses the plan.
    pub fn replan(
        &self,
        options: &PlanOptions<'_>,
        inventories: &BTreeMap<StackId, Inventory>,
        stack: &StackId,
        assumed: &Assumed,
    ) -> Option<StackPlan> {
        let shapes = self.shapes();
        let blueprint = self.stacks.iter().find(|blueprint| blueprint.stack.id == *stack)?;
        let inventory = inventories.get(stack)?;
        let stacks = vec![plan_stack(
            &shapes,
            (blueprint, inventory),
            (options.selectors, options.mode),
            assumed,
            self.accounts.now(),
        )];
        let mut plan = Plan { stacks, ..Plan::default() };
        guard(&mut plan, &options.guarding);
        plan.stacks.pop().filter(|plan| plan.refusals().next().is_none())
    }
}

impl FleetPlan {
    /// The stacks whose network goes while nobody knows what else stands in it, and why not.
    pub fn unsurveyed(&self) -> BTreeMap<StackId, Failure> {
        let stacks = self.plan.stacks.iter().filter(|plan| takes_network(plan)).map(|plan| &plan.stack.id);
        stacks.filter_map(|id| Some((id.clone(), self.inventories.get(id)?.survey_failure.clone()?))).collect()
    }
}

/// A run may touch the resources that were live.
impl From<&FleetPlan> for PlanSnapshot {
    fn from(fleet_plan: &FleetPlan) -> Self {
        let live = |inventory: &Inventory| inventory.all().map(|(_, live)| live.clone()).collect();
        let awaited = |inventory: &Inventory| {
            let waits = inventory.all().filter(|(_, live)| matches!(live.state, State::AwaitsAction(_)));
            waits.map(|(address, live)| PendingAction::new(address, live)).collect()
        };
        let inventories = &fleet_plan.inventories;
        Self {
            plan: fleet_plan.plan.clone(),
            live: inventories.iter().map(|(stack, inventory)| (stack.clone(), live(inventory))).collect(),
            awaited: inventories.iter().map(|(stack, inventory)| (stack.clone(), awaited(inventory))).collect(),
        }
    }
}

/// What a plan deletes, or replaces.
fn going(plan: &StackPlan) -> impl Iterator<Item = Going> {
    let goes = |change: &&Change| matches!(change.action, Action::Delete | Action::Replace);
    plan.changes.iter().filter(goes).filter_map(|change| {
        let (kind, region) = (change.address.kind.clone(), change.region.clone());
        Some(Going { stack: plan.stack.id.clone(), kind, region, id: change.id.clone()? })
    })
}

fn takes_network(plan: &StackPlan) -> bool {
    let goes = |change: &Change| change.action == Action::Delete && change.address.kind == NETWORK;
    plan.changes.iter().any(goes)
}

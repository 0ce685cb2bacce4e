//! The plan of a fleet: read, preflight, plan.

use std::collections::BTreeMap;

use super::{Accounts, Fleet, PlanError, PlanOptions, Unmatched, plan_stacks};
use crate::apply::PlanSnapshot;
use crate::inventory::{Inventory, NETWORK};
use crate::plan::{Action, Change, Mode, Plan, StackPlan};
use crate::resource::{Failure, Shape, StackId};

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
        let survey = options.survey || options.mode == Mode::Destroy;
        let mut inventories = self.read(survey).await?;
        if options.mode != Mode::Destroy {
            self.preflight(&mut inventories).await;
        }
        let fleet_plan = self.plan_from(options, inventories)?;
        if survey || !fleet_plan.plan.stacks.iter().any(takes_network) {
            return Ok(fleet_plan);
        }
        let mut surveyed = self.read(true).await?;
        for (stack, before) in fleet_plan.inventories {
            if let Some(now) = surveyed.get_mut(&stack) {
                // The answers of the preflight are those of a moment ago.
                (now.refused, now.unchecked) = (before.refused, before.unchecked);
            }
        }
        Ok(self.plan_from(options, surveyed)?)
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
        let shapes: Vec<&dyn Shape> = self.accounts.kinds().iter().map(|kind| kind.shape()).collect();
        let plan = plan_stacks(&shapes, self.stacks, &inventories, options, self.accounts.now())?;
        Ok(FleetPlan { plan, inventories })
    }
}

impl FleetPlan {
    /// The first stack whose network goes while nobody knows what else stands in it, and why not.
    pub fn unsurveyed(&self) -> Option<(&StackId, &Failure)> {
        let mut stacks = self.plan.stacks.iter().filter(|plan| takes_network(plan)).map(|plan| &plan.stack.id);
        stacks.find_map(|id| Some((id, self.inventories.get(id)?.survey_failure.as_ref()?)))
    }
}

/// A run may touch the resources that were live.
impl From<FleetPlan> for PlanSnapshot {
    fn from(fleet_plan: FleetPlan) -> Self {
        let live = |inventory: Inventory| inventory.all().map(|(_, live)| live.clone()).collect();
        let live = fleet_plan.inventories.into_iter().map(|(stack, inventory)| (stack, live(inventory))).collect();
        Self { plan: fleet_plan.plan, live }
    }
}

fn takes_network(plan: &StackPlan) -> bool {
    let goes = |change: &Change| change.action == Action::Delete && change.address.kind == NETWORK;
    plan.changes.iter().any(goes)
}

//! A look: what is there, what AWS says that it would refuse, and the plan of both.

use std::collections::BTreeMap;

use super::{Accounts, Fleet, PlanOptions, Unmatched, Unplanned, plan_stacks};
use crate::apply::Look;
use crate::inventory::{Inventory, NETWORK};
use crate::plan::{Action, Change, Mode, Plan, StackPlan};
use crate::resource::{Failure, Shape, StackId};

/// What a look has found.
#[derive(Debug)]
pub struct Looked {
    pub plan: Plan,
    pub inventories: BTreeMap<StackId, Inventory>,
}

impl<A: Accounts> Fleet<'_, A> {
    /// Reads what is there, asks what AWS would refuse, and plans: the same for whoever shows a plan and whoever carries it out.
    ///
    /// What is nobody's only matters to a run that takes networks away: it would refuse that.
    ///
    /// # Errors
    /// As [`read`](Self::read) and [`plan_stacks`].
    pub async fn look(&self, options: &PlanOptions<'_>) -> Result<Looked, Unplanned> {
        let survey = options.survey || options.mode == Mode::Destroy;
        let mut inventories = self.read(survey).await?;
        if options.mode != Mode::Destroy {
            self.preflight(&mut inventories).await;
        }
        let looked = self.planned(options, inventories)?;
        if survey || !looked.plan.stacks.iter().any(takes_network) {
            return Ok(looked);
        }
        let mut surveyed = self.read(true).await?;
        for (stack, before) in looked.inventories {
            if let Some(now) = surveyed.get_mut(&stack) {
                // What AWS offers is the same as a moment ago.
                (now.refused, now.unchecked) = (before.refused, before.unchecked);
            }
        }
        Ok(self.planned(options, surveyed)?)
    }

    /// Plans from what was read.
    ///
    /// # Errors
    /// As [`plan_stacks`].
    pub fn planned(
        &self,
        options: &PlanOptions<'_>,
        inventories: BTreeMap<StackId, Inventory>,
    ) -> Result<Looked, Unmatched> {
        let shapes: Vec<&dyn Shape> = self.accounts.kinds().iter().map(|kind| kind.shape()).collect();
        let plan = plan_stacks(&shapes, self.stacks, &inventories, options, self.accounts.now())?;
        Ok(Looked { plan, inventories })
    }
}

impl Looked {
    /// The first stack whose network goes while nobody knows what else stands in it, and why not.
    pub fn unsurveyed(&self) -> Option<(&StackId, &Failure)> {
        let mut stacks = self.plan.stacks.iter().filter(|plan| takes_network(plan)).map(|plan| &plan.stack.id);
        stacks.find_map(|id| Some((id, self.inventories.get(id)?.survey_failure.as_ref()?)))
    }
}

/// What a run may touch is what was live.
impl From<Looked> for Look {
    fn from(looked: Looked) -> Self {
        let live = |inventory: Inventory| inventory.all().map(|(_, live)| live.clone()).collect();
        let live = looked.inventories.into_iter().map(|(stack, inventory)| (stack, live(inventory))).collect();
        Self { plan: looked.plan, live }
    }
}

fn takes_network(plan: &StackPlan) -> bool {
    let goes = |change: &Change| change.action == Action::Delete && change.address.kind == NETWORK;
    plan.changes.iter().any(goes)
}

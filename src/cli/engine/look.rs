//! A look: what is there, what AWS says that it would refuse, and the plan of both.

use std::collections::BTreeMap;

use super::{As, Engine, plan_stacks};
use crate::blueprint::Blueprint;
use crate::cli::failure::Result;
use crate::cli::project::Project;
use crate::cli::selector::Selector;
use crate::cli::world::World;
use crate::inventory::{Inventory, NETWORK};
use crate::plan::{Action, Allowance, Change, Mode, Plan, StackPlan};
use crate::resource::{Failure, StackId};

/// What to look at, and what for.
pub struct Looking<'a> {
    pub project: &'a Project,
    pub stacks: &'a [&'a Blueprint],
    pub selectors: &'a [Selector],
    pub as_whom: As,
    pub mode: Mode,
    pub allowed: &'a [Allowance],
    /// Whether to look for what is nobody's in any case, and not only where a network goes.
    pub survey: bool,
}

/// What a look has found.
pub struct Looked {
    pub plan: Plan,
    pub inventories: BTreeMap<StackId, Inventory>,
}

impl Engine {
    /// Reads what is there, asks what AWS would refuse, and plans: the same for whoever shows a plan and whoever carries it out.
    ///
    /// What is nobody's only matters to a run that takes networks away: it would refuse that.
    pub async fn look(&self, world: &World, looking: &Looking<'_>) -> Result<Looked> {
        let Looking { project, stacks, as_whom, mode, .. } = *looking;
        let survey = looking.survey || mode == Mode::Destroy;
        let mut inventories = self.read(project, stacks, as_whom, survey).await?;
        if mode != Mode::Destroy {
            self.preflight(stacks, as_whom, &mut inventories).await;
        }
        let looked = looking.planned(world, inventories)?;
        if survey || !looked.plan.stacks.iter().any(takes_network) {
            return Ok(looked);
        }
        let mut surveyed = self.read(project, stacks, as_whom, true).await?;
        for (stack, before) in looked.inventories {
            if let Some(now) = surveyed.get_mut(&stack) {
                // What AWS offers is the same as a moment ago.
                (now.refused, now.unchecked) = (before.refused, before.unchecked);
            }
        }
        looking.planned(world, surveyed)
    }
}

impl Looking<'_> {
    fn planned(&self, world: &World, inventories: BTreeMap<StackId, Inventory>) -> Result<Looked> {
        let guarding = self.project.guarding(self.allowed);
        let plan = plan_stacks(world, self.stacks, &inventories, self.selectors, self.mode, &guarding)?;
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

fn takes_network(plan: &StackPlan) -> bool {
    let goes = |change: &Change| change.action == Action::Delete && change.address.kind == NETWORK;
    plan.changes.iter().any(goes)
}

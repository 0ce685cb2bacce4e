//! Reads stacks, to put what runs in them on the revision before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Accounts, Fleet, Location, Selector, select_resources, unmatched_resource};
use crate::apply::PlanSnapshot;
use crate::plan::{Assumed, Input, Mode, Plan, Rollback, RollbackConflict, StackPlan, revisions, rollback};
use crate::resource::{Address, Failure, Live, Stack, StackId, WayBack};

/// Why nothing goes back.
#[derive(Clone, Debug)]
pub enum RollbackError {
    /// A selector names nothing that runs a revision: what to say of it.
    Unmatched(String),
    /// A revision was asked for, and these are several resources.
    Several(usize),
    Conflict(StackId, Address, RollbackConflict),
    /// The credentials are not for an account, or the earlier revisions could not be read.
    Failed(Failure),
}

impl<A: Accounts> Fleet<'_, A> {
    /// Looks at the resources that the selectors name and whose kinds run revisions, and at what each can go back to: the
    /// one before, or the one that is `wanted`. `by` says for the record who does it.
    ///
    /// # Errors
    /// [`RollbackError`].
    pub async fn rolling_back(
        &self,
        selectors: &[Selector],
        wanted: Option<&str>,
        by: impl Fn(&Stack) -> String,
    ) -> Result<PlanSnapshot, RollbackError> {
        let inventories = self.read(false).await.map_err(RollbackError::Failed)?;
        let shapes = self.shapes();
        let (mut plan, mut live, mut known) = (Plan::default(), BTreeMap::new(), Vec::new());
        for blueprint in self.stacks {
            let stack = &blueprint.stack;
            let Some(inventory) = inventories.get(&stack.id) else { continue };
            let (mode, selection, now) = (Mode::Apply, None, self.accounts.now());
            let input =
                Input { blueprint, inventory, shapes: &shapes, mode, selection, now, assumed: Assumed::default() };
            let all = revisions(&input);
            let chosen: BTreeSet<_> = select_resources(selectors, &stack.id, &all).unwrap_or_else(|| all.clone());
            known.push((stack.id.clone(), all));
            let mut stack_plan = StackPlan::empty(stack.clone());
            let by = by(stack);
            for (address, live) in inventory.all().filter(|(address, _)| chosen.contains(*address)) {
                let conflict = |conflict| RollbackError::Conflict(stack.id.clone(), address.clone(), conflict);
                let earlier = match self.way_back(stack, address, live, wanted).await.map_err(RollbackError::Failed)? {
                    WayBack::To(earlier) => earlier,
                    WayBack::Nowhere(why) => return Err(conflict(RollbackConflict::Nowhere(why))),
                };
                let one = Rollback { address, live, earlier: &earlier, by: &by };
                rollback(&input, &one, &mut stack_plan).map_err(conflict)?;
            }
            plan.stacks.push(stack_plan);
            live.insert(stack.id.clone(), inventory.all().map(|(_, live)| live.clone()).collect());
        }
        let several = plan.stacks.iter().map(|stack| stack.changes.len()).sum();
        match unmatched_resource(selectors, &known) {
            Some((_, message)) => Err(RollbackError::Unmatched(message)),
            None if wanted.is_some() && several > 1 => Err(RollbackError::Several(several)),
            None => Ok(PlanSnapshot { plan, live, ..PlanSnapshot::default() }),
        }
    }

    async fn way_back(
        &self,
        stack: &Stack,
        address: &Address,
        live: &Arc<Live>,
        wanted: Option<&str>,
    ) -> crate::resource::Result<WayBack> {
        let kind = self.accounts.kinds().iter().find(|kind| kind.facts().kind == address.kind);
        let Some(kind) = kind else { return Ok(WayBack::Nowhere("its kind is not known".to_owned())) };
        let reader = self.accounts.reader(&Location::of(stack, &live.region, self.access)).await?;
        kind.way_back(&reader, live, wanted).await
    }
}

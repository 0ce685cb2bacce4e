//! Reads stacks, to restart what runs in them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Accounts, Fleet, Selector, select_resources, unmatched_resource};
use crate::apply::PlanSnapshot;
use crate::plan::{Assumed, Input, Mode, Plan, RestartConflict, restart, restartable};
use crate::resource::{Address, Failure, StackId};

/// Why nothing is restarted.
#[derive(Clone, Debug)]
pub enum RestartError {
    /// A selector names nothing that can be restarted: what to say of it.
    Unmatched(String),
    Conflict(StackId, Address, RestartConflict),
    /// The credentials are not for an account.
    Failed(Failure),
}

impl<A: Accounts> Fleet<'_, A> {
    /// Looks at the resources that the selectors name and whose kinds offer a restart. A run of the plan may touch the stacks'
    /// resources.
    ///
    /// # Errors
    /// [`RestartError`].
    pub async fn restarting(&self, selectors: &[Selector]) -> Result<PlanSnapshot, RestartError> {
        let inventories = self.read(false).await.map_err(RestartError::Failed)?;
        let shapes = self.shapes();
        let (mut plan, mut live, mut known) = (Plan::default(), BTreeMap::new(), Vec::new());
        for blueprint in self.stacks {
            let stack = &blueprint.stack.id;
            let Some(inventory) = inventories.get(stack) else { continue };
            let (mode, selection, now) = (Mode::Apply, None, self.accounts.now());
            let input =
                Input { blueprint, inventory, shapes: &shapes, mode, selection, now, assumed: Assumed::default() };
            let all = restartable(&input);
            let chosen: BTreeSet<_> = select_resources(selectors, stack, &all).unwrap_or_else(|| all.clone());
            known.push((stack.clone(), all));
            let conflict = |(address, conflict)| RestartError::Conflict(stack.clone(), address, conflict);
            plan.stacks.push(restart(&input, &chosen).map_err(conflict)?);
            live.insert(stack.clone(), inventory.all().map(|(_, live)| live.clone()).collect());
        }
        match unmatched_resource(selectors, &known) {
            Some((_, message)) => Err(RestartError::Unmatched(message)),
            None => Ok(PlanSnapshot { plan, live, ..PlanSnapshot::default() }),
        }
    }
}

//! Reads a stack, to let one of its resources go without deleting it.

use super::{Accounts, Fleet};
use crate::apply::PlanSnapshot;
use crate::blueprint::Blueprint;
use crate::plan::{Assumed, ForgetConflict, Input, Mode, Plan, forgetting};
use crate::resource::{Address, Failure};

/// Why a resource is not forgotten.
#[derive(Clone, Debug)]
pub enum ForgetError {
    Conflict(ForgetConflict),
    /// The account is another than the tenant's file says.
    Failed(Failure),
}

impl<A: Accounts> Fleet<'_, A> {
    /// Looks at a resource of the fleet's one stack that is to be forgotten. A run of the plan may touch it alone.
    ///
    /// # Errors
    /// [`ForgetError`].
    pub async fn forgetting(&self, blueprint: &Blueprint, address: &Address) -> Result<PlanSnapshot, ForgetError> {
        let mut inventories = self.read(false).await.map_err(ForgetError::Failed)?;
        let inventory = inventories.remove(&blueprint.stack.id).unwrap_or_default();
        let shapes = self.shapes();
        let (mode, selection, now) = (Mode::Apply, None, self.accounts.now());
        let input = Input {
            blueprint,
            inventory: &inventory,
            shapes: &shapes,
            mode,
            selection,
            now,
            assumed: Assumed::default(),
        };
        let (plan, live) = forgetting(&input, address).map_err(ForgetError::Conflict)?;
        let live = [(blueprint.stack.id.clone(), vec![live])].into();
        Ok(PlanSnapshot { plan: Plan { stacks: vec![plan], ..Plan::default() }, live, ..PlanSnapshot::default() })
    }
}

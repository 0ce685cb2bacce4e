//! A project's stacks in their accounts: read, searched for elsewhere, planned, adopted, forgotten, restarted and rolled back.
//!
//! **Invariant:** nothing here knows a cloud but an [`Accounts`]: the command's is AWS, the simulation's a fake.

mod accounts;
mod adopt;
mod fleet_plan;
mod forget;
mod locate;
mod plan;
mod quotas;
mod read;
mod restart;
mod rollback;
mod selector;

use std::collections::BTreeSet;

use crate::blueprint::Blueprint;
use crate::inventory::StackRequest;
use crate::resource::{Access, Stack, StackId};

pub use accounts::{Account, Accounts, Location, Reader};
pub use adopt::{Adoption, AdoptionError};
pub use fleet_plan::FleetPlan;
pub use forget::ForgetError;
pub use locate::OrphanSearch;
pub use plan::{PlanError, PlanOptions, Planning, Unmatched, plan_stacks};
pub use restart::RestartError;
pub use rollback::RollbackError;
pub use selector::{Selector, names_resource, select_resources, selects, unmatched_resource, unmatched_stack};

/// All stacks of a project, whichever a command is about.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a> {
    /// The project's name.
    pub project: &'a str,
    pub ids: &'a [StackId],
    /// The stacks whose files are right.
    pub stacks: &'a [Stack],
    /// The types that the project's templates name.
    pub kinds: &'a BTreeSet<String>,
}

/// The stacks that a command is about, in their accounts.
pub struct Fleet<'a, A> {
    pub accounts: &'a A,
    pub members: Members<'a>,
    pub stacks: &'a [&'a Blueprint],
    /// As whom the accounts are read.
    pub access: Access,
}

impl<A> Fleet<'_, A> {
    /// The types that are read in any case.
    fn named(&self) -> BTreeSet<String> {
        let wanted = self.stacks.iter().flat_map(|blueprint| blueprint.resources.keys());
        self.members.kinds.iter().cloned().chain(wanted.map(|address| address.kind.clone())).collect()
    }
}

/// The resources of a stack to look for.
fn stack_request(blueprint: &Blueprint) -> StackRequest<'_> {
    let resources = blueprint.resources.values();
    let wanted = resources.map(|resource| (resource.address.clone(), resource.region.clone())).collect();
    let global = blueprint.resources.values().filter(|resource| resource.is_global);
    let global = global.map(|resource| resource.address.clone()).collect();
    StackRequest { stack: &blueprint.stack, wanted, global }
}

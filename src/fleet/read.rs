use std::collections::BTreeMap;

use futures_util::future::{join_all, try_join_all};

use super::{Account, Accounts, Fleet, Location, stack_request};
use crate::blueprint::Blueprint;
use crate::inventory::{Going, Inventory, Request, Wanted, collect, contents, preflight};
use crate::resource::{Result, Role, StackId};

/// The stacks of one account that are read under one role.
struct Group<'a> {
    account: &'a str,
    role: Option<Role>,
    stacks: Vec<&'a Blueprint>,
}

impl<A: Accounts> Fleet<'_, A> {
    /// Checks every account, then reads all that is there of the stacks; `survey` also looks for what is nobody's.
    /// A stack of which most is not where the YAML says is looked for elsewhere.
    ///
    /// # Errors
    /// If the credentials are not for an account. What else could not be read is unknown in the inventories.
    pub async fn read(&self, survey: bool) -> Result<BTreeMap<StackId, Inventory>> {
        let (groups, named) = (self.groups(), &self.named());
        self.accounts.begins(groups.len());
        try_join_all(groups.iter().map(|group| self.verify(group))).await?;
        let reads = groups.iter().map(|group| async move {
            let stacks = group.stacks.iter().map(|blueprint| stack_request(blueprint)).collect();
            let request = Request { project: self.members.project, account: group.account, named, stacks, survey };
            let read = collect(self.accounts.kinds(), &self.source(group), &request).await;
            self.accounts.has_read();
            read
        });
        let mut inventories = join_all(reads).await.into_iter().flatten().collect();
        self.locate(&mut inventories).await;
        self.leave_global(self.stacks.iter().map(|blueprint| &blueprint.stack), &mut inventories);
        Ok(inventories)
    }

    /// Asks AWS what it would refuse of what is to be made or changed, and notes that in the inventories.
    pub(super) async fn preflight(&self, inventories: &mut BTreeMap<StackId, Inventory>) {
        for group in self.groups() {
            let resources = group.stacks.iter().flat_map(|blueprint| {
                blueprint.resources.values().map(|resource| Wanted {
                    stack: &blueprint.stack.id,
                    address: &resource.address,
                    region: &resource.region,
                    spec: &resource.spec,
                })
            });
            let wanted: Vec<_> = resources.collect();
            preflight(self.accounts.kinds(), &self.source(&group), &wanted, inventories).await;
        }
    }

    /// Asks what is in things that are to be deleted, and notes it in the inventories. Returns whether there is anything.
    pub(super) async fn contents(&self, going: &[Going], inventories: &mut BTreeMap<StackId, Inventory>) -> bool {
        let mut is_any = false;
        for group in self.groups() {
            let of_it = |one: &&Going| group.stacks.iter().any(|blueprint| blueprint.stack.id == one.stack);
            let going: Vec<_> = going.iter().filter(of_it).cloned().collect();
            is_any |= contents(self.accounts.kinds(), &self.source(&group), &going, inventories).await;
        }
        is_any
    }

    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<_, Vec<&Blueprint>> = BTreeMap::new();
        for blueprint in self.stacks {
            let stack = &blueprint.stack;
            groups.entry((&*stack.account, stack.role(self.access))).or_default().push(blueprint);
        }
        groups.into_iter().map(|((account, role), stacks)| Group { account, role, stacks }).collect()
    }

    fn source<'a>(&'a self, group: &Group<'a>) -> Account<'a, A> {
        Account { accounts: self.accounts, id: group.account, role: group.role.clone() }
    }

    async fn verify(&self, group: &Group<'_>) -> Result<()> {
        let stack = &group.stacks[0].stack;
        self.accounts.verify(&Location::of(stack, &stack.region, self.access)).await
    }
}

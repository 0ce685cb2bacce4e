//! Stacks where the YAML has none: orphans, and stacks whose region or account was changed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{Account, Accounts, Fleet, Location, Members, stack_request};
use crate::blueprint::Blueprint;
use crate::inventory::{Inventory, Orphan, Request, StackRequest, collect, named_stacks};
use crate::problem::Problem;
use crate::resource::{Access, Failure, Result, Stack, StackId, Tags, home, partition};

/// A location where stacks are searched for, and the role by which they could be changed there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SearchTarget {
    location: Location,
    write_role: Option<String>,
}

/// Whether a stack that is claimed in a location is one that is searched for.
type IsMeant<'a> = dyn Fn(&Location, &StackId) -> bool + Sync + 'a;

/// The stacks that a search found, and the locations that it could not search: why.
#[derive(Debug, Default)]
pub struct OrphanSearch {
    pub found: Vec<Orphan>,
    pub unsearched: Vec<Problem>,
}

impl<A: Accounts> Fleet<'_, A> {
    /// Finds the stacks that are there and not in the YAML: in every account of the stacks that were read, in their
    /// regions and those that the project names for it. What a stack has in a region that it does not name is one, too.
    pub async fn orphans(&self) -> OrphanSearch {
        let stacks = self.stacks;
        let accounts: BTreeSet<&str> = stacks.iter().map(|blueprint| &*blueprint.stack.account).collect();
        let mut locations = BTreeSet::new();
        for blueprint in stacks {
            let own = stack_request(blueprint);
            locations.extend(
                own.regions().into_iter().map(|region| SearchTarget::of(&blueprint.stack, region, Access::Read)),
            );
        }
        // Where what belongs to no region is kept: certificates and web ACLs of CloudFront.
        locations.extend(stacks.iter().map(|it| SearchTarget::of(&it.stack, home(&it.stack.region), Access::Read)));
        let members = self.members.stacks.iter().filter(|stack| accounts.contains(&*stack.account));
        locations.extend(members.map(|stack| SearchTarget::of(stack, &stack.region, Access::Read)));
        let is_stray = |location: &Location, id: &StackId| {
            let wanted = stacks.iter().find(|blueprint| blueprint.stack.id == *id);
            match wanted.filter(|blueprint| blueprint.stack.account == location.account) {
                // A region that nothing of the stack names any more.
                Some(blueprint) => !stack_request(blueprint).regions().contains(&*location.region),
                None => !self.members.ids.contains(id),
            }
        };
        self.search(once_each(locations), &is_stray).await
    }

    /// Looks in other regions and accounts for stacks of which most is not where the YAML says.
    pub(super) async fn locate(&self, inventories: &mut BTreeMap<StackId, Inventory>) {
        let missing: Vec<_> = self
            .stacks
            .iter()
            .filter(|one| !one.resources.is_empty())
            .filter(|one| {
                inventories.get(&one.stack.id).is_some_and(|inventory| !stack_request(one).is_at_home(inventory))
            })
            .collect();
        let locations = missing.iter().flat_map(|one| self.other_locations(&one.stack)).collect();
        // Resources where the YAML says were read already.
        let is_own = |one: &Blueprint, account: &str, region: &str| {
            account == one.stack.account && stack_request(one).regions().contains(region)
        };
        let is_missing = |location: &Location, claimed: &StackId| {
            let claimed = missing.iter().find(|one| one.stack.id == *claimed);
            claimed.is_some_and(|one| !is_own(one, &location.account, &location.region))
        };
        let strays = self.search(once_each(locations), &is_missing).await;
        for blueprint in missing {
            let (stack, own) = (&blueprint.stack, stack_request(blueprint));
            if let Some(inventory) = inventories.get_mut(&stack.id) {
                let lives_there = |found: &&Orphan| found.stack == stack.id && own.lives_with(found, inventory);
                inventory.elsewhere = strays.found.iter().filter(lives_there).cloned().collect();
                inventory.unsearched = strays.unsearched.iter().map(|problem| problem.what.clone()).collect();
            }
        }
    }

    /// Asks the tag index of each location, and the kinds that the index doesn't show, and reads the stacks that they name.
    async fn search(&self, locations: Vec<SearchTarget>, is_meant: &IsMeant<'_>) -> OrphanSearch {
        let known = &self.verified(&locations).await;
        let asked = join_all(locations.iter().map(|target| async move {
            let location = &target.location;
            known[&*location.account].clone()?;
            let mut claimed = self.accounts.claimed(location, self.members.project).await?;
            claimed.extend(self.claimed_by_name(location).await?);
            let claimed: BTreeSet<_> = claimed.into_iter().filter(|stack| is_meant(location, stack)).collect();
            Ok(if claimed.is_empty() { Vec::new() } else { self.confirm(target, &claimed).await })
        }));
        let mut strays = OrphanSearch::default();
        let mut failed: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
        for (SearchTarget { location, .. }, answer) in locations.iter().zip(asked.await) {
            for found in answer.unwrap_or_else(|failure| vec![Err(failure)]) {
                match found {
                    Ok(orphan) => strays.found.push(orphan),
                    Err(failure) => {
                        let why = Failure { request_id: None, ..failure }.to_string();
                        failed.entry((why, &location.account)).or_default().insert(&location.region);
                    }
                }
            }
        }
        strays.found.sort();
        strays.unsearched.extend(failed.into_iter().map(|((why, account), regions)| {
            let regions = regions.into_iter().collect::<Vec<_>>().join(", ");
            let what =
                format!("{regions} of {account} could not be searched for stacks that the YAML has not there: {why}");
            Problem::warning(None, what)
        }));
        strays
    }

    /// The stacks whose names things in the place bear that can't be tagged: no tag index knows those.
    async fn claimed_by_name(&self, location: &Location) -> Result<BTreeSet<StackId>> {
        let Location { account, region, role } = location;
        let source = Account { accounts: self.accounts, id: account, role: role.clone() };
        named_stacks(self.accounts.kinds(), &source, self.members.project, account, region).await
    }

    /// Checks once for each account that the credentials are for it.
    async fn verified<'a>(&self, locations: &'a [SearchTarget]) -> BTreeMap<&'a str, Result<()>> {
        let locations = locations.iter().rev().map(|target| &target.location);
        let first: BTreeMap<&str, &Location> = locations.map(|location| (&*location.account, location)).collect();
        let checks =
            first.into_iter().map(|(account, location)| async move { (account, self.accounts.verify(location).await) });
        join_all(checks).await.into_iter().collect()
    }

    /// Reads what the tag index named: it lags, and names what is on its way out. What it named and could not be read may
    /// be there.
    async fn confirm(&self, target: &SearchTarget, claimed: &BTreeSet<StackId>) -> Vec<Result<Orphan>> {
        let Members { project, .. } = self.members;
        let Location { account, region, role } = &target.location;
        let stacks: Vec<Stack> = claimed.iter().map(|id| target.stack(project, id)).collect();
        let source = Account { accounts: self.accounts, id: account, role: role.clone() };
        let wanted = stacks
            .iter()
            .map(|stack| StackRequest { stack, wanted: BTreeMap::new(), global: BTreeSet::new() })
            .collect();
        let request = Request { project, account, named: &self.named(), stacks: wanted, survey: false };
        let mut read = collect(self.accounts.kinds(), &source, &request).await;
        self.leave_global(&stacks, &mut read);
        let answer = |stack: &Stack| {
            let inventory = read.get(&stack.id)?;
            let addresses = match inventory.residents(&stack.region) {
                Ok(addresses) if addresses.is_empty() => return None,
                Ok(addresses) => addresses,
                Err(failure) => return Some(Err(failure)),
            };
            Some(Ok(Orphan {
                stack: stack.id.clone(),
                account: account.clone(),
                region: region.clone(),
                role: target.write_role.clone(),
                resources: inventory.all().count(),
                addresses,
            }))
        };
        stacks.iter().filter_map(answer).collect()
    }

    /// Where a stack may live instead: in its account every region, in the others those that the project names.
    fn other_locations(&self, stack: &Stack) -> BTreeSet<SearchTarget> {
        let members = self.members.stacks;
        let named: BTreeSet<&str> = members.iter().map(|other| &*other.region).collect();
        // An account is of one partition.
        let is_near = |stack: &Stack, region: &str| partition(region) == partition(&stack.region);
        let known = self.accounts.regions().into_iter().filter(|region| is_near(stack, region));
        let mut locations: BTreeSet<_> = known.map(|region| SearchTarget::of(stack, region, self.access)).collect();
        let others = members.iter().filter(|other| other.account != stack.account);
        for other in others.chain([stack]) {
            let regions = named.iter().filter(|region| is_near(other, region));
            locations.extend(regions.map(|region| SearchTarget::of(other, region, self.access)));
        }
        locations
    }
}

impl SearchTarget {
    fn of(stack: &Stack, region: &str, access: Access) -> Self {
        let location = Location::of(stack, region, access);
        let role = location.role.or_else(|| stack.role(Access::Write));
        Self { location: Location { role, ..location }, write_role: stack.write_role.clone() }
    }

    /// A stack that may live here, of which nothing is known but its name.
    fn stack(&self, project: &str, id: &StackId) -> Stack {
        Stack {
            id: id.clone(),
            project: project.to_owned(),
            account: self.location.account.clone(),
            region: self.location.region.clone(),
            template: String::new(),
            tags: Tags::default(),
            read_role: None,
            write_role: None,
            external_id: None,
            protected: true,
        }
    }
}

impl<A: Accounts> Fleet<'_, A> {
    /// What the YAML has elsewhere by now shares with what is left of it here what belongs to no region: that is not taken
    /// along.
    pub(super) fn leave_global<'a>(
        &self,
        stacks: impl IntoIterator<Item = &'a Stack>,
        inventories: &mut BTreeMap<StackId, Inventory>,
    ) {
        let kinds = self.accounts.kinds().iter().map(|kind| kind.facts());
        let global: BTreeSet<&str> = kinds.filter(|facts| facts.is_global).map(|facts| facts.kind).collect();
        let is_left = |here: &Stack| {
            let is_other = |there: &Stack| (&there.account, &there.region) != (&here.account, &here.region);
            self.members.stacks.iter().filter(|there| there.id == here.id).any(is_other)
        };
        for stack in stacks.into_iter().filter(|stack| is_left(stack)) {
            if let Some(inventory) = inventories.get_mut(&stack.id) {
                inventory.kinds.retain(|(_, kind), _| !global.contains(kind.as_str()));
            }
        }
    }
}

/// One way into each account and region is enough.
fn once_each(locations: BTreeSet<SearchTarget>) -> Vec<SearchTarget> {
    let mut seen = BTreeSet::new();
    locations
        .into_iter()
        .filter(|one| seen.insert((one.location.account.clone(), one.location.region.clone())))
        .collect()
}

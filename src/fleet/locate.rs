//! Stacks where the YAML has none: orphans, and stacks whose region or account was changed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{Account, Accounts, Fleet, Members, Place, sought};
use crate::blueprint::Blueprint;
use crate::inventory::{Inventory, Orphan, Request, Sought, collect, named_stacks};
use crate::problem::Problem;
use crate::resource::{Access, Failure, Result, Stack, StackId, Tags, home, partition};

/// A place where stacks are looked for, and by which role they could be changed there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Suspected {
    place: Place,
    write_role: Option<String>,
}

/// Whether a stack that is claimed in a place is one that is looked for.
type IsMeant<'a> = dyn Fn(&Place, &StackId) -> bool + Sync + 'a;

/// What a look at places found, and where it could not look: why.
#[derive(Debug, Default)]
pub struct Strays {
    pub found: Vec<Orphan>,
    pub unsearched: Vec<Problem>,
}

impl<A: Accounts> Fleet<'_, A> {
    /// Finds the stacks that are there and not in the YAML: in every account of the stacks that were read, in their
    /// regions and those that the project names for it. What a stack has in a region that it does not name is one, too.
    pub async fn orphans(&self) -> Strays {
        let stacks = self.stacks;
        let accounts: BTreeSet<&str> = stacks.iter().map(|blueprint| &*blueprint.stack.account).collect();
        let mut places = BTreeSet::new();
        for blueprint in stacks {
            let own = sought(blueprint);
            places
                .extend(own.regions().into_iter().map(|region| Suspected::of(&blueprint.stack, region, Access::Read)));
        }
        // Where what belongs to no region is kept: certificates and web ACLs of CloudFront.
        places.extend(stacks.iter().map(|it| Suspected::of(&it.stack, home(&it.stack.region), Access::Read)));
        let members = self.members.stacks.iter().filter(|stack| accounts.contains(&*stack.account));
        places.extend(members.map(|stack| Suspected::of(stack, &stack.region, Access::Read)));
        let is_stray = |place: &Place, id: &StackId| {
            let wanted = stacks.iter().find(|blueprint| blueprint.stack.id == *id);
            match wanted.filter(|blueprint| blueprint.stack.account == place.account) {
                // A region that nothing of the stack names any more.
                Some(blueprint) => !sought(blueprint).regions().contains(&*place.region),
                None => !self.members.ids.contains(id),
            }
        };
        self.strays(once_each(places), &is_stray).await
    }

    /// Looks in other regions and accounts for stacks of which most is not where the YAML says.
    pub(super) async fn locate(&self, inventories: &mut BTreeMap<StackId, Inventory>) {
        let missing: Vec<_> = self
            .stacks
            .iter()
            .filter(|one| !one.resources.is_empty())
            .filter(|one| inventories.get(&one.stack.id).is_some_and(|inventory| !sought(one).is_at_home(inventory)))
            .collect();
        let places = missing.iter().flat_map(|one| self.other_places(&one.stack)).collect();
        // What is where the YAML says was read.
        let is_own = |one: &Blueprint, account: &str, region: &str| {
            account == one.stack.account && sought(one).regions().contains(region)
        };
        let is_missing = |place: &Place, claimed: &StackId| {
            let claimed = missing.iter().find(|one| one.stack.id == *claimed);
            claimed.is_some_and(|one| !is_own(one, &place.account, &place.region))
        };
        let strays = self.strays(once_each(places), &is_missing).await;
        for blueprint in missing {
            let (stack, own) = (&blueprint.stack, sought(blueprint));
            if let Some(inventory) = inventories.get_mut(&stack.id) {
                let lives_there = |found: &&Orphan| found.stack == stack.id && own.lives_with(found, inventory);
                inventory.elsewhere = strays.found.iter().filter(lives_there).cloned().collect();
                inventory.unsearched = strays.unsearched.iter().map(|problem| problem.what.clone()).collect();
            }
        }
    }

    /// Asks the tag index of each place, and the kinds that it knows nothing of, and reads what they name.
    async fn strays(&self, places: Vec<Suspected>, is_meant: &IsMeant<'_>) -> Strays {
        let known = &self.verified(&places).await;
        let asked = join_all(places.iter().map(|suspected| async move {
            let place = &suspected.place;
            known[&*place.account].clone()?;
            let mut claimed = self.accounts.claimed(place, self.members.project).await?;
            claimed.extend(self.claimed_by_name(place).await?);
            let claimed: BTreeSet<_> = claimed.into_iter().filter(|stack| is_meant(place, stack)).collect();
            Ok(if claimed.is_empty() { Vec::new() } else { self.confirm(suspected, &claimed).await })
        }));
        let mut strays = Strays::default();
        let mut failed: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
        for (Suspected { place, .. }, answer) in places.iter().zip(asked.await) {
            for found in answer.unwrap_or_else(|failure| vec![Err(failure)]) {
                match found {
                    Ok(orphan) => strays.found.push(orphan),
                    Err(failure) => {
                        let why = Failure { request_id: None, ..failure }.to_string();
                        failed.entry((why, &place.account)).or_default().insert(&place.region);
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
    async fn claimed_by_name(&self, place: &Place) -> Result<BTreeSet<StackId>> {
        let Place { account, region, role } = place;
        let source = Account { accounts: self.accounts, id: account, role: role.clone() };
        named_stacks(self.accounts.kinds(), &source, self.members.project, account, region).await
    }

    /// Checks once for each account that the credentials are for it.
    async fn verified<'a>(&self, places: &'a [Suspected]) -> BTreeMap<&'a str, Result<()>> {
        let places = places.iter().rev().map(|suspected| &suspected.place);
        let first: BTreeMap<&str, &Place> = places.map(|place| (&*place.account, place)).collect();
        let checks =
            first.into_iter().map(|(account, place)| async move { (account, self.accounts.verify(place).await) });
        join_all(checks).await.into_iter().collect()
    }

    /// Reads what the tag index named: it lags, and names what is on its way out. What it named and could not be read may
    /// be there.
    async fn confirm(&self, suspected: &Suspected, claimed: &BTreeSet<StackId>) -> Vec<Result<Orphan>> {
        let Members { project, .. } = self.members;
        let Place { account, region, role } = &suspected.place;
        let stacks: Vec<Stack> = claimed.iter().map(|id| suspected.stack(project, id)).collect();
        let source = Account { accounts: self.accounts, id: account, role: role.clone() };
        let wanted =
            stacks.iter().map(|stack| Sought { stack, wanted: BTreeMap::new(), global: BTreeSet::new() }).collect();
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
                role: suspected.write_role.clone(),
                resources: inventory.all().count(),
                addresses,
            }))
        };
        stacks.iter().filter_map(answer).collect()
    }

    /// Where a stack may live instead: in its account every region, in the others those that the project names.
    fn other_places(&self, stack: &Stack) -> BTreeSet<Suspected> {
        let members = self.members.stacks;
        let named: BTreeSet<&str> = members.iter().map(|other| &*other.region).collect();
        // An account is of one partition.
        let is_near = |stack: &Stack, region: &str| partition(region) == partition(&stack.region);
        let known = self.accounts.regions().into_iter().filter(|region| is_near(stack, region));
        let mut places: BTreeSet<_> = known.map(|region| Suspected::of(stack, region, self.access)).collect();
        let others = members.iter().filter(|other| other.account != stack.account);
        for other in others.chain([stack]) {
            let regions = named.iter().filter(|region| is_near(other, region));
            places.extend(regions.map(|region| Suspected::of(other, region, self.access)));
        }
        places
    }
}

impl Suspected {
    fn of(stack: &Stack, region: &str, access: Access) -> Self {
        let place = Place::of(stack, region, access);
        let role = place.role.or_else(|| stack.role(Access::Write));
        Self { place: Place { role, ..place }, write_role: stack.write_role.clone() }
    }

    /// A stack that may live here, of which nothing is known but its name.
    fn stack(&self, project: &str, id: &StackId) -> Stack {
        Stack {
            id: id.clone(),
            project: project.to_owned(),
            account: self.place.account.clone(),
            region: self.place.region.clone(),
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
fn once_each(places: BTreeSet<Suspected>) -> Vec<Suspected> {
    let mut seen = BTreeSet::new();
    places.into_iter().filter(|one| seen.insert((one.place.account.clone(), one.place.region.clone()))).collect()
}

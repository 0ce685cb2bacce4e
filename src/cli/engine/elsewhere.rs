//! Stacks where the YAML has none: orphans, and stacks whose region or account was changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;

use super::source::AwsSource;
use super::{As, Engine, sought};
use crate::aws::Role;
use crate::blueprint::Blueprint;
use crate::cli::project::Project;
use crate::inventory::{Inventory, Orphan, Request, Sought, collect, named_stacks};
use crate::kinds::KINDS;
use crate::problem::Problem;
use crate::resource::{Failure, Result, Stack, StackId, Tags, home, is_everywhere, partition};
use crate::tenant::region;

/// An account and region, and as whom it is read and changed there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    account: String,
    region: String,
    read: Option<(String, Option<String>)>,
    write: Option<String>,
}

/// Whether a stack that is claimed in a place is one that is looked for.
type IsMeant<'a> = dyn Fn(&Place, &StackId) -> bool + Sync + 'a;

/// What a look at places found, and where it could not look: why.
#[derive(Default)]
pub struct Strays {
    pub found: Vec<Orphan>,
    pub unsearched: Vec<Problem>,
}

impl Engine {
    /// Finds the stacks that are there and not in the YAML: in every account of the stacks that were read, in their
    /// regions and those that the project names for it. What a stack has in a region that it does not name is one, too.
    pub async fn orphans(&self, project: &Project, stacks: &[&Blueprint]) -> Strays {
        let accounts: BTreeSet<&str> = stacks.iter().map(|blueprint| &*blueprint.stack.account).collect();
        let mut places = BTreeSet::new();
        for blueprint in stacks {
            places.extend(
                sought(blueprint).regions().into_iter().map(|region| Place::of(&blueprint.stack, region, As::Reader)),
            );
        }
        // Where what belongs to no region is kept: certificates and web ACLs of CloudFront.
        places.extend(stacks.iter().map(|it| Place::of(&it.stack, home(&it.stack.region), As::Reader)));
        let fleet = project.fleet().iter().filter(|stack| accounts.contains(&*stack.account));
        places.extend(fleet.map(|stack| Place::of(stack, &stack.region, As::Reader)));
        let is_stray = |place: &Place, id: &StackId| {
            let wanted = stacks.iter().find(|blueprint| blueprint.stack.id == *id);
            match wanted.filter(|blueprint| blueprint.stack.account == place.account) {
                // A region that nothing of the stack names any more.
                Some(blueprint) => !sought(blueprint).regions().contains(&*place.region),
                None => !project.has(id),
            }
        };
        self.strays(project, once_each(places), &is_stray).await
    }

    /// Looks in other regions and accounts for stacks of which most is not where the YAML says.
    pub(super) async fn locate(
        &self,
        project: &Project,
        stacks: &[&Blueprint],
        as_whom: As,
        inventories: &mut BTreeMap<StackId, Inventory>,
    ) {
        let missing: Vec<_> = stacks
            .iter()
            .filter(|one| !one.resources.is_empty())
            .filter(|one| inventories.get(&one.stack.id).is_some_and(|inventory| !sought(one).is_at_home(inventory)))
            .collect();
        let fleet = project.fleet();
        let places = missing.iter().flat_map(|one| other_places(&one.stack, fleet, as_whom)).collect();
        let is_missing = |_: &Place, claimed: &StackId| missing.iter().any(|one| one.stack.id == *claimed);
        let strays = self.strays(project, once_each(places), &is_missing).await;
        for blueprint in missing {
            let (stack, own) = (&blueprint.stack, sought(blueprint));
            let is_other = |found: &&Orphan| {
                let is_own = found.account == stack.account && own.regions().contains(&*found.region);
                found.stack == stack.id && !is_own
            };
            if let Some(inventory) = inventories.get_mut(&stack.id) {
                let lives_there = |found: &&Orphan| is_other(found) && own.lives_with(found, inventory);
                inventory.elsewhere = strays.found.iter().filter(lives_there).cloned().collect();
                inventory.unsearched = strays.unsearched.iter().map(|problem| problem.what.clone()).collect();
            }
        }
    }

    /// Asks the tagging API in each place, and the kinds that it knows nothing of, and reads what they name.
    async fn strays(&self, project: &Project, places: Vec<Place>, is_meant: &IsMeant<'_>) -> Strays {
        let known = &self.verified(&places).await;
        let asked = join_all(places.iter().map(|place| async move {
            known[&*place.account].clone()?;
            let claimed = self.claimed(project.name(), place).await?;
            let claimed: BTreeSet<_> = claimed.into_iter().filter(|stack| is_meant(place, stack)).collect();
            Ok(if claimed.is_empty() { Vec::new() } else { self.confirm(project, place, &claimed).await })
        }));
        let mut strays = Strays::default();
        let mut failed: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
        for (place, answer) in places.iter().zip(asked.await) {
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
        let unsearched = failed.into_iter();
        strays.unsearched.extend(unsearched.map(|((why, account), regions)| {
            let regions = regions.into_iter().collect::<Vec<_>>().join(", ");
            let what =
                format!("{regions} of {account} could not be searched for stacks that the YAML has not there: {why}");
            Problem::warning(None, what)
        }));
        strays
    }

    /// Checks once for each account that the credentials are for it.
    async fn verified<'a>(&self, places: &'a [Place]) -> BTreeMap<&'a str, Result<()>> {
        let first: BTreeMap<&str, &Place> = places.iter().rev().map(|place| (&*place.account, place)).collect();
        let checks = first.into_iter().map(|(account, place)| async move {
            let session = self.sessions.open(&place.account, &place.region, place.role()).await;
            let check = match session {
                Ok(session) => session.verify().await,
                Err(failure) => Err(failure),
            };
            (account, check)
        });
        join_all(checks).await.into_iter().collect()
    }

    async fn claimed(&self, project: &str, place: &Place) -> Result<BTreeSet<StackId>> {
        let session = self.sessions.open(&place.account, &place.region, place.role()).await?;
        let mut claimed = session.reader().claimed_stacks(project).await?;
        let source = AwsSource::new(Arc::clone(&self.sessions), &place.account, place.role());
        claimed.extend(named_stacks(KINDS, &source, project, &place.account, &place.region).await?);
        Ok(claimed)
    }

    /// Reads what the tagging API named: it lags, and names what is on its way out. What it named and could not be read may
    /// be there.
    async fn confirm(&self, project: &Project, place: &Place, claimed: &BTreeSet<StackId>) -> Vec<Result<Orphan>> {
        let stacks: Vec<Stack> = claimed.iter().map(|id| place.stack(project.name(), id)).collect();
        let source = AwsSource::new(Arc::clone(&self.sessions), &place.account, place.role());
        let wanted = stacks.iter().map(|stack| Sought { stack, wanted: BTreeMap::new() }).collect();
        let request = Request { project: project.name(), account: &place.account, stacks: wanted, survey: false };
        let mut read = collect(KINDS, &source, &request).await;
        leave_roles(project, &stacks, &mut read);
        let answer = |stack: &Stack| {
            let inventory = read.get(&stack.id)?;
            let addresses = match inventory.residents(&stack.region) {
                Ok(addresses) if addresses.is_empty() => return None,
                Ok(addresses) => addresses,
                Err(failure) => return Some(Err(failure)),
            };
            Some(Ok(Orphan {
                stack: stack.id.clone(),
                account: place.account.clone(),
                region: place.region.clone(),
                role: place.write.clone(),
                resources: inventory.all().count(),
                addresses,
            }))
        };
        stacks.iter().filter_map(answer).collect()
    }
}

impl Place {
    fn of(stack: &Stack, region: &str, as_whom: As) -> Self {
        let read = as_whom.role(stack).or_else(|| As::Writer.role(stack));
        Self {
            account: stack.account.clone(),
            region: region.to_owned(),
            read: read.map(|role| (role.arn, role.external_id)),
            write: stack.write_role.clone(),
        }
    }

    fn role(&self) -> Option<Role> {
        self.read.clone().map(|(arn, external_id)| Role { arn, external_id })
    }

    /// A stack that may live here, of which nothing is known but its name.
    fn stack(&self, project: &str, id: &StackId) -> Stack {
        Stack {
            id: id.clone(),
            project: project.to_owned(),
            account: self.account.clone(),
            region: self.region.clone(),
            template: String::new(),
            tags: Tags::default(),
            read_role: None,
            write_role: None,
            external_id: None,
            protected: true,
        }
    }
}

/// What the YAML has elsewhere by now shares its roles with what is left of it here: they are everywhere, and not taken
/// along.
pub(super) fn leave_roles<'a>(
    project: &Project,
    stacks: impl IntoIterator<Item = &'a Stack>,
    inventories: &mut BTreeMap<StackId, Inventory>,
) {
    let fleet = project.fleet();
    let is_left = |here: &Stack| {
        let is_other = |there: &Stack| (&there.account, &there.region) != (&here.account, &here.region);
        fleet.iter().filter(|there| there.id == here.id).any(is_other)
    };
    for stack in stacks.into_iter().filter(|stack| is_left(stack)) {
        if let Some(inventory) = inventories.get_mut(&stack.id) {
            inventory.kinds.retain(|(_, kind), _| !is_everywhere(kind));
        }
    }
}

/// Where a stack may live instead: in its account every region, in the others those that the project names.
fn other_places(stack: &Stack, fleet: &[Stack], as_whom: As) -> BTreeSet<Place> {
    let named: BTreeSet<&str> = fleet.iter().map(|other| &*other.region).collect();
    // An account is of one partition.
    let is_near = |stack: &Stack, region: &str| partition(region) == partition(&stack.region);
    let known = region::names().filter(|region| is_near(stack, region));
    let mut places: BTreeSet<Place> = known.map(|region| Place::of(stack, region, as_whom)).collect();
    let others = fleet.iter().filter(|other| other.account != stack.account);
    for other in others.chain([stack]) {
        let regions = named.iter().filter(|region| is_near(other, region));
        places.extend(regions.map(|region| Place::of(other, region, as_whom)));
    }
    places
}

/// One way into each account and region is enough.
fn once_each(places: BTreeSet<Place>) -> Vec<Place> {
    let mut seen = BTreeSet::new();
    places.into_iter().filter(|place| seen.insert((place.account.clone(), place.region.clone()))).collect()
}

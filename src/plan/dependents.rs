//! Deletions after those of the dependents, also without a reference: a service that drains still needs its route out and
//! its database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::decide::Decisions;
use super::live_edges::LiveId;
use super::order::Shapes;
use super::steps::Steps;
use super::types::{StepId, Verb};
use super::verdict::Verdict;
use crate::blueprint::Blueprint;
use crate::resource::{Address, Live, Neighbours, State};

/// Lets deletions wait for the followers that go as well, or are changed so that they no longer follow. Only where nothing
/// waits the other way round: unlike a reference, this keeps no call from being accepted.
pub(super) fn outlast(
    blueprint: &Blueprint,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    going: &BTreeMap<LiveId, Arc<Live>>,
    steps: &mut Steps,
) {
    let updates =
        decisions.into_iter().flat_map(|decisions| &decisions.verdicts).filter_map(
            |(address, verdict)| match verdict {
                Verdict::Update { live, .. } => Some((address, live, steps.last.get(address)?.clone())),
                _ => None,
            },
        );
    let deletions = going.iter().map(|(id, live)| (&id.address, live, end(&id.address, live)));
    let all: Vec<_> = updates.chain(deletions).collect();
    let stays = decisions.into_iter().flat_map(|decisions| &decisions.verdicts);
    let stays = stays.filter_map(|(address, verdict)| Some((address, verdict.live()?)));
    let there = LiveByHandle::of(stays.chain(going.iter().map(|(id, live)| (&id.address, live))));
    for (id, live) in going {
        let deletion = end(&id.address, live);
        for (address, follower, step) in &all {
            let Some(shape) = shapes.get(address.kind.as_str()) else { continue };
            let is_said =
                || blueprint.resources.get(*address).is_some_and(|resource| resource.only_depends_on(&id.address));
            let depends_on = || shape.depends_on(&follower.spec, &id.address, &live.spec, &there).is_some();
            if !Arc::ptr_eq(follower, live)
                && follower.region == live.region
                && (is_said() || depends_on())
                && !waits_for(steps, step, &deletion)
                && let Some(deletion) = steps.all.get_mut(&deletion)
            {
                deletion.after.insert(step.clone());
            }
        }
    }
}

/// The step after which a thing that goes is gone.
fn end(address: &Address, live: &Live) -> StepId {
    let verb = if live.state == State::Deleting { Verb::Wait } else { Verb::Delete };
    StepId::new(address, verb, &live.id)
}

/// Whether a step waits for another, directly or through others.
pub(super) fn waits_for(steps: &Steps, step: &StepId, other: &StepId) -> bool {
    let (mut open, mut seen) = (vec![step], BTreeSet::new());
    while let Some(id) = open.pop() {
        if id == other {
            return true;
        }
        if seen.insert(id) {
            open.extend(steps.all.get(id).into_iter().flat_map(|step| &step.after));
        }
    }
    false
}

/// The live resources by their handles: the ids and outputs that name them.
pub(super) struct LiveByHandle<'a>(BTreeMap<String, Vec<(&'a Address, &'a Value)>>);

impl<'a> LiveByHandle<'a> {
    pub(super) fn of(all: impl Iterator<Item = (&'a Address, &'a Arc<Live>)>) -> Self {
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (address, live) in all {
            for name in live.handles() {
                by_name.entry(name).or_default().push((address, &live.spec));
            }
        }
        Self(by_name)
    }
}

impl Neighbours for LiveByHandle<'_> {
    fn named<'a>(&'a self, text: &str) -> Vec<(&'a Address, &'a Value)> {
        self.0.get(text).cloned().unwrap_or_default()
    }
}

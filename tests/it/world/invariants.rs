//! The promises that are checked after every round, each by what was called and not by what the engine says.

use std::collections::BTreeMap;

use provision::plan::{Plan, Step, Verb as StepVerb};
use provision::resource::key;

use super::build::YamlResource;
use super::cloud::{Call, World, long, short};
use super::faults::{Fault, What};
use super::history::{Job, Verb, Yaml};
use super::kinds::is_global;
use super::strangers::Strangers;
use super::thing::Thing;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub promise: String,
    pub what: String,
}

impl Broken {
    pub fn new(promise: &str, what: String) -> Self {
        Self { promise: promise.to_owned(), what }
    }
}

/// What is known of one run.
pub struct Trace {
    pub run: String,
    pub job: Job,
    /// What was shown last.
    pub plan: Plan,
    /// What was agreed to, round by round, but for rounds that ended before their first changing call, as they say.
    pub agreed: Vec<Plan>,
    /// What was not done, for people.
    pub end: Vec<String>,
}

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} {}", self.run, serde_json::to_string(&self.job).expect("jobs are JSON"))?;
        for stack in &self.plan.stacks {
            for change in &stack.changes {
                writeln!(f, "  {:?} {} in {} {:?}", change.action, change.address, change.region, change.notes)?;
            }
            for (id, step) in &stack.steps {
                let after: Vec<_> = step.after.iter().map(ToString::to_string).collect();
                writeln!(f, "    {id} after {after:?}")?;
            }
        }
        self.end.iter().try_for_each(|line| writeln!(f, "  ! {line}"))
    }
}

/// What kinds bear data; kept apart from what the engine thinks.
const STATEFUL: [&str; 1] = ["Store"];

/// Checks one run.
pub fn run(world: &mut World, trace: &Trace) -> Result<(), Broken> {
    if let Some(trespass) = world.trespasses.first() {
        return Err(Broken::new("6: no call names what is not the stack's", trespass.clone()));
    }
    world.note("promise 6: no call names what is not the stack's");
    if let Some(deprived) = world.deprived.first() {
        return Err(Broken::new("12: nobody is without what the running version needs", deprived.clone()));
    }
    let calls: Vec<Call> = world.calls.iter().filter(|call| call.run == trace.run).cloned().collect();
    if trace.job.verb == Verb::Plan {
        world.note("promise 4: plan changes nothing");
        if let Some(call) = calls.first() {
            return Err(Broken::new("4: plan changes nothing", format!("{call:?}")));
        }
        return Ok(());
    }
    world.note("promise 3: exactly the approved plan");
    let agreed = || trace.agreed.iter().flat_map(|plan| &plan.stacks);
    for stack in agreed() {
        let lost = stack.steps.values().find(|step| step.after.iter().any(|id| !stack.steps.contains_key(id)));
        if let Some(step) = lost {
            let text = format!("{} waits for what is no step: {:?}", step.id, step.after);
            return Err(Broken::new("3: exactly the approved plan", text));
        }
    }
    for call in &calls {
        let step = agreed().flat_map(|stack| stack.steps.values()).find(|step| is_of(call, step));
        let Some(step) = step else {
            let steps: Vec<_> = agreed().flat_map(|stack| stack.steps.keys()).collect();
            let text = format!("{call:?} is in no step: {steps:?}");
            return Err(Broken::new("3: exactly the approved plan", text));
        };
        kept(world, trace, call, step)?;
        one_writer(world, call)?;
    }
    Ok(())
}

/// What is made with two calls.
const TWICE: [&str; 2] = ["Fake::Net/", "Fake::Cache/"];

/// Whether a call is part of a step.
fn is_of(call: &Call, step: &Step) -> bool {
    let same = if step.id.id.is_empty() || call.id.is_empty() {
        step.id.address.to_string() == call.place
    } else {
        step.id.id == call.id
    };
    let verb = call.operation.trim_end_matches(short(&step.id.address.kind));
    let same = same && step.region == call.region;
    same && match verb {
        "Create" => step.id.verb == StepVerb::Create,
        // Nets and caches are made with two calls.
        "Update" => {
            step.id.verb == StepVerb::Update
                || (step.id.verb == StepVerb::Create && TWICE.iter().any(|kind| call.place.starts_with(kind)))
        }
        "Tag" => step.id.verb == StepVerb::Retag,
        _ => step.id.verb == StepVerb::Delete,
    }
}

fn kept(world: &mut World, trace: &Trace, call: &Call, step: &Step) -> Result<(), Broken> {
    let is_end = |kind: &&str| ["Delete", "Shut"].iter().any(|verb| call.operation == format!("{verb}{kind}"));
    if !STATEFUL.iter().any(is_end) {
        return Ok(());
    }
    world.note("promise 8: what bears data goes only when named");
    // Under its new name, if it was just renamed.
    let names = ["*", call.place.rsplit('/').next().unwrap_or_default(), &step.id.address.name];
    if trace.job.allow.iter().any(|allowed| names.contains(&allowed.as_str())) {
        return Ok(());
    }
    Err(Broken::new("8: what bears data goes only when named", format!("{call:?}, allowed: {:?}", trace.job.allow)))
}

/// No call lands after another run has taken the lease.
fn one_writer(world: &mut World, call: &Call) -> Result<(), Broken> {
    world.note("promise 10: one writer at a time");
    let holder = world.leases.takes.iter().rev().find(|(at, _)| *at <= call.at).map(|(_, run)| run.clone());
    if holder.as_deref() == Some(&call.run) {
        return Ok(());
    }
    Err(Broken::new("10: one writer at a time", format!("{call:?} landed while {holder:?} had the lease")))
}

/// What a standing fault kept from being read was neither made, changed nor deleted.
pub fn unread(
    world: &mut World,
    first: usize,
    before: &BTreeMap<String, Thing>,
    faults: &[Fault],
) -> Result<(), Broken> {
    for fault in faults.iter().filter(|fault| fault.what == What::Deny && fault.nth.is_none()) {
        let whole = fault.operation.strip_prefix("Describe").map(|kinds| kinds.trim_end_matches('s'));
        let Some(kind) = whole.or_else(|| fault.operation.strip_prefix("Get")) else { continue };
        let touched = world.calls[first..].iter().find(|call| {
            let is_kind = call.operation.ends_with(kind) && call.place.starts_with(&format!("{}/", long(kind)));
            // Of what is read one by one, what nobody has may be made, with all calls that this takes.
            let is_new = || !before.values().any(|thing| thing.place() == call.place && thing.is_in(&call.region));
            let is_twice = || TWICE.iter().any(|kind| call.place.starts_with(kind));
            let goes_on = ["Update", "Tag"].iter().any(|verb| call.operation.starts_with(verb));
            let makes = call.operation.starts_with("Create") || (goes_on && is_twice());
            is_kind && (whole.is_some() || !makes || !is_new())
        });
        if let Some(call) = touched {
            return Err(Broken::new("7: what could not be read was not touched", format!("{call:?}, {fault:?}")));
        }
        world.note("promise 7: what could not be read was not touched");
    }
    Ok(())
}

/// What is not ours is as it was.
pub fn strangers(world: &mut World, strangers: &Strangers) -> Result<(), Broken> {
    world.note("promise 6: strangers' things are as they were");
    match strangers.harm(world) {
        Some(harm) => Err(Broken::new("6: strangers' things are as they were", harm)),
        None => Ok(()),
    }
}

/// Nothing was made in the place of what only lost its tags.
pub fn mistagged(world: &mut World, strangers: &Strangers, first: usize) -> Result<(), Broken> {
    for lost in &strangers.mistagged {
        let is_twin = |call: &&Call| call.place == lost.place() && call.id.is_empty() && lost.is_in(&call.region);
        if let Some(call) = world.calls[first..].iter().find(is_twin) {
            let text = format!("{call:?}, while {} is there", lost.id);
            return Err(Broken::new("11: what lost its tags is not made a second time", text));
        }
        world.note("promise 11: what lost its tags is not made a second time");
    }
    Ok(())
}

/// While a stack lives elsewhere than the YAML says, nothing of it is made.
pub fn elsewhere(world: &mut World, yaml: &Yaml, before: &BTreeMap<String, Thing>, first: usize) -> Result<(), Broken> {
    let is_regional = |kind: &str| !is_global(kind);
    let at_home =
        yaml.resources.iter().filter(|resource| is_regional(&resource.kind) && yaml.region(resource) == yaml.home);
    let at_home: Vec<_> = at_home.map(YamlResource::place).collect();
    let lives = |thing: &&Thing| {
        let is_ours = thing.is_of("acme", "production") && thing.told().get(key::PROJECT) == Some("test");
        is_ours && is_regional(&thing.kind) && !thing.is_copy() && thing.leaves_at.is_none()
    };
    let is_there = |place: &&String| before.values().any(|thing| thing.region == yaml.home && thing.place() == **place);
    let there = at_home.iter().filter(is_there).count();
    let is_missing = |thing: &Thing| at_home.contains(&thing.place()) && !is_there(&&thing.place());
    let is_stray = |thing: &&Thing| !yaml.regions().contains(&*thing.region) && is_missing(thing);
    let other = before.values().filter(lives).find(is_stray);
    let Some(other) = other.filter(|_| !at_home.is_empty() && there * 2 <= at_home.len()) else { return Ok(()) };
    let text = "11: a stack that lives elsewhere is not made a second time";
    world.note("promise 11: a stack that lives elsewhere is not made a second time");
    match world.calls[first..].iter().find(|call| call.operation.starts_with("Create")) {
        Some(call) => Err(Broken::new(text, format!("{call:?}, while {} is in {}", other.id, other.region))),
        None => Ok(()),
    }
}

/// Whether a thing bears the tags by which it was known before.
pub fn is_ours(thing: &Thing, before: &Thing) -> bool {
    let keys = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME];
    keys.into_iter().all(|key| thing.tags.get(key) == before.tags.get(key))
}

//! What a plan is made of, read off the fake cloud: a test changes what is wanted, what is seen, or what a kind says, and
//! plans.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use provision::blueprint::{Blueprint, Resource};
use provision::inventory::{Inventory, ListOutcome, StackListing};
use provision::plan::{Assumed, Change, Field, Input, Mode, StackPlan, Step, Verb, plan};
use provision::resource::{
    Address, Difference, Disruption, Facts, FieldDiff, Live, Mistake, Neighbours, Schema, Shape, Unmodelled, Window,
    compare,
};
use serde_json::Value;

use super::Bench;
use super::build::{HOME, blueprint};
use super::kinds::KINDS;
use super::process::Process;
use crate::engine::{change, environment};

pub struct Given {
    pub wanted: Blueprint,
    pub inventory: Inventory,
    pub mode: Mode,
    pub selection: Option<BTreeSet<Address>>,
    variants: Vec<Variant>,
}

impl Given {
    /// What should be, and what is there now.
    pub async fn of(bench: &Bench, wanted: &Blueprint) -> Self {
        let process = Process::new(&bench.cloud, "run", vec![wanted], Mode::Apply);
        let inventory = process.read().await.remove(&wanted.stack.id).expect("it was read");
        let (wanted, selection, variants) = (wanted.clone(), None, Vec::new());
        Self { wanted, inventory, mode: Mode::Apply, selection, variants }
    }

    /// The environment, applied, and then wanted otherwise.
    pub async fn changed(resources: &[(&str, &str, Value)]) -> Self {
        let bench = Bench::new();
        let mut all = environment();
        bench.apply(&blueprint(&all)).await;
        resources.iter().for_each(|(place, property, value)| change(&mut all, place, property, value.clone()));
        Self::of(&bench, &blueprint(&all)).await
    }

    /// What the list of a kind saw in the home region.
    pub fn listing(&mut self, kind: &str) -> &mut StackListing {
        match self.inventory.kinds.get_mut(&(HOME.to_owned(), kind.to_owned())) {
            Some(ListOutcome::Read(listing)) => listing,
            other => panic!("{kind} was not read: {other:?}"),
        }
    }

    /// A live thing, `Fake::Net/main`.
    pub fn live(&mut self, place: &str) -> &mut Live {
        let address: Address = place.parse().expect("an address");
        let found = self.listing(&address.kind).found.get_mut(&address).expect("it is there");
        Arc::make_mut(&mut found[0])
    }

    pub fn resource(&mut self, place: &str) -> &mut Resource {
        self.wanted.resources.get_mut(&place.parse().expect("an address")).expect("it is wanted")
    }

    /// A kind, to say otherwise of it from now on.
    pub fn kind(&mut self, kind: &str) -> &mut Variant {
        let index = self.variants.iter().position(|variant| variant.facts.kind == kind).unwrap_or_else(|| {
            let of = KINDS.iter().find(|known| known.facts().kind == kind).expect("a fake kind").shape();
            self.variants.push(Variant { of, facts: *of.facts(), says: Says::default(), typed: AtomicUsize::new(0) });
            self.variants.len() - 1
        });
        &mut self.variants[index]
    }

    pub fn plan(&self) -> StackPlan {
        let shape = |kind: &'static str| self.variants.iter().find(|variant| variant.facts.kind == kind);
        let shapes: Vec<&dyn Shape> =
            KINDS.iter().map(|kind| shape(kind.facts().kind).map_or(kind.shape(), |variant| variant as _)).collect();
        let now: Timestamp = "2026-11-23T00:00:00Z".parse().expect("a day");
        let (blueprint, inventory, mode) = (&self.wanted, &self.inventory, self.mode);
        plan(&Input {
            blueprint,
            inventory,
            shapes: &shapes,
            mode,
            selection: self.selection.clone(),
            now,
            assumed: Assumed::default(),
        })
    }
}

/// The change of a resource.
pub fn change_of<'p>(plan: &'p StackPlan, place: &str) -> &'p Change {
    let change = plan.changes.iter().find(|change| change.address.to_string() == place);
    change.unwrap_or_else(|| panic!("nothing becomes of {place}: {:#?}", plan.changes))
}

/// The step of a resource.
pub fn step_of<'p>(plan: &'p StackPlan, place: &str, verb: Verb) -> &'p Step {
    let step = plan.steps.values().find(|step| step.id.address.to_string() == place && step.id.verb == verb);
    step.unwrap_or_else(|| panic!("{place} has no such step: {:#?}", plan.steps.keys()))
}

/// A fake kind with other facts and answers.
pub struct Variant {
    of: &'static dyn Shape,
    pub facts: Facts,
    pub says: Says,
    /// How many specs were passed through its type.
    pub typed: AtomicUsize,
}

/// What a variant says beside what its kind does.
#[derive(Default)]
pub struct Says {
    /// Properties whose change waits for the maintenance window.
    pub put_off: &'static [&'static str],
    /// Whether every update makes AWS do at once what is pending.
    pub applies_pending: bool,
    pub window: Option<Window>,
    pub irreversible: Option<&'static str>,
    pub advice: Option<&'static str>,
    /// Of a change that takes something away.
    pub disruption: Option<Disruption>,
    /// Whether the live value at an external path is one of our own.
    pub is_deployed_by_us: bool,
    /// Properties that only a new resource can have differently, under conditions.
    pub replaces: &'static [&'static str],
    pub refuses: Option<&'static str>,
    pub refuses_new: Option<&'static str>,
    /// Of an update, for each field that is changed now.
    pub update_seconds: Option<u32>,
    /// The kind that it follows without a reference.
    pub follows: Option<&'static str>,
}

impl Shape for Variant {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn schema(&self) -> &'static Schema {
        self.of.schema()
    }

    fn outputs(&self) -> &'static Schema {
        self.of.outputs()
    }

    fn normalise(&self, spec: Value) -> Result<Value, String> {
        self.typed.fetch_add(1, Ordering::Relaxed);
        self.of.normalise(spec)
    }

    fn check(&self, spec: &Value) -> Vec<Mistake> {
        self.of.check(spec)
    }

    fn needs_person(&self, spec: &Value) -> bool {
        self.of.needs_person(spec)
    }
    fn several_calls(&self, spec: &Value) -> bool {
        self.of.several_calls(spec)
    }

    fn compare(&self, live: &Value, desired: &Value) -> Difference {
        compare(&self.facts, self.schema(), live, desired)
    }

    fn disruption(&self, fields: &[FieldDiff]) -> Disruption {
        let takes_away = |field: &FieldDiff| match (&field.before, &field.after) {
            (Some(Value::Array(before)), Some(Value::Array(after))) => before.iter().any(|item| !after.contains(item)),
            (before, after) => before != after,
        };
        let said = self.says.disruption.filter(|_| fields.iter().any(takes_away));
        said.unwrap_or_else(|| self.of.disruption(fields))
    }

    fn irreversible(&self, _: &Value, _: &Value, _: &[FieldDiff]) -> Option<String> {
        self.says.irreversible.map(str::to_owned)
    }

    fn advice(&self, _: &Value, _: &Value, _: &[FieldDiff]) -> Vec<String> {
        self.says.advice.into_iter().map(str::to_owned).collect()
    }

    fn waits_for_window(&self, _: &Value, _: &Value, field: &FieldDiff) -> bool {
        self.says.put_off.contains(&&*field.path)
    }

    fn applies_pending(&self, _: &Value, _: &[FieldDiff]) -> bool {
        self.says.applies_pending
    }

    fn update_seconds(&self, live: &Value, fields: &[FieldDiff]) -> u32 {
        let each = self.says.update_seconds.map(|seconds| seconds * fields.len() as u32);
        each.unwrap_or_else(|| self.of.update_seconds(live, fields))
    }

    fn window(&self, _: &Value, _: Timestamp) -> Option<Window> {
        self.says.window
    }

    fn refuses(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        self.says.refuses.map(str::to_owned).or_else(|| self.of.refuses(live, desired, fields))
    }

    fn refuses_new(&self, _: &Value) -> Option<String> {
        self.says.refuses_new.map(str::to_owned)
    }

    fn replaces(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        let is_create_only = self.facts.create_only.contains(&&*field.path);
        is_create_only || self.says.replaces.contains(&&*field.path) || self.of.replaces(live, desired, field)
    }

    fn is_deployed_by_others(&self, _: &str, _: &Value, _: &Value) -> bool {
        !self.says.is_deployed_by_us
    }

    fn union(&self, path: &str, before: &Value, after: &Value) -> Option<Value> {
        self.of.union(path, before, after)
    }

    fn depends_on(&self, _: &Value, other: &Address, _: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        self.says.follows.filter(|kind| other.kind == **kind).map(|_| "")
    }
}

/// `/Class "large" -> "huge"`, of each field.
pub fn differences(fields: &[Field]) -> Vec<String> {
    let text = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
    fields.iter().map(|field| format!("{} {} -> {}", field.path, text(&field.before), text(&field.after))).collect()
}

/// Something at a path that no spec can express.
pub fn odd(path: &str) -> Unmodelled {
    Unmodelled { path: path.into(), text: "something odd".into() }
}

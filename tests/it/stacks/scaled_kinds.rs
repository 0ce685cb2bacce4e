//! Kinds that know that everything takes a tenth of its time.

use futures_util::future::BoxFuture;
use provision::aws::{Aws, Reader, Writer};
use provision::resource::{
    Address, AnyBearer, AnyKind, AnyListing, AnyMade, Changes, Difference, Disruption, Facts, FieldDiff, Kept, Live,
    Mistake, Name, Neighbours, Result, Schema, Scope, Settled, Shape, States, Tags, Turn, Window,
};
use serde_json::Value;

/// One second here is ten of AWS's.
pub const SCALE: f64 = 0.1;

/// A kind whose usual time is scaled as the server's is: looks are spaced by it.
pub struct ScaledKind {
    kind: &'static dyn AnyKind<Aws>,
    facts: Facts,
}

impl ScaledKind {
    pub fn of(kind: &'static dyn AnyKind<Aws>) -> Self {
        let facts = *kind.facts();
        let seconds = (f64::from(facts.seconds) * SCALE).ceil() as u32;
        Self { kind, facts: Facts { seconds, ..facts } }
    }
}

impl Shape for ScaledKind {
    fn facts(&self) -> &Facts {
        &self.facts
    }
    fn schema(&self) -> &'static Schema {
        self.kind.schema()
    }
    fn outputs(&self) -> &'static Schema {
        self.kind.outputs()
    }
    fn normalise(&self, spec: Value) -> std::result::Result<Value, String> {
        self.kind.normalise(spec)
    }
    fn check(&self, spec: &Value) -> Vec<Mistake> {
        self.kind.check(spec)
    }
    fn compare(&self, live: &Value, desired: &Value) -> Difference {
        self.kind.compare(live, desired)
    }
    fn disruption(&self, fields: &[FieldDiff]) -> Disruption {
        self.kind.disruption(fields)
    }
    fn irreversible(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        self.kind.irreversible(live, desired, fields)
    }
    fn advice(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        self.kind.advice(live, desired, fields)
    }
    fn waits_for_window(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        self.kind.waits_for_window(live, desired, field)
    }
    fn update_seconds(&self, live: &Value, fields: &[FieldDiff]) -> u32 {
        self.kind.update_seconds(live, fields)
    }
    fn applies_pending(&self, desired: &Value, fields: &[FieldDiff]) -> bool {
        self.kind.applies_pending(desired, fields)
    }
    fn window(&self, live: &Value, now: jiff::Timestamp) -> Option<Window> {
        self.kind.window(live, now)
    }
    fn refuses(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        self.kind.refuses(live, desired, fields)
    }
    fn needs_person(&self, desired: &Value) -> bool {
        self.kind.needs_person(desired)
    }
    fn several_calls(&self, desired: &Value) -> bool {
        self.kind.several_calls(desired)
    }
    fn refuses_new(&self, desired: &Value) -> Option<String> {
        self.kind.refuses_new(desired)
    }
    fn replaces(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        self.kind.replaces(live, desired, field)
    }
    fn is_deployed_by_others(&self, path: &str, live: &Value, desired: &Value) -> bool {
        self.kind.is_deployed_by_others(path, live, desired)
    }
    fn union(&self, path: &str, before: &Value, after: &Value) -> Option<Value> {
        self.kind.union(path, before, after)
    }
    fn depends_on(
        &self,
        spec: &Value,
        other: &Address,
        other_spec: &Value,
        neighbours: &dyn Neighbours,
    ) -> Option<&'static str> {
        self.kind.depends_on(spec, other, other_spec, neighbours)
    }
}

impl AnyKind<Aws> for ScaledKind {
    fn list<'a>(&'a self, reader: &'a Reader, scope: &'a Scope) -> BoxFuture<'a, Result<AnyListing>> {
        self.kind.list(reader, scope)
    }
    fn states<'a>(&'a self, reader: &'a Reader, ids: &'a [String]) -> BoxFuture<'a, Result<Option<States>>> {
        self.kind.states(reader, ids)
    }

    fn create<'a>(
        &'a self,
        writer: &'a Writer,
        name: &'a Name,
        spec: &'a Settled,
        tags: &'a Tags,
    ) -> BoxFuture<'a, Result<AnyMade>> {
        self.kind.create(writer, name, spec, tags)
    }
    fn update<'a>(
        &'a self,
        writer: &'a Writer,
        live: &'a Live,
        spec: &'a Settled,
        changes: &'a Changes,
    ) -> BoxFuture<'a, Result<Turn<AnyMade>>> {
        self.kind.update(writer, live, spec, changes)
    }
    fn retag<'a>(
        &'a self,
        writer: &'a Writer,
        bearer: &'a AnyBearer,
        set: &'a Tags,
        unset: &'a [String],
    ) -> BoxFuture<'a, Result<()>> {
        self.kind.retag(writer, bearer, set, unset)
    }
    fn delete<'a>(&'a self, writer: &'a Writer, live: &'a Live) -> BoxFuture<'a, Result<Turn<Vec<Kept>>>> {
        self.kind.delete(writer, live)
    }
    fn start<'a>(&'a self, writer: &'a Writer, live: &'a Live) -> BoxFuture<'a, Result<()>> {
        self.kind.start(writer, live)
    }
    fn shape(&self) -> &dyn Shape {
        self
    }
}

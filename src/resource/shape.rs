use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::diff::{Difference, compare};
use super::{Address, Facts, FieldDiff, Kind, Mistake, Neighbours, Schema, Window};

/// Whether a replacement can stand beside the old resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Create new, update dependants, delete old last.
    CreateFirst,
    /// The name or the thing is unique: delete, then create. An outage.
    DeleteFirst,
}

/// The effect of a change on the users of the resource, from harmless to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disruption {
    #[default]
    None,
    Restart,
    Failover,
    Outage,
    DestroysData,
}

/// A property that AWS ignores, or refuses, unless another one has a certain value.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// The property's pointer, with `*` for any one step.
    pub property: &'static str,
    /// The other's pointer; a `*` is the same step as in `property`.
    pub by: &'static str,
    /// The values, as text; none: anything but false, zero and what is empty. Of a list one item is enough.
    pub values: &'static [&'static str],
    /// Whether it is these values that switch it off.
    pub is_off: bool,
}

impl Switch {
    /// On with these values.
    pub const fn with(property: &'static str, by: &'static str, values: &'static [&'static str]) -> Self {
        Self { property, by, values, is_off: false }
    }

    /// Off with these values.
    pub const fn unless(property: &'static str, by: &'static str, values: &'static [&'static str]) -> Self {
        Self { property, by, values, is_off: true }
    }

    /// On with any.
    pub const fn beside(property: &'static str, by: &'static str) -> Self {
        Self { property, by, values: &[], is_off: false }
    }
}

/// All of a kind that plan needs: facts and pure functions, no cloud.
pub trait Shape: Send + Sync {
    fn facts(&self) -> &Facts;

    /// Returns the JSON Schema of the spec.
    fn schema(&self) -> &'static Schema;

    /// Returns the JSON Schema of the outputs.
    fn outputs(&self) -> &'static Schema;

    /// Passes a spec through its type: defaults filled in, sets sorted. Refuses with a sentence.
    fn normalise(&self, spec: Value) -> Result<Value, String>;

    /// Returns mistakes that the schema cannot express, of a spec that [`normalise`](Shape::normalise) accepts.
    fn check(&self, spec: &Value) -> Vec<Mistake>;

    /// Passes a spec through its type, and returns the mistakes of what comes out of it too.
    fn read(&self, spec: Value) -> Result<(Value, Vec<Mistake>), String> {
        let spec = self.normalise(spec)?;
        let mistakes = self.check(&spec);
        Ok((spec, mistakes))
    }

    /// Compares two normalised specs.
    fn compare(&self, live: &Value, desired: &Value) -> Difference;

    fn disruption(&self, fields: &[FieldDiff]) -> Disruption;

    fn irreversible(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String>;

    fn advice(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String>;

    fn waits_for_window(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool;

    fn applies_pending(&self, desired: &Value, fields: &[FieldDiff]) -> bool;

    /// Returns the typical seconds of an update that changes these fields now.
    fn update_seconds(&self, live: &Value, fields: &[FieldDiff]) -> u32;

    /// Returns the seconds for which AWS waits on purpose in a rollout of this spec.
    fn pauses(&self, _spec: &Value) -> u32 {
        0
    }

    fn window(&self, live: &Value, now: Timestamp) -> Option<Window>;

    fn refuses(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String>;

    fn needs_person(&self, desired: &Value) -> bool;

    fn several_calls(&self, desired: &Value) -> bool;

    fn refuses_new(&self, desired: &Value) -> Option<String>;

    /// Returns whether a change of this field needs a new resource.
    fn replaces(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool;

    fn is_deployed_by_others(&self, path: &str, live: &Value, desired: &Value) -> bool;

    /// Returns the value that has what there is and what is wanted of what a property grants, if it takes something away.
    fn union(&self, path: &str, before: &Value, after: &Value) -> Option<Value>;

    fn depends_on(
        &self,
        spec: &Value,
        other: &Address,
        other_spec: &Value,
        neighbours: &dyn Neighbours,
    ) -> Option<&'static str>;
}

impl<K: Kind> Shape for K {
    fn facts(&self) -> &Facts {
        const { K::FACTS.check() };
        &K::FACTS
    }

    fn schema(&self) -> &'static Schema {
        Schema::of::<K::Spec>()
    }

    fn outputs(&self) -> &'static Schema {
        Schema::of::<K::Outputs>()
    }

    fn normalise(&self, spec: Value) -> Result<Value, String> {
        let typed: K::Spec = serde_json::from_value(spec).map_err(|error| error.to_string())?;
        serde_json::to_value(typed).map_err(|error| error.to_string())
    }

    fn check(&self, spec: &Value) -> Vec<Mistake> {
        serde_json::from_value(spec.clone()).map(|typed| K::check(&typed)).unwrap_or_default()
    }

    /// Typed once for both: of what a thousand tenants' stacks cost, that is a tenth.
    fn read(&self, spec: Value) -> Result<(Value, Vec<Mistake>), String> {
        let typed: K::Spec = serde_json::from_value(spec).map_err(|error| error.to_string())?;
        let mistakes = K::check(&typed);
        Ok((serde_json::to_value(typed).map_err(|error| error.to_string())?, mistakes))
    }

    fn compare(&self, live: &Value, desired: &Value) -> Difference {
        compare(Shape::facts(self), Shape::schema(self), live, desired)
    }

    fn disruption(&self, fields: &[FieldDiff]) -> Disruption {
        K::disruption(fields)
    }

    fn irreversible(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        K::irreversible(live, desired, fields)
    }

    fn advice(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        K::advice(live, desired, fields)
    }

    fn waits_for_window(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        K::waits_for_window(live, desired, field)
    }

    fn update_seconds(&self, live: &Value, fields: &[FieldDiff]) -> u32 {
        K::update_seconds(live, fields)
    }

    fn pauses(&self, spec: &Value) -> u32 {
        K::pauses(spec)
    }

    fn applies_pending(&self, desired: &Value, fields: &[FieldDiff]) -> bool {
        K::applies_pending(desired, fields)
    }

    fn window(&self, live: &Value, now: Timestamp) -> Option<Window> {
        K::window(live, now)
    }

    fn refuses(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        K::refuses(live, desired, fields)
    }

    fn needs_person(&self, desired: &Value) -> bool {
        K::needs_person(desired)
    }

    fn several_calls(&self, desired: &Value) -> bool {
        K::several_calls(desired)
    }

    fn refuses_new(&self, desired: &Value) -> Option<String> {
        K::refuses_new(desired)
    }

    fn replaces(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        K::FACTS.create_only.iter().any(|pattern| super::pointer::covers(pattern, &field.path))
            || K::replaces(live, desired, field)
    }

    fn is_deployed_by_others(&self, path: &str, live: &Value, desired: &Value) -> bool {
        K::is_deployed_by_others(path, live, desired)
    }

    fn union(&self, path: &str, before: &Value, after: &Value) -> Option<Value> {
        K::union(path, before, after)
    }

    fn depends_on(
        &self,
        spec: &Value,
        other: &Address,
        other_spec: &Value,
        neighbours: &dyn Neighbours,
    ) -> Option<&'static str> {
        K::depends_on(spec, other, other_spec, neighbours)
    }
}

//! Which fields of one live resource differ from what is desired, and why.

use serde_json::Value;

use super::types::{Cause, Field};
use crate::blueprint::{Ignore, Resource};
use crate::resource::{CLOSE, Facts, FieldDiff, Live, OPEN, Recorded, Reference, Shape, key, keyed, pointer};

/// What the comparison of one resource needs beside its two specs.
pub(super) struct Comparing<'a> {
    pub(super) shape: &'a dyn Shape,
    pub(super) facts: &'a Facts,
    pub(super) resource: &'a Resource,
    pub(super) live: &'a Live,
    /// Whether drift is left alone.
    pub(super) only_config: bool,
    pub(super) today: jiff::civil::Date,
    /// Whether the plan changes what a reference stands for.
    pub(super) changes: &'a dyn Fn(&Reference) -> bool,
    /// Whether a live value names a resource of this stack.
    pub(super) is_ours: &'a dyn Fn(&Value) -> bool,
}

/// The result: the fields, the spec to send, and additive elements that are somebody else's.
pub(super) struct Compared {
    pub(super) fields: Vec<Field>,
    pub(super) spec: Value,
    pub(super) foreign: Vec<FieldDiff>,
    /// What the spec cannot express and is to stay, because it is ignored or drift is left alone: no spec can carry it.
    pub(super) left_alone: Vec<FieldDiff>,
}

impl Comparing<'_> {
    /// Compares the live spec with the desired one, whose references are filled in as far as they are known.
    pub(super) fn run(&self, mut desired: Value) -> Compared {
        let live = self.carry_external(&mut desired);
        let mut difference = self.shape.compare(&live, &desired);
        let record = self.record();
        let is_ours =
            |extra: &FieldDiff| extra.before.as_ref().is_some_and(self.is_ours) || record.has_element(&extra.path);
        let (ours, mut foreign) = difference.extra.into_iter().partition::<Vec<_>, _>(is_ours);
        difference.fields.extend(ours);
        self.resend_write_only(&desired, &mut difference.fields);

        let mut fields = Vec::new();
        for diff in difference.fields {
            if self.live.has_in_force(&diff) {
                continue;
            }
            if self.holds(&diff) || self.is_pending(&diff) {
                keyed::set(self.facts, &mut desired, &diff.path, diff.before.as_ref());
                continue;
            }
            let field = self.field(diff);
            if field.ignored.is_some() || (self.only_config && field.cause == Cause::Drift) {
                keyed::set(self.facts, &mut desired, &field.path, field.before.as_ref());
            }
            if !(self.only_config && field.cause == Cause::Drift) {
                fields.push(field);
            }
        }
        let mut left_alone = Vec::new();
        for unmodelled in &self.live.unmodelled {
            let before = Some(Value::from(unmodelled.text.clone()));
            let diff = FieldDiff { path: unmodelled.path.clone(), before, after: None };
            // Of an element that is declared, it is ours to mend.
            let is_declared = keyed::get(self.facts, &desired, &diff.path).is_some();
            if !is_declared && self.facts.additive.iter().any(|list| pointer::covers(list, &diff.path)) {
                foreign.push(diff);
                continue;
            }
            let field = self.field(diff.clone());
            let is_left = self.only_config && field.cause == Cause::Drift;
            if is_left || field.ignored.is_some() {
                left_alone.push(diff);
            }
            if !is_left {
                fields.push(field);
            }
        }
        fields.sort_by(|a, b| a.path.cmp(&b.path));
        Compared { fields, spec: desired, foreign, left_alone }
    }

    /// Puts the values of paths that somebody else deploys into the desired spec, unless the plan itself changes what
    /// they refer to. Returns the live spec as it counts: with what was deployed.
    fn carry_external(&self, desired: &mut Value) -> Value {
        let theirs = self.live.external.as_ref().unwrap_or(&self.live.spec);
        let mut live = self.live.spec.clone();
        for path in &self.resource.external {
            let Some(value) = keyed::get(self.facts, theirs, path) else { continue };
            let wanted = keyed::get(self.facts, desired, path).cloned().unwrap_or_default();
            let is_open = wanted.to_string().contains(OPEN);
            if !is_open && self.shape.is_deployed_by_others(path, value, &wanted) {
                keyed::set(self.facts, desired, path, Some(value));
                keyed::set(self.facts, &mut live, path, Some(value));
            }
        }
        live
    }

    /// Returns whether a difference does not count: an initial value that is within bounds, or a write-only one.
    fn holds(&self, diff: &FieldDiff) -> bool {
        let under = |patterns: &[&str]| patterns.iter().any(|pattern| pointer::covers(pattern, &diff.path));
        if under(self.facts.initial) {
            return self.shape.holds_initial(diff);
        }
        // A write-only value that is to be sent again has no live value beside it.
        under(self.facts.write_only) && diff.before.is_some()
    }

    /// Returns whether a difference is part of a change that AWS has accepted and does not show, and that the YAML has not
    /// changed since.
    fn is_pending(&self, diff: &FieldDiff) -> bool {
        let record = self.record();
        let is_as_sent = |path: &str| {
            let property = pointer::property(path);
            self.resource.set_to(property).is_none_or(|set| record.agrees(property, Some(set)) == Some(true))
        };
        self.live.shows_until_done(&diff.path).is_some()
            && is_as_sent(&diff.path)
            && self.live.pending.iter().all(|pending| is_as_sent(&pending.path))
    }

    /// Write-only values are sent again when their digest changed.
    fn resend_write_only(&self, desired: &Value, fields: &mut Vec<FieldDiff>) {
        let record = self.record();
        for path in self.facts.write_only {
            let property = pointer::property(path);
            fields.retain(|field| !pointer::covers(path, &field.path));
            if record.agrees(property, self.resource.set_to(property)) == Some(false) {
                // What the YAML no longer gives is not taken back: nobody knows what was there before.
                let after = keyed::get(self.facts, desired, path).cloned();
                fields.extend(after.map(|after| FieldDiff {
                    path: (*path).to_owned(),
                    before: None,
                    after: Some(after),
                }));
            }
        }
    }

    fn field(&self, diff: FieldDiff) -> Field {
        let unknown = diff.after.as_ref().is_some_and(|after| after.to_string().contains([OPEN, CLOSE]));
        let cause = self.cause(&diff);
        Field {
            ignored: self.ignored(&diff.path).map(|ignore| ignore.owner.clone()),
            replaces: self.shape.replaces(&self.live.spec, &self.resource.spec, &diff),
            sensitive: self.facts.sensitive.iter().any(|pattern| pointer::covers(pattern, &diff.path)),
            origin: self.resource.origin(&diff.path).cloned(),
            cause,
            unknown,
            path: diff.path,
            before: diff.before,
            after: diff.after,
        }
    }

    /// Tells the YAML's change from the live resource's by the digest written at the last apply.
    fn cause(&self, diff: &FieldDiff) -> Cause {
        let property = pointer::property(&diff.path);
        let set = self.resource.set_to(property);
        let depends =
            set.is_some_and(|value| Reference::all_in(value).iter().any(|(_, reference)| (self.changes)(reference)));
        match (self.record(), depends) {
            (Recorded::Pending, _) => Cause::Config,
            (record, depends) => match (record.agrees(property, set), depends) {
                (Some(false), _) => Cause::Config,
                (Some(true), true) => Cause::Dependency,
                (Some(true), false) => Cause::Drift,
                (None, true) => Cause::Dependency,
                (None, false) => Cause::Unknown,
            },
        }
    }

    fn record(&self) -> Recorded {
        Recorded::read(self.live.tags.get(key::DIGEST))
    }

    fn ignored(&self, path: &str) -> Option<&Ignore> {
        self.resource
            .ignore
            .iter()
            .find(|ignore| pointer::covers(&ignore.field, path) && ignore.until.is_none_or(|until| self.today <= until))
    }
}

/// The fields of a resource that is not there yet: what the template sets.
pub(super) fn of_new(resource: &Resource, facts: &Facts, spec: &Value) -> Vec<Field> {
    let fields = resource.set().map(|(property, _)| {
        let path = pointer::join("", property);
        let after = spec.get(property).cloned();
        Field {
            unknown: after.as_ref().is_some_and(|after| after.to_string().contains([OPEN, CLOSE])),
            sensitive: facts.sensitive.iter().any(|pattern| pointer::covers(pattern, &path)),
            origin: resource.origin(&path).cloned(),
            before: None,
            cause: Cause::New,
            replaces: false,
            ignored: None,
            after,
            path,
        }
    });
    fields.collect()
}

/// The field as it may be shown: sensitive values inside a larger value are taken out of it.
pub(super) fn shown(facts: &Facts, field: &Field) -> Field {
    let hide = |value: &Option<Value>| {
        let mut value = value.clone()?;
        hide_inside(facts, &field.path, &mut value);
        Some(value)
    };
    if field.sensitive {
        return field.clone();
    }
    Field { before: hide(&field.before), after: hide(&field.after), ..field.clone() }
}

fn hide_inside(facts: &Facts, at: &str, value: &mut Value) {
    match value {
        _ if facts.sensitive.iter().any(|pattern| pointer::covers(pattern, at)) => *value = Value::from("(sensitive)"),
        Value::Object(map) => map.iter_mut().for_each(|(key, item)| hide_inside(facts, &pointer::join(at, key), item)),
        Value::Array(list) => {
            list.iter_mut()
                .enumerate()
                .for_each(|(i, item)| hide_inside(facts, &pointer::join(at, &i.to_string()), item));
        }
        _ => {}
    }
}

/// The cause of a whole change, from its fields'.
pub(super) fn overall(fields: &[Field]) -> Cause {
    let has = |cause| fields.iter().any(|field| field.cause == cause && field.ignored.is_none());
    match (has(Cause::Drift), has(Cause::Config), has(Cause::Dependency)) {
        (true, true, _) => Cause::Mixed,
        (false, true, _) => Cause::Config,
        (true, false, _) => Cause::Drift,
        (false, false, true) => Cause::Dependency,
        (false, false, false) => Cause::Unknown,
    }
}

//! Which fields of one live resource differ from what is desired, and why.

use serde_json::Value;

use super::causes::Causes;
use super::input::Mode;
use super::pending::pending_applied;
use super::types::{Cause, Field, Ignored};
use crate::blueprint::{Ignore, Origin, Resource};
use crate::resource::{
    Facts, FieldDiff, LastApplied, Live, Pending, Reference, Shape, is_open, key, keyed, parts, pointer,
};

/// The context of the comparison of one resource.
pub(super) struct Comparison<'a> {
    pub(super) shape: &'a dyn Shape,
    pub(super) facts: &'a Facts,
    pub(super) resource: &'a Resource,
    pub(super) live: &'a Live,
    pub(super) mode: Mode,
    pub(super) today: jiff::civil::Date,
    /// Whether the plan changes what a reference stands for.
    pub(super) changes: &'a dyn Fn(&Reference) -> bool,
    /// Fills in the references of a value as far as they are known.
    pub(super) settle: &'a dyn Fn(&Value) -> Value,
    /// Whether a live value names a resource of this stack.
    pub(super) is_ours: &'a dyn Fn(&Value) -> bool,
}

/// The result: the fields, the spec to send, and additive elements that are somebody else's.
pub(super) struct Compared {
    pub(super) fields: Vec<Field>,
    pub(super) spec: Value,
    pub(super) foreign: Vec<FieldDiff>,
    /// Parts that the spec can't express and that are to stay, because they are ignored or left to another plan.
    pub(super) lost: Vec<FieldDiff>,
    /// Parts that the spec can't express and that no update takes away.
    pub(super) unpruned: Vec<Field>,
    /// Differences that this sort of plan leaves to another.
    pub(super) left_alone: Vec<Field>,
}

impl Comparison<'_> {
    /// Compares the live spec with the desired one, whose references are filled in as far as they are known.
    pub(super) fn run(&self, mut desired: Value) -> Compared {
        let live = self.carry_external(&mut desired);
        let mut difference = self.shape.compare(&live, &desired);
        let last_applied = self.last_applied();
        // What was added by hand may lead to ours as well: only what the template had put there is ours. What a create that
        // was cut short had put there, no record tells yet.
        let is_half_made = last_applied == LastApplied::Incomplete;
        let is_ours = |extra: &FieldDiff| {
            last_applied.has_element(&extra.path) || (is_half_made && extra.before.as_ref().is_some_and(self.is_ours))
        };
        let (ours, mut foreign) = difference.extra.into_iter().partition::<Vec<_>, _>(is_ours);
        difference.fields.extend(ours);
        self.resend_write_only(&desired, &mut difference.fields);

        let causes = self.causes(last_applied.clone());
        let (mut fields, mut put_off, mut left_alone) = (Vec::new(), Vec::new(), Vec::new());
        for diff in difference.fields {
            if self.live.has_in_force(&diff) {
                continue;
            }
            if self.is_pending(&diff) {
                put_off.push(diff);
                continue;
            }
            if self.holds(&diff) {
                keyed::set(self.facts, &mut desired, &diff.path, diff.before.as_ref());
                continue;
            }
            let told: Vec<_> = causes.of(diff).into_iter().map(|(diff, cause)| self.field(diff, cause)).collect();
            // What differs for several reasons is set back from the last to the first that is left.
            let is_left = |field: &&Field| field.ignored.is_some() || self.leaves(field);
            for field in told.iter().rev().filter(is_left) {
                keyed::set(self.facts, &mut desired, &field.path, field.before.as_ref());
            }
            let (left, told): (Vec<_>, Vec<_>) = told.into_iter().partition(|field| self.leaves(field));
            fields.extend(told);
            left_alone.extend(left.into_iter().filter(|field| field.ignored.is_none()));
        }
        let (mut lost, mut unpruned) = (Vec::new(), Vec::new());
        let prunes = |path: &str| self.facts.prunes.iter().any(|pattern| pointer::covers(pattern, path));
        let tells = |path: &str| self.facts.status.iter().any(|pattern| pointer::covers(pattern, path));
        for unmodelled in &self.live.unmodelled {
            let before = Some(Value::from(unmodelled.text.clone()));
            let diff = FieldDiff { path: unmodelled.path.clone(), before, after: None };
            // Of an element that is declared, it is ours to mend.
            let is_below = self.facts.additive.iter().any(|list| pointer::covers(list, &diff.path));
            let is_declared = || keyed::get(self.facts, &desired, &diff.path).is_some_and(|value| !value.is_array());
            if is_below && !is_declared() {
                // One of ours that is to go says so already.
                foreign.extend(Some(diff).filter(|diff| !last_applied.has_element(&diff.path)));
                continue;
            }
            let cause = causes.of(diff.clone()).first().map_or(Cause::Unknown, |(_, cause)| *cause);
            let field = self.field(diff.clone(), cause);
            let is_left = self.leaves(&field);
            if is_left || field.ignored.is_some() {
                lost.push(diff);
            }
            let is_acted_on = field.replaces || field.ignored.is_some() || prunes(&field.path) || tells(&field.path);
            if is_left {
                left_alone.extend(Some(field).filter(|field| field.ignored.is_none()));
                continue;
            }
            if is_acted_on { fields.push(field) } else { unpruned.push(field) }
        }
        if self.applies_pending(&desired, &fields) {
            let pending = self.live.pending.iter().filter(|pending| pending.is_put_off());
            let pending = pending.map(|Pending { path, before, after, .. }| FieldDiff {
                path: path.clone(),
                before: before.clone(),
                after: after.clone(),
            });
            let due = pending.filter(|diff| !fields.iter().any(|field| field.path == diff.path));
            let due: Vec<_> = due.chain(put_off).flat_map(|diff| causes.of(diff)).collect();
            fields.extend(due.into_iter().map(|(diff, cause)| Field { ignored: None, ..self.field(diff, cause) }));
        } else {
            put_off.iter().for_each(|diff| keyed::set(self.facts, &mut desired, &diff.path, diff.before.as_ref()));
        }
        if fields.iter().any(|field| field.ignored.is_none() && !tells(&field.path)) {
            fields.retain(|field| !tells(&field.path));
        }
        fields.sort_by(|a, b| a.path.cmp(&b.path));
        Compared { fields, spec: desired, foreign, lost, unpruned, left_alone }
    }

    /// Whether a difference is left to another sort of plan. Where only drift is mended, so is what refers to something that
    /// this plan does not bring.
    fn leaves(&self, field: &Field) -> bool {
        let refers = field.after.as_ref().map(Reference::all_in).unwrap_or_default();
        let comes = refers.iter().all(|(_, reference)| (self.changes)(reference));
        let follows = comes && (field.cause == Cause::Drift || !refers.is_empty());
        self.mode.leaves(field.cause) || (self.mode == Mode::OnlyDrift && !follows)
    }

    /// Puts the values of paths that somebody else deploys into the desired spec, unless the plan itself changes what
    /// they refer to. Returns the live spec as it counts: with what was deployed.
    fn carry_external(&self, desired: &mut Value) -> Value {
        let theirs = self.live.external.as_ref().unwrap_or(&self.live.spec);
        let mut live = self.live.spec.clone();
        for path in &self.resource.external {
            let Some(value) = keyed::get(self.facts, theirs, path) else { continue };
            let wanted = keyed::get(self.facts, desired, path).cloned().unwrap_or_default();
            if !is_open(&wanted) && self.shape.is_deployed_by_others(path, value, &wanted) {
                keyed::set(self.facts, desired, path, Some(value));
                keyed::set(self.facts, &mut live, path, Some(value));
            }
        }
        live
    }

    /// Returns whether these changes, or what only says how changes are carried out, make AWS do at once what is pending.
    fn applies_pending(&self, desired: &Value, fields: &[Field]) -> bool {
        let acted = judged(self.live, fields);
        let is_told_otherwise = || {
            let last_applied = self.last_applied();
            let mut properties = self.facts.call_parameters.iter().map(|path| pointer::property(path));
            self.mode != Mode::OnlyDrift
                && properties.any(|property| self.resource.is_changed_since(&last_applied, property))
        };
        (!acted.is_empty() || is_told_otherwise()) && pending_applied(self.shape, self.live, desired, &acted)
    }

    /// Returns whether a difference does not count: of an initial value, or of a write-only one.
    fn holds(&self, diff: &FieldDiff) -> bool {
        let under = |patterns: &[&str]| patterns.iter().any(|pattern| pointer::covers(pattern, &diff.path));
        // A write-only value that is to be sent again has no live value beside it.
        under(self.facts.ignored_after_create) || (under(self.facts.write_only) && diff.before.is_some())
    }

    /// Returns whether a difference is part of a change that AWS has accepted and does not show, and that the YAML has not
    /// changed since.
    fn is_pending(&self, diff: &FieldDiff) -> bool {
        let last_applied = self.last_applied();
        let is_as_sent = |path: &str| {
            let property = pointer::property(path);
            self.resource.set_to(property).is_none_or(|set| last_applied.agrees(property, Some(set)) == Some(true))
        };
        self.live.shows_until_done(&diff.path).is_some()
            && is_as_sent(&diff.path)
            && self.live.pending.iter().all(|pending| is_as_sent(&pending.path))
    }

    /// Write-only values are sent again when their digest changed.
    fn resend_write_only(&self, desired: &Value, fields: &mut Vec<FieldDiff>) {
        let last_applied = self.last_applied();
        for path in self.facts.write_only {
            let property = pointer::property(path);
            fields.retain(|field| !pointer::covers(path, &field.path));
            if self.facts.call_parameters.contains(path) {
                continue;
            }
            if self.resource.is_changed_since(&last_applied, property) {
                // A value that the YAML no longer sets is not taken back: nobody knows the value before it.
                let all = said_at(self.facts, desired, path).into_iter();
                fields.extend(all.map(|(path, after)| FieldDiff { path, before: None, after: Some(after) }));
            }
        }
    }

    fn field(&self, diff: FieldDiff, cause: Cause) -> Field {
        let unknown = diff.after.as_ref().is_some_and(is_open);
        Field {
            ignored: self
                .ignored(&diff.path)
                .map(|Ignore { owner, until, .. }| Ignored { owner: owner.clone(), until: *until }),
            replaces: self.shape.replaces(&self.live.spec, &self.resource.spec, &diff),
            sensitive: self.facts.sensitive.iter().any(|pattern| pointer::covers(pattern, &diff.path)),
            origin: self.origin(&diff),
            cause,
            unknown,
            path: diff.path,
            before: diff.before,
            after: diff.after,
        }
    }

    /// Where a person would look: for what comes, where that was written; for what only goes, what it was taken out of.
    fn origin(&self, diff: &FieldDiff) -> Option<Origin> {
        let whole = self.resource.origin(&diff.path)?;
        let delta = parts::set_delta(self.shape.schema(), &diff.path, diff.before.as_ref(), diff.after.as_ref());
        match delta {
            Some((gone, come)) if !gone.is_empty() && come.is_empty() => Some(whole.of_removed()),
            Some((gone, come)) => {
                let written = keyed::get(self.facts, &self.resource.spec, &diff.path).and_then(Value::as_array);
                let index = written.and_then(|all| all.iter().position(|item| come.contains(&&(self.settle)(item))));
                let element = index.map(|index| pointer::join(&diff.path, &index.to_string()));
                let element = element.and_then(|element| self.resource.origin(&element)).unwrap_or(whole);
                let has = |value: &Option<Value>, part: usize| {
                    value.as_ref().and_then(Value::as_array).is_some_and(|all| all.len() == part)
                };
                let is_another = has(&diff.before, gone.len()) && has(&diff.after, come.len());
                Some(if gone.is_empty() {
                    element.of_new()
                } else if is_another && !whole.chosen.is_empty() {
                    whole.of_another()
                } else {
                    element.clone()
                })
            }
            None if diff.after.is_none() => Some(whole.of_removed()),
            None if diff.before.is_none() => Some(whole.of_new()),
            None => Some(whole.clone()),
        }
    }

    fn causes(&self, last_applied: LastApplied) -> Causes<'_> {
        Causes { mode: self.mode, shape: self.shape, resource: self.resource, last_applied, changes: self.changes }
    }

    fn last_applied(&self) -> LastApplied {
        LastApplied::read(self.live.tags.get(key::DIGEST))
    }

    fn ignored(&self, path: &str) -> Option<&Ignore> {
        self.resource
            .ignore
            .iter()
            .find(|ignore| pointer::covers(&ignore.field, path) && ignore.until.is_none_or(|until| self.today <= until))
    }
}

/// Puts the fields of one path together that have causes of their own: what is sent has one difference a path.
pub(super) fn joined(fields: impl Iterator<Item = Field>) -> Vec<Field> {
    let mut joined: Vec<Field> = Vec::new();
    for field in fields {
        match joined.last_mut().filter(|last| last.path == field.path && last.after == field.before) {
            Some(last) => {
                let cause = if last.cause == field.cause { field.cause } else { Cause::Mixed };
                *last = Field { before: last.before.take(), cause, ..field };
            }
            None => joined.push(field),
        }
    }
    joined
}

/// The differences for a kind to judge: those that are acted on, one for each path, from the running values.
pub(super) fn judged(live: &Live, fields: &[Field]) -> Vec<FieldDiff> {
    let acted = joined(fields.iter().filter(|field| field.ignored.is_none()).cloned());
    acted.iter().map(|field| live.as_running(&field.as_diff())).collect()
}

/// The fields of a resource that is not there yet: what the template sets.
pub(super) fn of_new(resource: &Resource, facts: &Facts, spec: &Value) -> Vec<Field> {
    let fields = resource.set().map(|(property, _)| {
        let path = pointer::join("", property);
        let after = spec.get(property).cloned();
        Field {
            unknown: after.as_ref().is_some_and(is_open),
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
pub(super) fn shown(facts: &Facts, mut field: Field) -> Field {
    if !field.sensitive && !facts.sensitive.is_empty() {
        let values = [&mut field.before, &mut field.after].into_iter().flatten();
        values.for_each(|value| hide_inside(facts, &field.path, value));
    }
    field
}

/// The fields as people are told them: from what is so now, whatever is pending. What only takes a pending change back has
/// no other value than that.
pub(super) fn told(facts: &Facts, live: &Live, fields: &[Field]) -> Vec<Field> {
    let is_whole = |field: &Field| fields.iter().filter(|other| other.path == field.path).count() == 1;
    let told = fields.iter().map(|field| {
        let running = live.as_running(&field.as_diff()).before;
        let before = if is_whole(field) && running != field.after { running } else { field.before.clone() };
        shown(facts, Field { before, ..field.clone() })
    });
    told.collect()
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
pub(super) fn overall<'a>(fields: impl Iterator<Item = &'a Field> + Clone) -> Cause {
    let has = |cause| fields.clone().any(|field| field.cause == cause && field.ignored.is_none());
    match (has(Cause::Drift), has(Cause::Config), has(Cause::Dependency)) {
        _ if has(Cause::Mixed) => Cause::Mixed,
        (true, true, _) => Cause::Mixed,
        (false, true, _) => Cause::Config,
        (true, false, _) => Cause::Drift,
        (false, false, true) => Cause::Dependency,
        (false, false, false) => Cause::Unknown,
    }
}

/// What a spec says at a path: where that has a `*`, each single value that it stands for, with its pointer.
fn said_at(facts: &Facts, spec: &Value, path: &str) -> Vec<(String, Value)> {
    if !path.contains("/*") {
        return keyed::get(facts, spec, path).map(|value| (path.to_owned(), value.clone())).into_iter().collect();
    }
    let mut all = Vec::new();
    pointer::walk(spec, &mut |at, value| {
        if pointer::matches(path, at) {
            all.push((at.to_owned(), value.clone()));
        }
    });
    all
}

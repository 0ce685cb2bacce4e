//! Why a value differs: the YAML changed, what it refers to did, or somebody changed the live resource. The digest of the
//! last apply tells.

use serde_json::Value;

use super::input::Mode;
use super::tags::waiting;
use super::types::Cause;
use crate::blueprint::Resource;
use crate::resource::{FieldDiff, LastApplied, Reference, Shape, is_open, keyed, parts, pointer};

/// Tells the causes of one resource's differences.
pub(super) struct Causes<'a> {
    pub(super) mode: Mode,
    pub(super) shape: &'a dyn Shape,
    pub(super) resource: &'a Resource,
    pub(super) last_applied: LastApplied,
    /// Whether the plan changes what a reference stands for.
    pub(super) changes: &'a dyn Fn(&Reference) -> bool,
}

impl Causes<'_> {
    /// Parts a difference by its causes. Of a set, whose elements have causes of their own, each cause has its own
    /// difference, one after the other: from what is live to what was meant, and on to what is meant now. Drift comes last,
    /// unless it alone is mended.
    pub(super) fn of(&self, diff: FieldDiff) -> Vec<(FieldDiff, Cause)> {
        let FieldDiff { path, before, after } = &diff;
        let Some((gone, come)) = parts::set_delta(self.shape.schema(), path, before.as_ref(), after.as_ref()) else {
            let cause = self.cause(path, before.as_ref(), after.as_ref());
            return vec![(diff, cause)];
        };
        let gone = gone.into_iter().map(|item| (self.element(path, Some(item), None), item, false));
        let come = come.into_iter().map(|item| (self.element(path, None, Some(item)), item, true));
        let all: Vec<_> = gone.chain(come).collect();
        let mut causes: Vec<_> = all.iter().map(|(cause, ..)| *cause).collect();
        causes.sort_by_key(|cause| ((*cause == Cause::Drift) != (self.mode == Mode::OnlyDrift), *cause));
        causes.dedup();
        if let [] | [_] = causes.as_slice() {
            let whole = || self.cause(path, before.as_ref(), after.as_ref());
            let cause = causes.first().copied().unwrap_or_else(whole);
            return vec![(diff, cause)];
        }
        let (mut list, mut told) = (before.as_ref().and_then(Value::as_array).cloned().unwrap_or_default(), Vec::new());
        for (index, cause) in causes.iter().enumerate() {
            let own = all.iter().filter(|(other, ..)| other == cause);
            let mut next = list.clone();
            for (_, item, comes) in own {
                if *comes { next.push((*item).clone()) } else { next.retain(|other| other != *item) }
            }
            let is_last = index + 1 == causes.len();
            let before = if index == 0 { before.clone() } else { Some(Value::from(list)) };
            let after = if is_last { after.clone() } else { Some(Value::from(next.clone())) };
            told.push((FieldDiff { path: path.clone(), before, after }, *cause));
            list = next;
        }
        told
    }

    /// The cause of one element of a set, which goes or comes.
    fn element(&self, path: &str, gone: Option<&Value>, come: Option<&Value>) -> Cause {
        let listed = |item: Option<&Value>| item.map(|item| Value::from(vec![item.clone()]));
        self.cause(path, listed(gone).as_ref(), listed(come).as_ref())
    }

    fn cause(&self, path: &str, before: Option<&Value>, after: Option<&Value>) -> Cause {
        if self.last_applied == LastApplied::Incomplete {
            return Cause::Config;
        }
        let property = self.shape.facts().digested(path);
        let written = self.resource.written(property);
        let Some(agrees) = self.last_applied.agrees(property, written) else {
            return if self.depends(written) { Cause::Dependency } else { Cause::Unknown };
        };
        // A value without references that differs although the YAML is as it was: an apply has left it half done.
        let refers = written.is_some_and(is_open);
        // What was left out until something else is there, that brings on.
        let waited = written.is_some_and(|value| self.last_applied.has_element(&waiting(property, value)));
        let ours = if (agrees && refers) || waited { Cause::Dependency } else { Cause::Config };
        let had = |value: Option<&Value>| value.map(|value| self.had(property, path, value));
        match (had(before), had(after)) {
            // Not recorded, part by part.
            (Some(None), _) | (_, Some(None)) if agrees && !self.depends(written) => Cause::Drift,
            (Some(None), _) | (_, Some(None)) => ours,
            // What we put there, and what we have not put there yet.
            (Some(Some(true)), None | Some(Some(false))) => ours,
            (None, Some(Some(false))) if !agrees || self.refers(path) => ours,
            // Both changed, or what is sensitive and known by its place alone.
            (Some(Some(false)), Some(Some(false))) | (Some(Some(true)), Some(Some(true)))
                if !agrees || self.depends(written) =>
            {
                ours
            }
            _ => Cause::Drift,
        }
    }

    /// Whether this was applied. What is not known yet was not.
    fn had(&self, property: &str, path: &str, value: &Value) -> Option<bool> {
        let texts = parts::texts(self.shape.facts(), self.shape.schema(), path, value);
        let had = self.last_applied.had(property, texts)?;
        Some(had && !is_open(value))
    }

    /// Whether the plan changes something that a property refers to.
    fn depends(&self, written: Option<&Value>) -> bool {
        written.is_some_and(|value| Reference::all_in(value).iter().any(|(_, reference)| (self.changes)(reference)))
    }

    /// Whether what the template wrote at a path refers to something; of what it did not write there, its property.
    fn refers(&self, path: &str) -> bool {
        let written = keyed::get(self.shape.facts(), &self.resource.spec, path);
        let written = written.or_else(|| self.resource.set_to(pointer::property(path)));
        written.is_some_and(is_open)
    }
}

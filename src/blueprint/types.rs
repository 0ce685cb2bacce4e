use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::problem::{Problem, Span};
use crate::resource::{Address, LastApplied, Reference, Shape, Stack, resolve_shared};
use crate::template::{Family, Origin};

/// The desired state of one stack.
#[derive(Clone, Debug)]
pub struct Blueprint {
    pub stack: Stack,
    pub resources: BTreeMap<Address, Resource>,
    /// The template's outputs, with references in them.
    pub outputs: BTreeMap<String, Value>,
    /// By output: what has to be there before it is told, beside what it refers to.
    pub outputs_after: BTreeMap<String, BTreeSet<Address>>,
    /// Notes for the reviewer (no domain: HTTP only).
    pub warnings: Vec<Problem>,
    /// The resources that other parameters would make.
    pub families: Vec<Family>,
}

/// One resource as it should be.
#[derive(Clone, Debug)]
pub struct Resource {
    pub address: Address,
    /// The stack's, unless the template names another.
    pub region: String,
    /// Whether its type belongs to no region.
    pub is_global: bool,
    /// The whole spec in normal form, with references in it. Plans share it: most resources are made as they stand here.
    pub spec: Arc<Value>,
    /// The top-level properties that the template set to something else than what the type fills in anyway.
    pub set: BTreeSet<String>,
    /// Where each value comes from, by JSON pointer, with elements of keyed lists by their key, as in plans; a pointer that
    /// is not there has its nearest parent's origin.
    pub origins: BTreeMap<String, Origin>,
    /// Where the parameters stand whose values decided that it is there.
    pub exists_by: Vec<Span>,
    /// The resources that its spec refers to, by the JSON pointers of the strings that refer (`""`: it only follows).
    pub edges: BTreeMap<Address, BTreeSet<String>>,
    /// A former name, whose resource is kept and retagged.
    pub was: Option<String>,
    /// A physical name given in full.
    pub physical: Option<String>,
    /// Whether it may be deleted or replaced without being named; none: as its kind says.
    pub protected: Option<bool>,
    /// Paths whose live value is somebody else's to choose (`deploys: external`), carried forward.
    pub external: BTreeSet<String>,
    /// Differences that are known and left alone.
    pub ignore: Vec<Ignore>,
}

impl Resource {
    /// Its name, and the one that it had.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [Some(self.address.name.as_str()), self.was.as_deref()].into_iter().flatten()
    }

    /// Whether it needs another in place without referring to it.
    pub fn only_depends_on(&self, other: &Address) -> bool {
        self.edges.get(other).is_some_and(|pointers| pointers.iter().all(String::is_empty))
    }

    /// The properties that the template set, with references unresolved.
    pub fn set(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.set.iter().filter_map(|name| Some((name.as_str(), self.spec.get(name)?)))
    }

    /// The value that the template set a top-level property to.
    pub fn set_to(&self, property: &str) -> Option<&Value> {
        self.set.contains(property).then(|| self.spec.get(property)).flatten()
    }

    /// The value that the template set a part of the spec to, as [`Facts::digested`](crate::resource::Facts::digested)
    /// names it.
    pub fn written(&self, part: &str) -> Option<&Value> {
        let Some((property, _)) = part.split_once('/') else { return self.set_to(part) };
        self.set_to(property)?;
        self.spec.pointer(&format!("/{part}")).filter(|value| !value.is_null())
    }

    /// Whether the template sets a property otherwise than it was last applied, as far as the record tells.
    pub fn is_changed_since(&self, last_applied: &LastApplied, property: &str) -> bool {
        last_applied.agrees(property, self.set_to(property)) == Some(false)
    }

    /// A spec for a plan: the resource's own if it is the same.
    pub fn shared(&self, spec: Value) -> Arc<Value> {
        if *self.spec == spec { self.spec.clone() } else { Arc::new(spec) }
    }

    /// The spec in normal form with the references filled in that `lookup` knows; its own, if there is none.
    pub fn resolved(&self, shape: &dyn Shape, lookup: &impl Fn(&Reference) -> Option<Value>) -> Arc<Value> {
        let known = resolve_shared(&self.spec, lookup);
        self.normal(shape, Arc::clone(&known)).unwrap_or(known)
    }

    /// Passes a spec of its own through its type; what is still the spec that it has needs no passing.
    ///
    /// # Errors
    /// What the type has against it, in a sentence.
    pub fn normal(&self, shape: &dyn Shape, spec: Arc<Value>) -> Result<Arc<Value>, String> {
        if Arc::ptr_eq(&spec, &self.spec) {
            return Ok(spec);
        }
        shape.normalise(Arc::unwrap_or_clone(spec)).map(|spec| self.shared(spec))
    }

    /// Where the value at a pointer comes from, or its nearest parent.
    pub fn origin(&self, pointer: &str) -> Option<&Origin> {
        let mut at = pointer;
        loop {
            if let Some(origin) = self.origins.get(at) {
                return Some(origin);
            }
            at = &at[..at.rfind('/')?];
        }
    }
}

/// A difference that somebody owns until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// A JSON pointer, with `*` for any one step and `**` for any number; what lies below it is ignored too.
    pub field: String,
    pub owner: String,
    /// The last day on which it is ignored.
    pub until: Option<jiff::civil::Date>,
    /// Where the YAML says so.
    pub span: Option<Span>,
}

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::{Digest, OPEN, Recorded, Reference, Shape, parts, pointer, resolve};

/// A digest in the making: what references stand for is known only when they are filled in.
#[derive(Clone, Debug)]
pub struct Marks {
    digest: Digest,
    /// The whole desired spec, its references filled in as far as they are known.
    spec: Arc<Value>,
    /// The properties whose parts are to be kept, and which still hold references.
    open: BTreeSet<String>,
}

impl Marks {
    pub fn new(digest: Digest, spec: Arc<Value>) -> Self {
        Self { digest, spec, open: BTreeSet::new() }
    }

    /// Takes a property as the template set it, references unresolved; its parts are those of the spec.
    pub fn property(&mut self, shape: &dyn Shape, name: &str, written: &Value) {
        self.digest.property(name, written);
        let Some(value) = self.spec.get(name) else { return };
        if is_open(value) {
            self.open.insert(name.to_owned());
        } else if matches!(written, Value::Array(_) | Value::Object(_)) || is_open(written) {
            self.digest.parts(name, found(shape, name, value));
        }
    }

    /// Takes over what is recorded of a property: its value is not applied, or not all of it: `applied` is what of a list
    /// is.
    pub fn keep(&mut self, shape: &dyn Shape, name: &str, record: &Recorded, applied: Option<&Value>) {
        self.digest.keep_property(name, record);
        match applied.filter(|applied| !is_open(applied)) {
            Some(applied) => self.digest.parts(name, found(shape, name, applied)),
            None => self.digest.keep_parts(name, record),
        }
    }

    pub fn tag(&mut self, key: &str) {
        self.digest.tag(key);
    }

    pub fn tag_values<'a>(&mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.digest.tag_values(tags);
    }

    pub fn element(&mut self, pointer: &str) {
        self.digest.element(pointer);
    }

    /// Whether something in it is not known before the run.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The digest as far as it is known.
    pub fn text(&self) -> String {
        self.digest.text()
    }

    /// The digest once all references are known.
    pub fn settled(&self, shape: &dyn Shape, lookup: &impl Fn(&Reference) -> Option<Value>) -> String {
        let spec = resolve(&self.spec, lookup);
        let spec = shape.normalise(spec.clone()).unwrap_or(spec);
        let mut digest = self.digest.clone();
        for name in &self.open {
            if let Some(value) = spec.get(name).filter(|value| !is_open(value)) {
                digest.parts(name, found(shape, name, value));
            }
        }
        digest.text()
    }
}

fn found(shape: &dyn Shape, name: &str, value: &Value) -> Vec<String> {
    parts::texts(shape.facts(), shape.schema(), &pointer::join("", name), value)
}

fn is_open(value: &Value) -> bool {
    value.to_string().contains(OPEN)
}

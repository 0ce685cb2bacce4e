use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::settled::is_open;
use super::{Digest, LastApplied, Reference, Shape, parts, pointer, resolve};

/// A digest in the making: what references stand for is known only when they are filled in.
#[derive(Clone, Debug)]
pub struct DigestInputs {
    digest: Digest,
    /// The whole desired spec, its references filled in as far as they are known.
    spec: Arc<Value>,
    /// The properties whose parts are to be kept, and which still hold references.
    open: BTreeSet<String>,
    /// How many characters there are for the digest; none: the kind has no place for one.
    room: Option<usize>,
}

impl DigestInputs {
    /// `room` is how many characters there are for it, if any.
    pub fn new(digest: Digest, spec: Arc<Value>, room: Option<usize>) -> Self {
        Self { digest, spec, open: BTreeSet::new(), room }
    }

    /// Takes a property as the template set it, references unresolved; its parts are those of the spec.
    pub fn property(&mut self, shape: &dyn Shape, name: &str, written: &Value) {
        let parts = below(shape, name, written);
        if parts.is_empty() {
            return self.part(shape, name, written);
        }
        // The whole as well: whether anything of it changed is asked, too.
        self.digest.property(name, written);
        for (part, written) in &parts {
            self.part(shape, part, written);
        }
    }

    /// Takes a property, or one below it, by its pointer without the first slash.
    fn part(&mut self, shape: &dyn Shape, name: &str, written: &Value) {
        self.digest.property(name, written);
        let Some(value) = self.spec.pointer(&format!("/{name}")) else { return };
        if is_open(value) {
            self.open.insert(name.to_owned());
        } else if matches!(written, Value::Array(_) | Value::Object(_)) || is_open(written) {
            self.digest.parts(name, found(shape, name, value));
        }
    }

    /// Takes over what is recorded of a property: its value is not applied, or not all of it: `applied` is what of a list
    /// is.
    pub fn keep(&mut self, shape: &dyn Shape, name: &str, last_applied: &LastApplied, applied: Option<&Value>) {
        self.digest.keep_property(name, last_applied);
        match applied.filter(|applied| !is_open(applied)) {
            Some(applied) => self.digest.parts(name, found(shape, name, applied)),
            None => self.digest.keep_parts(name, last_applied),
        }
        let spec = Arc::clone(&self.spec);
        for (part, _) in spec.get(name).map(|value| below(shape, name, value)).unwrap_or_default() {
            self.digest.keep_property(&part, last_applied);
            self.digest.keep_parts(&part, last_applied);
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

    /// The digest as far as it is known; none: there is no place for it.
    pub fn text(&self) -> Option<String> {
        self.room.map(|room| self.digest.text(room))
    }

    /// The digest once all references are known; none: there is no place for it.
    pub fn settled(&self, shape: &dyn Shape, lookup: &impl Fn(&Reference) -> Option<Value>) -> Option<String> {
        let spec = resolve(&self.spec, lookup);
        let spec = shape.normalise(spec.clone()).unwrap_or(spec);
        let mut digest = self.digest.clone();
        for name in &self.open {
            if let Some(value) = spec.pointer(&format!("/{name}")).filter(|value| !is_open(value)) {
                digest.parts(name, found(shape, name, value));
            }
        }
        self.room.map(|room| digest.text(room))
    }
}

/// The parts below a property that the digest has by themselves, by pointers without the first slash.
fn below<'a>(shape: &dyn Shape, name: &str, value: &'a Value) -> Vec<(String, &'a Value)> {
    let is_parted = shape.facts().digest_below.contains(&pointer::join("", name).as_str());
    let all = value.as_object().filter(|_| is_parted).into_iter().flatten();
    all.filter(|(_, inner)| !inner.is_null()).map(|(step, inner)| (pointer::join(name, step), inner)).collect()
}

fn found(shape: &dyn Shape, name: &str, value: &Value) -> Vec<String> {
    parts::texts(shape.facts(), shape.schema(), &format!("/{name}"), value)
}

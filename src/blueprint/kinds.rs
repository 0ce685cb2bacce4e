use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::sound::Remembered;
use crate::resource::{Facts, Shape};
use crate::template::KindFacts;

/// The kinds that templates may use, with what is worth computing once for all stacks.
pub struct Kinds<'a> {
    known: BTreeMap<&'static str, Known<'a>>,
    facts: Arc<BTreeMap<&'static str, KindFacts>>,
}

/// One kind.
pub(super) struct Known<'a> {
    pub shape: &'a dyn Shape,
    pub facts: &'a Facts,
    pub remembered: Remembered,
    validator: OnceLock<Validator>,
    defaults: OnceLock<Map<String, Value>>,
}

impl<'a> Kinds<'a> {
    pub fn new(shapes: &[&'a dyn Shape]) -> Self {
        let known: BTreeMap<_, _> = shapes
            .iter()
            .map(|shape| {
                let facts = shape.facts();
                let remembered = Remembered::default();
                let (validator, defaults) = (OnceLock::new(), OnceLock::new());
                (facts.kind, Known { shape: *shape, facts, remembered, validator, defaults })
            })
            .collect();
        let facts = known
            .iter()
            .map(|(name, known)| (*name, KindFacts { reference: known.facts.reference, naming: known.facts.naming() }));
        let facts = Arc::new(facts.collect());
        Self { known, facts }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Known<'a>> {
        self.known.get(name)
    }

    /// Returns the names of all kinds.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.known.keys().copied()
    }

    /// The facts of each that expressions need.
    pub(super) fn facts(&self) -> &Arc<BTreeMap<&'static str, KindFacts>> {
        &self.facts
    }
}

impl Known<'_> {
    pub fn validator(&self) -> &Validator {
        self.validator.get_or_init(|| {
            jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .build(self.shape.schema().root())
                .expect("schemas of kinds are derived, and a test builds each")
        })
    }

    /// Returns what the kind's type fills in for the properties that a spec leaves out. Found once, with the first
    /// sound spec of the kind: from all but its required properties.
    pub fn defaults(&self, sound: &Map<String, Value>) -> &Map<String, Value> {
        self.defaults.get_or_init(|| {
            let required: Vec<_> =
                self.shape.schema().root().get("required").and_then(Value::as_array).into_iter().flatten().collect();
            let is_required = |name: &str| required.iter().any(|known| known.as_str() == Some(name));
            let least: Map<_, _> = sound
                .iter()
                .filter(|(name, _)| is_required(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            match self.shape.normalise(Value::Object(least)) {
                Ok(Value::Object(mut filled)) => {
                    filled.retain(|name, _| !is_required(name));
                    filled
                }
                _ => Map::new(),
            }
        })
    }
}

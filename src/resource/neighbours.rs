use std::collections::BTreeMap;

use serde_json::Value;

use super::{Address, pointer};

/// The other resources of a stack, found by how texts in specs name them: by references in a blueprint, by ids and other
/// outputs among what is live.
pub trait Neighbours {
    /// Returns the addresses and specs of what a text names. Among what is live, several may have one name.
    fn named<'a>(&'a self, text: &str) -> Vec<(&'a Address, &'a Value)>;
}

/// Nobody.
impl Neighbours for () {
    fn named<'a>(&'a self, _: &str) -> Vec<(&'a Address, &'a Value)> {
        Vec::new()
    }
}

impl dyn Neighbours + '_ {
    /// Returns the resources of one kind that any text in a value names.
    pub fn all_named<'a>(&'a self, value: &Value, kind: &str) -> BTreeMap<&'a Address, &'a Value> {
        let mut all = BTreeMap::new();
        pointer::walk(value, &mut |_, leaf| {
            let named = leaf.as_str().into_iter().flat_map(|text| self.named(text));
            all.extend(named.filter(|(address, _)| address.kind == kind));
        });
        all
    }
}

//! The JSON Schema of a spec, and the few questions the engine asks of it.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock, PoisonError};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::pointer;

/// The JSON Schema (draft 2020-12) of one kind's spec or outputs.
#[derive(Debug)]
pub struct Schema {
    root: Value,
    /// The kinds that a reference anywhere in it is to.
    referred: BTreeSet<String>,
    names: OnceLock<Option<BTreeMap<String, String>>>,
}

impl Schema {
    /// Returns the schema of a kind's spec or outputs; made once per type and kept for the life of the program.
    pub fn of<T: JsonSchema + 'static>() -> &'static Self {
        static ALL: OnceLock<Mutex<HashMap<TypeId, &'static Schema>>> = OnceLock::new();
        let mut all = ALL.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(TypeId::of::<T>()).or_insert_with(|| {
            let generator = SchemaSettings::draft2020_12().into_generator();
            let root = generator.into_root_schema_for::<T>().to_value();
            let mut referred = BTreeSet::new();
            collect_referred(&root, &mut referred);
            Box::leak(Box::new(Self { root, referred, names: OnceLock::new() }))
        })
    }

    /// The whole schema.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Returns the schema below `node` for one step of a pointer: a property, a map's key or a list's element.
    pub fn child<'a>(&'a self, node: &'a Value, step: &str) -> Option<&'a Value> {
        below(&self.variants(node), step)
    }

    /// Returns the names of the properties of a struct here.
    pub fn properties<'a>(&'a self, node: &'a Value) -> Vec<&'a str> {
        let variants = self.variants(node);
        let all = variants.iter().filter_map(|node| node.get("properties")?.as_object());
        all.flat_map(|all| all.keys().map(String::as_str)).collect()
    }

    /// Returns the schemas of all that can be one step below `node`.
    pub fn children<'a>(&'a self, node: &'a Value) -> Vec<&'a Value> {
        let mut names = self.properties(node);
        // No property is called so: it is an element of a list, or an entry of a map.
        names.push("");
        names.into_iter().filter_map(|name| self.child(node, name)).collect()
    }

    /// Returns whether a JSON object here is a map with free keys, and not a struct.
    pub fn is_map(&self, node: &Value) -> bool {
        self.variants(node).iter().any(|node| {
            let free =
                node.get("additionalProperties").is_some_and(|extra| extra.is_object() || extra == &Value::Bool(true));
            let open = node.get("properties").is_none() && node.get("type").is_some_and(|t| t == "object");
            free || open || node.as_bool() == Some(true)
        })
    }

    /// Returns whether a list here is a set: neither order nor repetition means anything.
    pub fn is_set(&self, node: &Value) -> bool {
        self.variants(node).iter().any(|node| node.get("x-set").is_some_and(|set| set == &Value::Bool(true)))
    }

    /// Returns whether an object here has exactly one of several keys.
    pub fn is_choice(&self, node: &Value) -> bool {
        let has_one_key =
            |node: &Value| node.get("properties").and_then(Value::as_object).is_some_and(|keys| keys.len() == 1);
        let choices = |node: &&Value| node.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
        self.variants(node).iter().map(choices).any(|all| !all.is_empty() && all.iter().all(has_one_key))
    }

    /// Returns the schema of what a pointer leads to.
    pub fn node(&self, at: &str) -> Option<&Value> {
        pointer::steps(at).try_fold(&self.root, |node, step| self.child(node, &step))
    }

    /// Returns whether a value can have a `Ref<K>` of this kind in it.
    pub fn can_refer_to(&self, kind: &str) -> bool {
        self.referred.contains(kind)
    }

    /// Returns the pointer and kind of every `Ref<K>` that a value holds.
    pub fn refs(&self, value: &Value) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        self.collect_refs(&self.root, &mut String::new(), value, &mut found);
        found
    }

    /// Returns the kind that the property at a pointer (`*` for any of a list's elements) refers to, if it is a `Ref<K>`.
    pub fn ref_at(&self, at: &str) -> Option<&str> {
        kind_of(&self.variants(self.node(at)?))
    }

    /// Returns the default of the property at a pointer, if it has one.
    pub fn default_at(&self, at: &str) -> Option<&Value> {
        self.node(at)?.get("default")
    }

    /// Returns the names of all values in it, with dots into nested structs (`Endpoint.Address`) and what each is; none if
    /// any name will do.
    pub fn names(&self) -> Option<&BTreeMap<String, String>> {
        let names = self.names.get_or_init(|| {
            let mut names = BTreeMap::new();
            self.collect_names(&self.root, "", &mut names).then_some(names)
        });
        names.as_ref()
    }

    fn collect_names(&self, node: &Value, at: &str, names: &mut BTreeMap<String, String>) -> bool {
        let variants = self.variants(node);
        let Some(properties) = variants.iter().find_map(|node| node.get("properties")?.as_object()) else {
            let description = variants.iter().find_map(|node| node.get("description")?.as_str());
            let is_map = variants.iter().any(|node| node.get("additionalProperties").is_some_and(Value::is_object));
            let name = if is_map { format!("{at}.*") } else { at.to_owned() };
            names.insert(name, description.unwrap_or_default().to_owned());
            return !at.is_empty();
        };
        let mut below = properties.iter().map(|(name, child)| {
            let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            self.collect_names(child, &at, names)
        });
        below.all(|is_named| is_named)
    }

    /// `at` is the pointer so far, which is the same again on return: a pointer is only copied where a reference is.
    fn collect_refs(&self, node: &Value, at: &mut String, value: &Value, found: &mut BTreeMap<String, String>) {
        let variants = self.variants(node);
        let mut descend = |step: &str, item: &Value| {
            let Some(child) = below(&variants, step) else { return };
            let length = at.len();
            pointer::push(at, step);
            self.collect_refs(child, at, item, found);
            at.truncate(length);
        };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, item)| descend(key, item)),
            Value::Array(list) => list.iter().enumerate().for_each(|(i, item)| descend(&i.to_string(), item)),
            Value::String(_) => {
                if let Some(kind) = kind_of(&variants) {
                    found.insert(at.clone(), kind.to_owned());
                }
            }
            _ => {}
        }
    }

    /// The schemas that a node stands for: references followed, `anyOf`, `oneOf` and `allOf` opened.
    fn variants<'a>(&'a self, node: &'a Value) -> Vec<&'a Value> {
        let mut open = vec![node];
        let mut all = Vec::new();
        while let Some(node) = open.pop() {
            if let Some(target) = node.get("$ref").and_then(Value::as_str) {
                open.extend(self.root.pointer(target.trim_start_matches('#')));
            }
            for key in ["anyOf", "oneOf", "allOf"] {
                open.extend(node.get(key).and_then(Value::as_array).into_iter().flatten());
            }
            all.push(node);
        }
        all
    }
}

/// The schema below any of these for one step.
fn below<'a>(variants: &[&'a Value], step: &str) -> Option<&'a Value> {
    variants.iter().find_map(|node| {
        if let Some(property) = node.get("properties").and_then(|all| all.get(step)) {
            return Some(property);
        }
        node.get("items").or_else(|| node.get("additionalProperties").filter(|extra| extra.is_object()))
    })
}

fn collect_referred(node: &Value, kinds: &mut BTreeSet<String>) {
    match node {
        Value::Object(map) => {
            kinds.extend(map.get("x-ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|below| collect_referred(below, kinds));
        }
        Value::Array(list) => list.iter().for_each(|below| collect_referred(below, kinds)),
        _ => {}
    }
}

/// The kind that any of these is a reference to.
fn kind_of<'a>(variants: &[&'a Value]) -> Option<&'a str> {
    variants.iter().find_map(|node| node.get("x-ref")?.as_str())
}

use serde_json::Value;

use super::{Kinds, Origin, Resource};
use crate::resource::{keyed, pointer};

/// Why a value is what it is.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The final value, with references in it; none if the kind leaves it to AWS.
    pub value: Option<&'a Value>,
    /// Where it was written; none if the kind's own default filled it in.
    pub origin: Option<&'a Origin>,
    /// Whether it is shown only on request.
    pub is_sensitive: bool,
}

/// Returns the final value at a JSON pointer of a resource and where it was written. Elements of keyed lists may be
/// named by key or by index; `""` is the whole resource.
pub fn explain<'a>(kinds: &Kinds<'_>, resource: &'a Resource, at: &str) -> Explained<'a> {
    let Some(known) = kinds.get(&resource.address.kind) else {
        return Explained { value: resource.spec.pointer(at), origin: resource.origin(at), is_sensitive: false };
    };
    let value = keyed::find(known.facts, &resource.spec, at);
    let named = keyed::named(known.facts, &resource.spec, at);
    let property = pointer::property(&named);
    let is_sensitive = known.facts.sensitive.iter().any(|pattern| pointer::covers(pattern, &named));
    let is_written = property.is_empty() || resource.origins.contains_key(&format!("/{property}"));
    Explained { value, origin: resource.origin(&named).filter(|_| is_written), is_sensitive }
}

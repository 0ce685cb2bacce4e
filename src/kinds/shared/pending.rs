use serde::Serialize;
use serde_json::Value;

use crate::resource::{Pending, Until};

/// The properties that differ between what is so now and what AWS has accepted for later; `until` tells what each waits
/// for.
pub(in crate::kinds) fn between<S: Serialize>(now: &S, then: &S, until: impl Fn(&str) -> Until) -> Vec<Pending> {
    let value = |spec: &S| serde_json::to_value(spec).unwrap_or_default();
    let (now, then) = (value(now), value(then));
    let names = then.as_object().into_iter().flat_map(|then| then.keys());
    let differing = names.filter(|name| now.get(*name) != then.get(*name));
    let pending = differing.map(|name| {
        let path = format!("/{name}");
        Pending { before: now.get(name).cloned(), after: then.get(name).cloned(), until: until(&path), path }
    });
    pending.collect()
}

/// What goes with a pending upgrade to another major version, as AWS shows it until then.
pub(in crate::kinds) fn goes_along(path: &str, shown: Option<&str>) -> Pending {
    Pending { path: path.to_owned(), before: shown.map(Value::from), after: None, until: Until::Window }
}

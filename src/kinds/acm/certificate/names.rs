//! Which names a certificate serves.

use crate::resource::FieldDiff;
use serde_json::Value;

/// The names among these differences that the old certificate serves and the new one does not; a wildcard serves what has one
/// label in its place.
pub(super) fn dropped(fields: &[FieldDiff]) -> Vec<String> {
    let of_names =
        || fields.iter().filter(|field| ["/DomainName", "/SubjectAlternativeNames"].contains(&field.path.as_str()));
    let after: Vec<_> = of_names().flat_map(|field| names(field.after.as_ref())).collect();
    let before = of_names().flat_map(|field| names(field.before.as_ref()));
    before.filter(|name| !after.iter().any(|other| serves(other, name))).map(str::to_owned).collect()
}

fn names(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(value) => value.as_str().into_iter().collect(),
        None => Vec::new(),
    }
}

fn serves(own: &str, name: &str) -> bool {
    let parent = || name.split_once('.').map(|(_, parent)| parent);
    own == name || own.strip_prefix("*.").is_some_and(|served| parent() == Some(served))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_moves_or_is_under_a_wildcard_is_not_dropped() {
        let dropped = |before: (&str, Value), after: (&str, Value)| {
            let field = |path: &str, before: Value, after: Value| FieldDiff {
                path: path.to_owned(),
                before: Some(before),
                after: Some(after),
            };
            super::dropped(&[
                field("/DomainName", json!(before.0), json!(after.0)),
                field("/SubjectAlternativeNames", before.1, after.1),
            ])
        };
        assert!(
            dropped(("a.example", json!(["b.example"])), ("b.example", json!(["a.example", "c.example"]))).is_empty()
        );
        assert!(dropped(("www.a.example", json!([])), ("*.a.example", json!([]))).is_empty());
        assert_eq!(dropped(("a.example", json!([])), ("*.a.example", json!([]))), ["a.example"]);
        assert_eq!(dropped(("a.example", json!(["b.example"])), ("a.example", json!([]))), ["b.example"]);
        assert_eq!(dropped(("x.www.a.example", json!([])), ("*.a.example", json!([]))), ["x.www.a.example"]);
    }
}

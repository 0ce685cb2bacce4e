use serde_json::Value as Json;

/// Null means absent to a kind, also inside of a parameter that is taken over whole.
pub(super) fn without_nulls(value: Json) -> Option<Json> {
    fn has_null(value: &Json) -> bool {
        match value {
            Json::Null => true,
            Json::Object(map) => map.values().any(has_null),
            Json::Array(list) => list.iter().any(has_null),
            _ => false,
        }
    }
    match value {
        whole if !has_null(&whole) => Some(whole),
        Json::Object(map) => {
            Some(map.into_iter().filter_map(|(key, value)| Some((key, without_nulls(value)?))).collect())
        }
        Json::Array(list) => Some(list.into_iter().filter_map(without_nulls).collect()),
        _ => None,
    }
}

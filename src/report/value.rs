//! How values of specs are shown to people.

use serde_json::{Map, Value};

use crate::resource::{CLOSE, OPEN};

/// Shows a value on one line: strings without quotes where nothing is lost, references without brackets.
pub fn show(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => show_text(text),
        Value::Array(list) => format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => show_object(map),
        other => other.to_string(),
    }
}

/// A string without quotes, unless it would then read as something else.
fn show_text(text: &str) -> String {
    let plain = text.replace([OPEN, CLOSE], "");
    let ambiguous = plain.is_empty()
        || plain.trim() != plain
        || plain.chars().any(char::is_control)
        || matches!(plain.as_str(), "true" | "false" | "null")
        || plain.parse::<f64>().is_ok();
    if ambiguous { Value::String(plain).to_string() } else { plain }
}

fn show_object(map: &Map<String, Value>) -> String {
    if let Some(rule) = traffic_rule(map) {
        return rule;
    }
    if let (2, Some(Value::String(key)), Some(value)) = (map.len(), map.get("Key"), map.get("Value")) {
        return format!("{key}={}", show(value));
    }
    // A choice without particulars (`Count: {}`) is its name.
    let is_bare = |value: &Value| value.as_object().is_some_and(|inner| inner.values().all(Value::is_null));
    if let (1, Some((name, _))) = (map.len(), map.iter().next().filter(|(_, value)| is_bare(value))) {
        return name.clone();
    }
    let fields: Vec<_> = map.iter().map(|(key, value)| format!("{key}: {}", show(value))).collect();
    format!("{{{}}}", fields.join(", "))
}

/// A security group's rule as people say it: `tcp 22 from 0.0.0.0/0`.
fn traffic_rule(map: &Map<String, Value>) -> Option<String> {
    const FROM: &[&str] = &["CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId"];
    const TO: &[&str] = &["DestinationPrefixListId", "DestinationSecurityGroupId"];
    let protocol = map.get("IpProtocol")?.as_str()?;
    let peer = |keys: &[&str]| keys.iter().find_map(|key| map.get(*key).filter(|value| !value.is_null())).map(show);
    let peer = match (peer(TO), peer(FROM)) {
        (Some(to), _) => format!("to {to}"),
        // A CIDR stands in rules of both directions; which one, the field's path tells.
        (None, Some(from)) => format!("from {from}"),
        (None, None) => return None,
    };
    let ports = match (map.get("FromPort").and_then(Value::as_i64), map.get("ToPort").and_then(Value::as_i64)) {
        _ if protocol == "-1" => return Some(format!("all traffic {peer}")),
        (Some(from), Some(to)) if from == to => format!(" {from}"),
        (Some(from), Some(to)) => format!(" {from}-{to}"),
        _ => String::new(),
    };
    Some(format!("{protocol}{ports} {peer}"))
}

/// Shows the difference of two lists as what goes (`- item`) and what comes (`+ item`); nothing if neither is a list,
/// or if only the order differs.
pub fn list_delta(before: Option<&Value>, after: Option<&Value>) -> Option<Vec<String>> {
    let items = |value: Option<&Value>| match value {
        Some(Value::Array(list)) => Some(list.clone()),
        None | Some(Value::Null) => Some(Vec::new()),
        Some(_) => None,
    };
    let (mut gone, after) = match (before, after) {
        (Some(Value::Array(_)), _) | (_, Some(Value::Array(_))) => (items(before)?, items(after)?),
        _ => return None,
    };
    let mut come = Vec::new();
    for item in after {
        match gone.iter().position(|old| *old == item) {
            Some(same) => drop(gone.remove(same)),
            None => come.push(item),
        }
    }
    let lines: Vec<_> = (gone.iter().map(|item| format!("- {}", show(item))))
        .chain(come.iter().map(|item| format!("+ {}", show(item))))
        .collect();
    (!lines.is_empty()).then_some(lines)
}

/// Shortens to `width` characters by taking out the middle, where least is lost: both ends of ids, ARNs and paths tell.
pub fn cut(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width || width < 5 {
        return text.to_owned();
    }
    let tail = (width - 1) / 2;
    let head: String = text.chars().take(width - 1 - tail).collect();
    let tail: String = text.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}

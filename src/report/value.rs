//! How values of specs are shown to people.

use serde_json::{Map, Number, Value};

use crate::resource::{CLOSE, OPEN, is_open};

/// Shows a value on one line: strings without quotes where nothing is lost, references without brackets.
pub fn show(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => show_text(text),
        Value::Array(list) => format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => show_object(map),
        Value::Number(number) => show_number(number),
        Value::Bool(flag) => flag.to_string(),
    }
}

/// A number as a person writes it: a whole one without `.0`.
fn show_number(number: &Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A string without quotes, unless it would then read as something else.
fn show_text(text: &str) -> String {
    let plain = text.replace([OPEN, CLOSE], "");
    let ambiguous = plain.is_empty()
        || plain.trim() != plain
        || plain.chars().any(char::is_control)
        || matches!(plain.as_str(), "true" | "false" | "null")
        || plain.starts_with(['{', '['])
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

/// A security group's rule as people say it: `tcp 22 from 0.0.0.0/0 (the world)`; nothing of what has other parts as well.
fn traffic_rule(map: &Map<String, Value>) -> Option<String> {
    const FROM: &[&str] = &["CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId"];
    const TO: &[&str] =
        &["DestinationPrefixListId", "DestinationSecurityGroupId", "DestinationCidrIp", "DestinationCidrIpv6"];
    const OTHER: &[&str] = &["IpProtocol", "FromPort", "ToPort", "Description"];
    let mut said = map.iter().filter(|(_, value)| !value.is_null() && **value != "").map(|(key, _)| key.as_str());
    if !said.all(|key| FROM.iter().chain(TO).chain(OTHER).any(|known| *known == key)) {
        return None;
    }
    let protocol = map.get("IpProtocol")?.as_str()?;
    let peers = |keys: &[&str]| {
        let peers = keys.iter().filter_map(|key| map.get(*key)).filter(|value| !value.is_null());
        peers.map(show).collect::<Vec<_>>()
    };
    let peer = match (peers(TO).as_slice(), peers(FROM).as_slice()) {
        ([to], []) => format!("to {to}"),
        ([], [from]) => format!("from {from}"),
        _ => return None,
    };
    let ports = match (map.get("FromPort").and_then(Value::as_i64), map.get("ToPort").and_then(Value::as_i64)) {
        (None, None) => String::new(),
        (Some(from), Some(to)) if from == to => format!(" {from}"),
        (Some(from), Some(to)) => format!(" {from}-{to}"),
        _ => return None,
    };
    let protocol = if protocol == "-1" { "all traffic" } else { protocol };
    let why = map.get("Description").and_then(Value::as_str).filter(|text| !text.is_empty());
    let why = why.map(|text| format!(" ({text})")).unwrap_or_default();
    Some(format!("{protocol}{ports} {peer}{why}"))
}

/// The rules that say where traffic goes, with their CIDR as what it is there: in rules of both directions it has one name.
pub(super) fn outward(value: &Value) -> Value {
    match value {
        Value::Array(rules) => rules.iter().map(outward).collect(),
        Value::Object(rule) => rule
            .iter()
            .map(|(key, value)| match key.as_str() {
                "CidrIp" | "CidrIpv6" => (format!("Destination{key}"), value.clone()),
                _ => (key.clone(), value.clone()),
            })
            .collect(),
        other => other.clone(),
    }
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
    // What looks alike is written out.
    let others = |own: &Value, others: &[Value]| others.iter().any(|other| show(other) == show(own));
    let told = |item: &Value, among: &[Value]| if others(item, among) { item.to_string() } else { show(item) };
    let known = |item: &Value| if is_open(item) { " (known after apply)" } else { "" };
    let lines: Vec<_> = (gone.iter().map(|item| format!("- {}", told(item, &come))))
        .chain(come.iter().map(|item| format!("+ {}{}", told(item, &gone), known(item))))
        .collect();
    (!lines.is_empty()).then_some(lines)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_whole_number_has_no_fraction() {
        let shown = [json!(3.0), json!(3), json!(0.5), json!(-10.0), json!(1e300), json!("3.0")];
        assert_eq!(shown.map(|value| show(&value)), ["3", "3", "0.5", "-10", "1e+300", "\"3.0\""]);
    }
}

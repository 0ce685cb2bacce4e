//! The parameters of a group, and the forms that RDS gives their values.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_rds::types::{ApplyMethod, Parameter};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::aws::{Clients, Reader, Writer};
use crate::kinds::rds;
use crate::resource::Result;

/// The most parameters that one Modify or Reset takes.
const BATCH: usize = 20;
/// What switches are written as, on and off: RDS keeps most of them as numbers.
const ON: [&str; 2] = ["1", "on"];
const OFF: [&str; 2] = ["0", "off"];

/// Reads the values of one source: `user` for those that somebody set, `system` for those that RDS sets itself. A value
/// that is the same as RDS's own counts as its own.
pub(super) async fn of(reader: &Reader, group: &str, source: &str) -> Result<BTreeMap<String, String>> {
    let all = listed(reader, group, Some(source)).await?;
    let named = |parameter: Parameter| Some((parameter.parameter_name?, normal(&parameter.parameter_value?)));
    Ok(all.into_iter().filter_map(named).collect())
}

async fn listed(clients: &Clients, group: &str, source: Option<&str>) -> Result<Vec<Parameter>> {
    let call = clients.rds().describe_db_cluster_parameters().db_cluster_parameter_group_name(group);
    let pages = call.set_source(source.map(str::to_owned)).max_records(rds::PAGE).into_paginator().items();
    Ok(pages.send().collect::<Result<Vec<_>, _>>().await?)
}

/// Sets values: dynamic parameters at once, static ones with the next reboot.
pub(super) async fn set(writer: &Writer, group: &str, values: Vec<(&String, &String)>) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let known = known(writer, group).await?;
    let all: Vec<_> = values
        .into_iter()
        .map(|(name, value)| {
            let of_family = known.get(name);
            let value = spelled(value, of_family.and_then(|parameter| parameter.allowed_values.as_deref()));
            let to = Parameter::builder().parameter_name(name).parameter_value(value);
            to.apply_method(method(of_family)).build()
        })
        .collect();
    for batch in all.chunks(BATCH) {
        let call = writer.rds().modify_db_cluster_parameter_group().db_cluster_parameter_group_name(group);
        let call = call.set_parameters(Some(batch.to_vec()));
        rds::patiently(5, || async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    Ok(())
}

/// Gives parameters the engine's defaults again.
pub(super) async fn reset(writer: &Writer, group: &str, names: Vec<&String>) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let known = known(writer, group).await?;
    let all: Vec<_> = names
        .into_iter()
        .map(|name| Parameter::builder().parameter_name(name).apply_method(method(known.get(name))).build())
        .collect();
    for batch in all.chunks(BATCH) {
        let call = writer.rds().reset_db_cluster_parameter_group().db_cluster_parameter_group_name(group);
        let call = call.reset_all_parameters(false).set_parameters(Some(batch.to_vec()));
        rds::patiently(5, || async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    Ok(())
}

/// Every parameter of the group's family.
async fn known(writer: &Writer, group: &str) -> Result<HashMap<String, Parameter>> {
    let all = listed(writer, group, None).await?;
    Ok(all.into_iter().filter_map(|parameter| Some((parameter.parameter_name.clone()?, parameter))).collect())
}

/// How a parameter can be applied.
fn method(parameter: Option<&Parameter>) -> ApplyMethod {
    let is_static = parameter.and_then(|parameter| parameter.apply_type.as_deref()) == Some("static");
    if is_static { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate }
}

/// RDS keeps values as text; YAML may give numbers and booleans (which MySQL writes 1 and 0).
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let written = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |(name, value)| match value {
        Value::String(text) => Ok((name, normal(&text))),
        Value::Bool(on) => Ok((name, u8::from(on).to_string())),
        Value::Number(number) => Ok((name, number.to_string())),
        other => Err(D::Error::custom(format!("the parameter {name} wants a text or a number, not {other}"))),
    };
    written.into_iter().map(text).collect()
}

/// The form in which values are compared: a switch is 1 or 0.
fn normal(value: &str) -> String {
    let is_one_of = |forms: &[&str]| forms.iter().any(|form| value.eq_ignore_ascii_case(form));
    match value {
        _ if is_one_of(&ON) => ON[0].to_owned(),
        _ if is_one_of(&OFF) => OFF[0].to_owned(),
        other => other.to_owned(),
    }
}

/// A switch as the parameter takes it: `local,on,off` has no 1.
fn spelled(value: &str, allowed: Option<&str>) -> String {
    let forms = match value {
        "1" => ON,
        "0" => OFF,
        _ => return value.to_owned(),
    };
    let allowed: Vec<_> = allowed.unwrap_or_default().split(',').map(str::trim).collect();
    let taken = forms.iter().find_map(|form| allowed.iter().find(|one| one.eq_ignore_ascii_case(form)));
    taken.map_or(value, |one| one).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::super::Spec;
    use super::*;

    #[test]
    fn values_become_text_and_switches_numbers() {
        let spec: Spec = from_value(json!({
            "Description": "d", "Family": "f", "Parameters": { "a": 1, "b": true, "c": "x", "d": "ON", "e": "off" },
        }))
        .unwrap();
        let expected = json!({ "a": "1", "b": "1", "c": "x", "d": "1", "e": "0" });
        assert_eq!(serde_json::to_value(spec.parameters).unwrap(), expected);
    }

    #[test]
    fn a_switch_is_sent_as_its_parameter_takes_it() {
        for (value, allowed, expected) in [
            ("1", Some("0,1"), "1"),
            ("1", Some("ON, OFF"), "ON"),
            ("0", Some("local,on,off"), "off"),
            ("1", Some("0-100"), "1"),
            ("1", None, "1"),
            ("x", Some("on,off"), "x"),
        ] {
            assert_eq!(spelled(value, allowed), expected, "{value} of {allowed:?}");
        }
    }
}

//! The parameters of a group, of clusters or of instances, and the forms that RDS gives their values.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_rds::types::{ApplyMethod, Parameter};
use serde::Deserializer;

use crate::aws::{Clients, MINUTE, Reader, Writer};
use crate::kinds::rds;
use crate::kinds::shared::offers::Level;
use crate::kinds::shared::parameters;
use crate::kinds::shared::retry::retry_while;
use crate::resource::Result;

/// The most parameters that one Modify or Reset takes.
const BATCH: usize = 20;
/// What switches are written as, on and off: RDS keeps most of them as numbers.
const ON: [&str; 3] = ["1", "on", "true"];
const OFF: [&str; 3] = ["0", "off", "false"];
/// What RDS checks against each other: one call has to bring both, or the first is refused beside the other's old value.
const TOGETHER: [[&str; 2]; 5] = [
    ["character_set_server", "collation_server"],
    ["enforce_gtid_consistency", "gtid-mode"],
    ["password_encryption", "rds.accepted_password_auth_method"],
    ["ssl_max_protocol_version", "ssl_min_protocol_version"],
    ["binlog_format", "rds.change_data_capture_streaming"],
];

/// The values of a group, by their names.
#[derive(Default)]
pub(super) struct Values {
    /// What somebody set.
    pub user: BTreeMap<String, String>,
    /// What RDS sets itself, or the engine takes by default. What somebody set to the same counts as this.
    pub given: BTreeMap<String, String>,
}

pub(super) async fn of(reader: &Reader, level: Level, group: &str) -> Result<Values> {
    let mut values = Values::default();
    for parameter in listed(reader, level, group).await? {
        let of = if parameter.source.as_deref() == Some("user") { &mut values.user } else { &mut values.given };
        if let (Some(name), Some(value)) = (parameter.parameter_name, parameter.parameter_value) {
            of.insert(name, normal(&value));
        }
    }
    Ok(values)
}

/// Every parameter of the group's family.
async fn listed(clients: &Clients, level: Level, group: &str) -> Result<Vec<Parameter>> {
    let all = match level {
        Level::Cluster => {
            let call = clients.rds().describe_db_cluster_parameters().db_cluster_parameter_group_name(group);
            call.max_records(rds::PAGE).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?
        }
        Level::Instance => {
            let call = clients.rds().describe_db_parameters().db_parameter_group_name(group);
            call.max_records(rds::PAGE).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?
        }
    };
    Ok(all)
}

/// Sets values: dynamic parameters at once, static ones with the next reboot.
pub(super) async fn set(writer: &Writer, level: Level, group: &str, values: Vec<(&String, &String)>) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let known = known(writer, level, group).await?;
    let all: Vec<_> = values
        .into_iter()
        .map(|(name, value)| {
            let of_family = known.get(name);
            let value = spelled(value, of_family.and_then(|parameter| parameter.allowed_values.as_deref()));
            let to = Parameter::builder().parameter_name(name).parameter_value(value);
            to.apply_method(method(of_family)).build()
        })
        .collect();
    for batch in batches(all) {
        retry_while(5 * MINUTE, rds::TRANSIENT, || modify(writer, level, group, batch.clone())).await?;
    }
    Ok(())
}

async fn modify(writer: &Writer, level: Level, group: &str, batch: Vec<Parameter>) -> Result<()> {
    let rds = writer.rds();
    match level {
        Level::Cluster => {
            let call = rds.modify_db_cluster_parameter_group().db_cluster_parameter_group_name(group);
            call.set_parameters(Some(batch)).send().await?;
        }
        Level::Instance => {
            let call = rds.modify_db_parameter_group().db_parameter_group_name(group);
            call.set_parameters(Some(batch)).send().await?;
        }
    }
    Ok(())
}

/// Gives parameters the engine's defaults again.
pub(super) async fn reset(writer: &Writer, level: Level, group: &str, names: Vec<&String>) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let known = known(writer, level, group).await?;
    let all: Vec<_> = names
        .into_iter()
        .map(|name| Parameter::builder().parameter_name(name).apply_method(method(known.get(name))).build())
        .collect();
    for batch in batches(all) {
        retry_while(5 * MINUTE, rds::TRANSIENT, || put_back(writer, level, group, batch.clone())).await?;
    }
    Ok(())
}

async fn put_back(writer: &Writer, level: Level, group: &str, batch: Vec<Parameter>) -> Result<()> {
    let rds = writer.rds();
    match level {
        Level::Cluster => {
            let call = rds.reset_db_cluster_parameter_group().db_cluster_parameter_group_name(group);
            call.reset_all_parameters(false).set_parameters(Some(batch)).send().await?;
        }
        Level::Instance => {
            let call = rds.reset_db_parameter_group().db_parameter_group_name(group);
            call.reset_all_parameters(false).set_parameters(Some(batch)).send().await?;
        }
    }
    Ok(())
}

/// Shares the parameters out to calls, those that belong together to one.
fn batches(mut all: Vec<Parameter>) -> Vec<Vec<Parameter>> {
    let first = |parameter: &Parameter| {
        let name = parameter.parameter_name().unwrap_or_default();
        TOGETHER.iter().find(|pair| pair.contains(&name)).map_or(name, |pair| pair[0]).to_owned()
    };
    all.sort_by_key(first);
    let mut batches: Vec<Vec<Parameter>> = Vec::new();
    for bundle in all.chunk_by(|one, other| first(one) == first(other)) {
        match batches.last_mut().filter(|last| last.len() + bundle.len() <= BATCH) {
            Some(last) => last.extend_from_slice(bundle),
            None => batches.push(bundle.to_vec()),
        }
    }
    batches
}

async fn known(writer: &Writer, level: Level, group: &str) -> Result<HashMap<String, Parameter>> {
    let all = listed(writer, level, group).await?;
    Ok(all.into_iter().filter_map(|parameter| Some((parameter.parameter_name.clone()?, parameter))).collect())
}

/// How a parameter can be applied.
fn method(parameter: Option<&Parameter>) -> ApplyMethod {
    let is_static = parameter.and_then(|parameter| parameter.apply_type.as_deref()) == Some("static");
    if is_static { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate }
}

/// RDS keeps values as text, and switches as 1 and 0.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let written = parameters::texts(deserializer, ("1", "0"))?;
    Ok(written.into_iter().map(|(name, text)| (name, normal(&text))).collect())
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

    use super::*;
    use crate::kinds::rds::db_cluster_parameter_group::Spec;

    #[test]
    fn values_become_text_and_switches_numbers() {
        let spec: Spec = from_value(json!({
            "Description": "d", "Family": "f",
            "Parameters": { "a": 1, "b": true, "c": "x", "d": "ON", "e": "off", "f": "TRUE", "g": "false" },
        }))
        .unwrap();
        let expected = json!({ "a": "1", "b": "1", "c": "x", "d": "1", "e": "0", "f": "1", "g": "0" });
        assert_eq!(serde_json::to_value(spec.parameters).unwrap(), expected);
    }

    #[test]
    fn a_switch_is_sent_as_its_parameter_takes_it() {
        for (value, allowed, expected) in [
            ("1", Some("0,1"), "1"),
            ("1", Some("ON, OFF"), "ON"),
            ("0", Some("local,on,off"), "off"),
            ("1", Some("true,false"), "true"),
            ("1", Some("0-100"), "1"),
            ("1", None, "1"),
            ("x", Some("on,off"), "x"),
        ] {
            assert_eq!(spelled(value, allowed), expected, "{value} of {allowed:?}");
        }
    }
}

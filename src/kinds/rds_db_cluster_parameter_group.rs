use std::collections::{BTreeMap, HashMap};

use aws_sdk_rds::types::{ApplyMethod, DbClusterParameterGroup as Description, Parameter};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::candidate::{Candidate, adopt, examine};
use super::rds;
use crate::aws::{Aws, Clients, Reader, Writer};
use crate::resource::{
    Changes, Class, Disruption, Failure, FieldDiff, Found, Kept, Kind, Listing, Made, Name, NameRule, Permissions,
    Replacement, Result, Scope, State, Tags,
};

/// Engine settings of a database cluster. AWS allows 50 groups in a region: declare one only for settings of one's own.
pub struct DbClusterParameterGroup;

/// The most parameters that one Modify or Reset takes.
const BATCH: usize = 20;

/// The properties of `AWS::RDS::DBClusterParameterGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub description: String,
    /// The engine and major version, `aurora-postgresql16`.
    pub family: String,
    /// Values by name; all others have the engine's defaults. Static ones take effect with the next reboot of the
    /// instances.
    #[serde(deserialize_with = "texts")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub parameters: BTreeMap<String, String>,
}

/// The return values of `AWS::RDS::DBClusterParameterGroup`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outputs {
    #[serde(rename = "DBClusterParameterGroupName")]
    pub name: String,
    #[serde(skip)]
    arn: String,
}

impl Kind for DbClusterParameterGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const TYPE: &'static str = "AWS::RDS::DBClusterParameterGroup";
    const REF: &'static str = "DBClusterParameterGroupName";
    const NAME: NameRule = NameRule::Hashed { max: rds::GROUP_MAX };
    const CREATE_ONLY: &'static [&'static str] = &["/Description", "/Family"];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const SEVERAL_CALLS: bool = true;
    const EXAMPLE: &'static str = "
resources:
  - type: AWS::RDS::DBClusterParameterGroup
    name: main
    properties:
      Description: settings of the main database
      Family: aurora-postgresql16
      Parameters: { log_min_duration_statement: 1000 }
";

    fn permissions() -> Permissions {
        Permissions {
            read: &[
                "rds:DescribeDBClusterParameterGroups",
                "rds:DescribeDBClusterParameters",
                "rds:ListTagsForResource",
                "tag:GetResources",
            ],
            create: &[
                "rds:CreateDBClusterParameterGroup",
                "rds:AddTagsToResource",
                "rds:ModifyDBClusterParameterGroup",
                "rds:DescribeDBClusterParameterGroups",
                "rds:DescribeDBClusterParameters",
                "rds:ListTagsForResource",
            ],
            update: &[
                "rds:ModifyDBClusterParameterGroup",
                "rds:ResetDBClusterParameterGroup",
                "rds:DescribeDBClusterParameters",
            ],
            retag: &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
            delete: &["rds:DeleteDBClusterParameterGroup"],
        }
    }

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let pages = reader.rds().describe_db_cluster_parameter_groups().max_records(rds::PAGE).into_paginator().items();
        let groups = pages.send().collect::<Result<Vec<_>, _>>().await?;
        let index = reader.tag_index(scope).await?;
        let candidates = groups.into_iter().filter_map(|group| {
            let (name, arn) =
                (group.db_cluster_parameter_group_name.clone(), group.db_cluster_parameter_group_arn.clone());
            Candidate::named(scope, &index, (name.as_deref(), rds::GROUP_MAX), arn.as_deref(), group)
        });
        let tags = |arn: String| async move { rds::tags_of(reader, &arn).await };
        Ok(examine(scope, candidates.collect(), tags, |candidate, tags| read(reader, candidate, tags)).await)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.rds().create_db_cluster_parameter_group().db_cluster_parameter_group_name(name.as_str());
        let call = call.db_parameter_group_family(&spec.family).description(&spec.description);
        match call.set_tags(Some(rds::sdk_tags(tags))).send().await.map_err(Failure::from) {
            Ok(_) => {}
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let call = writer.rds().describe_db_cluster_parameter_groups();
                let answer = call.db_cluster_parameter_group_name(name.as_str()).send().await?;
                let there = answer.db_cluster_parameter_groups().first().ok_or(failure)?;
                let arn = there.db_cluster_parameter_group_arn().unwrap_or_default();
                adopt(&format!("the parameter group {name}"), &rds::tags_of(writer, arn).await?, tags)?;
            }
            Err(failure) => return Err(failure),
        }
        set(writer, name.as_str(), spec.parameters.iter().collect()).await?;
        Ok(made(name.as_str()))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Made<Self>> {
        let (have, want) = (&live.spec.parameters, &spec.parameters);
        set(writer, &live.id, want.iter().filter(|(name, value)| have.get(*name) != Some(value)).collect()).await?;
        reset(writer, &live.id, have.keys().filter(|name| !want.contains_key(*name)).collect()).await?;
        Ok(made(&live.id))
    }

    async fn retag(writer: &Writer, live: &Found<Self>, set: &Tags, unset: &[String]) -> Result<()> {
        rds::retag(writer, &live.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Vec<Kept>> {
        let delete = rds::patiently(5, || async {
            let call = writer.rds().delete_db_cluster_parameter_group();
            Ok(call.db_cluster_parameter_group_name(&live.id).send().await.map(drop)?)
        });
        rds::gone(delete.await)?;
        Ok(Vec::new())
    }

    fn disruption(_: &[FieldDiff]) -> Disruption {
        // Dynamic parameters act at once, static ones wait for a reboot that somebody else decides on.
        Disruption::None
    }
}

async fn read(
    reader: &Reader,
    candidate: Candidate<Description>,
    tags: Tags,
) -> Result<Found<DbClusterParameterGroup>> {
    let group = candidate.summary;
    let set = parameters(reader, &candidate.name, Some("user")).await?;
    let parameters =
        set.into_iter().filter_map(|parameter| Some((parameter.parameter_name?, parameter.parameter_value?)));
    Ok(Found {
        spec: Spec {
            description: group.description().unwrap_or_default().to_owned(),
            family: group.db_parameter_group_family().unwrap_or_default().to_owned(),
            parameters: parameters.collect(),
        },
        outputs: Outputs { name: candidate.name.clone(), arn: candidate.arn },
        id: candidate.id,
        name: Some(candidate.name),
        tags,
        state: State::Ready,
        unmodelled: Vec::new(),
        external: None,
    })
}

/// Reads the parameters of a group; those of the source `user` are the ones that somebody set.
async fn parameters(clients: &Clients, group: &str, source: Option<&str>) -> Result<Vec<Parameter>> {
    let call = clients.rds().describe_db_cluster_parameters().db_cluster_parameter_group_name(group);
    let pages = call.set_source(source.map(str::to_owned)).max_records(rds::PAGE).into_paginator().items();
    Ok(pages.send().collect::<Result<Vec<_>, _>>().await?)
}

/// Sets values: dynamic parameters at once, static ones with the next reboot.
async fn set(writer: &Writer, group: &str, values: Vec<(&String, &String)>) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let methods = methods(writer, group).await?;
    let all: Vec<_> = values
        .into_iter()
        .map(|(name, value)| {
            let to = Parameter::builder().parameter_name(name).parameter_value(value);
            to.apply_method(methods.get(name).cloned().unwrap_or(ApplyMethod::Immediate)).build()
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
async fn reset(writer: &Writer, group: &str, names: Vec<&String>) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let methods = methods(writer, group).await?;
    let all: Vec<_> = names
        .into_iter()
        .map(|name| {
            let method = methods.get(name).cloned().unwrap_or(ApplyMethod::Immediate);
            Parameter::builder().parameter_name(name).apply_method(method).build()
        })
        .collect();
    for batch in all.chunks(BATCH) {
        let call = writer.rds().reset_db_cluster_parameter_group().db_cluster_parameter_group_name(group);
        let call = call.reset_all_parameters(false).set_parameters(Some(batch.to_vec()));
        rds::patiently(5, || async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    Ok(())
}

/// Returns how each parameter of the group's family can be applied.
async fn methods(writer: &Writer, group: &str) -> Result<HashMap<String, ApplyMethod>> {
    let all = parameters(writer, group, None).await?;
    let method = |parameter: Parameter| {
        let is_static = parameter.apply_type.as_deref() == Some("static");
        let method = if is_static { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate };
        Some((parameter.parameter_name?, method))
    };
    Ok(all.into_iter().filter_map(method).collect())
}

fn made(name: &str) -> Made<DbClusterParameterGroup> {
    let outputs = Outputs { name: name.to_owned(), arn: String::new() };
    Made { id: name.to_owned(), outputs, state: State::Ready }
}

/// RDS keeps values as text; YAML may give numbers and booleans (which MySQL writes 1 and 0).
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let written = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        Value::Bool(on) => Ok((name, u8::from(on).to_string())),
        Value::Number(number) => Ok((name, number.to_string())),
        other => Err(D::Error::custom(format!("the parameter {name} wants a text or a number, not {other}"))),
    };
    written.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn values_become_text() {
        let spec: Spec = from_value(json!({
            "Description": "d", "Family": "f", "Parameters": { "a": 1, "b": true, "c": "x" },
        }))
        .unwrap();
        assert_eq!(serde_json::to_value(spec.parameters).unwrap(), json!({ "a": "1", "b": "1", "c": "x" }));
    }
}

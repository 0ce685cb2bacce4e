use std::collections::BTreeMap;

use aws_sdk_rds::types::DbParameterGroup as Description;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::rds;
use crate::kinds::rds::parameters;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::offers::{self, Level};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{named, tag};
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, InUse, Kept,
    Kind, Listing, Made, Name, NameRule, On, Permissions, Question, Quota, Replacement, Result, Scope, State, Tags,
    Turn, pointer,
};

/// Engine settings of instances, beside those of their cluster. AWS allows 50 groups in a region: declare one only for
/// settings of one's own.
pub struct DbParameterGroup;

/// The properties of `AWS::RDS::DBParameterGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub description: String,
    /// The engine and major version, `aurora-postgresql16`.
    pub family: String,
    /// Values by name, which go before the cluster's; all others are the cluster's, or the engine's defaults. Static ones
    /// take effect with the next reboot of an instance. RDS keeps `on` and `off`, `true` and `false` as 1 and 0.
    #[serde(default, deserialize_with = "parameters::texts")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub parameters: BTreeMap<String, String>,
}

/// The return values of `AWS::RDS::DBParameterGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    #[serde(rename = "DBParameterGroupName")]
    pub name: String,
    #[serde(rename = "DBParameterGroupArn")]
    pub arn: String,
    /// What RDS itself sets, or the engine takes by default: what the YAML sets to the same is shown there.
    #[serde(skip)]
    given: BTreeMap<String, String>,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::RDS::DBParameterGroup
    name: main
    properties:
      Description: settings of the instances
      Family: aurora-postgresql16
      Parameters: { log_min_duration_statement: 1000 }
";

const CHANGED: &str = "
resources:
  - type: AWS::RDS::DBParameterGroup
    name: main
    properties:
      Description: settings of the instances
      Family: aurora-postgresql16
      Parameters: { log_min_duration_statement: 500, log_connections: 1 }
";

impl Kind for DbParameterGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/Description", "/Family"],
        replacement: Replacement::CreateFirst,
        several_calls: true,
        preflight_reads: &["rds:DescribeEngineDefaultParameters"],
        quotas: &[Quota::new("rds", "L-DE55804A", "Parameter groups")],
        ..Facts::of(Essentials {
            kind: "AWS::RDS::DBParameterGroup",
            is_global: false,
            indexed_as: Some("rds"),
            reference: "DBParameterGroupName",
            name: NameRule::Hashed { max: rds::GROUP_MAX },
            identity: Identity::Tags,
            name_property: Some("DBParameterGroupName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("Parameters", Detection::Compared("/Parameters")),
                Attachable::new("AWS::RDS::DBInstance", Detection::Left("it uses the group and changes nothing of it")),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["rds:DescribeDBParameterGroups", "rds:DescribeDBParameters", "rds:ListTagsForResource"],
                create: &[
                    "rds:CreateDBParameterGroup",
                    "rds:AddTagsToResource",
                    "rds:ModifyDBParameterGroup",
                    "rds:DescribeDBParameterGroups",
                    "rds:DescribeDBParameters",
                    "rds:ListTagsForResource",
                ],
                update: &["rds:ModifyDBParameterGroup", "rds:ResetDBParameterGroup", "rds:DescribeDBParameters"],
                retag: &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
                delete: &["rds:DeleteDBParameterGroup"],
                on: &[
                    ("rds:CreateDBParameterGroup", &[On::Made("pg:*")]),
                    ("rds:AddTagsToResource", &[On::Ours, On::Untagged("pg:*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        let question = |name: &String| Question::new(pointer::join("/Parameters", name), &[&spec.family, name]);
        spec.parameters.keys().map(question).collect()
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [family, name] = about else { return Ok(None) };
        offers::parameter(reader, Level::Instance, family, name).await
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        named::count::<Self>(reader).await.map(Some)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.rds().create_db_parameter_group().db_parameter_group_name(name.as_str());
        let call = call.db_parameter_group_family(&spec.family).description(&spec.description);
        let call = call.set_tags(tag::write(tags));
        let made = named::create(writer, name.as_str(), spec, tags, async {
            let group = call.send().await?.db_parameter_group;
            let arn = group.and_then(|group| group.db_parameter_group_arn).unwrap_or_default();
            Ok(made(name.as_str(), arn))
        });
        let made = made.await?;
        parameters::set(writer, Level::Instance, name.as_str(), spec.parameters.iter().collect()).await?;
        Ok(made)
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let (have, want) = (&live.spec.parameters, &spec.parameters);
        let is_other = |(name, value): &(&String, &String)| have.get(*name) != Some(value);
        // A value may be right only beside what another has without us.
        let gone = have.keys().filter(|name| !want.contains_key(*name)).collect();
        parameters::reset(writer, Level::Instance, &live.id, gone).await?;
        parameters::set(writer, Level::Instance, &live.id, want.iter().filter(is_other).collect()).await?;
        Ok(Turn::Done(made(&live.id, live.outputs.arn.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        rds::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.rds().delete_db_parameter_group().db_parameter_group_name(&live.id);
        gone(retry_while(5 * MINUTE, rds::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn in_force(found: &Found<Self>) -> Option<Value> {
        Some(json!({ "Parameters": found.outputs.given }))
    }

    fn disruption(_: &[FieldDiff]) -> Disruption {
        // Dynamic parameters act at once, static ones wait for a reboot that somebody else decides on.
        Disruption::None
    }
}

impl Named for DbParameterGroup {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let pages = reader.rds().describe_db_parameter_groups().max_records(rds::PAGE).into_paginator().items();
        let groups = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(groups.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        rds::tags_of(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let group = one.summary;
        let parameters::Values { user, given } = parameters::of(reader, Level::Instance, &one.name).await?;
        let spec = Spec {
            description: group.description().unwrap_or_default().to_owned(),
            family: group.db_parameter_group_family().unwrap_or_default().to_owned(),
            parameters: user,
        };
        let outputs = Outputs { name: one.name.clone(), arn: one.arn, given };
        Ok(Found::ready(one.id, Some(one.name), spec, outputs, tags))
    }
}

impl Adopted for DbParameterGroup {
    const WHAT: &'static str = "the parameter group";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        let call = writer.rds().describe_db_parameter_groups().db_parameter_group_name(name);
        Ok(call.send().await?.db_parameter_groups.into_iter().flatten().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, one.arn))
    }
}

fn listed(group: Description) -> Option<Listed<Description>> {
    let (name, arn) = (group.db_parameter_group_name.clone(), group.db_parameter_group_arn.clone());
    Listed::named(name, arn, group)
}

fn made(name: &str, arn: String) -> Made<DbParameterGroup> {
    let outputs = Outputs { name: name.to_owned(), arn, given: BTreeMap::new() };
    Made { id: name.to_owned(), outputs, state: State::Ready }
}

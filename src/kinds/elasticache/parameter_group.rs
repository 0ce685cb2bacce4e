use std::collections::BTreeMap;

use aws_sdk_elasticache::types::{CacheParameterGroup, ParameterNameValue};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::elasticache;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{named, parameters, tag};
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, FieldDiff, Found, Identity, InUse, Kept, Kind, Listing,
    Made, Name, NameRule, On, Permissions, Quota, Replacement, Result, Scope, State, Tags, Turn,
};

/// Engine settings of a cache.
pub struct ParameterGroup;

/// The longest name.
const NAME_MAX: usize = 255;
/// The most parameters that one Modify or Reset takes.
const BATCH: usize = 20;

/// The properties of `AWS::ElastiCache::ParameterGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Another one is another group.
    pub description: String,
    /// The engine and major version, `redis7` or `valkey8`.
    pub cache_parameter_group_family: String,
    /// Values by name; all others have the engine's defaults. Switches are `yes` and `no`.
    #[serde(default, deserialize_with = "texts")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub properties: BTreeMap<String, String>,
}

/// The return values of `AWS::ElastiCache::ParameterGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub cache_parameter_group_name: String,
    #[serde(skip)]
    arn: String,
    /// What the engine takes by default: what the YAML sets to the same is shown there.
    #[serde(skip)]
    given: BTreeMap<String, String>,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::ElastiCache::ParameterGroup
    name: sessions
    properties:
      Description: settings of the sessions
      CacheParameterGroupFamily: valkey8
      Properties: { maxmemory-policy: allkeys-lru, timeout: 300 }
";

const CHANGED: &str = "
resources:
  - type: AWS::ElastiCache::ParameterGroup
    name: sessions
    properties:
      Description: settings of the sessions
      CacheParameterGroupFamily: valkey8
      Properties: { maxmemory-policy: volatile-ttl, lazyfree-lazy-eviction: true }
";

impl Kind for ParameterGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/CacheParameterGroupFamily"],
        replacement: Replacement::CreateFirst,
        several_calls: true,
        quotas: &[Quota::new("elasticache", "L-3F15A733", "Parameter groups per Region")],
        ..Facts::of(Essentials {
            kind: "AWS::ElastiCache::ParameterGroup",
            is_global: false,
            indexed_as: Some("elasticache"),
            reference: "CacheParameterGroupName",
            name: NameRule::Hashed { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("Parameters", Detection::Compared("/Properties")),
                Attachable::new(
                    "AWS::ElastiCache::ReplicationGroup",
                    Detection::Left("it uses the group and changes nothing of it"),
                ),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &[
                    "elasticache:DescribeCacheParameterGroups",
                    "elasticache:DescribeCacheParameters",
                    "elasticache:ListTagsForResource",
                ],
                create: &[
                    "elasticache:CreateCacheParameterGroup",
                    "elasticache:AddTagsToResource",
                    "elasticache:ModifyCacheParameterGroup",
                    "elasticache:DescribeCacheParameterGroups",
                    "elasticache:ListTagsForResource",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &["elasticache:ModifyCacheParameterGroup", "elasticache:ResetCacheParameterGroup"],
                retag: &["elasticache:AddTagsToResource", "elasticache:RemoveTagsFromResource"],
                delete: &["elasticache:DeleteCacheParameterGroup"],
                on: &[
                    ("elasticache:CreateCacheParameterGroup", &[On::Made("parametergroup:*")]),
                    ("elasticache:AddTagsToResource", &[On::Ours, On::Untagged("parametergroup:*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("elasticache.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        named::count::<Self>(reader).await.map(Some)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.elasticache().create_cache_parameter_group().cache_parameter_group_name(name.as_str());
        let call = call.cache_parameter_group_family(&spec.cache_parameter_group_family);
        let call = call.description(&spec.description).set_tags(tag::write(tags));
        let sent = async {
            // The first of an account waits until ElastiCache has made its own role.
            let answer = retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await?;
            let group = answer.cache_parameter_group.ok_or_else(|| elasticache::empty("CreateCacheParameterGroup"))?;
            Ok(made(name.as_str(), group.arn.unwrap_or_default()))
        };
        let made = named::create(writer, name.as_str(), spec, tags, sent).await?;
        set(writer, name.as_str(), spec.properties.iter().collect()).await?;
        Ok(made)
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let (have, want) = (&live.spec.properties, &spec.properties);
        reset(writer, &live.id, have.keys().filter(|name| !want.contains_key(*name)).collect()).await?;
        let is_other = |(name, value): &(&String, &String)| have.get(*name) != Some(value);
        set(writer, &live.id, want.iter().filter(is_other).collect()).await?;
        Ok(Turn::Done(made(&live.id, live.outputs.arn.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elasticache::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.elasticache().delete_cache_parameter_group().cache_parameter_group_name(&live.id);
        gone(retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn in_force(found: &Found<Self>) -> Option<Value> {
        Some(json!({ "Properties": found.outputs.given }))
    }

    fn replaces(_: &Value, _: &Value, field: &FieldDiff) -> bool {
        // ElastiCache changes neither of a group that is there.
        ["/Description", "/Properties/cluster-enabled"].contains(&&*field.path)
    }
}

impl Named for ParameterGroup {
    type Summary = CacheParameterGroup;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<CacheParameterGroup>>> {
        let call = reader.elasticache().describe_cache_parameter_groups().max_records(elasticache::PAGE);
        let groups = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        // AWS's own bear no tags that could be ours.
        let made = groups.into_iter().filter(|group| group.is_global() != Some(true));
        Ok(made.filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<CacheParameterGroup>, index: &TagIndex) -> Result<Tags> {
        elasticache::tags_of(clients, index, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<CacheParameterGroup>, tags: Tags) -> Result<Found<Self>> {
        let group = one.summary;
        let (user, given) = values(reader, &one.name).await?;
        let spec = Spec {
            description: group.description().unwrap_or_default().to_owned(),
            cache_parameter_group_family: group.cache_parameter_group_family().unwrap_or_default().to_owned(),
            properties: user,
        };
        let outputs = Outputs { cache_parameter_group_name: one.name.clone(), arn: one.arn, given };
        Ok(Found::ready(one.id, Some(one.name), spec, outputs, tags))
    }
}

impl Adopted for ParameterGroup {
    const WHAT: &'static str = "the cache parameter group";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<CacheParameterGroup>>> {
        let call = writer.elasticache().describe_cache_parameter_groups().cache_parameter_group_name(name);
        Ok(call.send().await?.cache_parameter_groups.into_iter().flatten().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<CacheParameterGroup>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, one.arn))
    }
}

fn listed(group: CacheParameterGroup) -> Option<Listed<CacheParameterGroup>> {
    let (name, arn) = (group.cache_parameter_group_name.clone(), group.arn.clone());
    Listed::named(name, arn, group)
}

fn made(name: &str, arn: String) -> Made<ParameterGroup> {
    let outputs = Outputs { cache_parameter_group_name: name.to_owned(), arn, given: BTreeMap::new() };
    Made { id: name.to_owned(), outputs, state: State::Ready }
}

type Values = BTreeMap<String, String>;

/// What somebody set, and what the engine takes by default.
async fn values(reader: &Reader, group: &str) -> Result<(Values, Values)> {
    let call = reader.elasticache().describe_cache_parameters().cache_parameter_group_name(group);
    let mut pages = call.max_records(elasticache::PAGE).into_paginator().send();
    let (mut user, mut given) = (Values::new(), Values::new());
    while let Some(page) = pages.next().await {
        for parameter in page?.parameters.unwrap_or_default() {
            let of = if parameter.source.as_deref() == Some("user") { &mut user } else { &mut given };
            if let (Some(name), Some(value)) = (parameter.parameter_name, parameter.parameter_value) {
                of.insert(name, value);
            }
        }
    }
    Ok((user, given))
}

async fn set(writer: &Writer, group: &str, values: Vec<(&String, &String)>) -> Result<()> {
    let pair = |(name, value): &(&String, &String)| {
        ParameterNameValue::builder().parameter_name(*name).parameter_value(*value).build()
    };
    for batch in values.chunks(BATCH) {
        let call = writer.elasticache().modify_cache_parameter_group().cache_parameter_group_name(group);
        let call = call.set_parameter_name_values(Some(batch.iter().map(pair).collect()));
        retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await.map(drop)?;
    }
    Ok(())
}

/// Gives parameters the engine's defaults again.
async fn reset(writer: &Writer, group: &str, names: Vec<&String>) -> Result<()> {
    let pair = |name: &&String| ParameterNameValue::builder().parameter_name(*name).build();
    for batch in names.chunks(BATCH) {
        let call = writer.elasticache().reset_cache_parameter_group().cache_parameter_group_name(group);
        let call = call.reset_all_parameters(false);
        let call = call.set_parameter_name_values(Some(batch.iter().map(pair).collect()));
        retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await.map(drop)?;
    }
    Ok(())
}

/// ElastiCache writes switches yes and no.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    parameters::texts(deserializer, ("yes", "no"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_text_and_switches_words() {
        let spec: Spec = serde_json::from_value(json!({
            "Description": "d", "CacheParameterGroupFamily": "valkey8",
            "Properties": { "timeout": 300, "activedefrag": true, "appendonly": false, "maxmemory-policy": "allkeys-lru" },
        }))
        .unwrap();
        let expected = json!({
            "timeout": "300", "activedefrag": "yes", "appendonly": "no", "maxmemory-policy": "allkeys-lru",
        });
        assert_eq!(serde_json::to_value(spec.properties).unwrap(), expected);
    }
    #[test]
    fn what_elasticache_changes_of_no_group_makes_another() {
        let is_other = |path: &str| {
            let field = FieldDiff { path: path.to_owned(), before: None, after: None };
            ParameterGroup::replaces(&Value::Null, &Value::Null, &field)
        };
        assert!(is_other("/Properties/cluster-enabled") && is_other("/Description"));
        assert!(!is_other("/Properties/timeout"));
    }
}

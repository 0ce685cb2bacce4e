//! What AWS offers: asked before anything is made of it.

use std::collections::BTreeMap;

use crate::aws::Reader;
use crate::resource::Result;

/// The page size of RDS's and ElastiCache's Describe operations.
const PAGE: i32 = 100;
/// How many versions a refusal names.
const NAMED: usize = 6;

/// Returns why RDS would refuse a version of an engine; `version` may be the beginning of one (`16`).
pub(in crate::kinds) async fn database_version(reader: &Reader, engine: &str, version: &str) -> Result<Option<String>> {
    let all = async {
        let call = reader.rds().describe_db_engine_versions().engine(engine).into_paginator().page_size(PAGE);
        let mut items = call.items().send();
        let mut versions = Vec::new();
        while let Some(item) = items.next().await {
            versions.extend(item?.engine_version);
        }
        Ok(versions)
    };
    let offered = reader.once(&format!("rds:versions:{engine}"), all).await?;
    Ok(refusal(engine, version, &offered, reader.region()))
}

/// Returns why ElastiCache would refuse a version of an engine.
pub(in crate::kinds) async fn cache_version(reader: &Reader, engine: &str, version: &str) -> Result<Option<String>> {
    let all = async {
        let call =
            reader.elasticache().describe_cache_engine_versions().engine(engine).into_paginator().page_size(PAGE);
        let mut items = call.items().send();
        let mut versions = Vec::new();
        while let Some(item) = items.next().await {
            versions.extend(item?.engine_version);
        }
        Ok(versions)
    };
    let offered = reader.once(&format!("elasticache:versions:{engine}"), all).await?;
    Ok(refusal(engine, version, &offered, reader.region()))
}

/// Returns why RDS would refuse a class of instances.
pub(in crate::kinds) async fn database_class(reader: &Reader, engine: &str, class: &str) -> Result<Option<String>> {
    let call = reader.rds().describe_orderable_db_instance_options().engine(engine).db_instance_class(class);
    // One is enough.
    let answer = call.max_records(20).send().await?;
    let is_offered = !answer.orderable_db_instance_options().is_empty();
    Ok((!is_offered).then(|| format!("RDS offers no {class} for {engine} in {}", reader.region())))
}

/// Returns why RDS would refuse a parameter of a family.
pub(in crate::kinds) async fn parameter(reader: &Reader, family: &str, name: &str) -> Result<Option<String>> {
    let all = async {
        let (mut known, mut marker) = (BTreeMap::new(), None);
        loop {
            let call = reader.rds().describe_engine_default_cluster_parameters().db_parameter_group_family(family);
            let answer = call.max_records(PAGE).set_marker(marker).send().await?;
            let defaults = answer.engine_defaults();
            for parameter in defaults.map(|all| all.parameters()).unwrap_or_default() {
                let name = parameter.parameter_name().unwrap_or_default().to_owned();
                known.insert(name, parameter.is_modifiable().unwrap_or(true));
            }
            marker = defaults.and_then(|all| all.marker()).filter(|marker| !marker.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(known);
            }
        }
    };
    let known = reader.once(&format!("rds:parameters:{family}"), all).await?;
    Ok(match known.get(name) {
        Some(true) => None,
        // Nothing at all is no answer to rely on.
        None if known.is_empty() => None,
        Some(false) => Some(format!("`{name}` of {family} can't be changed")),
        None => Some(format!("there is no parameter `{name}` in the family {family}{}", near(name, known.keys()))),
    })
}

fn refusal(engine: &str, version: &str, offered: &[String], region: &str) -> Option<String> {
    // Nothing at all is no answer to rely on.
    if offered.is_empty() || offered.iter().any(|one| is_within(one, version) || is_within(version, one)) {
        return None;
    }
    let major = version.split('.').next().unwrap_or_default();
    let alike: Vec<_> = offered.iter().filter(|one| one.split('.').next() == Some(major)).collect();
    let named = if alike.is_empty() { offered.iter().collect() } else { alike };
    let last: Vec<_> = named.iter().rev().take(NAMED).rev().map(|one| one.as_str()).collect();
    Some(format!("AWS offers no {engine} {version} in {region}; there is {}", last.join(", ")))
}

/// Whether a version is another one, or a part of that: 16.11 is within 16.
fn is_within(version: &str, other: &str) -> bool {
    version.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

fn near<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    // The same word with other separators, or a part of it.
    let plain = |text: &str| text.replace(['-', '_', '.'], "").to_lowercase();
    let wanted = plain(name);
    let alike: Vec<_> = known.filter(|one| plain(one).contains(&wanted) || wanted.contains(&plain(one))).collect();
    match alike.first() {
        Some(one) => format!("; there is `{one}`"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_on_offer_if_it_or_a_part_of_it_is() {
        let offered: Vec<_> = ["15.9", "16.4", "16.11", "17.4"].map(str::to_owned).to_vec();
        let said = |version: &str| refusal("aurora-postgresql", version, &offered, "eu-west-1");
        assert_eq!([said("16.11"), said("16"), said("17.4.1")], [None, None, None]);
        let text = "AWS offers no aurora-postgresql 16.1 in eu-west-1; there is 16.4, 16.11";
        assert_eq!(said("16.1").as_deref(), Some(text));
        assert!(said("9.6").is_some_and(|text| text.ends_with("15.9, 16.4, 16.11, 17.4")));
        assert_eq!(refusal("x", "1", &[], "eu-west-1"), None, "an empty list is no answer");
    }
}

//! What AWS offers: asked before anything is made of it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::types::EngineDefaults;

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

/// What RDS has parameters of, with operations of its own for each.
#[derive(Clone, Copy, Debug)]
pub(in crate::kinds) enum Level {
    Cluster,
    Instance,
}

/// Returns why RDS would refuse a parameter of a family.
pub(in crate::kinds) async fn parameter(
    reader: &Reader,
    level: Level,
    family: &str,
    name: &str,
) -> Result<Option<String>> {
    let known = reader.once(&format!("rds:parameters:{level:?}:{family}"), parameters(reader, level, family)).await?;
    Ok(unknown(&known, family, name))
}

/// The parameters of a family, and whether each can be changed.
async fn parameters(reader: &Reader, level: Level, family: &str) -> Result<BTreeMap<String, bool>> {
    let (mut known, mut marker) = (BTreeMap::new(), None);
    loop {
        let defaults = defaults(reader, level, family, marker).await?;
        for parameter in defaults.as_ref().map(EngineDefaults::parameters).unwrap_or_default() {
            let name = parameter.parameter_name().unwrap_or_default().to_owned();
            known.insert(name, parameter.is_modifiable().unwrap_or(true));
        }
        marker = defaults.and_then(|all| all.marker).filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(known);
        }
    }
}

/// A page of them.
async fn defaults(
    reader: &Reader,
    level: Level,
    family: &str,
    marker: Option<String>,
) -> Result<Option<EngineDefaults>> {
    let rds = reader.rds();
    Ok(match level {
        Level::Cluster => {
            let call = rds.describe_engine_default_cluster_parameters().db_parameter_group_family(family);
            call.max_records(PAGE).set_marker(marker).send().await?.engine_defaults
        }
        Level::Instance => {
            let call = rds.describe_engine_default_parameters().db_parameter_group_family(family);
            call.max_records(PAGE).set_marker(marker).send().await?.engine_defaults
        }
    })
}

fn unknown(known: &BTreeMap<String, bool>, family: &str, name: &str) -> Option<String> {
    match known.get(name) {
        Some(true) => None,
        // Nothing at all is no answer to rely on.
        None if known.is_empty() => None,
        Some(false) => Some(format!("`{name}` of {family} can't be changed")),
        None => Some(format!("there is no parameter `{name}` in the family {family}{}", near(name, known.keys()))),
    }
}

/// Returns why OpenSearch Service would refuse a version, `OpenSearch_2.19`.
pub(in crate::kinds) async fn search_version(reader: &Reader, version: &str) -> Result<Option<String>> {
    let all = async {
        let mut pages = reader.opensearch().list_versions().max_results(PAGE).into_paginator().send();
        let mut versions = Vec::new();
        while let Some(page) = pages.next().await {
            versions.extend(page?.versions.unwrap_or_default());
        }
        Ok(versions)
    };
    let offered = reader.once("es:versions", all).await?;
    Ok(no_search(version, &offered, reader.region()))
}

/// Returns why OpenSearch Service would refuse a type of node for a version.
pub(in crate::kinds) async fn search_node(reader: &Reader, version: &str, name: &str) -> Result<Option<String>> {
    let all = async {
        let call = reader.opensearch().list_instance_type_details().engine_version(version).max_results(PAGE);
        let mut pages = call.into_paginator().send();
        let mut types = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page?;
            types.extend(
                page.instance_type_details().iter().filter_map(|one| Some(one.instance_type()?.as_str().to_owned())),
            );
        }
        Ok(types)
    };
    let offered = reader.once(&format!("es:nodes:{version}"), all).await?;
    // Nothing at all is no answer to rely on.
    let is_offered = offered.is_empty() || offered.contains(name);
    let text = || {
        format!(
            "OpenSearch Service offers no {name} for {version} in {}{}",
            reader.region(),
            near(name, offered.iter())
        )
    };
    Ok((!is_offered).then(text))
}

fn no_search(version: &str, offered: &[String], region: &str) -> Option<String> {
    // Nothing at all is no answer to rely on.
    if offered.is_empty() || offered.iter().any(|one| one == version) {
        return None;
    }
    let engine = version.split('_').next().unwrap_or_default();
    let alike: Vec<_> = offered.iter().filter(|one| one.split('_').next() == Some(engine)).collect();
    let named = if alike.is_empty() { offered.iter().collect() } else { alike };
    // AWS tells the newest first.
    let first: Vec<_> = named.into_iter().take(NAMED).map(String::as_str).collect();
    Some(format!("OpenSearch Service offers no {version} in {region}; there is {}", first.join(", ")))
}

/// Returns why EC2 would refuse an endpoint for a service, by the name that EC2 has for it in this region.
pub(in crate::kinds) async fn endpoint_service(reader: &Reader, name: &str) -> Result<Option<String>> {
    let all = async {
        let (mut names, mut next) = (BTreeSet::new(), None);
        loop {
            let call = reader.ec2().describe_vpc_endpoint_services().max_results(1000).set_next_token(next);
            let answer = call.send().await?;
            names.extend(answer.service_names.unwrap_or_default());
            next = answer.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(names);
            }
        }
    };
    let offered = reader.once("ec2:endpoint services", all).await?;
    Ok(no_service(name, &offered, reader.region()))
}

fn no_service(name: &str, offered: &BTreeSet<String>, region: &str) -> Option<String> {
    // Nothing at all is no answer to rely on.
    if offered.is_empty() || offered.contains(name) {
        return None;
    }
    Some(format!("AWS offers no endpoint for {name} in {region}{}", near(name, offered.iter())))
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

    #[test]
    fn a_version_of_a_search_engine_is_told_with_the_newest() {
        let offered: Vec<_> = ["OpenSearch_2.19", "OpenSearch_2.17", "Elasticsearch_7.10"].map(str::to_owned).to_vec();
        let said = |version: &str| no_search(version, &offered, "eu-west-1");
        assert_eq!(said("OpenSearch_2.17"), None);
        let text =
            "OpenSearch Service offers no OpenSearch_2.18 in eu-west-1; there is OpenSearch_2.19, OpenSearch_2.17";
        assert_eq!(said("OpenSearch_2.18").as_deref(), Some(text));
        assert_eq!(no_search("OpenSearch_2.18", &[], "eu-west-1"), None, "an empty list is no answer");
    }

    #[test]
    fn a_service_without_an_endpoint_is_told_with_the_nearest() {
        let offered =
            BTreeSet::from(["com.amazonaws.eu-west-1.ecr.api", "com.amazonaws.eu-west-1.logs"].map(str::to_owned));
        let said = |name: &str| no_service(&format!("com.amazonaws.eu-west-1.{name}"), &offered, "eu-west-1");
        assert_eq!(said("logs"), None);
        let text = "AWS offers no endpoint for com.amazonaws.eu-west-1.ecr.apis in eu-west-1; there is \
                    `com.amazonaws.eu-west-1.ecr.api`";
        assert_eq!(said("ecr.apis").as_deref(), Some(text));
        assert_eq!(no_service("x", &BTreeSet::new(), "eu-west-1"), None, "an empty list is no answer");
    }
}

//! Parameters by their names, then their tags, and only of what is ours the values.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::types::{ParameterMetadata, ParameterStringFilter, ParameterType, ResourceTypeForTagging};
use futures_util::future::{join_all, try_join_all};

use super::{MAX_NAME, Outputs, Parameter, Spec};
use crate::aws::{Clients, Reader};
use crate::kinds::shared::named::{self, Sight};
use crate::kinds::shared::setting::MARKS;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Failure, Found, Listing, NameConflict, Result, Scope, Tags, Unseen};

/// The page size of DescribeParameters, and how many values a filter of it takes.
const PAGE: i32 = 50;
const FILTERED: usize = 50;
/// How many values GetParameters tells at once.
const VALUES: usize = 10;

/// The beginning of the names of a stack's parameters, where they stand in a path.
fn paths(scope: &Scope) -> impl Iterator<Item = String> {
    scope.stacks.iter().map(|stack| format!("/{}/{}/{}/", scope.project, stack.tenant, stack.environment))
}

pub(super) async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Parameter>> {
    let (shown, index) = tokio::try_join!(begun(reader, scope), reader.tag_index(scope))?;
    let shown: BTreeMap<_, _> = shown.into_iter().collect();
    // What has another name: the tag index may have it, or it is asked for.
    let known = index.arns(":parameter/").map(name_in).filter(|name| !name.starts_with(MARKS));
    let asked = scope.requested.iter().filter_map(|handle| asked(handle));
    let others: BTreeSet<String> = known.chain(asked).filter(|name| !shown.contains_key(name)).collect();
    let others = called(reader, others.into_iter().collect()).await?;
    let all = shown.into_iter().chain(others);
    let seen = join_all(all.map(|(name, told)| async move { (tags(reader, &name).await, name, told) })).await;
    let mut sights = Vec::new();
    let mut ours = Vec::new();
    for (tags, name, told) in seen {
        match tags {
            Ok(tags) if scope.owns(&name, &tags) || scope.requests(told.arn().unwrap_or_default()) => {
                ours.push((told, tags));
            }
            Ok(tags) => sights.push(Sight::Foreign(NameConflict { id: name.clone(), name, tags })),
            Err(failure) => sights.push(Sight::Unseen(Unseen { id: name, tags: None, failure })),
        }
    }
    sights.extend(join_all(ours.chunks(VALUES).map(|some| read(reader, some))).await.into_iter().flatten());
    Ok(named::listing(sights))
}

/// What the names of the scope's stacks begin.
async fn begun(reader: &Reader, scope: &Scope) -> Result<Vec<(String, ParameterMetadata)>> {
    let beginnings: Vec<_> = paths(scope).chain(scope.prefixes()).collect();
    let answers = beginnings.chunks(FILTERED).map(|some| describe(reader, "BeginsWith", some.to_vec()));
    let all = try_join_all(answers).await?.into_iter().flatten();
    let may_own = |name: &str| scope.may_own(name, MAX_NAME) || paths(scope).any(|path| name.starts_with(&path));
    Ok(all.filter(|(name, _)| may_own(name)).collect())
}

/// What has just these names. What is not there is gone: the tag index goes on naming what is deleted.
async fn called(reader: &Reader, names: Vec<String>) -> Result<Vec<(String, ParameterMetadata)>> {
    let answers = names.chunks(FILTERED).map(|some| describe(reader, "Equals", some.to_vec()));
    Ok(try_join_all(answers).await?.into_iter().flatten().collect())
}

async fn describe(reader: &Reader, how: &str, values: Vec<String>) -> Result<Vec<(String, ParameterMetadata)>> {
    let filter = ParameterStringFilter::builder().key("Name").option(how).set_values(Some(values)).build();
    let filter = filter.expect("the key is set");
    let call = reader.ssm().describe_parameters().parameter_filters(filter);
    // Systems Manager looks through all parameters of the account, and answers with empty pages between.
    let mut pages = call.into_paginator().page_size(PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let told = page?.parameters.into_iter().flatten();
        all.extend(told.filter_map(|one| Some((one.name.clone()?, one))));
    }
    Ok(all)
}

/// The name in an ARN, which is without the slash that a path begins with.
fn name_in(arn: &str) -> String {
    let end = arn.split_once(":parameter/").map_or(arn, |(_, end)| end);
    if end.contains('/') { format!("/{end}") } else { end.to_owned() }
}

/// The name of a parameter that is asked for, if it can be one.
fn asked(handle: &str) -> Option<String> {
    if handle.starts_with("arn:") {
        return handle.contains(":parameter/").then(|| name_in(handle));
    }
    handle.starts_with('/').then(|| handle.to_owned())
}

pub(super) async fn tags(clients: &Clients, name: &str) -> Result<Tags> {
    let call = clients.ssm().list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter);
    let answer = call.resource_id(name).send().await?;
    Ok(tag::read(answer.tag_list()))
}

/// Reads the values of a few that are ours; an encrypted one is not asked for.
async fn read(reader: &Reader, some: &[(ParameterMetadata, Tags)]) -> Vec<Sight<Parameter>> {
    let plain = some.iter().filter(|(told, _)| !is_encrypted(told)).filter_map(|(told, _)| told.name.clone());
    let values = values(reader, plain.collect()).await;
    let sight = |(told, tags): &(ParameterMetadata, Tags)| {
        let id = told.name().unwrap_or_default().to_owned();
        let unseen = |failure| Sight::Unseen(Unseen { id: id.clone(), tags: Some(tags.clone()), failure });
        match &values {
            _ if is_encrypted(told) => Sight::Ours(found(told, String::new(), tags.clone())),
            Ok(values) => match values.get(&id) {
                Some(value) => Sight::Ours(found(told, value.clone(), tags.clone())),
                None => unseen(named::only_listed("Systems Manager")),
            },
            Err(failure) => unseen(failure.clone()),
        }
    };
    some.iter().map(sight).collect()
}

async fn values(reader: &Reader, names: Vec<String>) -> Result<BTreeMap<String, String>, Failure> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let answer = reader.ssm().get_parameters().set_names(Some(names)).send().await?;
    let all = answer.parameters.unwrap_or_default().into_iter();
    Ok(all.filter_map(|one| Some((one.name?, one.value?))).collect())
}

pub(super) fn is_encrypted(told: &ParameterMetadata) -> bool {
    told.r#type() == Some(&ParameterType::SecureString)
}

pub(super) fn found(told: &ParameterMetadata, value: String, tags: Tags) -> Found<Parameter> {
    let name = told.name().unwrap_or_default().to_owned();
    let r#type = told.r#type().map(|one| one.as_str().to_owned()).unwrap_or_default();
    let policies = told.policies().iter().map(|policy| {
        let what = policy.policy_type().unwrap_or("a policy");
        format!("{what} is a policy of it")
    });
    let unmodelled = UnmodelledParts::default().tell("/Policies", policies).take();
    let spec = Spec {
        allowed_pattern: told.allowed_pattern().unwrap_or_default().to_owned(),
        data_type: told.data_type().unwrap_or("text").to_owned(),
        description: told.description().unwrap_or_default().to_owned(),
        tier: told.tier().map_or("Standard", |tier| tier.as_str()).to_owned(),
        r#type: r#type.clone(),
        value,
    };
    let outputs = Outputs { name: name.clone(), r#type };
    Found { unmodelled, ..Found::ready(name.clone(), Some(name), spec, outputs, tags) }
}

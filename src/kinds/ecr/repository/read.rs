//! What ECR tells of a repository: a list, and a call for each of its two documents.

use std::collections::BTreeSet;

use aws_sdk_ecr::types::{EncryptionType, Repository as Description};

use super::spec::{
    EncryptionConfiguration, ExclusionFilter, ImageScanningConfiguration, LifecyclePolicy, LifecyclePolicyText, Spec,
};
use super::{Outputs, Repository};
use crate::aws::{Clients, Reader, TagIndex, Writer};
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::tag;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Class, Failure, Found, Made, Ref, Result, Scope, Tags};

/// The page size of both lists.
const PAGE: i32 = 1000;

impl Named for Repository {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let pages = reader.ecr().describe_repositories().max_results(PAGE).into_paginator().items();
        let all = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(all.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        let answer = clients.ecr().list_tags_for_resource().resource_arn(&one.arn).send().await?;
        Ok(tag::read(answer.tags()))
    }

    async fn read(reader: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let (lifecycle, policy) = tokio::try_join!(lifecycle(reader, &one.name), policy(reader, &one.name))?;
        let (spec, outputs) = (spec(&one.summary, lifecycle, policy), outputs(&one));
        Ok(Found::ready(one.id, Some(one.name), spec, outputs, tags))
    }
}

impl Adopted for Repository {
    const WHAT: &'static str = "the repository";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        match writer.ecr().describe_repositories().repository_names(name).send().await.map_err(Failure::from) {
            Err(failure) if failure.is(Class::NotFound) => Ok(None),
            answer => Ok(answer?.repositories.unwrap_or_default().into_iter().find_map(listed)),
        }
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one))
    }
}

fn listed(one: Description) -> Option<Listed<Description>> {
    Listed::named(one.repository_name.clone(), one.repository_arn.clone(), one)
}

fn outputs(one: &Listed<Description>) -> Outputs {
    let uri = one.summary.repository_uri().unwrap_or_default().to_owned();
    Outputs { arn: one.arn.clone(), repository_name: one.name.clone(), repository_uri: uri }
}

pub(super) fn made(one: &Listed<Description>) -> Made<Repository> {
    Made::ready(one.id.clone(), outputs(one))
}

pub(super) fn created(one: Option<Description>) -> Result<Made<Repository>> {
    let nothing = || Failure::new(Class::Other, "CreateRepository returned no repository");
    one.and_then(listed).map(|one| made(&one)).ok_or_else(nothing)
}

async fn lifecycle(reader: &Reader, name: &str) -> Result<LifecyclePolicyText> {
    let answer = reader.ecr().get_lifecycle_policy().repository_name(name).send().await;
    let text = unless_absent("LifecyclePolicyNotFoundException", answer)?.and_then(|told| told.lifecycle_policy_text);
    LifecyclePolicyText::parse(text.as_deref().unwrap_or_default()).map_err(|error| no_json("lifecycle policy", &error))
}

async fn policy(reader: &Reader, name: &str) -> Result<PolicyDocument> {
    let answer = reader.ecr().get_repository_policy().repository_name(name).send().await;
    let text = unless_absent("RepositoryPolicyNotFoundException", answer)?.and_then(|told| told.policy_text);
    let document = text.map_or_else(|| Ok(PolicyDocument::default()), |text| PolicyDocument::parse(&text));
    document.map_err(|error| no_json("policy", &error))
}

fn no_json(what: &str, error: &serde_json::Error) -> Failure {
    Failure::new(Class::Other, format!("the {what} is no JSON: {error}"))
}

/// None if the repository has not this document, of which only this code says so.
fn unless_absent<T, E>(code: &str, answer: Result<T, E>) -> Result<Option<T>>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if failure.code == code => Ok(None),
        answer => answer.map(Some),
    }
}

pub(super) fn spec(told: &Description, lifecycle: LifecyclePolicyText, policy: PolicyDocument) -> Spec {
    let encryption = told.encryption_configuration().map(|encryption| EncryptionConfiguration {
        encryption_type: encryption.encryption_type().as_str().to_owned(),
        kms_key: match encryption.encryption_type() {
            EncryptionType::Aes256 => Ref::default(),
            _ => encryption.kms_key().unwrap_or_default().into(),
        },
    });
    let filters = told.image_tag_mutability_exclusion_filters().iter().map(|filter| ExclusionFilter {
        image_tag_mutability_exclusion_filter_type: filter.filter_type().as_str().to_owned(),
        image_tag_mutability_exclusion_filter_value: filter.filter().to_owned(),
    });
    Spec {
        encryption_configuration: encryption.unwrap_or_default(),
        image_scanning_configuration: ImageScanningConfiguration {
            scan_on_push: told.image_scanning_configuration().is_some_and(|scanning| scanning.scan_on_push()),
        },
        image_tag_mutability: told.image_tag_mutability().map_or("MUTABLE", |how| how.as_str()).to_owned(),
        image_tag_mutability_exclusion_filters: filters.collect(),
        lifecycle_policy: LifecyclePolicy { lifecycle_policy_text: lifecycle },
        repository_policy_text: policy,
    }
}

/// Counts the images, by their first page; none if there are none. One with several tags is listed with each.
pub(super) async fn contents(reader: &Reader, name: &str) -> Result<Option<String>> {
    let page = reader.ecr().list_images().repository_name(name).max_results(PAGE).send().await?;
    let images: BTreeSet<_> = page.image_ids().iter().filter_map(|image| image.image_digest()).collect();
    Ok(match images.len() {
        _ if page.next_token().is_some() => Some(format!("more than {} images", images.len())),
        0 => None,
        1 => Some("1 image".to_owned()),
        many => Some(format!("{many} images")),
    })
}

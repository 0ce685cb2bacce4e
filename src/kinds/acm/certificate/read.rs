use std::collections::BTreeSet;

use aws_sdk_acm::types::{
    CertificateDetail, CertificateOptions, CertificateStatus, CertificateSummary, DomainStatus, Filters, KeyAlgorithm,
    ValidationMethod,
};
use aws_smithy_types::DateTime;

use super::{Certificate, Outputs, Spec, default_algorithm, default_export, default_validation};
use crate::aws::{Clients, Reader};
use crate::kinds::shared::ownership::is_same;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Class, Failure, Found, Result, Scope, State, Tags};

/// Of certificates that the tag index does not know, those are looked at that were requested in the hour before the
/// newest of all: the index lags by minutes, and the program has no clock here.
const FRESH: i64 = 3600;
/// How many of them: so many stacks may have requested theirs at once. Their tags take ten seconds, as AWS answers
/// ListTagsForCertificate ten times a second.
const MOST: usize = 100;

/// Certificates of ACM; `arn:aws:iot:…:cert/` and private authorities look alike.
pub(super) fn is_acm(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("acm")
}

/// The whole account's; without `includes` AWS shows only those with RSA keys of 1024 and 2048 bits.
pub(super) async fn summaries(clients: &Clients) -> Result<Vec<CertificateSummary>> {
    let types = KeyAlgorithm::values().iter().map(|name| KeyAlgorithm::from(*name)).collect();
    let call = clients.acm().list_certificates().includes(Filters::builder().set_key_types(Some(types)).build());
    Ok(call.into_paginator().page_size(1000).items().send().collect::<Result<Vec<_>, _>>().await?)
}

/// Chooses the certificates whose tags are worth reading: those that the index knows and that are there, and the newest.
pub(super) fn candidates(mut all: Vec<CertificateSummary>, known: &BTreeSet<String>) -> Vec<String> {
    // Imported ones have no such time.
    let requested = |one: &CertificateSummary| one.created_at().map(DateTime::secs);
    all.sort_by_key(|one| std::cmp::Reverse(requested(one)));
    let newest = all.first().and_then(requested).unwrap_or_default();
    let is_fresh = |one: &&CertificateSummary| requested(one).is_some_and(|at| newest - at < FRESH);
    let is_known = |one: &&CertificateSummary| one.certificate_arn().is_some_and(|arn| known.contains(arn));
    let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(is_known);
    let all = ours.into_iter().chain(others.into_iter().filter(is_fresh).take(MOST));
    all.filter_map(CertificateSummary::certificate_arn).map(str::to_owned).collect()
}

/// Reads a certificate if it is the scope's; `is_known` by the tag index or asked for.
pub(super) async fn read(
    reader: &Reader,
    scope: &Scope,
    arn: &str,
    is_known: bool,
) -> Result<Option<Found<Certificate>>> {
    let tags = tags(reader, arn);
    let tags = if is_known { tags.await? } else { (*reader.tags_of_unknown(arn, tags).await?).clone() };
    if !scope.owns(arn, &tags) {
        return Ok(None);
    }
    describe(reader, arn, tags).await.map(Some)
}

/// Looks for a certificate that an earlier run has requested for the same address, and that can still be used: lists
/// may have missed it, and ACM does not know the token of another run.
pub(super) async fn requested(clients: &Clients, spec: &Spec, ours: &Tags) -> Result<Option<String>> {
    let all = summaries(clients).await?;
    let is_meant = |one: &&CertificateSummary| {
        let is_alive = matches!(one.status(), Some(CertificateStatus::PendingValidation | CertificateStatus::Issued));
        is_alive && one.domain_name().is_some_and(|name| name.eq_ignore_ascii_case(&spec.domain_name))
    };
    for arn in all.iter().filter(is_meant).filter_map(CertificateSummary::certificate_arn) {
        match requested_as(clients, arn, spec, ours).await {
            Ok(true) => return Ok(Some(arn.to_owned())),
            Ok(false) => {}
            // Deleted meanwhile; or not ours, as ours let us look at them.
            Err(failure) if failure.is(Class::NotFound) || failure.is(Class::Denied) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

/// Whether a certificate bears our tags and is what would be requested. The one that is to be replaced is not.
async fn requested_as(clients: &Clients, arn: &str, spec: &Spec, ours: &Tags) -> Result<bool> {
    let tags = tags(clients, arn).await?;
    if !is_same(&tags, ours) {
        return Ok(false);
    }
    Ok(describe(clients, arn, tags).await?.spec == *spec)
}

async fn describe(clients: &Clients, arn: &str, tags: Tags) -> Result<Found<Certificate>> {
    let answer = clients.acm().describe_certificate().certificate_arn(arn).send().await?;
    let nothing = || Failure::new(Class::Other, format!("DescribeCertificate returned no certificate {arn}"));
    Ok(found(arn, answer.certificate().ok_or_else(nothing)?, tags))
}

/// Says of a certificate that is still in use who uses it, as far as ACM tells.
pub(super) async fn used(clients: &Clients, arn: &str, failure: Failure) -> Failure {
    let answer = clients.acm().describe_certificate().certificate_arn(arn).send().await;
    let users = answer.ok().and_then(|answer| answer.certificate).map(|detail| detail.in_use_by().join(", "));
    match users.filter(|users| !users.is_empty()) {
        Some(users) => failure.hint(format!("it is used by {users}: take it away there, then run the command again")),
        None => failure,
    }
}

async fn tags(clients: &Clients, arn: &str) -> Result<Tags> {
    let answer = clients.acm().list_tags_for_certificate().certificate_arn(arn).send().await?;
    Ok(tag::read(answer.tags()))
}

pub(super) fn found(arn: &str, detail: &CertificateDetail, tags: Tags) -> Found<Certificate> {
    // Names mean the same in any case; ACM answers with those of an imported certificate as that has them.
    let domain_name = detail.domain_name().unwrap_or_default().to_ascii_lowercase();
    let methods = detail.domain_validation_options().iter().filter_map(|domain| domain.validation_method());
    let spec = Spec {
        subject_alternative_names: detail
            .subject_alternative_names()
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .filter(|name| *name != domain_name)
            .collect(),
        domain_name,
        validation_method: methods.map(|method| method.as_str().to_owned()).next().unwrap_or_else(default_validation),
        // Described as `RSA-2048`, requested as `RSA_2048`.
        key_algorithm: detail.key_algorithm().map_or_else(default_algorithm, |name| name.as_str().replace('-', "_")),
        certificate_export: detail
            .options()
            .and_then(CertificateOptions::export)
            .map_or_else(default_export, |export| export.as_str().to_owned()),
    };
    let authority = detail.certificate_authority_arn().map(|arn| format!("issued by the private authority {arn}"));
    let endpoint = detail.acme_endpoint_arn().map(|arn| format!("it was asked for at {arn}"));
    let unmodelled = UnmodelledParts::default()
        .tell("/CertificateAuthorityArn", authority)
        .tell("/AcmeEndpointArn", endpoint)
        .value("/Type", detail.r#type().map(|kind| kind.as_str()), "AMAZON_ISSUED")
        .value("/ManagedBy", detail.managed_by().map(|service| service.as_str()), "")
        .take();
    Found {
        id: arn.to_owned(),
        name: None,
        spec,
        outputs: outputs(arn, detail),
        tags,
        state: state(detail),
        unmodelled,
        external: None,
    }
}

/// The records stay told once the certificate is issued: it is renewed by them.
fn outputs(arn: &str, detail: &CertificateDetail) -> Outputs {
    let mut outputs = Outputs { certificate_arn: arn.to_owned(), ..Outputs::default() };
    for option in detail.domain_validation_options() {
        let Some(record) = option.resource_record() else { continue };
        let domain = option.domain_name().trim_start_matches("*.").to_ascii_lowercase();
        outputs.validation_name.insert(domain.clone(), dotless(record.name()));
        outputs.validation_value.insert(domain, dotless(record.value()));
    }
    outputs
}

fn dotless(name: &str) -> String {
    name.trim_end_matches('.').to_owned()
}

pub(super) fn state(detail: &CertificateDetail) -> State {
    match detail.status() {
        Some(CertificateStatus::Issued) => State::Ready,
        Some(CertificateStatus::PendingValidation) | None => awaited(detail),
        Some(CertificateStatus::ValidationTimedOut) => {
            State::Failed("the validation records were not there within 72 hours".into())
        }
        Some(CertificateStatus::Failed) => {
            let reason = detail.failure_reason().map_or("no reason given", |reason| reason.as_str());
            State::Failed(format!("ACM refused it: {reason}"))
        }
        Some(other) => State::Failed(format!("it is {}", other.as_str())),
    }
}

/// The records that a person has to set, or settling while ACM has not named them yet.
pub(super) fn awaited(detail: &CertificateDetail) -> State {
    let domains = detail.domain_validation_options();
    let open = domains.iter().filter(|domain| domain.validation_status() != Some(&DomainStatus::Success));
    let mut texts = BTreeSet::new();
    for domain in open {
        if domain.validation_method() == Some(&ValidationMethod::Email) {
            texts.insert(format!("the confirmation that ACM mailed to the owner of {}", domain.domain_name()));
            continue;
        }
        let Some(record) = domain.resource_record() else {
            return State::Settling("ACM to name the validation records".into());
        };
        texts.insert(format!("CNAME {} -> {}", dotless(record.name()), dotless(record.value())));
    }
    if domains.is_empty() {
        return State::Settling("ACM to name the validation records".into());
    }
    if texts.is_empty() {
        return State::Settling("ACM to issue it: all records were seen".into());
    }
    State::AwaitsAction(texts.into_iter().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use aws_sdk_acm::types::{DomainValidation, RecordType, ResourceRecord};

    use super::*;
    use crate::resource::normal::Set;

    fn summary(name: &str, created: Option<i64>) -> CertificateSummary {
        let created = created.map(DateTime::from_secs);
        CertificateSummary::builder().certificate_arn(name).set_created_at(created).build()
    }

    #[test]
    fn what_is_known_and_what_was_requested_about_when_the_newest_was_is_looked_at() {
        let all = vec![
            summary("old", Some(1_000)),
            summary("ours", Some(2_000)),
            summary("imported", None),
            summary("fresh", Some(9_000)),
            summary("newest", Some(10_000)),
        ];
        let known = BTreeSet::from(["ours".to_owned(), "gone".to_owned()]);
        assert_eq!(candidates(all, &known), ["ours", "newest", "fresh"]);
    }

    #[test]
    fn as_many_fresh_ones_are_looked_at_as_stacks_may_request_at_once() {
        let all: Vec<_> = (0..200).map(|n| summary(&format!("{n:03}"), Some(n))).collect();
        let looked_at = candidates(all, &BTreeSet::new());
        assert_eq!((looked_at.len(), looked_at[0].as_str(), looked_at[99].as_str()), (100, "199", "100"));
    }

    fn pending(record: Option<ResourceRecord>) -> CertificateDetail {
        let domain = DomainValidation::builder().domain_name("a.example").set_resource_record(record).build().unwrap();
        CertificateDetail::builder()
            .status(CertificateStatus::PendingValidation)
            .domain_name("a.example")
            .subject_alternative_names("a.example")
            .subject_alternative_names("b.example")
            .key_algorithm("RSA-2048".into())
            .domain_validation_options(domain)
            .build()
    }

    #[test]
    fn a_pending_certificate_names_its_records_without_trailing_dots() {
        let record = ResourceRecord::builder().name("_x.a.example.").r#type(RecordType::Cname).value("_y.acm.aws.");
        let found = found("arn", &pending(Some(record.build().unwrap())), Tags::default());
        assert_eq!(found.state, State::AwaitsAction("CNAME _x.a.example -> _y.acm.aws".into()));
        assert_eq!(found.spec.key_algorithm, "RSA_2048");
        assert_eq!(found.spec.subject_alternative_names, Set::from_iter(["b.example"]));
    }

    #[test]
    fn a_domain_and_all_below_it_need_one_record() {
        let record = ResourceRecord::builder().name("_x.a.example.").r#type(RecordType::Cname).value("_y.acm.aws.");
        let record = record.build().unwrap();
        let domain =
            |name: &str| DomainValidation::builder().domain_name(name).resource_record(record.clone()).build().unwrap();
        let detail = CertificateDetail::builder().status(CertificateStatus::PendingValidation);
        let detail = detail.domain_validation_options(domain("a.example"));
        let detail = detail.domain_validation_options(domain("*.a.example")).build();
        assert_eq!(state(&detail), State::AwaitsAction("CNAME _x.a.example -> _y.acm.aws".into()));
    }

    #[test]
    fn names_are_the_same_in_any_case() {
        let detail = CertificateDetail::builder()
            .domain_name("WWW.Example.com")
            .subject_alternative_names("www.example.COM")
            .subject_alternative_names("Example.com");
        let found = found("arn", &detail.build(), Tags::default());
        let written: Spec = serde_json::from_value(serde_json::json!({
            "DomainName": "www.Example.com", "SubjectAlternativeNames": ["EXAMPLE.com"],
        }))
        .unwrap();
        assert_eq!(found.spec, written);
    }

    #[test]
    fn without_records_it_is_settling() {
        assert!(matches!(state(&pending(None)), State::Settling(_)));
    }
}

use std::collections::BTreeSet;

use aws_sdk_acm::types::{
    CertificateDetail, CertificateOptions, CertificateStatus, CertificateSummary, DomainStatus, Filters, KeyAlgorithm,
    ValidationMethod,
};

use super::{Certificate, Outputs, Spec, default_algorithm, default_export, default_validation};
use crate::aws::Reader;
use crate::resource::{Found, Result, Scope, State, Tags, Unmodelled};

/// How many certificates that the tag index does not know are looked at, newest first: the index lags by minutes.
const FRESH: usize = 5;

/// Certificates of ACM; `arn:aws:iot:…:cert/` and private authorities look alike.
pub(super) fn is_acm(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("acm")
}

/// The whole account's; without `includes` AWS shows only those with RSA keys of 1024 and 2048 bits.
pub(super) async fn summaries(reader: &Reader) -> Result<Vec<CertificateSummary>> {
    let types = KeyAlgorithm::values().iter().map(|name| KeyAlgorithm::from(*name)).collect();
    let call = reader.acm().list_certificates().includes(Filters::builder().set_key_types(Some(types)).build());
    Ok(call.into_paginator().page_size(1000).items().send().collect::<Result<Vec<_>, _>>().await?)
}

/// Chooses the certificates whose tags are worth reading: those that the index knows and that are there, and the newest.
pub(super) fn candidates(mut all: Vec<CertificateSummary>, known: &BTreeSet<String>) -> Vec<String> {
    all.sort_by_key(|summary| std::cmp::Reverse(summary.created_at().map(aws_smithy_types::DateTime::as_nanos)));
    let arns = all.iter().filter_map(CertificateSummary::certificate_arn);
    let (ours, others): (Vec<_>, Vec<_>) = arns.partition(|arn| known.contains(*arn));
    ours.into_iter().chain(others.into_iter().take(FRESH)).map(str::to_owned).collect()
}

pub(super) async fn read(reader: &Reader, scope: &Scope, arn: &str) -> Result<Option<Found<Certificate>>> {
    let answer = reader.acm().list_tags_for_certificate().certificate_arn(arn).send().await?;
    let tags: Tags = answer.tags().iter().map(|tag| (tag.key(), tag.value().unwrap_or_default())).collect();
    if !scope.owns(arn, &tags) {
        return Ok(None);
    }
    let answer = reader.acm().describe_certificate().certificate_arn(arn).send().await?;
    Ok(answer.certificate().map(|detail| found(arn, detail, tags)))
}

pub(super) fn found(arn: &str, detail: &CertificateDetail, tags: Tags) -> Found<Certificate> {
    let domain_name = detail.domain_name().unwrap_or_default().to_owned();
    let methods = detail.domain_validation_options().iter().filter_map(|domain| domain.validation_method());
    let spec = Spec {
        subject_alternative_names: detail
            .subject_alternative_names()
            .iter()
            .filter(|name| **name != domain_name)
            .cloned()
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
    let authority = detail.certificate_authority_arn().map(|authority| Unmodelled {
        path: "/CertificateAuthorityArn".to_owned(),
        text: format!("issued by the private authority {authority}"),
    });
    Found {
        id: arn.to_owned(),
        name: None,
        spec,
        outputs: Outputs { certificate_arn: arn.to_owned() },
        tags,
        state: state(detail),
        unmodelled: authority.into_iter().collect(),
        external: None,
    }
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
        let dotless = |name: &str| name.trim_end_matches('.').to_owned();
        texts.insert(format!("CNAME {} -> {}", dotless(record.name()), dotless(record.value())));
    }
    if domains.is_empty() {
        return State::Settling("ACM to name the validation records".into());
    }
    if texts.is_empty() {
        return State::Settling("ACM to issue it: all records were seen".into());
    }
    State::Human(texts.into_iter().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use aws_sdk_acm::types::{DomainValidation, RecordType, ResourceRecord};

    use super::*;
    use crate::resource::normal::Set;

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
        assert_eq!(found.state, State::Human("CNAME _x.a.example -> _y.acm.aws".into()));
        assert_eq!(found.spec.key_algorithm, "RSA_2048");
        assert_eq!(found.spec.subject_alternative_names, Set::from_iter(["b.example"]));
    }

    #[test]
    fn without_records_it_is_settling() {
        assert!(matches!(state(&pending(None)), State::Settling(_)));
    }
}

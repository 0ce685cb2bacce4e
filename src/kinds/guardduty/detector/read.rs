//! From GuardDuty's answers to the spec, and who else may say what an account watches.

use std::sync::Arc;

use aws_sdk_guardduty::operation::get_detector::GetDetectorOutput as Description;
use aws_sdk_guardduty::types::{DetectorFeatureConfigurationResult, DetectorStatus};
use futures_util::future::join_all;

use super::spec::{Feature, Part};
use super::{Detector, Outputs, Spec};
use crate::aws::{Clients, Reader};
use crate::kinds::shared::named::{self, Sight};
use crate::kinds::shared::tag;
use crate::resource::{Failure, Found, Listing, NameConflict, Result, Scope, Tags, Unseen, partition};

/// The page size of ListDetectors, of which AWS has one.
const PAGE: i32 = 50;
/// What is always on: nobody can say anything about it.
const FOUNDATION: [&str; 3] = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];

/// What there is: one, or none.
type All = Vec<(String, Result<Description>)>;

pub(super) async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Detector>> {
    Ok(named::listing(all(reader).await?.into_iter().map(|(id, told)| sight(scope, id, told))))
}

/// The same, read once for all that a plan asks.
async fn there(reader: &Reader) -> Result<Arc<All>> {
    reader.once("guardduty:detectors", all(reader)).await
}

/// The detector by its id, and what is told of it.
pub(super) async fn all(clients: &Clients) -> Result<All> {
    let pages = clients.guardduty().list_detectors().into_paginator().page_size(PAGE).items();
    let ids = pages.send().collect::<Result<Vec<_>, _>>().await?;
    Ok(join_all(ids.into_iter().map(|id| async move {
        let told = clients.guardduty().get_detector().detector_id(&id).send().await;
        (id, told.map_err(Failure::from))
    }))
    .await)
}

fn sight(scope: &Scope, id: String, told: Result<Description>) -> Sight<Detector> {
    let told = match told {
        Ok(told) => told,
        Err(failure) => return Sight::Unseen(Unseen { id, tags: None, failure }),
    };
    let tags = tags(&told);
    if !scope.owns(&id, &tags) {
        return Sight::Foreign(NameConflict { name: id.clone(), id, tags });
    }
    Sight::Ours(Found::ready(id.clone(), None, spec(&told), Outputs { id }, tags))
}

pub(super) fn tags(told: &Description) -> Tags {
    tag::read_map(told.tags())
}

pub(super) fn spec(told: &Description) -> Spec {
    Spec {
        enable: told.status() == Some(&DetectorStatus::Enabled),
        features: told.features().iter().filter_map(feature).collect(),
        finding_publishing_frequency: told
            .finding_publishing_frequency()
            .map_or("SIX_HOURS", |frequency| frequency.as_str())
            .to_owned(),
    }
}

fn feature(told: &DetectorFeatureConfigurationResult) -> Option<Feature> {
    let name = told.name().map(|name| name.as_str()).filter(|name| !FOUNDATION.contains(name))?;
    let status = |status: Option<&aws_sdk_guardduty::types::FeatureStatus>| {
        status.map(|status| status.as_str().to_owned()).unwrap_or_default()
    };
    let parts = told.additional_configuration().iter().map(|part| Part {
        name: part.name().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        status: status(part.status()),
    });
    Some(Feature { additional_configuration: parts.collect(), name: name.to_owned(), status: status(told.status()) })
}

/// Why the account can say nothing of its detector: another one, the organisation's for GuardDuty, does.
pub(super) async fn administrator(reader: &Reader) -> Result<Option<String>> {
    for (id, _) in there(reader).await?.iter() {
        let answer = reader.guardduty().get_administrator_account().detector_id(id).send().await?;
        let account = answer.administrator().and_then(|one| one.account_id());
        if let Some(account) = account.filter(|account| *account != reader.account()) {
            return Ok(Some(format!(
                "the account {account} looks after GuardDuty here, for its organisation: it alone changes the detector {id}. Take \
                 this out of the YAML"
            )));
        }
    }
    Ok(None)
}

/// Which protections a policy of the organisation turns on and off.
pub(super) async fn policy(reader: &Reader) -> Result<Option<String>> {
    let all = there(reader).await?;
    if let Some(failure) = all.iter().find_map(|(_, told)| told.as_ref().err()) {
        return Err(failure.clone());
    }
    let managed: Vec<_> = all
        .iter()
        .flat_map(|(_, told)| told.iter().flat_map(|told| told.features()))
        .filter(|feature| feature.managed_by().is_some())
        .filter_map(|feature| feature.name().map(|name| name.as_str()))
        .collect();
    Ok((!managed.is_empty()).then(|| {
        let names = managed.join(", ");
        format!("a policy of the organisation sets {names}: take those out of the YAML, and they are left alone")
    }))
}

pub(super) fn arn(region: &str, account: &str, id: &str) -> String {
    format!("arn:{}:guardduty:{region}:{account}:detector/{id}", partition(region))
}

use std::collections::BTreeSet;

use aws_sdk_servicequotas::types::ServiceQuota;

use super::Reader;
use crate::resource::{Limit, Limits, Result};

/// What the look at quotas calls; a role may be without it.
pub const QUOTA_READS: &[&str] = &["servicequotas:ListAWSDefaultServiceQuotas", "servicequotas:ListServiceQuotas"];

/// The most that Service Quotas returns at once.
const PAGE: i32 = 100;

/// Returns the quotas of one service: the values applied to the account, and AWS's defaults for those of `codes` of which
/// Service Quotas has no applied value.
///
/// # Errors
/// If a call is refused or fails.
pub async fn limits(reader: &Reader, service: &str, codes: &BTreeSet<&'static str>) -> Result<Limits> {
    let call = reader.quotas().list_service_quotas().service_code(service).max_results(PAGE);
    let applied = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let mut limits: Limits = applied.iter().filter_map(limit).collect();
    if codes.iter().any(|code| !limits.contains_key(*code)) {
        let call = reader.quotas().list_aws_default_service_quotas().service_code(service).max_results(PAGE);
        let defaults = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        for (code, limit) in defaults.iter().filter_map(limit) {
            limits.entry(code).or_insert(limit);
        }
    }
    Ok(limits)
}

fn limit(quota: &ServiceQuota) -> Option<(String, Limit)> {
    Some((quota.quota_code()?.to_owned(), Limit { value: quota.value()?, is_adjustable: quota.adjustable() }))
}

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatchlogs::types::LogGroup as Description;

use super::{DELIVERY, LogGroup, Outputs, Spec, arn_of, default_class, plain};
use crate::aws::Reader;
use crate::kinds::logs::PAGE;
use crate::kinds::shared::named::Listed;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Found, Result, Scope, State, Tags, Unmodelled, pointer};

/// How many groups one DescribeLogGroups takes by name.
const IDENTIFIERS: usize = 50;
/// Where the metric filters that others add are told, by their number, and what the account's policies do to all groups.
pub(super) const METRICS: &str = "/MetricFilters";
pub(super) const INHERITED: &str = "/AccountPolicies";

/// Returns the log groups whose tags are worth reading: those with a name of ours anywhere in theirs
/// (`/aws/ecs/containerinsights/acme-production-main/performance`), and those that the tag index knows.
///
/// A search by pattern tells names, ARNs and times alone, so the groups themselves are asked for by name. One that a search
/// has shown and that is not described has no description; one that the tag index alone names may be gone.
pub(super) async fn candidates(reader: &Reader, scope: &Scope) -> Result<Vec<Listed<Option<Description>>>> {
    let listed = listed(reader, scope).await?;
    let index = reader.tag_index(scope).await?;
    let known: BTreeMap<_, _> = index.arns(":log-group:").filter_map(|arn| Some((name_in(arn)?, arn))).collect();
    let names: BTreeSet<_> = listed.iter().map(String::as_str).chain(known.keys().copied()).collect();
    let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
    let mut all = Vec::new();
    for some in names.chunks(IDENTIFIERS) {
        let call = reader.logs().describe_log_groups().set_log_group_identifiers(Some(some.to_vec()));
        let mut groups = call.into_paginator().page_size(PAGE).items().send();
        while let Some(group) = groups.next().await {
            let group = group?;
            let arn = group.log_group_arn().map_or_else(|| plain(group.arn()), str::to_owned);
            all.extend(Listed::named(group.log_group_name.clone(), Some(arn), Some(group)));
        }
    }
    let described: BTreeSet<_> = all.iter().map(|group| group.name.clone()).collect();
    let missing = listed.iter().filter(|name| !described.contains(*name));
    all.extend(missing.filter_map(|name| {
        let arn = known
            .get(name.as_str())
            .map_or_else(|| arn_of(reader.region(), reader.account(), name), |arn| (*arn).to_owned());
        Listed::named(Some(name), Some(arn), None)
    }));
    Ok(all)
}

/// The name in an ARN, which may end in `:*`.
fn name_in(arn: &str) -> Option<&str> {
    arn.split(":log-group:").nth(1).map(|name| name.trim_end_matches(":*"))
}

/// The names that searches show.
async fn listed(reader: &Reader, scope: &Scope) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for part in scope.prefixes().chain(scope.requested_names().map(str::to_owned)) {
        let call = reader.logs().describe_log_groups().log_group_name_pattern(&part);
        let mut groups = call.into_paginator().page_size(PAGE).items().send();
        while let Some(group) = groups.next().await {
            all.extend(group?.log_group_name.filter(|name| name.contains(&part)));
        }
    }
    Ok(all)
}

pub(super) fn found(group: &Description, tags: Tags) -> Found<LogGroup> {
    let name = group.log_group_name().unwrap_or_default().to_owned();
    let masks = group.data_protection_status().is_some_and(|status| status.as_str() == "ACTIVATED");
    let takes_bearers = group.bearer_token_authentication_enabled().unwrap_or_default();
    let unmodelled = UnmodelledParts::default()
        .note("/DataProtectionPolicy", masks, "a data protection policy masks parts of the logs")
        .note("/BearerTokenAuthenticationEnabled", takes_bearers, "who has a bearer token may write into it")
        .take();
    let class = group.log_group_class().map_or_else(default_class, |class| class.as_str().to_owned());
    let retention = group.retention_in_days().filter(|_| class != DELIVERY);
    Found {
        id: name.clone(),
        name: Some(name.clone()),
        spec: Spec {
            deletion_protection_enabled: group.deletion_protection_enabled().unwrap_or_default(),
            kms_key_id: group.kms_key_id().unwrap_or_default().into(),
            log_group_class: class,
            retention_in_days: retention.unwrap_or_default(),
        },
        outputs: Outputs { arn: format!("{}:*", plain(group.arn())), log_group_name: name },
        tags,
        state: State::Ready,
        unmodelled: unmodelled.into_iter().chain(guests(group)).collect(),
        external: None,
    }
}

/// What others have put upon it: filters that count, and policies of the whole account.
fn guests(group: &Description) -> impl Iterator<Item = Unmodelled> {
    let filters = group.metric_filter_count().filter(|count| *count > 0).map(|count| (METRICS, count.to_string()));
    let inherited = group.inherited_properties().iter().map(|one| (INHERITED, one.as_str().to_owned()));
    let retention = group.retention_policy_name().map(|name| (INHERITED, name.to_owned()));
    filters
        .into_iter()
        .chain(inherited)
        .chain(retention)
        .map(|(list, what)| Unmodelled { path: pointer::join(list, &what), text: "others have added it".to_owned() })
}

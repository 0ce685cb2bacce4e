use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::LogGroup as Description;

use super::{LogGroup, Outputs, Spec, default_class, plain};
use crate::aws::Reader;
use crate::kinds::candidate::Candidate;
use crate::resource::{Found, Result, Scope, State, Tags, Unmodelled};

/// The page size.
const PAGE: i32 = 50;

/// Returns the log groups whose tags are worth reading: those with a name of ours anywhere in theirs
/// (`/aws/ecs/containerinsights/acme-production-main/performance`), and those that the tag index knows.
pub(super) async fn candidates(reader: &Reader, scope: &Scope) -> Result<Vec<Candidate<Description>>> {
    let mut all = BTreeMap::new();
    for part in scope.prefixes().chain(scope.asked_names().map(str::to_owned)) {
        let mut groups = reader
            .logs()
            .describe_log_groups()
            .log_group_name_pattern(&part)
            .into_paginator()
            .page_size(PAGE)
            .items()
            .send();
        while let Some(group) = groups.next().await {
            let group = group?;
            if let Some(name) = group.log_group_name().filter(|name| name.contains(&part)) {
                all.insert(name.to_owned(), group);
            }
        }
    }
    let index = reader.tag_index(scope).await?;
    for arn in index.arns(":log-group:") {
        let name = arn.split(":log-group:").nth(1).unwrap_or_default().trim_end_matches(":*");
        if all.contains_key(name) {
            continue;
        }
        let answer = reader.logs().describe_log_groups().limit(PAGE).log_group_name_prefix(name).send().await?;
        let group = answer.log_groups.unwrap_or_default().into_iter().find(|g| g.log_group_name() == Some(name));
        all.extend(group.map(|group| (name.to_owned(), group)));
    }
    let candidate = |(name, group): (String, Description)| {
        let arn = group.log_group_arn().map_or_else(|| plain(group.arn()), str::to_owned);
        Candidate { id: name.clone(), name, arn, summary: group }
    };
    Ok(all.into_iter().map(candidate).collect())
}

pub(super) fn found(group: &Description, tags: Tags) -> Found<LogGroup> {
    let name = group.log_group_name().unwrap_or_default().to_owned();
    let protected = group.data_protection_status().filter(|status| status.as_str() == "ACTIVATED");
    let unmodelled = protected.map(|_| Unmodelled {
        path: "/DataProtectionPolicy".to_owned(),
        text: "a data protection policy masks parts of the logs".to_owned(),
    });
    Found {
        id: name.clone(),
        name: Some(name.clone()),
        spec: Spec {
            deletion_protection_enabled: group.deletion_protection_enabled().unwrap_or_default(),
            kms_key_id: group.kms_key_id().unwrap_or_default().into(),
            log_group_class: group.log_group_class().map_or_else(default_class, |class| class.as_str().to_owned()),
            retention_in_days: group.retention_in_days().unwrap_or_default(),
        },
        outputs: Outputs { arn: format!("{}:*", plain(group.arn())), log_group_name: name },
        tags,
        state: State::Ready,
        unmodelled: unmodelled.into_iter().collect(),
        external: None,
    }
}

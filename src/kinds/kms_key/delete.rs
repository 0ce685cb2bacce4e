use super::{Key, Spec};
use crate::aws::Writer;
use crate::kinds::idempotence::gone;
use crate::resource::{Class, Failure, Found, Kept, Result};

/// Schedules the deletion, unless a snapshot needs the key to be read: then the key stays, and says for what.
///
/// The alias goes first, so that the name is free for the next key.
pub(super) async fn delete(writer: &Writer, live: &Found<Key>) -> Result<Vec<Kept>> {
    let arn = &live.outputs.arn;
    let mut needed = cluster_snapshots(writer, arn).await?;
    needed.extend(cache_snapshots(writer, arn).await?);
    if !needed.is_empty() {
        let why = format!("without it these snapshots cannot be read: {}", needed.join(", "));
        return Ok(vec![kept(arn, why)]);
    }
    if let Some(name) = &live.name {
        gone(writer.kms().delete_alias().alias_name(format!("alias/{name}")).send().await)?;
    }
    let Spec { pending_window_in_days, .. } = live.spec;
    let call = writer.kms().schedule_key_deletion().key_id(&live.id).pending_window_in_days(pending_window_in_days);
    let date = match call.send().await.map_err(Failure::from) {
        Ok(answer) => answer.deletion_date().and_then(day),
        // Scheduled already.
        Err(failure) if failure.is(Class::Busy) => None,
        Err(failure) if failure.is(Class::NotFound) => return Ok(Vec::new()),
        Err(failure) => return Err(failure),
    };
    let when = date.map_or_else(|| format!("within {pending_window_in_days} days"), |date| format!("on {date}"));
    let why = format!("deleted {when}; until then `aws kms cancel-key-deletion --key-id {}` brings it back", live.id);
    Ok(vec![kept(arn, why)])
}

fn kept(arn: &str, why: String) -> Kept {
    Kept { what: "key".to_owned(), id: arn.to_owned(), why }
}

/// The date of a moment, `2026-12-24`.
fn day(moment: &aws_smithy_types::DateTime) -> Option<String> {
    let text = moment.fmt(aws_smithy_types::date_time::Format::DateTime).ok()?;
    text.split('T').next().map(str::to_owned)
}

/// The cluster snapshots that the key encrypts. Automated ones go with their cluster, which is deleted before its key.
async fn cluster_snapshots(writer: &Writer, arn: &str) -> Result<Vec<String>> {
    let mut items = writer.rds().describe_db_cluster_snapshots().into_paginator().page_size(100).items().send();
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        let item = item?;
        if item.kms_key_id() == Some(arn) && item.snapshot_type() != Some("automated") {
            found.extend(item.db_cluster_snapshot_identifier);
        }
    }
    Ok(found)
}

async fn cache_snapshots(writer: &Writer, arn: &str) -> Result<Vec<String>> {
    let mut items = writer.elasticache().describe_snapshots().into_paginator().page_size(50).items().send();
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        let item = item?;
        if item.kms_key_id() == Some(arn) && item.snapshot_source() != Some("automated") {
            found.extend(item.snapshot_name);
        }
    }
    Ok(found)
}

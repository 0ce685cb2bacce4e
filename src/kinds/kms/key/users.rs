//! What outlives a stack and cannot be read without its key: snapshots, retained backups, recovery points, secrets.

use aws_smithy_async::future::pagination_stream::PaginationStream;

use crate::aws::Writer;
use crate::kinds::secretsmanager;
use crate::resource::{Class, Failure, Result};

/// The page size of RDS: the most it takes.
const RDS_PAGE: i32 = 100;
/// The page size of ElastiCache's snapshots: the most it takes.
const CACHE_PAGE: i32 = 50;
/// Kinds of snapshots that RDS lists: its own if none is named, and the recovery points of AWS Backup by name only.
const LISTS: [Option<&str>; 2] = [None, Some("awsbackup")];

/// Returns what a key's deletion would make unreadable, by name.
///
/// Automated backups count: those of a deleted cluster stay to the end of its retention. The recovery points of Aurora
/// are snapshots of RDS, and AWS Backup makes none of ElastiCache.
///
/// # Errors
/// Whatever could not be read: it may need the key.
pub(super) async fn of(writer: &Writer, key: &str) -> Result<Vec<String>> {
    let mut users = Vec::new();
    for list in LISTS {
        users.extend(offered(list, cluster_snapshots(writer, key, list).await)?);
        users.extend(offered(list, instance_snapshots(writer, key, list).await)?);
    }
    users.extend(cluster_backups(writer, key).await?);
    users.extend(instance_backups(writer, key).await?);
    users.extend(cache_snapshots(writer, key).await?);
    users.extend(secrets(writer, key).await?);
    users.sort();
    users.dedup();
    Ok(users)
}

async fn cluster_snapshots(writer: &Writer, key: &str, list: Option<&str>) -> Result<Vec<String>> {
    let call = writer.rds().describe_db_cluster_snapshots().set_snapshot_type(list.map(str::to_owned));
    let items = call.into_paginator().page_size(RDS_PAGE).items().send();
    those(items, |one| is(key, one.kms_key_id()).then_some(one.db_cluster_snapshot_identifier)?).await
}

async fn instance_snapshots(writer: &Writer, key: &str, list: Option<&str>) -> Result<Vec<String>> {
    let call = writer.rds().describe_db_snapshots().set_snapshot_type(list.map(str::to_owned));
    let items = call.into_paginator().page_size(RDS_PAGE).items().send();
    those(items, |one| is(key, one.kms_key_id()).then_some(one.db_snapshot_identifier)?).await
}

async fn cluster_backups(writer: &Writer, key: &str) -> Result<Vec<String>> {
    let items = writer.rds().describe_db_cluster_automated_backups().into_paginator().page_size(RDS_PAGE).items();
    those(items.send(), |one| backups(is(key, one.kms_key_id()), one.db_cluster_identifier)).await
}

async fn instance_backups(writer: &Writer, key: &str) -> Result<Vec<String>> {
    let items = writer.rds().describe_db_instance_automated_backups().into_paginator().page_size(RDS_PAGE).items();
    those(items.send(), |one| backups(is(key, one.kms_key_id()), one.db_instance_identifier)).await
}

async fn cache_snapshots(writer: &Writer, key: &str) -> Result<Vec<String>> {
    let items = writer.elasticache().describe_snapshots().into_paginator().page_size(CACHE_PAGE).items().send();
    those(items, |one| is(key, one.kms_key_id()).then_some(one.snapshot_name)?).await
}

/// Also those that wait to be deleted: until then they can be had back.
async fn secrets(writer: &Writer, key: &str) -> Result<Vec<String>> {
    let secrets = secretsmanager::secrets(writer, true).await?.into_iter();
    Ok(secrets.filter(|one| is(key, one.kms_key_id())).filter_map(|one| one.name).collect())
}

/// Reads all pages; `name` tells of one thing whether it counts, and how it is called.
async fn those<T, E>(
    mut items: PaginationStream<Result<T, E>>,
    name: impl Fn(T) -> Option<String>,
) -> Result<Vec<String>>
where
    Failure: From<E>,
{
    let mut names = Vec::new();
    while let Some(item) = items.next().await {
        names.extend(name(item?));
    }
    Ok(names)
}

/// Returns whether a service means the key of this ARN: some tell the ARN, some the id.
fn is(arn: &str, said: Option<&str>) -> bool {
    said.is_some_and(|said| said == arn || arn.rsplit('/').next() == Some(said))
}

fn backups(is_needed: bool, of: Option<String>) -> Option<String> {
    is_needed.then(|| format!("the automated backups of {}", of.unwrap_or_else(|| "a deleted database".to_owned())))
}

/// A list that RDS does not offer by this name has nothing in it.
fn offered(list: Option<&str>, answer: Result<Vec<String>>) -> Result<Vec<String>> {
    match answer {
        Err(failure) if list.is_some() && failure.is(Class::Invalid) => Ok(Vec::new()),
        other => other,
    }
}

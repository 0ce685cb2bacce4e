//! Where a record of every request goes.

use aws_sdk_s3::types::{
    BucketLoggingStatus, LoggingEnabled, PartitionDateSource, PartitionedPrefix as Parted, SimplePrefix,
    TargetObjectKeyFormat,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Bucket;
use super::write::{built, send};
use crate::aws::{Clients, Writer};
use crate::resource::{Ref, Result};

/// Where a record of every request goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoggingConfiguration {
    /// A bucket of the same account and region, which S3's own keys encrypt and whose policy lets
    /// `logging.s3.amazonaws.com` store objects.
    pub destination_bucket_name: Ref<Bucket>,
    /// What the names of the records begin with.
    #[serde(default)]
    pub log_file_prefix: String,
    /// How the names go on.
    #[serde(default)]
    pub target_object_key_format: KeyFormat,
}

/// What follows the prefix: the time alone, or account, region, bucket and date as folders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum KeyFormat {
    SimplePrefix(Nothing),
    PartitionedPrefix(PartitionedPrefix),
}

/// Nothing more to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Whose date the folders have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PartitionedPrefix {
    /// `EventTime`, that of the requests, or `DeliveryTime`.
    pub partition_date_source: String,
}

impl Default for KeyFormat {
    fn default() -> Self {
        Self::SimplePrefix(Nothing {})
    }
}

/// Reads it, and to whom else the records are given.
pub(super) async fn get(clients: &Clients, bucket: &str) -> Result<(Option<LoggingConfiguration>, usize)> {
    let told = clients.s3().get_bucket_logging().bucket(bucket).send().await?.logging_enabled;
    let grants = told.as_ref().map_or(0, |told| told.target_grants().len());
    Ok((told.map(read), grants))
}

fn read(told: LoggingEnabled) -> LoggingConfiguration {
    let parted = told.target_object_key_format.and_then(|format| format.partitioned_prefix);
    let source = parted.map(|parted| parted.partition_date_source.unwrap_or(PartitionDateSource::DeliveryTime));
    LoggingConfiguration {
        destination_bucket_name: told.target_bucket.into(),
        log_file_prefix: told.target_prefix,
        target_object_key_format: source.map_or_else(KeyFormat::default, |source| {
            KeyFormat::PartitionedPrefix(PartitionedPrefix { partition_date_source: source.as_str().to_owned() })
        }),
    }
}

pub(super) async fn put(writer: &Writer, bucket: &str, wanted: Option<&LoggingConfiguration>) -> Result<()> {
    let enabled = wanted.map(written).transpose()?;
    let status = BucketLoggingStatus::builder().set_logging_enabled(enabled).build();
    let call = writer.s3().put_bucket_logging().bucket(bucket).bucket_logging_status(status);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}

fn written(wanted: &LoggingConfiguration) -> Result<LoggingEnabled> {
    let format = match &wanted.target_object_key_format {
        KeyFormat::SimplePrefix(_) => TargetObjectKeyFormat::builder().simple_prefix(SimplePrefix::builder().build()),
        KeyFormat::PartitionedPrefix(parted) => {
            let source = PartitionDateSource::from(parted.partition_date_source.as_str());
            let parted = Parted::builder().partition_date_source(source).build();
            TargetObjectKeyFormat::builder().partitioned_prefix(parted)
        }
    };
    let enabled = LoggingEnabled::builder()
        .target_bucket(wanted.destination_bucket_name.as_str())
        .target_prefix(&wanted.log_file_prefix)
        .target_object_key_format(format.build());
    built(enabled.build())
}

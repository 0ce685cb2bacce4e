//! How what is stored is encrypted.

use aws_sdk_s3::types::{
    BlockedEncryptionTypes as Blocked, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::unless_absent;
use super::write::{built, send};
use crate::aws::{Clients, Writer};
use crate::kinds::kms::key::Key;
use crate::kinds::shared::key_arn;
use crate::resource::normal::Set;
use crate::resource::{Mistake, Ref, Result, Switch};

/// The algorithms that use a key of KMS.
const BY_KMS: &[&str] = &["aws:kms", "aws:kms:dsse"];

/// The encryption of what is stored without asking for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketEncryption {
    /// One rule.
    pub server_side_encryption_configuration: Vec<EncryptionRule>,
}

/// A rule of encryption.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionRule {
    /// What an upload must not ask for.
    #[serde(default)]
    pub blocked_encryption_types: BlockedEncryptionTypes,
    /// Whether the key of KMS makes keys for the bucket, which encrypt many objects each: it is called less often.
    #[serde(default)]
    pub bucket_key_enabled: bool,
    /// What encrypts; S3's own keys if nobody says.
    #[serde(default)]
    pub server_side_encryption_by_default: EncryptionByDefault,
}

/// Kinds of encryption that uploads are refused with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BlockedEncryptionTypes {
    /// `SSE-C`, keys that the caller brings, as AWS has it for new buckets; or `NONE`.
    pub encryption_type: Set<String>,
}

/// What encrypts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionByDefault {
    /// The key's ARN; empty for AWS's own key.
    #[serde(default, rename = "KMSMasterKeyID")]
    pub kms_master_key_id: Ref<Key>,
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    #[serde(rename = "SSEAlgorithm")]
    pub sse_algorithm: String,
}

impl Default for BucketEncryption {
    fn default() -> Self {
        Self { server_side_encryption_configuration: vec![EncryptionRule::default()] }
    }
}

impl Default for BlockedEncryptionTypes {
    /// Of buckets that are made from April 2026 on (docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html).
    fn default() -> Self {
        Self { encryption_type: ["SSE-C"].into_iter().collect() }
    }
}

impl Default for EncryptionByDefault {
    fn default() -> Self {
        Self { kms_master_key_id: "".into(), sse_algorithm: "AES256".to_owned() }
    }
}

/// What counts only beside something else.
pub(super) const SWITCH: Switch = Switch::with(
    "/BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/KMSMasterKeyID",
    "/BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm",
    BY_KMS,
);

impl BucketEncryption {
    /// Returns what S3 refuses.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let at = "/BucketEncryption/ServerSideEncryptionConfiguration";
        let [rule] = &*self.server_side_encryption_configuration else {
            return vec![Mistake::new(at, "has to have one rule")];
        };
        let by = &rule.server_side_encryption_by_default;
        let at_key = format!("{at}/0/ServerSideEncryptionByDefault/KMSMasterKeyID");
        let key = Some(&by.kms_master_key_id).filter(|key| !key.as_str().is_empty());
        let is_known = |kind: &String| ["SSE-C", "NONE"].contains(&kind.as_str());
        let blocked = &rule.blocked_encryption_types.encryption_type;
        let wrong = Mistake::all([
            (
                by.sse_algorithm != "AES256" && !BY_KMS.contains(&by.sse_algorithm.as_str()),
                format!("{at}/0/ServerSideEncryptionByDefault/SSEAlgorithm"),
                "is none of AES256, aws:kms and aws:kms:dsse",
            ),
            (
                blocked.len() != 1 || !blocked.iter().all(is_known),
                format!("{at}/0/BlockedEncryptionTypes/EncryptionType"),
                "has to be SSE-C or NONE",
            ),
        ]);
        wrong.chain(key_arn::mistake(&at_key, key)).collect()
    }
}

/// Reads it; a bucket from before S3 encrypted by itself has none.
pub(super) async fn get(clients: &Clients, bucket: &str) -> Result<BucketEncryption> {
    let answer = clients.s3().get_bucket_encryption().bucket(bucket).send().await;
    let answer = unless_absent("ServerSideEncryptionConfigurationNotFoundError", answer)?;
    let rules = answer.and_then(|answer| answer.server_side_encryption_configuration).map(|all| all.rules);
    let rules: Vec<_> = rules.into_iter().flatten().map(rule).collect();
    Ok(BucketEncryption {
        server_side_encryption_configuration: if rules.is_empty() { vec![unblocked()] } else { rules },
    })
}

fn rule(told: ServerSideEncryptionRule) -> EncryptionRule {
    let by = told.apply_server_side_encryption_by_default.map(|by| EncryptionByDefault {
        kms_master_key_id: by.kms_master_key_id.unwrap_or_default().into(),
        sse_algorithm: by.sse_algorithm.as_str().to_owned(),
    });
    let blocked = told.blocked_encryption_types.and_then(|blocked| blocked.encryption_type).unwrap_or_default();
    let blocked: Set<String> = blocked.iter().map(|kind| kind.as_str().to_owned()).collect();
    EncryptionRule {
        blocked_encryption_types: if blocked.is_empty() {
            unblocked().blocked_encryption_types
        } else {
            BlockedEncryptionTypes { encryption_type: blocked }
        },
        bucket_key_enabled: told.bucket_key_enabled.unwrap_or_default(),
        server_side_encryption_by_default: by.unwrap_or_default(),
    }
}

/// S3's own keys, and nothing that is refused.
fn unblocked() -> EncryptionRule {
    let none = BlockedEncryptionTypes { encryption_type: ["NONE"].into_iter().collect() };
    EncryptionRule { blocked_encryption_types: none, ..EncryptionRule::default() }
}

pub(super) async fn put(writer: &Writer, bucket: &str, wanted: &BucketEncryption) -> Result<()> {
    let rules = wanted.server_side_encryption_configuration.iter().map(written).collect::<Result<_>>()?;
    let all = built(ServerSideEncryptionConfiguration::builder().set_rules(Some(rules)).build())?;
    let call = writer.s3().put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(all);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}

fn written(rule: &EncryptionRule) -> Result<ServerSideEncryptionRule> {
    let by = &rule.server_side_encryption_by_default;
    let key = Some(by.kms_master_key_id.as_str()).filter(|key| !key.is_empty()).map(str::to_owned);
    let algorithm = ServerSideEncryption::from(by.sse_algorithm.as_str());
    let by = ServerSideEncryptionByDefault::builder().sse_algorithm(algorithm).set_kms_master_key_id(key);
    let kinds = rule.blocked_encryption_types.encryption_type.iter().map(|kind| EncryptionType::from(kind.as_str()));
    let blocked = Blocked::builder().set_encryption_type(Some(kinds.collect())).build();
    Ok(ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(built(by.build())?)
        .bucket_key_enabled(rule.bucket_key_enabled)
        .blocked_encryption_types(blocked)
        .build())
}

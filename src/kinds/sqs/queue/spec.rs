use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::redrive::{RedriveAllowPolicy, RedrivePolicy};
use crate::kinds::kms::key::Key;
use crate::kinds::shared::defaults::number;
use crate::kinds::shared::filled::filled;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Ref, Switch};

/// The properties of `AWS::SQS::Queue`, and the document of its `AWS::SQS::QueuePolicy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct Spec {
    /// Whether messages of one content within five minutes are one; of a FIFO queue.
    #[serde(default)]
    pub content_based_deduplication: bool,
    /// `queue` or `messageGroup`, of a FIFO queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduplication_scope: Option<String>,
    /// Seconds until a message can be received; 0 to 900.
    #[serde(default)]
    pub delay_seconds: i32,
    /// Whether messages keep their order; its name then ends in `.fifo`, which `physical` is without.
    #[serde(default)]
    pub fifo_queue: bool,
    /// `perQueue` or, with the scope `messageGroup`, `perMessageGroupId`; of a FIFO queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fifo_throughput_limit: Option<String>,
    /// Seconds for which SQS uses a data key again; 60 to 86400, with a key 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_data_key_reuse_period_seconds: Option<i32>,
    /// The key that encrypts messages; empty for SQS's own. With `alias/aws/sqs` no other service can send to it.
    #[serde(default)]
    pub kms_master_key_id: Ref<Key>,
    /// Bytes; 1024 to 1048576.
    #[serde(default = "number::<1_048_576>")]
    pub maximum_message_size: i32,
    /// Seconds; 60 to 1209600. Less drops older messages.
    #[serde(default = "number::<345_600>")]
    pub message_retention_period: i32,
    /// Who beside the account may use it.
    #[serde(default)]
    pub policy: PolicyDocument,
    /// Seconds that a receiver waits for a message; 0 to 20.
    #[serde(default)]
    pub receive_message_wait_time_seconds: i32,
    /// Which queues may have it for their dead letters; all, if nobody says.
    #[serde(default)]
    pub redrive_allow_policy: Option<RedriveAllowPolicy>,
    /// Where messages go that nobody could handle.
    #[serde(default)]
    pub redrive_policy: Option<RedrivePolicy>,
    /// Whether SQS's own key encrypts messages: where no other does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqs_managed_sse_enabled: Option<bool>,
    /// Seconds for which a message is the receiver's alone; 0 to 43200.
    #[serde(default = "number::<30>")]
    pub visibility_timeout: i32,
}

/// What counts only beside something else.
pub(super) const SWITCHES: &[Switch] = &[
    Switch::with("/ContentBasedDeduplication", "/FifoQueue", &["true"]),
    Switch::with("/DeduplicationScope", "/FifoQueue", &["true"]),
    Switch::with("/FifoThroughputLimit", "/FifoQueue", &["true"]),
    Switch::beside("/KmsDataKeyReusePeriodSeconds", "/KmsMasterKeyId"),
    Switch::with("/RedriveAllowPolicy/sourceQueueArns", "/RedriveAllowPolicy/redrivePermission", &["byQueue"]),
];

/// Attributes that a queue need not have, and that an empty text takes away.
pub(super) const REMOVABLE: &[&str] = &["KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"];

impl Spec {
    /// Fills in what AWS chooses by the other properties.
    pub fn filled(mut self) -> Self {
        let has_key = !self.kms_master_key_id.as_str().is_empty();
        self.sqs_managed_sse_enabled.get_or_insert(!has_key);
        if has_key {
            self.kms_data_key_reuse_period_seconds.get_or_insert(300);
        }
        if self.fifo_queue {
            self.deduplication_scope.get_or_insert_with(|| "queue".to_owned());
            self.fifo_throughput_limit.get_or_insert_with(|| "perQueue".to_owned());
        }
        self
    }
}

filled!(Spec);

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Queue;
use crate::kinds::kms::key::Key;
use crate::kinds::shared::defaults::number;
use crate::resource::normal::{PolicyDocument, Set};
use crate::resource::{Mistake, Ref, Switch};

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
    /// Whether messages keep their order; its name then ends in `.fifo`.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrive_allow_policy: Option<RedriveAllowPolicy>,
    /// Where messages go that nobody could handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrive_policy: Option<RedrivePolicy>,
    /// Whether SQS's own key encrypts messages: where no other does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqs_managed_sse_enabled: Option<bool>,
    /// Seconds for which a message is the receiver's alone; 0 to 43200.
    #[serde(default = "number::<30>")]
    pub visibility_timeout: i32,
}

/// Where messages go that were received so often in vain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedrivePolicy {
    /// A queue of the same account and region, FIFO as this one is.
    pub dead_letter_target_arn: Ref<Queue>,
    /// 1 to 1000.
    pub max_receive_count: i32,
}

/// Which queues may send their dead letters here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedriveAllowPolicy {
    /// `allowAll`, `denyAll` or `byQueue`.
    pub redrive_permission: String,
    /// With `byQueue`; 1 to 10.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub source_queue_arns: Set<Ref<Queue>>,
}

/// What counts only beside something else.
pub(super) const SWITCHES: &[Switch] = &[
    Switch::with("/ContentBasedDeduplication", "/FifoQueue", &["true"]),
    Switch::with("/DeduplicationScope", "/FifoQueue", &["true"]),
    Switch::with("/FifoThroughputLimit", "/FifoQueue", &["true"]),
    Switch::beside("/KmsDataKeyReusePeriodSeconds", "/KmsMasterKeyId"),
    Switch::with("/RedriveAllowPolicy/sourceQueueArns", "/RedriveAllowPolicy/redrivePermission", &["byQueue"]),
];

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

    /// Returns what SQS refuses (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
    pub fn mistakes(&self) -> Vec<Mistake> {
        let ranges = [
            ("/DelaySeconds", self.delay_seconds, 0, 900),
            ("/KmsDataKeyReusePeriodSeconds", self.kms_data_key_reuse_period_seconds.unwrap_or(300), 60, 86_400),
            ("/MaximumMessageSize", self.maximum_message_size, 1024, 1_048_576),
            ("/MessageRetentionPeriod", self.message_retention_period, 60, 1_209_600),
            ("/ReceiveMessageWaitTimeSeconds", self.receive_message_wait_time_seconds, 0, 20),
            (
                "/RedrivePolicy/maxReceiveCount",
                self.redrive_policy.as_ref().map_or(1, |to| to.max_receive_count),
                1,
                1000,
            ),
            ("/VisibilityTimeout", self.visibility_timeout, 0, 43_200),
        ];
        let outside = ranges.into_iter().filter(|(_, value, least, most)| !(least..=most).contains(&value));
        let outside = outside.map(|(path, value, least, most)| {
            Mistake::new(path, format!("is {value}, but has to be from {least} to {most}"))
        });
        let has_key = !self.kms_master_key_id.as_str().is_empty();
        let is_per_group = self.fifo_throughput_limit.as_deref() == Some("perMessageGroupId");
        let has_groups = self.deduplication_scope.as_deref() == Some("messageGroup");
        let has_version = self.policy.is_empty() || self.policy.value().get("Version").is_some();
        let allowed = self.redrive_allow_policy.as_ref();
        let lacks_sources =
            allowed.is_some_and(|to| to.redrive_permission == "byQueue" && to.source_queue_arns.is_empty());
        outside
            .chain(Mistake::all([
                (
                    has_key && self.sqs_managed_sse_enabled == Some(true),
                    "/SqsManagedSseEnabled",
                    "is true beside KmsMasterKeyId: one key encrypts a queue",
                ),
                (
                    is_per_group && !has_groups,
                    "/FifoThroughputLimit",
                    "is perMessageGroupId, which needs the DeduplicationScope messageGroup",
                ),
                (
                    !has_version,
                    "/Policy",
                    "has no Version, without which SQS takes a document of 2008: write \"2012-10-17\"",
                ),
                (lacks_sources, "/RedriveAllowPolicy", "is byQueue and names no sourceQueueArns"),
            ]))
            .collect()
    }
}

impl<'de> Deserialize<'de> for Spec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The derived one, an inherent function because of `remote`.
        Self::deserialize(deserializer).map(Self::filled)
    }
}

impl Serialize for Spec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

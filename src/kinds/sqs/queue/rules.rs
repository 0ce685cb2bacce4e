//! What SQS refuses (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).

use super::redrive::RedriveAllowPolicy;
use super::spec::Spec;
use crate::resource::Mistake;

impl Spec {
    /// Returns what is wrong with it, each with its property.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let has_key = !self.kms_master_key_id.as_str().is_empty();
        let scope = self.deduplication_scope.as_deref().unwrap_or("queue");
        let limit = self.fifo_throughput_limit.as_deref().unwrap_or("perQueue");
        let wrong = Mistake::all([
            (!["messageGroup", "queue"].contains(&scope), "/DeduplicationScope", "is none of queue and messageGroup"),
            (
                !["perMessageGroupId", "perQueue"].contains(&limit),
                "/FifoThroughputLimit",
                "is none of perQueue and perMessageGroupId",
            ),
            (
                limit == "perMessageGroupId" && scope != "messageGroup",
                "/FifoThroughputLimit",
                "is perMessageGroupId, which needs the DeduplicationScope messageGroup",
            ),
            (
                self.policy.lacks_version(),
                "/Policy",
                "has no Version, without which SQS takes a document of 2008: write \"2012-10-17\"",
            ),
            (
                has_key && self.sqs_managed_sse_enabled == Some(true),
                "/SqsManagedSseEnabled",
                "is true beside KmsMasterKeyId: one key encrypts a queue",
            ),
        ]);
        let allows = self.redrive_allow_policy.iter().flat_map(RedriveAllowPolicy::mistakes);
        self.outside().chain(wrong).chain(allows).collect()
    }

    /// The numbers that SQS does not take.
    fn outside(&self) -> impl Iterator<Item = Mistake> {
        let count = self.redrive_policy.as_ref().map_or(1, |to| to.max_receive_count);
        let reuse = self.kms_data_key_reuse_period_seconds.unwrap_or(300);
        let ranges = [
            ("/DelaySeconds", self.delay_seconds, 0, 900),
            ("/KmsDataKeyReusePeriodSeconds", reuse, 60, 86_400),
            ("/MaximumMessageSize", self.maximum_message_size, 1024, 1_048_576),
            ("/MessageRetentionPeriod", self.message_retention_period, 60, 1_209_600),
            ("/ReceiveMessageWaitTimeSeconds", self.receive_message_wait_time_seconds, 0, 20),
            ("/RedrivePolicy/maxReceiveCount", count, 1, 1000),
            ("/VisibilityTimeout", self.visibility_timeout, 0, 43_200),
        ];
        Mistake::outside(ranges, "")
    }
}

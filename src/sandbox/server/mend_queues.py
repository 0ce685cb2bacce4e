"""SQS: what it refuses, whose a queue is, one key for a queue, and names that were given up moments ago."""

import json
import time

from moto.iam.models import iam_backends
from moto.sqs.models import Queue, SQSBackend

import slow
from patch import around, refusal

# The least and the most of each number.
RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86400),
    "MaximumMessageSize": (1024, 1048576),
    "MessageRetentionPeriod": (60, 1209600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43200),
}
KEPT = ("Policy", "RedriveAllowPolicy", "RedrivePolicy")
KNOWN = {*RANGES, *KEPT, *Queue.FIFO_ATTRIBUTES, "KmsMasterKeyId", "SqsManagedSseEnabled"}


@around(SQSBackend)
def create_queue(moto, self, name, tags=None, **attributes):
    """moto takes a name at once again, and gives the tags of a queue that is there to whoever asks."""
    if time.monotonic() < given_up(self).get(name, 0):
        message = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        raise refusal("AWS.SimpleQueueService.QueueDeletedRecently", message)
    is_fifo = attributes.get("FifoQueue") == "true"
    check(self, is_fifo, attributes, attributes.get("DeduplicationScope"))
    if is_fifo != name.endswith(".fifo"):
        raise refusal("InvalidParameterValue", "The name of a FIFO queue can only end with '.fifo'")
    there = self.queues.get(name)
    if there and tags and tags != there.tags:
        raise refusal("QueueAlreadyExists", "A queue already exists with the same name and different tags")
    allowed = attributes.pop("RedriveAllowPolicy", None)
    if there and allowed and json.loads(allowed) != json.loads(told(there).get("RedriveAllowPolicy", "{}")):
        message = "A queue already exists with the same name and a different value for attribute RedriveAllowPolicy"
        raise refusal("QueueAlreadyExists", message)
    queue = moto(self, name, tags, **attributes)
    if not there:
        queue.redrive_allow_policy = allowed
        encrypt(queue, attributes)
    return queue


@around(SQSBackend)
def set_queue_attributes(moto, self, queue_name, attributes):
    """moto forgets the policy with each call that does not name it."""
    queue = self.get_queue(queue_name)
    if "FifoQueue" in attributes:
        raise refusal("InvalidAttributeName", "Unknown Attribute FifoQueue.")
    check(self, queue.fifo_queue, attributes, attributes.get("DeduplicationScope", queue.deduplication_scope))
    answer = moto(self, queue_name, {"Policy": queue.policy, **attributes})
    encrypt(queue, attributes)
    return answer


@around(SQSBackend)
def get_queue_attributes(moto, self, queue_name, attribute_names):
    names = [name for name in attribute_names if name != "RedriveAllowPolicy"]
    answer = moto(self, queue_name, names)
    if {"All", "RedriveAllowPolicy"} & {*attribute_names}:
        answer |= told(self.get_queue(queue_name))
    return answer


@around(SQSBackend)
def delete_queue(moto, self, queue_name):
    answer = moto(self, queue_name)
    given_up(self)[queue_name] = time.monotonic() + slow.duration("queue name")
    return answer


def given_up(backend):
    """Names of queues that were deleted, and until when nobody can have them."""
    return backend.__dict__.setdefault("sandbox_given_up", {})


def told(queue):
    """What moto keeps and does not tell."""
    allowed = getattr(queue, "redrive_allow_policy", None)
    return {"RedriveAllowPolicy": allowed} if allowed else {}


def encrypt(queue, asked):
    """A queue has one way of encryption: the last that was asked for."""
    if asked.get("KmsMasterKeyId"):
        queue.sqs_managed_sse_enabled = False
    elif asked.get("SqsManagedSseEnabled") == "true":
        queue.kms_master_key_id = None
    elif "KmsMasterKeyId" in asked and "SqsManagedSseEnabled" not in asked:
        queue.sqs_managed_sse_enabled = True


def check(backend, is_fifo, asked, scope):
    """Refuses what SQS refuses and moto takes; `scope` is the one of deduplication that the queue will have."""
    for attribute, value in asked.items():
        is_unknown = attribute not in KNOWN or (attribute in Queue.FIFO_ATTRIBUTES and not is_fifo)
        if is_unknown or (attribute, value) == ("FifoQueue", "false"):
            raise refusal("InvalidAttributeName", f"Unknown Attribute {attribute}.")
        if attribute in RANGES and not is_within(value, *RANGES[attribute]):
            raise invalid(attribute)
    if asked.get("KmsMasterKeyId") and asked.get("SqsManagedSseEnabled") == "true":
        message = "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."
        raise refusal("InvalidAttributeName", message)
    if asked.get("FifoThroughputLimit") == "perMessageGroupId" and scope != "messageGroup":
        raise invalid("FifoThroughputLimit")
    if asked.get("Policy") and not all(principals_are_known(backend, one) for one in statements(asked["Policy"])):
        raise invalid("Policy")
    if asked.get("RedrivePolicy"):
        check_target(backend, is_fifo, asked["RedrivePolicy"])


def check_target(backend, is_fifo, policy):
    wanted = json.loads(policy).get("deadLetterTargetArn")
    target = next((queue for queue in backend.queues.values() if queue.queue_arn == wanted), None)
    why = "Dead letter target does not exist." if target is None else None
    if target and target.fifo_queue != is_fifo:
        why = "Dead-letter queue must be same type of queue as the source."
    if why:
        message = f"Value {policy} for parameter RedrivePolicy is invalid. Reason: {why}"
        raise refusal("InvalidParameterValue", message)


def statements(policy):
    try:
        found = json.loads(policy)["Statement"]
    except (KeyError, TypeError, ValueError):
        raise invalid("Policy") from None
    return found if isinstance(found, list) else [found]


def principals_are_known(backend, statement):
    """Whether IAM has the roles of this account that a statement names."""
    principal = statement.get("Principal")
    named = principal.get("AWS", []) if isinstance(principal, dict) else []
    ours = f":iam::{backend.account_id}:role/"
    known = {role.arn for role in iam_backends[backend.account_id]["aws"].roles.values()}
    return all(one in known for one in ([named] if isinstance(named, str) else named) if ours in one)


def is_within(value, least, most):
    return str(value).lstrip("-").isdigit() and least <= int(value) <= most


def invalid(attribute):
    return refusal("InvalidAttributeValue", f"Invalid value for the parameter {attribute}.")

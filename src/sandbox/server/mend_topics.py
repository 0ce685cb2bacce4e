"""SNS: attributes that are kept and not told, topics and subscriptions that are there already, and what waits to be confirmed."""

import json

from moto.core.utils import camelcase_to_underscores
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse
from moto.sns.utils import make_arn_for_topic

from patch import around, refusal

ACTIONS = {"addpermission", "deletetopic", "gettopicattributes", "listsubscriptionsbytopic", "publish", "receive", "removepermission"}
ACTIONS |= {"settopicattributes", "subscribe"}
FEEDBACK = ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
LOGS = [protocol + name for protocol in ("HTTP", "SQS", "Lambda", "Firehose", "Application") for name in FEEDBACK]
OF_FIFO = ["ArchivePolicy", "ContentBasedDeduplication", "FifoThroughputScope"]
# What is told only where it is set.
SET = ["ArchivePolicy", "FifoThroughputScope", "MaximumMessageSize", "SignatureVersion", "TracingConfig", *LOGS]
KNOWN = [*SET, "ContentBasedDeduplication", "DeliveryPolicy", "DisplayName", "FifoTopic", "KmsMasterKeyId", "Policy"]
# Their endpoints confirm a subscription themselves.
ASKED = ("email", "email-json", "http", "https")


def invalid(what):
    return refusal("InvalidParameter", f"Invalid parameter: {what}")


@around(SNSBackend)
def create_topic(moto, self, name, attributes=None, tags=None):
    attributes = attributes or {}
    for attribute, value in attributes.items():
        check(attribute, value, attributes.get("FifoTopic"))
    there = self.topics.get(make_arn_for_topic(self.account_id, name, self.region_name))
    if there:
        if any(not same(kept(there, attribute), value) for attribute, value in attributes.items()):
            raise invalid("Attributes Reason: Topic already exists with different attributes")
        if tags and there._tags != tags:
            raise invalid("Tags Reason: Topic already exists with different tags")
    return moto(self, name, attributes, tags)


@around(SNSResponse)
def set_topic_attributes(moto, self):
    name, value = self._get_param("AttributeName"), self._get_param("AttributeValue") or ""
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    if name == "FifoTopic":
        raise invalid("AttributeName")
    check(name, value, topic.fifo_topic)
    return moto(self)


@around(SNSResponse)
def get_topic_attributes(moto, self):
    answer = moto(self)
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    told = answer.result["Attributes"]
    told.update({name: value for name in SET if (value := kept(topic, name)) not in (None, "", "{}")})
    waiting = len([one for one in self.backend._get_topic_subscriptions(topic) if waits(one)])
    told["SubscriptionsPending"] = waiting
    told["SubscriptionsConfirmed"] = len(self.backend._get_topic_subscriptions(topic)) - waiting
    return answer


@around(SNSResponse)
def delete_topic(moto, self):
    topic = self.backend.topics.get(self._get_param("TopicArn"))
    if topic and kept(topic, "ArchivePolicy") not in (None, "{}"):
        raise refusal("InvalidState", "Invalid state: Cannot delete a topic with an ArchivePolicy")
    return moto(self)


@around(SNSResponse)
def list_subscriptions_by_topic(moto, self):
    answer = moto(self)
    answer.result["Subscriptions"] = [
        {
            "SubscriptionArn": "PendingConfirmation" if waits(one) else one.arn,
            "Owner": one.owner,
            "Protocol": one.protocol,
            "Endpoint": one.endpoint,
            "TopicArn": one.topic.arn,
        }
        for one in answer.result["Subscriptions"]
    ]
    return answer


@around(SNSResponse)
def confirm_subscription(moto, self):
    """The token comes with the request to confirm, which nobody sends: its endpoint stands for it."""
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    for one in self.backend._get_topic_subscriptions(topic):
        one.confirmed = one.confirmed or one.endpoint == self._get_param("Token")
    return moto(self)


@around(SNSResponse)
def subscribe(moto, self):
    """What is subscribed already is handed out, if its attributes are the same."""
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    asked = {name: str(value) for name, value in (self._get_attributes() or {}).items()}
    protocol, endpoint = self._get_param("Protocol"), self._get_param("Endpoint")
    there = [one for one in self.backend._get_topic_subscriptions(topic) if (one.protocol, one.endpoint) == (protocol, endpoint)]
    for name, value in asked.items():
        check_setting(protocol, name, value)
        if there and not same(str(there[0].attributes.get(name)).lower(), value.lower()):
            raise invalid("Attributes Reason: Subscription already exists with different attributes")
    return moto(self)


@around(SNSResponse)
def set_subscription_attributes(moto, self):
    name, value = self._get_param("AttributeName"), self._get_param("AttributeValue")
    if name == "RedrivePolicy" and value == "":
        raise invalid("RedrivePolicy")
    arn = self._get_param("SubscriptionArn")
    there = next((one for one in self.backend.subscriptions.values() if one.arn == arn), None)
    if there and value:
        check_setting(there.protocol, name, value)
    answer = moto(self)
    if there and (not value or (name == "FilterPolicy" and value == "{}")):
        gone = ("FilterPolicy", "FilterPolicyScope") if name == "FilterPolicy" else (name,)
        for setting in gone:
            there.attributes.pop(setting, None)
    return answer


@around(SNSResponse)
def get_subscription_attributes(moto, self):
    """Texts, as AWS answers them."""
    answer = moto(self)
    told = answer.result["Attributes"]
    is_raw = str(told.get("RawMessageDelivery", False)).lower()
    answer.result["Attributes"] = {**told, "RawMessageDelivery": is_raw}
    return answer


@around(SNSResponse)
def unsubscribe(moto, self):
    if not self._get_param("SubscriptionArn").startswith("arn:"):
        raise invalid("SubscriptionArn Reason: An ARN must have at least 6 elements, not 1")
    return moto(self)


def waits(subscription):
    return subscription.protocol in ASKED and not subscription.confirmed


def kept(topic, name):
    return getattr(topic, camelcase_to_underscores(name), None)


def same(one, other):
    try:
        return json.loads(one) == json.loads(other)
    except (TypeError, ValueError):
        return str(one) == str(other)


def check(name, value, is_fifo):
    if name not in KNOWN or (name in OF_FIFO and not is_fifo):
        raise invalid("AttributeName")
    if name.endswith("SampleRate") and value == "":
        raise invalid(name)
    if name == "Policy":
        check_policy(value)


def check_setting(protocol, name, value):
    if name == "RawMessageDelivery" and value.lower() == "true" and protocol not in ("http", "https", "sqs", "firehose"):
        raise invalid("Attributes Reason: Delivery protocol does not support raw message delivery.")
    if name == "RedrivePolicy" and (unknown := set(json.loads(value)) - {"deadLetterTargetArn"}):
        raise invalid(f"RedrivePolicy: invalid JSON. Attribute {unknown.pop()} is unknown.")


def check_policy(text):
    try:
        statements = json.loads(text)["Statement"]
    except (KeyError, ValueError):
        raise invalid("Policy Error: null") from None
    for statement in statements if isinstance(statements, list) else [statements]:
        actions = statement.get("Action", [])
        for action in [actions] if isinstance(actions, str) else actions:
            if action.lower().removeprefix("sns:") not in ACTIONS and ("*" not in action or action.lower() == "sns:*"):
                raise invalid("Policy statement action out of service scope!")

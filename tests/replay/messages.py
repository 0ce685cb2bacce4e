"""Queues, topics and their subscriptions."""

import hashlib
import json

import kinds
from parts import Parts
from wire import Fault


def queue(account, asked):
    """A queue by its URL."""
    found = account.tables["queue"].get(asked["QueueUrl"].rsplit("/", 1)[-1])
    if found is None:
        raise Fault("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    return found


def queues(account, asked):
    names = account.tables["queue"]
    return {"QueueUrls": [f"https://sqs.{account.region}.amazonaws.com/{account.number}/{name}" for name in names]}


def topic(account, asked):
    """A topic by its ARN, or by that of a subscription."""
    arn = asked.get("TopicArn") or asked.get("ResourceArn") or asked["SubscriptionArn"].rsplit(":", 1)[0]
    found = account.tables["topic"].get(arn)
    if found is None:
        raise Fault("NotFound", "Topic does not exist", 404)
    return found


READS = {
    "sqs__GetQueueAttributes": lambda account, asked: queue(account, asked)["thing"],
    "sqs__ListQueueTags": lambda account, asked: {"Tags": queue(account, asked)["tags"]},
    "sqs__ListQueues": queues,
    "sns__ListTopics": lambda account, asked: {"Topics": [{"TopicArn": arn} for arn in account.tables["topic"]]},
    "sns__GetTopicAttributes": lambda account, asked: topic(account, asked)["GetTopicAttributes"],
    "sns__ListTagsForResource": lambda account, asked: {"Tags": kinds.taglist(topic(account, asked)["tags"])},
    "sns__ListSubscriptionsByTopic": lambda account, asked: {
        "Subscriptions": topic(account, asked)["ListSubscriptionsByTopic"]
    },
    "sns__GetSubscriptionAttributes": lambda account, asked: topic(account, asked)["GetSubscriptionAttributes"],
}


class Queue(kinds.Kind):
    type, op, botocore, named = "AWS::SQS::Queue", "sqs.GetQueueAttributes", ("sqs", "GetQueueAttributes"), True

    def things(self, case, answers):
        """Some recordings tell one attribute alone."""
        whole = (answer for answer in answers.get(self.op, []) if "VisibilityTimeout" in answer.get("Attributes", {}))
        for number, answer in enumerate(whole):
            yield number, answer, {}

    def shape(self):
        return self.model()

    def identity(self, thing):
        return thing["Attributes"]["QueueArn"].rsplit(":", 1)[-1]

    tag_names = identity

    def region(self, thing):
        return thing["Attributes"]["QueueArn"].split(":")[3]

    def install(self, account, thing, extra, tags):
        account.tables["queue"][self.identity(thing)] = {"thing": thing, "tags": tags}
        account.tags[thing["Attributes"]["QueueArn"]] = tags

    def expect(self, thing, extra):
        told = thing["Attributes"]
        numbers = ("DelaySeconds", "KmsDataKeyReusePeriodSeconds", "MaximumMessageSize", "MessageRetentionPeriod")
        numbers += ("ReceiveMessageWaitTimeSeconds", "VisibilityTimeout")
        whole = {name: int(told[name]) for name in numbers if name in told}
        whole |= {name: json.loads(told[name]) for name in ("Policy", "RedriveAllowPolicy", "RedrivePolicy") if name in told}
        whole |= {name: told[name] == "true" for name in ("FifoQueue", "ContentBasedDeduplication") if name in told}
        whole |= {name: told[name] for name in ("DeduplicationScope", "FifoThroughputLimit", "KmsMasterKeyId") if name in told}
        return whole | {"SqsManagedSseEnabled": told.get("SqsManagedSseEnabled") == "true"}


# What CloudFormation's DeliveryStatusLogging calls the protocols whose attributes begin so.
LOGGED = {"HTTP": "http/s", "SQS": "sqs", "Lambda": "lambda", "Firehose": "firehose", "Application": "application"}
FEEDBACK = ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")


class Topic(Parts):
    type, service = "AWS::SNS::Topic", "sns"
    operations = {
        "GetTopicAttributes": "",
        "ListSubscriptionsByTopic": "Subscriptions",
        "GetSubscriptionAttributes": "",
    }

    def things(self, case, answers):
        """A topic with the subscriptions that were listed of it; one of which these alone were recorded has nothing else set."""
        told = self.told(answers)
        listed = {some[0]["TopicArn"]: some for some in told["ListSubscriptionsByTopic"] if some}
        whole = told["GetTopicAttributes"]
        known = [one["Attributes"]["TopicArn"] for one in whole]
        whole = whole + [{"Attributes": {"TopicArn": arn}} for arn in listed if arn not in known]
        for number, answer in enumerate(whole):
            some = listed.get(answer["Attributes"]["TopicArn"], [])
            # Nobody has recorded what a subscription is set to: as SNS makes one of which nothing is said.
            usual = {"Attributes": {"RawMessageDelivery": "false", "PendingConfirmation": "false"}} if some else {}
            yield number, {"GetTopicAttributes": answer, "ListSubscriptionsByTopic": some, "GetSubscriptionAttributes": usual}, {}

    def excluded(self, thing):
        told = thing["GetTopicAttributes"]["Attributes"]
        if "Tags" in told:
            return "hand-made: has its tags among the attributes"
        statements = json.loads(told.get("Policy", "{}")).get("Statement", [])
        names = [one["Sid"] for one in statements if "Sid" in one]
        if len(names) > len(set(names)):
            return "hand-made: SNS takes no two statements of one Sid"
        return None

    def identity(self, thing):
        return thing["GetTopicAttributes"]["Attributes"]["TopicArn"]

    def tag_names(self, thing):
        return self.identity(thing).rsplit(":", 1)[-1]

    def region(self, thing):
        return self.identity(thing).split(":")[3]

    def install(self, account, thing, extra, tags):
        """The subscriptions are the template's by the mark that the topic bears."""
        marks = [f"{one['Protocol']} {one['Endpoint']}" for one in thing["ListSubscriptionsByTopic"]]
        mark = "".join(hashlib.sha256(mark.encode()).hexdigest()[:6] for mark in marks)
        account.tags[self.identity(thing)] = tags
        account.tables["topic"][self.identity(thing)] = {
            **thing,
            "tags": {**tags, "provision:subscriptions": mark} if mark else tags,
        }

    def expect(self, thing, extra):
        told = thing["GetTopicAttributes"]["Attributes"]
        words = ("ArchivePolicy", "DisplayName", "FifoThroughputScope", "KmsMasterKeyId", "SignatureVersion", "TracingConfig")
        whole = {name: told[name] for name in words if told.get(name)}
        whole |= {name: told[name] == "true" for name in ("ContentBasedDeduplication", "FifoTopic") if name in told}
        if "Policy" in told and not is_usual(json.loads(told["Policy"])):
            whole["Policy"] = json.loads(told["Policy"])
        whole["DeliveryStatusLogging"] = [one for prefix, protocol in LOGGED.items() for one in logged(told, prefix, protocol)]
        listed = thing["ListSubscriptionsByTopic"]
        whole["Subscription"] = [{"Protocol": one["Protocol"], "Endpoint": one["Endpoint"]} for one in listed]
        return whole


def logged(told, prefix, protocol):
    """A sample rate of nothing, without a role, is what SNS leaves of a log that was switched off."""
    set_ = {name: told[prefix + name] for name in FEEDBACK if told.get(prefix + name) not in (None, "", "0")}
    return [{"Protocol": protocol, **set_}] if set_ else []


def is_usual(policy):
    """Whether it is the policy that SNS gives a topic of which nobody says who may use it."""
    statements = policy.get("Statement", [])
    condition = {"StringEquals": {"AWS:SourceOwner": statements[0]["Resource"].split(":")[4]}} if statements else None
    return (
        policy.get("Id") == "__default_policy_ID"
        and [one.get("Sid") for one in statements] == ["__default_statement_ID"]
        and (statements[0]["Effect"], statements[0]["Principal"]) == ("Allow", {"AWS": "*"})
        and statements[0].get("Condition") == condition
    )


KINDS = [Queue, Topic]

"""What this project's kinds read beyond the harness's account, and classes of kinds that it does not have yet.

A class of a kind is written as in the harness's kinds.py (subclass `kinds.Kind`; making one registers it), the reads of its
service as functions of an account, below.
"""

import copy
import json
import re

import harness
import kinds
import mutate_lib
from account import Account
from wire import Fault

# AWS's own set of DHCP options, which every recorded VPC has for all that the recordings say; another is somebody's.
AMAZON = [("domain-name", "ec2.internal"), ("domain-name-servers", "AmazonProvidedDNS")]


OTHER = [("domain-name-servers", "192.0.2.53")]
RECORDED = set()


def dhcp_options(account, asked):
    def of(id):
        return [{"Key": key, "Values": [{"Value": value}]} for key, value in (AMAZON if id in RECORDED else OTHER)]

    in_use = {vpc.get("DhcpOptionsId") for vpc in account.all("vpc")}
    ids = [id for id in asked.get("DhcpOptionsIds", []) if id in in_use]
    return {"DhcpOptions": [{"DhcpOptionsId": id, "DhcpConfigurations": of(id)} for id in ids]}


# The harness's tables of EC2 by what their ids are called, and by AWS's word in an ARN.
TAGGED = {
    "vpc": ("VpcId", "vpc"),
    "subnet": ("SubnetId", "subnet"),
    "route-table": ("RouteTableId", "route-table"),
    "igw": ("InternetGatewayId", "internet-gateway"),
    "nat": ("NatGatewayId", "natgateway"),
    "eip": ("AllocationId", "elastic-ip"),
    "sg": ("GroupId", "security-group"),
    "endpoint": ("VpcEndpointId", "vpc-endpoint"),
    "flow-log": ("FlowLogId", "vpc-flow-log"),
}


def indexed(resources):
    """The tag index with what bears its tags itself: what no template of the project names is found by it."""

    def of(account, asked):
        known = dict(account.tags)
        for table, (id, word) in TAGGED.items():
            for one in account.all(table):
                arn = f"arn:aws:ec2:us-east-1:{account.number}:{word}/{one.get(id)}"
                known[arn] = {tag["Key"]: tag["Value"] for tag in one.get("Tags") or []}
        view = copy.copy(account)
        view.tags = known
        return resources(view, asked)

    return of


def queue(account, asked):
    """A queue by its URL."""
    found = account.tables["queue"].get(asked["QueueUrl"].rsplit("/", 1)[-1])
    if found is None:
        raise Fault("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    return found


def queues(account, asked):
    names = account.tables["queue"]
    return {"QueueUrls": [f"https://sqs.{account.region}.amazonaws.com/{account.number}/{name}" for name in names]}


def endpoints(account, asked):
    return {"VpcEndpoints": account.ec2("endpoint", asked, asked.get("VpcEndpointIds"), "VpcEndpointId")}


def flow_logs(account, asked):
    return {"FlowLogs": account.ec2("flow-log", asked, asked.get("FlowLogIds"), "FlowLogId", filters="Filter")}


# What the harness answers without its things, since it has no kind for them.
BETTER = {"ec2__DescribeVpcEndpoints": endpoints}
# An empty list of CloudFront.
NOTHING = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}

READS = {
    # What belongs to no region and is read with every stack: the harness has none of it yet.
    "cloudfront__ListDistributions": lambda account, asked: {"DistributionList": NOTHING},
    "cloudfront__ListOriginAccessControls": lambda account, asked: {"OriginAccessControlList": NOTHING},
    "cloudfront__ListVpcOrigins": lambda account, asked: {"VpcOriginList": NOTHING},
    "route53__ListHostedZones": lambda account, asked: {"HostedZones": [], "IsTruncated": False, "MaxItems": "100"},
    "scheduler__ListScheduleGroups": lambda account, asked: {"ScheduleGroups": []},
    "scheduler__ListSchedules": lambda account, asked: {"Schedules": []},
    "ec2__DescribeFlowLogs": flow_logs,
    "elasticache__DescribeCacheParameterGroups": lambda account, asked: {"CacheParameterGroups": []},
    "rds__DescribeDBParameterGroups": lambda account, asked: {"DBParameterGroups": []},
    "wafv2__ListRegexPatternSets": lambda account, asked: {"RegexPatternSets": []},
    "wafv2__ListLoggingConfigurations": lambda account, asked: {"LoggingConfigurations": []},
    "ec2__DescribeDhcpOptions": dhcp_options,
    "sqs__GetQueueAttributes": lambda account, asked: queue(account, asked)["thing"],
    "sqs__ListQueueTags": lambda account, asked: {"Tags": queue(account, asked)["tags"]},
    "sqs__ListQueues": queues,
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


class Endpoint(kinds.Ec2):
    type, op, list_key, table = "AWS::EC2::VPCEndpoint", "ec2.DescribeVpcEndpoints", "VpcEndpoints", "endpoint"
    id_key = "VpcEndpointId"

    def excluded(self, thing):
        if not re.fullmatch("vpce-[0-9a-f]{8,17}", thing["VpcEndpointId"]):
            return "recording scrubbed: its id is none"
        if thing.get("State") == "deleted":
            return "deleted: no longer there"
        return "recording scrubbed: its policy is none" if thing.get("PolicyDocument") == "{...}" else None

    def expect(self, thing, extra):
        is_interface = thing["VpcEndpointType"] == "Interface"
        whole = {name: thing[name] for name in ("VpcId", "ServiceName", "VpcEndpointType")}
        whole |= {name: thing[name] for name in ("IpAddressType", "ServiceRegion") if thing.get(name)}
        whole |= {name: thing.get(name, []) for name in ("RouteTableIds", "SubnetIds")}
        whole["SecurityGroupIds"] = [group["GroupId"] for group in thing.get("Groups", [])]
        if thing.get("PolicyDocument"):
            whole["PolicyDocument"] = json.loads(thing["PolicyDocument"])
        if is_interface:
            whole |= {name: thing[name] for name in ("PrivateDnsEnabled", "DnsOptions") if name in thing}
        else:
            whole = {name: value for name, value in whole.items() if name not in ("SubnetIds", "SecurityGroupIds")}
        return whole if not is_interface else {name: value for name, value in whole.items() if name != "RouteTableIds"}


class FlowLog(kinds.Ec2):
    type, op, list_key, table, id_key = "AWS::EC2::FlowLog", "ec2.DescribeFlowLogs", "FlowLogs", "flow-log", "FlowLogId"

    def excluded(self, thing):
        return "of 2017: without the type of its destination" if not thing.get("LogDestinationType") else None

    def expect(self, thing, extra):
        is_group = thing["LogDestinationType"] == "cloud-watch-logs"
        names = ("ResourceId", "TrafficType", "LogDestinationType", "LogFormat", "MaxAggregationInterval", "DestinationOptions")
        names += ("LogGroupName", "DeliverLogsPermissionArn") if is_group else ("LogDestination",)
        return {name: thing[name] for name in names if thing.get(name)} | {"ResourceType": "VPC"}


KINDS = [Queue, Endpoint, FlowLog]


def coming(source, target):
    """Of the recordings of services that the harness has no class for, those of the kinds above; returns where they are."""
    operations = {kind.op for kind in KINDS}
    with open(source) as file:
        cases = json.load(file)
    kept = {case: {op: said for op, said in answers.items() if op in operations} for case, answers in cases.items()}
    with open(target, "w") as file:
        json.dump(kept, file)
    return target


def by_name(absent):
    """The harness's leaves of a model, with a leaf for each name of a map whose names the model knows."""

    def of(shape, *arguments):
        for path, leaf in absent(shape, *arguments):
            names = getattr(leaf.key, "enum", None) if leaf.type_name == "map" else None
            if names:
                yield from ((path + (name,), leaf.value) for name in names if name != "All")
            else:
                yield path, leaf

    return of


def without_tags(plan):
    """A plan of the harness without fields of tags: what a recorded thing is called is none of its properties. What the plan
    tells as unmanaged is kept for `told`."""

    def of(self, specs, companions, server, results):
        changes = plan(self, specs, companions, server, results)
        for change in (changes or {}).values():
            change["fields"] = [one for one in change.get("fields", []) if not one["path"].startswith("/Tags/")]
        if changes is not None:
            for result in results:
                result.unmanaged = [one["type"] for one in self.last.get("unmanaged", [])]
        return changes

    return of


def told(silent):
    """Of what `show` is silent about, what the plan does not tell either: as unmanaged, below a list to which others may add,
    or in a note, where no update takes it away."""

    def is_told(result, pointer):
        path = "/" + pointer.strip("/").split("/")[0]
        kind = f"{result.subject.kind.type} {path.strip('/')}"
        return kind in getattr(result, "unmanaged", []) or any(note.startswith(f"{path} (") for note in result.notes)

    return property(lambda result: [one for one in silent.fget(result) if not is_told(result, one[0])])


# Of one network there is one gateway, and no two subnets of one range: what was recorded at different times stands alone.
ALONE = ("AWS::EC2::InternetGateway", "AWS::EC2::Subnet")


def apart(batches):
    """The harness's batches, with those things alone that can't stand beside each other."""

    def of(things, *arguments):
        for region, batch in batches(things, *arguments):
            if batch[0].kind.type in ALONE:
                yield from ((region, [one]) for one in batch)
            else:
                yield region, batch

    return of


def install(data):
    """Adds what the harness lacks; what it has by now is its own. `data` are the recordings' files."""
    harness.Batch.plan = without_tags(harness.Batch.plan)
    mutate_lib.absent = by_name(mutate_lib.absent)
    harness.batches = apart(harness.batches)
    Account.resourcegroupstaggingapi__GetResources = indexed(Account.resourcegroupstaggingapi__GetResources)
    harness.Result.silent = told(harness.Result.silent)
    for path in data:
        RECORDED.update(re.findall(r"dopt-[0-9a-f]+", open(path).read()))
    for name, read in READS.items():
        if not hasattr(Account, name):
            setattr(Account, name, read)
    for name, read in BETTER.items():
        setattr(Account, name, read)
    for kind in KINDS:
        if kind.type not in kinds.REGISTRY:
            kind()

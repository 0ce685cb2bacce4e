"""What this project's kinds read beyond the harness's account, and classes of kinds that it does not have yet.

Each group of services has a file: in `KINDS` its classes, written as in the harness's kinds.py (subclass `kinds.Kind`, or
`parts.Parts` where AWS tells a thing by several operations; making one registers it), in `READS` the reads of an account.
"""

import copy
import json
import re

import alarms
import answers
import buckets
import caches
import databases
import distributions
import harness
import kinds
import machines
import messages
import mutate_lib
import network
import parts
import passwords
import schedules
import wire
import zones
from account import Account

SERVICES = (alarms, buckets, caches, databases, distributions, machines, messages, network, passwords, schedules, zones)

# The harness's tables of EC2 by what their ids are called, and by AWS's word in an ARN.
TAGGED = {
    "vpc": ("VpcId", "vpc"),
    "subnet": ("SubnetId", "subnet"),
    "route-table": ("RouteTableId", "route-table"),
    "igw": ("InternetGatewayId", "internet-gateway"),
    "egress-only-igw": ("EgressOnlyInternetGatewayId", "egress-only-internet-gateway"),
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


def no_lease(account, asked):
    """Nobody has changed the stack: its tags are asked of their own services."""
    raise wire.Fault("NoSuchKey", "The specified key does not exist.", 404)


READS = {
    "s3__GetObject": no_lease,
    # What is read with every stack, and nothing was recorded of.
    "ec2__DescribeEgressOnlyInternetGateways": lambda account, asked: {
        "EgressOnlyInternetGateways": list(account.all("egress-only-igw"))
    },
    "ecs__DescribeCapacityProviders": lambda account, asked: {"capacityProviders": []},
    "logs__DescribeDeliveries": lambda account, asked: {"deliveries": []},
    "logs__DescribeDeliveryDestinations": lambda account, asked: {"deliveryDestinations": []},
    "logs__DescribeDeliverySources": lambda account, asked: {"deliverySources": []},
    "logs__DescribeResourcePolicies": lambda account, asked: {"resourcePolicies": []},
    "iam__ListInstanceProfiles": lambda account, asked: {"InstanceProfiles": [], "IsTruncated": False},
    "wafv2__ListRegexPatternSets": lambda account, asked: {"RegexPatternSets": []},
    "wafv2__ListLoggingConfigurations": lambda account, asked: {"LoggingConfigurations": []},
}


KINDS = [kind for service in SERVICES for kind in service.KINDS]


def coming(source, target):
    """Of the recordings of services that the harness has no class for, those of the kinds above; returns where they are."""
    operations = {operation for kind in KINDS for operation in parts.operations(kind)}
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
            names = leaf.type_name == "map" and (getattr(leaf.key, "enum", None) or answers.keys_of(leaf))
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
    or in a note, where no update takes it away: one of the whole, or of each element."""

    def is_told(result, pointer, value):
        path = "/" + pointer.strip("/").split("/")[0]
        kind = f"{result.subject.kind.type} {path.strip('/')}"
        noted = {note.split(" (")[0] for note in result.notes}
        below = [at for at in noted if at.startswith(f"{path}/")]
        is_each = pointer == path and isinstance(value, list) and len(below) == len(value)
        return kind in getattr(result, "unmanaged", []) or path in noted or is_each

    return property(lambda result: [one for one in silent.fget(result) if not is_told(result, *one)])


# Of one network there is one gateway, and no two subnets of one range: what was recorded at different times stands alone.
ALONE = ("AWS::EC2::EgressOnlyInternetGateway", "AWS::EC2::InternetGateway", "AWS::EC2::Subnet")


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
    # The harness leaves step policies out, which a template can write.
    kinds.ScalableTarget.whole = kinds.Kind.whole
    Account.resourcegroupstaggingapi__GetResources = indexed(Account.resourcegroupstaggingapi__GetResources)
    harness.Result.silent = told(harness.Result.silent)
    for path in data:
        network.RECORDED.update(re.findall(r"dopt-[0-9a-f]+", open(path).read()))
    wire._routes, wire.serialise = buckets.current(wire._routes), buckets.rooted(wire.serialise)
    for name, read in [*READS.items(), *(one for service in SERVICES for one in service.READS.items())]:
        if not hasattr(Account, name):
            setattr(Account, name, read)
    for name, read in network.BETTER.items():
        setattr(Account, name, read)
    # An example of AWS's documentation, which WAF does not take.
    kinds.REGISTRY["AWS::WAFv2::IPSet"].amends = (("begins within its range", "/Addresses", ["192.0.0.0/16"]),)
    for kind in KINDS:
        if kind.type not in kinds.REGISTRY:
            kind()

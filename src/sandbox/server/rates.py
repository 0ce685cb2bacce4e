"""AWS's request rates: one token bucket for each account, region and operation, or for operations that share one.

Written down from AWS's pages, apart from the client's own table (src/aws/rates.rs), so that a mistake there is seen here.
"""

import time

from faults import is_read

# (calls at once after a pause, calls a second). EC2 API Reference, "Request throttling"; reads are {Describe,Get}*.
EC2_READ, EC2_CHANGE = (100, 20), (50, 5)
EC2 = {
    "AuthorizeSecurityGroupIngress": ("rules", (50, 5)),
    "RevokeSecurityGroupIngress": ("rules", (50, 5)),
    "CreateTags": (None, (100, 10)),
    "DeleteTags": (None, (100, 10)),
    "CreateNatGateway": (None, (10, 1)),
    "DeleteNatGateway": (None, (10, 1)),
    "CreateVpcEndpoint": (None, (4, 0.3)),
    "ModifyVpcEndpoint": (None, (4, 0.3)),
    "DeleteVpcEndpoints": (None, (4, 0.3)),
    "RunInstances": (None, (5, 2)),
}
# ECS API Reference, "Request throttling": what each category holds.
ECS = {
    ("cluster read", (50, 20)): ("DescribeClusters", "ListClusters"),
    ("cluster modify", (20, 1)): (
        "CreateCluster",
        "DeleteCluster",
        "PutClusterCapacityProviders",
        "UpdateCluster",
        "UpdateClusterSettings",
    ),
    ("task definition read", (50, 20)): ("DescribeTaskDefinition", "ListTaskDefinitionFamilies", "ListTaskDefinitions"),
    ("task definition modify", (20, 1)): ("DeregisterTaskDefinition", "RegisterTaskDefinition"),
    ("task definition delete", (5, 1)): ("DeleteTaskDefinitions",),
    ("service read", (100, 20)): ("DescribeServices", "ListServices"),
    ("service modify", (50, 5)): ("CreateService", "DeleteService", "UpdateService"),
    ("tag read", (50, 20)): ("ListTagsForResource",),
}
# AWS WAF Developer Guide, "Quotas".
WAF_READ, WAF_CHANGE = (5, 5), (1, 1)
WAF = {
    "GetWebACLForResource": (1, 1),
    "ListResourcesForWebACL": (1, 1),
    "AssociateWebACL": (1, 0.5),
    "DisassociateWebACL": (1, 0.5),
}
# KMS Developer Guide, "Request quotas".
KMS = {
    **dict.fromkeys(("CreateKey", "CreateAlias", "DeleteAlias", "UpdateAlias"), 5),
    "ScheduleKeyDeletion": 15,
    "ListAliases": 500,
    **dict.fromkeys(("GetKeyPolicy", "GetKeyRotationStatus"), 1000),
    **dict.fromkeys(("DescribeKey", "ListResourceTags"), 2000),
}
# ACM User Guide, "Quotas".
ACM = {
    **dict.fromkeys(("DeleteCertificate", "DescribeCertificate", "ListTagsForCertificate"), 10),
    **dict.fromkeys(
        ("AddTagsToCertificate", "RemoveTagsFromCertificate", "RequestCertificate", "UpdateCertificateOptions"), 5
    ),
}
# CloudWatch Logs, "Quotas".
LOGS = dict.fromkeys(("CreateLogGroup", "DeleteLogGroup", "DescribeLogGroups"), 10)
# CloudWatch User Guide, "CloudWatch service quotas".
CLOUDWATCH = {
    "DescribeAlarms": 9,
    **dict.fromkeys(("PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms"), 3),
    **dict.fromkeys(("DeleteDashboards", "GetDashboard", "ListDashboards", "PutDashboard"), 10),
}
# SQS Developer Guide, "Quotas related to queues": tagging actions of an account.
SQS = ("tagging", (5, 5))
# Systems Manager endpoints and quotas: the reads of values share the default throughput.
SSM = ("values", (40, 40))
# Service Quotas User Guide, "Service quotas for Service Quotas": so many a second, and so many more in one burst.
SERVICE_QUOTAS = (20, 10)
# SES Developer Guide, "Service quotas in Amazon SES": each action that sends nothing.
SES = (1, 1)
# Route 53 Developer Guide, "Quotas": all requests of an account together.
ROUTE53 = ("all", (5, 5))
# AWS says nothing of the others: half of what a client would guess, so that it has to learn.
OTHER = (20, 5)

_factor = None
_buckets = {}
# How many tokens each bucket has given since the factor was set; of calls that change something.
_given = {}


def set_factor(factor):
    """Throttles at AWS's rates times the factor from now on, with bursts no larger than AWS's; None: nobody."""
    global _factor
    _factor = None if factor is None else float(factor)
    _buckets.clear()
    _given.clear()


def takes(call):
    """Whether the call's bucket has a token for it; takes it."""
    if _factor is None or call.service == "sts":
        return True
    name, (burst, per_second) = rate(call.service, call.operation)
    most, now = max(1, burst * min(1, _factor)), time.monotonic()
    key = (call.account, call.region, call.service, name or call.operation)
    tokens, filled = _buckets.get(key, (most, now))
    tokens = min(most, tokens + (now - filled) * per_second * _factor)
    _buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
    if tokens >= 1 and not is_read(call.operation):
        _given[key] = _given.get(key, 0) + 1
    return tokens >= 1


def floor():
    """The least seconds in which the changing calls since the factor was set could be made, and which bucket says so."""
    least = {"seconds": 0.0, "bucket": None}
    for (_, _, service, name), given in _given.items():
        burst, per_second = rate_of_bucket(service, name)
        seconds = (given - max(1, burst * min(1, _factor))) / (per_second * _factor)
        if seconds > least["seconds"]:
            least = {"seconds": seconds, "bucket": f"{service}:{name}"}
    return least


def rate_of_bucket(service, name):
    """The rate of a bucket by its own name or, of a bucket with one operation, by that."""
    shared = [(shared, figures) for shared, figures in EC2.values()] if service == "ec2" else [*ECS, SQS, SSM, ROUTE53]
    return dict(shared).get(name) or rate(service, name)[1]


def rate(service, operation):
    """The name of a shared bucket, if it is one, and its rate."""
    reads = operation.startswith(("Describe", "Get", "List"))
    if service == "ec2":
        return EC2.get(operation, (None, EC2_READ if reads else EC2_CHANGE))
    if service == "ecs":
        found = next((category for category, operations in ECS.items() if operation in operations), None)
        return found or (None, OTHER)
    if service == "wafv2":
        return None, WAF.get(operation, WAF_READ if reads else WAF_CHANGE)
    if service == "sqs" and operation in ("ListQueueTags", "TagQueue", "UntagQueue"):
        return SQS
    if service == "ssm" and operation in ("GetParameter", "GetParameters", "GetParametersByPath"):
        return SSM
    if service == "servicequotas" and operation.startswith("List"):
        return None, SERVICE_QUOTAS
    if service == "sesv2":
        return None, SES
    if service == "route53":
        return ROUTE53
    figures = {"acm": ACM, "cloudwatch": CLOUDWATCH, "kms": KMS, "logs": LOGS}.get(service, {})
    return None, (figures[operation],) * 2 if operation in figures else OTHER

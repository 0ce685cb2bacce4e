"""Service Quotas: the quotas that a plan is held against, by their codes. moto has those of VPC, and only their defaults."""

import json

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

from patch import adds, around

# Service, code, name, AWS's default, whether AWS raises it. AWS General Reference, "Service endpoints and quotas", the pages of
# these services, November 2026; their links name the codes.
QUOTAS = [
    ("AWSCloudMap", "L-0FE3F50E", "Namespaces per Region", 50, True),
    ("acm", "L-F141DD1D", "ACM certificates", 2500, True),
    ("autoscaling", "L-CDE20ADC", "Auto Scaling groups per region", 500, True),
    ("cloudfront", "L-24B04930", "Web distributions per AWS account", 200, True),
    ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5, True),
    ("elasticache", "L-3E7F7726", "Subnet groups per Region", 300, True),
    ("elasticache", "L-3F15A733", "Parameter groups per Region", 300, True),
    ("elasticache", "L-DFE45DF3", "Nodes per Region", 300, True),
    ("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50, True),
    ("elasticloadbalancing", "L-69A177A2", "Network Load Balancers per Region", 50, True),
    ("elasticloadbalancing", "L-B22855CB", "Target Groups per Region", 3000, True),
    ("es", "L-076D529E", "Domains per Region", 100, True),
    ("es", "L-6408ABDE", "Instances per domain", 80, True),
    ("iam", "L-6E65F664", "Instance profiles per account", 1000, True),
    ("iam", "L-FE177D64", "Roles per account", 1000, True),
    ("rds", "L-48C6BF61", "DB subnet groups", 50, True),
    ("rds", "L-7B6409FD", "DB instances", 40, True),
    ("rds", "L-952B80B8", "DB clusters", 40, True),
    ("rds", "L-D94C7EA3", "Proxies", 20, True),
    ("rds", "L-DE55804A", "Parameter groups", 50, True),
    ("rds", "L-E4C808A8", "DB cluster parameter groups", 50, True),
    ("route53", "L-4EA4796A", "Hosted zones", 500, True),
    ("route53", "L-ACB674F3", "Health checks", 200, True),
    ("s3", "L-DC2B2D3D", "General purpose buckets", 10000, True),
    ("vpc", "L-0EA8095F", "Inbound or outbound rules per security group", 60, True),
    ("vpc", "L-1B52E74A", "Gateway VPC endpoints per Region", 20, True),
    ("vpc", "L-29B6F2EB", "Interface VPC endpoints per VPC", 50, True),
    ("vpc", "L-407747CB", "Subnets per VPC", 200, True),
    ("vpc", "L-589F43AA", "Route tables per VPC", 200, True),
    ("vpc", "L-93826ACB", "Routes per route table", 500, True),
    ("vpc", "L-45FE3B85", "Egress-only internet gateways per Region", 5, True),
    ("vpc", "L-A4707A72", "Internet gateways per Region", 5, True),
    ("vpc", "L-E79EC296", "VPC security groups per Region", 2500, True),
    ("vpc", "L-F678F1CE", "VPCs per Region", 5, True),
    ("vpc", "L-FE5A380F", "NAT gateways per Availability Zone", 5, True),
]
# The sandbox is an account in use, which has asked for more of what is scarce; the rest is at AWS's default, and not told as
# applied, as Service Quotas does of what nobody asked about.
RAISED = 20
SCARCE = 100
PAGE = 100


def quotas(backend, service, applied):
    """What Service Quotas tells of a service: what is applied to the account, or AWS's defaults."""
    of_service = [quota for quota in QUOTAS if quota[0] == service]
    if not of_service:
        raise NoSuchResource
    asked = getattr(backend, "asked", {})
    told = []
    for _, code, name, default, is_adjustable in of_service:
        raised = asked.get((service, code), default * RAISED if default <= SCARCE else None)
        value = raised if applied else default
        if value is not None:
            told.append(quota_of(backend, service, code, name, float(value), is_adjustable))
    return told


def quota_of(backend, service, code, name, value, is_adjustable):
    return {
        "Adjustable": is_adjustable,
        "GlobalQuota": False,
        "QuotaAppliedAtLevel": "ACCOUNT",
        "QuotaArn": f"arn:aws:servicequotas:{backend.region_name}:{backend.account_id}:{service}/{code}",
        "QuotaCode": code,
        "QuotaName": name,
        "ServiceCode": service,
        "ServiceName": service,
        "Unit": "None",
        "Value": value,
    }


def paged(asked, told):
    start = int(asked.get("NextToken") or 0)
    end = start + int(asked.get("MaxResults") or PAGE)
    answer = {"Quotas": told[start:end]}
    if end < len(told):
        answer["NextToken"] = str(end)
    return json.dumps(answer)


@adds(ServiceQuotasResponse)
def list_service_quotas(self):
    asked = json.loads(self.body)
    return paged(asked, quotas(self.backend, asked["ServiceCode"], applied=True))


@around(ServiceQuotasResponse)
def list_aws_default_service_quotas(moto, self):
    asked = json.loads(self.body)
    return paged(asked, quotas(self.backend, asked["ServiceCode"], applied=False))


@adds(ServiceQuotasResponse)
def request_service_quota_increase(self):
    """AWS decides within hours or days; here it is done at once."""
    asked = json.loads(self.body)
    service, code, value = asked["ServiceCode"], asked["QuotaCode"], float(asked["DesiredValue"])
    self.backend.ask(service, code, value)
    requested = {"Id": "1", "ServiceCode": service, "QuotaCode": code, "DesiredValue": value, "Status": "APPROVED"}
    return json.dumps({"RequestedQuota": requested})


@adds(ServiceQuotasBackend)
def ask(self, service, code, value):
    if not any(quota[:2] == (service, code) for quota in QUOTAS):
        raise NoSuchResource
    self.asked = {**getattr(self, "asked", {}), (service, code): value}

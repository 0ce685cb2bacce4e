"""What this project's kinds read beyond the harness's account, and classes of kinds that it does not have yet.

A class of a kind is written as in the harness's kinds.py (subclass `kinds.Kind`; making one registers it), the reads of its
service as functions of an account, below.
"""

import re

import kinds
from account import Account

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


READS = {
    "ec2__DescribeDhcpOptions": dhcp_options,
}

KINDS = []


def install(data):
    """Adds what the harness lacks; what it has by now is its own. `data` are the recordings' files."""
    for path in data:
        RECORDED.update(re.findall(r"dopt-[0-9a-f]+", open(path).read()))
    for name, read in READS.items():
        if not hasattr(Account, name):
            setattr(Account, name, read)
    for kind in KINDS:
        if kind.type not in kinds.REGISTRY:
            kind()

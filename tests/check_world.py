#!/usr/bin/env python3
"""Reads a whole AWS account with boto3, independently of the program under test, in a form that can be compared.

    check_world.py        serves: for each line {"url": ..., "account": ...} on stdin it prints one line {"things": {...}}
    check_world.py URL ACCOUNT   prints one account, for people

What things are called is what they are in the stack: `AWS::EC2::Subnet acme/production/public-1` by their provision: tags,
or by their id if they have none. What they are is told as text in which every id that AWS made is replaced by such a name,
and what no two accounts can have alike (times, addresses, generated names) is left out. So two accounts to which the same
was done read the same, and whatever there is twice, too much, half made or otherwise shows.

Not read: what AWS makes for itself (default networks are, service-linked roles are not) and revisions of task
definitions but the newest.
"""

import json
import re
import sys

import boto3
from botocore.config import Config

import world_reads

PLACE = "http://sandbox.invalid"
# What digests are written in (src/resource/digest.rs).
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# Of no two accounts the same.
# Where the local AWS listens is in the URLs of its queues.
LOCAL = re.compile(r"http://127\.0\.0\.1:\d+")
VOLATILE = re.compile(
    r"(Time|Date|At|Timestamp|Token|TasksCount)$|^(DnsEntries|NetworkInterfaceIds|NotAfter|NotBefore|IsClusterWriter|ResponseMetadata|DNSName|CanonicalHostedZoneId|PublicIp|PrivateIpAddress"
    r"|NatGatewayAddresses|AssociationId|RouteTableAssociationId|NetworkInterfaceId|NetworkInterfaceOwnerId|DbClusterResourceId"
    r"|DbiResourceId|HostedZoneId|MasterUserSecret|AvailableIpAddressCount|RoleId|revision|DomainValidationOptions"
    r"|SecurityGroupRuleId|serviceRevisionArn|events|Serial|storedBytes|RoleLastUsed|InUseBy|RenewalSummary|Endpoint"
    r"|ReaderEndpoint|ReadEndpoint|PrimaryEndpoint|ConfigurationEndpoint|SecretVersionsToStages|id|Alarms|OwningService"
    r"|NumCacheClusters|InstanceProfileId|CertificateDetails|AttachmentCount)$"
)
# Parts of names that AWS makes up where it tells no id.
MADE_UP = (
    (re.compile(r"\.cluster-(ro-)?[a-z0-9]{12}\."), r".cluster-\1made-up."),
    (re.compile(r"\.db-proxy-[a-z0-9]{12}\."), ".db-proxy-made-up."),
    (re.compile(r":scalingPolicy:[0-9a-f-]{36}:"), ":scalingPolicy:made-up:"),
    (re.compile(r"rds!cluster-[0-9a-f-]{36}(-\w{6})?"), "rds!cluster-made-up"),
)


class Reader:
    """Clients of every service, made once and sent to the server that is asked about."""

    def __init__(self):
        self.session = boto3.session.Session()
        self.session.events.register("before-send.*", self.redirect)
        self.url, self.clients = None, {}

    def redirect(self, request, **_):
        request.url = request.url.replace(PLACE, self.url)

    def client(self, account):
        def get(service):
            if (account, service) not in self.clients:
                self.clients[account, service] = self.session.client(
                    service,
                    region_name="us-east-1",
                    endpoint_url=PLACE,
                    aws_access_key_id=account,
                    aws_secret_access_key="secret",
                    config=Config(retries={"max_attempts": 0}),
                )
            return self.clients[account, service]

        return get

    def world(self, url, account):
        self.url = url
        things = [thing for read in world_reads.READS for thing in read(self.client(account))]
        return {name: sorted(texts) for name, texts in told(things).items()}


def told(things):
    """Each name with the texts of all things that have it: two, where something is there twice."""
    names = {identity: thing.name for thing in things for identity in thing.identities}
    pattern = re.compile("|".join(re.escape(known) for known in sorted(names, key=len, reverse=True)) or "$^")

    def rename(text):
        for made_up, said in MADE_UP:
            text = made_up.sub(said, text)
        return pattern.sub(lambda found: f"<{names[found[0]]}>", text)

    # What comes with a network is called after it.
    for identity, name in list(names.items()):
        names[identity] = rename(name) if " of " in name else name
    said = {}
    for thing in things:
        said.setdefault(rename(thing.name), []).append(json.dumps(normal(thing.body, rename), sort_keys=True))
    return said


def normal(value, rename):
    """The value without what is volatile, with names for ids, and with lists in an order of their own."""
    if isinstance(value, dict):
        kept = {key: normal(inner, rename) for key, inner in value.items() if not VOLATILE.search(key)}
        return {rename(key): inner for key, inner in kept.items()}
    if isinstance(value, (list, tuple)):
        return sorted((normal(inner, rename) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    if isinstance(value, str):
        note, mark, digest = value.partition("v2:")
        if mark and note in ("", "provision "):
            return rename(note + without_parts(mark + digest))
        return rename(LOCAL.sub("http://local", value))
    return str(value)


def without_parts(digest):
    """A digest with how many parts there are of each property, but not their hashes, which are made of ids too."""
    *sections, parts = digest.split(".")
    if len(sections) < 3 or not parts:
        return digest
    letters, rest, counts = int(parts[0]), parts[1:], []
    while rest:
        name, count = rest[:3], ALPHABET.index(rest[3])
        counts.append(f"{name}{count}")
        rest = rest[4 + count * letters :]
    return ".".join([*sections, f"{letters}:{','.join(counts)}"])


def main():
    reader = Reader()
    if len(sys.argv) == 3:
        for name, texts in sorted(reader.world(sys.argv[1], sys.argv[2]).items()):
            print(name, *texts, sep="\n    ")
        return
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"things": reader.world(asked["url"], asked["account"])}
        except Exception as failure:  # noqa: BLE001  told to whoever asked, and the next question is answered
            answer = {"failure": repr(failure)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

"""Route 53: batches that are carried out wholly or not at all, records that go only as they are, and changes that spread.

Where certificates take their time and the account has the zone of a name, ACM waits for the record that it asks for."""

import hashlib
import re

from moto import settings
from moto.acm.models import CertBundle
from moto.moto_api._internal import mock_random
from moto.route53.models import HostedZoneIdentifier, RecordSet, Route53Backend, route53_backends
from moto.route53.responses import Route53

import slow
from patch import ActionResult, around, refusal

# What AWS answers as it is; of all else it writes three octal digits.
PLAIN = re.compile(r"[^a-z0-9_.\\-]")


def escaped(name):
    """A name as Route 53 answers with it."""
    plain = re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), name.lower().rstrip("."))
    return PLAIN.sub(lambda found: f"\\{ord(found[0]):03o}", plain) + "."


def invalid(messages):
    return refusal("InvalidChangeBatch", f"[{', '.join(messages)}]")


@around(HostedZoneIdentifier)
def generate(moto, self, *arguments, **named):
    """Every id of AWS's begins with a Z."""
    return f"Z{moto(self, *arguments, **named)[1:]}"


@around(Route53Backend)
def create_hosted_zone(moto, self, name, private_zone, caller_reference=None, **named):
    """moto takes a reference twice."""
    used = self.__dict__.setdefault("sandbox_references", set())
    if caller_reference in used:
        raise refusal("HostedZoneAlreadyExists", f"A hosted zone has already been created with the specified caller reference: {caller_reference}")
    zone = moto(self, escaped(name), private_zone, caller_reference=caller_reference, **named)
    used.add(zone.caller_reference)
    return zone


@around(Route53Backend)
def change_tags_for_resource(moto, self, resource_type, resource_id, add_tags, remove_tag_keys):
    if len(add_tags or ()) > 10 or len(remove_tag_keys or ()) > 10:
        raise refusal("InvalidInput", "1 validation error detected: Member must have length less than or equal to 10")
    return moto(self, resource_type, resource_id, add_tags, remove_tag_keys)


@around(Route53Backend)
def list_tags_for_resources(moto, self, resource_type, resource_ids):
    if len(resource_ids) > 10:
        raise refusal("InvalidInput", "1 validation error detected: Member must have length less than or equal to 10")
    return moto(self, resource_type, resource_ids)


@around(Route53Backend)
def list_resource_record_sets(moto, self, zone_id, start_type, start_name, max_items):
    return moto(self, zone_id, start_type, start_name and escaped(start_name), max_items)


@around(Route53Backend)
def change_resource_record_sets(moto, self, zoneid, change_list):
    """moto does what it can of a batch, makes what is there already, and deletes whatever has the name."""
    zone = self.get_hosted_zone(zoneid)
    records, wrong = list(zone.rrsets), []
    for change in change_list:
        asked = kept(change["ResourceRecordSet"])
        what = f"[name='{asked['Name']}', type='{asked['Type']}']"
        there = next((one for one in records if key(one) == key(asked)), None)
        if not within(asked["Name"], zone.name):
            wrong.append(f"RRSet with DNS name {asked['Name']} is not permitted in zone {zone.name}")
        elif change["Action"] == "CREATE" and there:
            wrong.append(f"Tried to create resource record set {what} but it already exists")
        elif change["Action"] == "DELETE" and not there:
            wrong.append(f"Tried to delete resource record set {what} but it was not found")
        elif change["Action"] == "DELETE" and content(there) != content(asked):
            wrong.append(f"Tried to delete resource record set {what} but the values provided do not match the current values")
        elif change["Action"] != "DELETE" and any(bars(one, asked) for one in records if one is not there):
            wrong.append(f"RRSet of type {asked['Type']} with DNS name {asked['Name']} is not permitted as it conflicts with other records with the same DNS name in zone {zone.name}")
        records = [one for one in records if one is not there]
        if change["Action"] != "DELETE":
            records.append(RecordSet(asked))
    if wrong:
        raise invalid(wrong)
    zone.rrsets = records


def kept(asked):
    """A record as it is kept."""
    record = dict(asked, Name=escaped(asked["Name"]))
    if "ResourceRecords" in record:
        record["ResourceRecords"] = [one["Value"] for one in record["ResourceRecords"]]
    if record.get("AliasTarget"):
        record["AliasTarget"] = dict(record["AliasTarget"], DNSName=escaped(record["AliasTarget"]["DNSName"]))
    return record


def of(record, name):
    names = {"Name": "name", "Type": "type", "TTL": "ttl", "ResourceRecords": "records", "AliasTarget": "alias_target", "SetIdentifier": "set_identifier"}
    return record.get(name) if isinstance(record, dict) else getattr(record, names[name])


def key(record):
    return of(record, "Name"), of(record, "Type"), of(record, "SetIdentifier")


def content(record):
    alias = of(record, "AliasTarget") or {}
    target = (alias.get("DNSName"), alias.get("HostedZoneId"), str(alias.get("EvaluateTargetHealth")).lower()) if alias else None
    return str(of(record, "TTL")), sorted(of(record, "ResourceRecords") or ()), target


def bars(one, other):
    """Beside a CNAME there is no other record of the name."""
    return of(one, "Name") == of(other, "Name") and "CNAME" in (of(one, "Type"), of(other, "Type"))


def within(name, zone):
    return name == zone or name.endswith("." + zone)


# Changes spread to the name servers while everything else goes on.


@around(Route53)
def change_resource_record_sets(moto, self):  # noqa: F811  of another class
    answer = moto(self)
    change = answer.result["ChangeInfo"]
    change["Id"] = f"/change/C{mock_random.get_random_hex(12).upper()}"
    changes = self.backend.__dict__.setdefault("sandbox_changes", {})
    if slow.duration("record") > 0:
        change["Status"] = changes[change["Id"]] = "PENDING"
        slow.later(lambda: changes.pop(change["Id"], None), "record")
    return answer


@around(Route53)
def get_change(moto, self):
    answer = moto(self)
    change = answer.result["ChangeInfo"]
    known = self.backend.__dict__.get("sandbox_changes", {})
    change["Status"] = known.get(f"/change/{change['Id'].removeprefix('/change/')}", "INSYNC")
    return answer


# ACM


def account(certificate):
    return certificate.arn.split(":")[4]


def validation(account, domain):
    """The record by which ACM sees whose a domain is: the same for every certificate of an account."""
    digest = hashlib.sha256(f"{account} {domain}".encode()).hexdigest()
    return {"Name": f"_{digest[:32]}.{domain}.", "Type": "CNAME", "Value": f"_{digest[32:]}.acm-validations.aws."}


@around(CertBundle)
def describe(moto, self):
    answer = moto(self)
    for option in answer["Certificate"].get("DomainValidationOptions", ()):
        option["ResourceRecord"] = validation(account(self), option["DomainName"].removeprefix("*."))
    return answer


def is_awaited(account, certificate):
    """Whether a domain of a certificate is in a public zone of the account that has not the record."""
    zones = [zone for zone in route53_backends[account]["aws"].zones.values() if not zone.private_zone]
    for domain in {name.removeprefix("*.") for name in (certificate.common_name, *certificate.sans)}:
        own = [zone for zone in zones if within(f"{domain}.", zone.name)]
        wanted = validation(account, domain)
        values = (wanted["Value"], wanted["Value"].rstrip("."))
        if own and not any(one.name == wanted["Name"] and one.records and one.records[0] in values for zone in own for one in zone.rrsets):
            return True
    return False


@around(CertBundle)
def check(moto, self):
    """Where certificates take their time, it is the record that they take it for."""
    is_slow = settings.ACM_VALIDATION_WAIT > 0
    return None if is_slow and is_awaited(account(self), self) else moto(self)

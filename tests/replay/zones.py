"""Route 53's zones, records and health checks, which belong to no region."""

import kinds
from parts import Parts
from wire import Fault

UNSIGNED = {"Status": {"ServeSignature": "NOT_SIGNING"}, "KeySigningKeys": []}


def zone(account, asked):
    id = asked.get("Id") or asked["HostedZoneId"]
    one = account.tables["zone"].get(id.rsplit("/", 1)[-1])
    if one is None:
        raise Fault("NoSuchHostedZone", f"No hosted zone found with ID: {id}", 404)
    return one


def zones(account, asked):
    return {"HostedZones": [one["HostedZone"] for one in account.all("zone")], "IsTruncated": False, "MaxItems": "100"}


def signed(account, asked):
    if zone(account, asked)["HostedZone"]["Config"].get("PrivateZone"):
        raise Fault("InvalidArgument", "The operation is not supported for private hosted zones.")
    return account.tables["dnssec"].get(asked["HostedZoneId"])


def checks(account, asked):
    return {"HealthChecks": account.all("check"), "IsTruncated": False, "MaxItems": "1000"}


def tag_sets(account, asked):
    of_type = asked.get("ResourceType", "hostedzone")
    tags = account.tables["check-tags" if of_type == "healthcheck" else "zone-tags"].items()
    sets = [{"ResourceType": of_type, "ResourceId": id, "Tags": kinds.taglist(some)} for id, some in tags]
    return {"ResourceTagSets": sets}


def place(name, of_type=""):
    """Where a record stands: by the labels of its name from the last to the first."""
    return name.rstrip(".").split(".")[::-1], of_type


def records(account, asked):
    """One page from a name on."""
    zone(account, asked)
    all_ = account.tables["records"].get(asked["HostedZoneId"], [])
    begin = place(asked.get("StartRecordName", ""), asked.get("StartRecordType", ""))
    rest = sorted((one for one in all_ if not asked.get("StartRecordName") or of(one) >= begin), key=of)
    most = int(asked.get("MaxItems", 300))
    page = {"ResourceRecordSets": rest[:most], "IsTruncated": len(rest) > most, "MaxItems": str(most)}
    return page | ({"NextRecordName": rest[most]["Name"], "NextRecordType": rest[most]["Type"]} if rest[most:] else {})


def of(record):
    return place(record["Name"], record["Type"])


READS = {
    "route53__ListHealthChecks": checks,
    "route53__ListHostedZones": zones,
    "route53__GetHostedZone": zone,
    "route53__GetDNSSEC": signed,
    "route53__ListTagsForResources": tag_sets,
    "route53__ListQueryLoggingConfigs": lambda account, asked: {"QueryLoggingConfigs": account.all("query-log")},
    "route53__ListResourceRecordSets": records,
}


class Check(kinds.Kind):
    type, op, list_key = "AWS::Route53::HealthCheck", "route53.ListHealthChecks", "HealthChecks"
    botocore, named = ("route53", "ListHealthChecks"), False

    def identity(self, thing):
        return thing["Id"]

    def region(self, thing):
        return "us-east-1"

    def install(self, account, thing, extra, tags):
        account.tables["check"][thing["Id"]] = thing
        account.tables["check-tags"][thing["Id"]] = tags

    def expect(self, thing, extra):
        return {"HealthCheckConfig": thing["HealthCheckConfig"]}


class Zone(Parts):
    type, service, named = "AWS::Route53::HostedZone", "route53", False
    operations = {"GetHostedZone": "", "GetDNSSEC": "", "ListQueryLoggingConfigs": "QueryLoggingConfigs"}
    op = "route53.ListHostedZones"

    def things(self, case, answers):
        """The list leaves out for which VPCs a private zone is: it is for one at least."""
        for number, answer in enumerate(answers.get(self.op, [])):
            for one in answer["HostedZones"]:
                is_private = one["Config"]["PrivateZone"]
                vpcs = {"VPCs": [{"VPCRegion": "us-east-1", "VPCId": "vpc-0d9dd54496f180583"}]} if is_private else {}
                signed = {} if is_private else {"GetDNSSEC": UNSIGNED}
                yield number, {"GetHostedZone": {"HostedZone": one, **vpcs}, **signed}, {}

    def identity(self, thing):
        return thing["GetHostedZone"]["HostedZone"]["Id"].rsplit("/", 1)[-1]

    def region(self, thing):
        return "us-east-1"

    def install(self, account, thing, extra, tags):
        id = self.identity(thing)
        account.tables["zone"][id] = thing["GetHostedZone"]
        account.tables["zone-tags"][id] = tags
        account.tables["dnssec"][id] = thing.get("GetDNSSEC")
        for number, one in enumerate(thing.get("ListQueryLoggingConfigs", [])):
            account.tables["query-log"][f"{id} {number}"] = {**one, "HostedZoneId": id, "Id": f"{id}-{number}"}

    def expect(self, thing, extra):
        told = thing["GetHostedZone"]
        config = {"Comment": told["HostedZone"]["Config"].get("Comment", "")}
        vpcs = [{"VPCId": one["VPCId"], "VPCRegion": one["VPCRegion"]} for one in told.get("VPCs", [])]
        return {"Name": told["HostedZone"]["Name"], "HostedZoneConfig": config} | ({"VPCs": vpcs} if vpcs else {})


class Record(Parts):
    type, service, named = "AWS::Route53::RecordSet", "route53", False
    operations = {"ListResourceRecordSets": "ResourceRecordSets", "GetHostedZone": ""}

    def things(self, case, answers):
        zones = [one for answer in answers.get(Zone.op, []) for one in answer["HostedZones"]]
        for number, answer in enumerate(answers.get("route53.ListResourceRecordSets", [])):
            for one in answer["ResourceRecordSets"]:
                yield number, {"ListResourceRecordSets": [one], "GetHostedZone": {"HostedZone": zones[0]}}, {}

    def record(self, thing):
        return thing["ListResourceRecordSets"][0]

    def zone(self, thing):
        return thing["GetHostedZone"]["HostedZone"]

    def excluded(self, thing):
        is_own = self.record(thing)["Name"] == self.zone(thing)["Name"] and self.record(thing)["Type"] in ("NS", "SOA")
        return "Route 53's own, which are in every zone" if is_own else None

    def words(self, thing):
        """The same record in another zone is another."""
        return [self.zone(thing)["Id"].rsplit("/", 1)[-1]]

    def identity(self, thing):
        return "/".join([*self.words(thing), self.record(thing)["Name"].rstrip("."), self.record(thing)["Type"]])

    def region(self, thing):
        return "us-east-1"

    def install(self, account, thing, extra, tags):
        """A record of text beside it tells whose it is."""
        (id,), record = self.words(thing), self.record(thing)
        name, zone = record["Name"].rstrip("."), self.zone(thing)["Name"].rstrip(".")
        own = name.removesuffix(zone).rstrip(".")
        labels = [record["Type"].lower(), own, "_provision", zone]
        text = " ".join(f'"{key}={value}"' for key, value in tags.items())
        mark = {"Name": ".".join(one for one in labels if one) + ".", "Type": "TXT", "TTL": 300}
        account.tables["zone"][id] = thing["GetHostedZone"]
        account.tables["records"].setdefault(id, []).extend([record, {**mark, "ResourceRecords": [{"Value": text}]}])

    def expect(self, thing, extra):
        told = dict(self.record(thing))
        told["ResourceRecords"] = [one["Value"] for one in told.get("ResourceRecords", [])]
        return {"HostedZoneId": self.words(thing)[0], **told}


KINDS = [Check, Zone, Record]

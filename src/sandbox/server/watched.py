"""What a call asks for, as IAM sees it: the things that it names, with their tags, and the tags in it.

Recorded for the accounts that a test watches: it evaluates policies by that."""

import json
import re
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import cbor2
import xmltodict
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.autoscaling.models import autoscaling_backends
from moto.backends import get_backend
from moto.cloudfront.models import cloudfront_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends
from moto.scheduler.models import scheduler_backends

# Services whose calls name things in the path.
WITH_PATHS = ("efs", "opensearch", "scheduler", "sesv2")
LOOKS = ("Describe", "List", "Get", "Head", "Assume")


def of(call):
    """{"parameters": by path, "tags", "things": {ARN: tags}} of a call that changes something; none of one that looks."""
    if call.operation.startswith(LOOKS):
        return None
    parameters = parameters_of(call)
    values = {str(value) for value in parameters.values()}
    ends = {value.rpartition("/")[2] for value in values if value.startswith("http")}
    there = everything(call.account, call.region)
    things = {arn: tags for arn, tags, *names in there if (values | ends) & {arn, *ids(arn), *names}}
    return {"parameters": parameters, "tags": tags_of(parameters), "things": things}


def parameters_of(call):
    """All parameters by their paths: `TagSpecification.1.Tag.1.Key`."""
    if call.protocol in ("ec2", "query"):
        return dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    if call.service == "cloudfront":
        steps = {f"path.{i}": step for i, step in enumerate(call.path.split("/")) if step}
        return steps | dict(parse_qsl(call.query)) | (dict(elements("", ElementTree.fromstring(call.body))) if call.body else {})
    if call.service == "s3":
        bucket, _, key = call.path.lstrip("/").partition("/")
        return {"Bucket": bucket, "Key": f"{bucket}/{key}"} | (dict(leaves("", xmltodict.parse(call.body))) if is_xml(call.body) else {})
    if call.protocol == "cbor":
        return dict(leaves("", cbor2.loads(call.body) if call.body else {}))
    named = {f"path.{i}": step for i, step in enumerate(call.path.split("/"))} if call.service in WITH_PATHS else {}
    return named | (dict(leaves("", json.loads(call.body))) if call.protocol == "json" and call.body else {})


def is_xml(body):
    return body.lstrip().startswith(b"<")


def leaves(path, value):
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(f"{path}.{key}" if path else str(key), inner)
    else:
        yield path, value


def elements(path, element):
    """The texts of a document in XML by their paths; siblings of one name are numbered."""
    name = element.tag.rpartition("}")[2]
    path = f"{path}.{name}" if path else name
    if not len(element):
        yield path, element.text or ""
    names = [child.tag for child in element]
    for i, child in enumerate(element):
        yield from elements(f"{path}.{i}" if names.count(child.tag) > 1 else path, child)


def tags_of(parameters):
    """The tags that the call writes: pairs of key and value, or a map."""
    tags = {}
    for path, value in parameters.items():
        place, _, last = path.rpartition(".")
        if last.lower() in ("key", "tagkey"):
            written = parameters.get(f"{place}.{last[:-3]}{'Value' if last[-3] == 'K' else 'value'}")
            if written is not None:
                tags[value] = written
        elif ".provision:" in path:
            tags[path[path.index("provision:") :]] = value
    return tags


def ids(arn):
    """What stands for a thing in a call: its id or name, as its ARN ends."""
    service, resource = arn.split(":", 5)[2::3]
    name = re.split("[:/]", resource, maxsplit=1)[-1]
    if service == "secretsmanager":
        return [name[:-7]]
    if service == "ssm":
        return [name, f"/{name}"]
    return [name] if service == "logs" else [name, name.rpartition("/")[2]]


def everything(account, region):
    """The things of the account and region: ARN, tags, and further names."""
    yield from ((one.arn, one.tags) for one in get_backend("resourcegroupstaggingapi")[account][region]._get_resources_generator())
    network = ec2_backends[account][region]
    place = f"arn:aws:ec2:{region}:{account}"
    for table in network.route_tables.values():
        yield f"{place}:route-table/{table.id}", network.tags.get(table.id, {}), *table.all_associations_ids
    for address in network.addresses:
        yield f"{place}:elastic-ip/{address.allocation_id}", network.tags.get(address.allocation_id, {})
    balancers = elbv2_backends[account][region]
    for listener in (one for balancer in balancers.load_balancers.values() for one in balancer.listeners.values()):
        for thing in (listener, *listener.rules.values()):
            yield thing.arn, balancers.tagging_service.get_tag_dict_for_resource(thing.arn)
    keys = kms_backends[account][region]
    for key in keys.keys.values():
        yield key.arn, keys.tagger.get_tag_dict_for_resource(key.id), *key.aliases
    databases = rds_backends[account][region]
    for group in (*databases.subnet_groups.values(), *databases.db_cluster_parameter_groups.values()):
        yield group.arn, {tag["Key"]: tag["Value"] for tag in group.get_tags()}
    for proxy in databases.db_proxies.values():
        yield proxy.arn, {tag["Key"]: tag["Value"] for tag in proxy.get_tags()}, proxy.db_proxy_name
    for targets in applicationautoscaling_backends[account][region].targets.values():
        for target in targets.values():
            yield target.arn, target.__dict__.get("tags", {}), target.resource_id
    schedules = scheduler_backends[account][region]
    for group in schedules.schedule_groups.values():
        yield group.arn, schedules.tagger.get_tag_dict_for_resource(group.arn)
        yield from ((schedule.arn, {}) for schedule in group.schedules.values())
    for control in cloudfront_backends[account]["aws"].origin_access_controls:
        yield f"arn:aws:cloudfront::{account}:origin-access-control/{control}", {}
    for sort, policies in getattr(cloudfront_backends[account]["aws"], "policies", {}).items():
        word = {"CachePolicy": "cache-policy", "OriginRequestPolicy": "origin-request-policy"}.get(sort, "response-headers-policy")
        yield from ((f"arn:aws:cloudfront::{account}:{word}/{policy}", {}) for policy in policies)
    for function in cloudfront_backends[account]["aws"].functions.values():
        yield function.arn, {}, function.name
    for role in iam_backends[account]["aws"].roles.values():
        yield role.arn, {}, role.name
    for profile in iam_backends[account]["aws"].instance_profiles.values():
        yield profile.arn, {tag["Key"]: tag["Value"] for tag in profile.tags}, profile.name
    for group in autoscaling_backends[account][region].autoscaling_groups.values():
        yield group.arn, {tag["Key"]: tag["Value"] for tag in group.tags}, group.name
    alarms = cloudwatch_backends[account][region]
    for alarm in alarms.alarms.values():
        yield alarm.alarm_arn, alarms.tagger.get_tag_dict_for_resource(alarm.alarm_arn), alarm.name
    files = efs_backends[account][region]
    for system in files.file_systems_by_id.values():
        # A call for a mount target names that, and IAM is asked about the file system.
        targets = [one.mount_target_id for one in system.iter_mount_targets()]
        yield system.file_system_arn, {tag["Key"]: tag["Value"] for tag in files.list_tags_for_resource(system.file_system_id)}, *targets

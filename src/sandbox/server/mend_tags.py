"""The tagging API: pages of what there was when the first was asked for, filters of twenty values, and an index that lags.

Tags of roles, whose keys are the same in any case."""

import time

from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends
from moto.elasticache.models import elasticache_backends
from moto.iam.models import IAMBackend
from moto.logs.models import logs_backends
from moto.opensearch.models import opensearch_backends
from moto.rds.models import rds_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.servicediscovery.models import servicediscovery_backends
from moto.wafv2.models import wafv2_backends

import slow
from mend_account import detectors, rules
from patch import around, refusal

VALUES = 20


@around(ResourceGroupsTaggingAPIBackend)
def get_resources(moto, self, *arguments, tag_filters=None, **named):
    """moto takes any number of values."""
    if any(len(one.get("Values") or []) > VALUES for one in tag_filters or []):
        raise refusal("InvalidParameterException", f"A tag filter has more than {VALUES} values")
    return moto(self, *arguments, tag_filters=tag_filters, **named)


@around(ResourceGroupsTaggingAPIBackend)
def _get_resources_generator(moto, self, tag_filters=None, resource_type_filters=None, resource_arn_list=None):
    """moto looks on from page to page, and fails if anything was made in between."""
    matches = make_tag_matcher(tag_filters)
    return iter(
        [
            resource
            for resource in indexed(
                self,
                [
                    *known(moto(self)),
                    *firewalls(self),
                    *groups(self),
                    *network(self),
                    *providers(self),
                    *namespaces(self),
                    *repositories(self),
                    *deliveries(self),
                    *detectors(self),
                    *rules(self),
                    *domains(self),
                ],
            )
            if matches(resource.tags)
            and match_resource_type(resource.resource_type, resource_type_filters)
            and (not resource_arn_list or resource.arn in resource_arn_list)
        ]
    )


def known(resources):
    """What moto's index has, without flow logs by an ARN that AWS does not give them, and without what is added below."""
    double = (":flow-logs/", ":launch-template/", ":capacity-provider/")
    return [resource for resource in resources if not any(part in resource.arn for part in double)]


def firewalls(backend):
    """Web ACLs and sets of addresses and patterns, those of CloudFront in its home region: moto's index has none."""
    for region in [backend.region_name] + ["global"] * (backend.region_name == "us-east-1"):
        there = wafv2_backends[backend.account_id][region]
        for arn in [*there.wacls, *there.ip_sets, *there.regex_pattern_sets]:
            tags = there.tagging_service.get_tag_dict_for_resource(arn)
            yield TaggedResource(arn=arn, tags=tags, resource_type="wafv2")


def groups(backend):
    """Parameter groups of RDS's instances and of caches, and users of those: moto's index has none."""
    for group in rds_backends[backend.account_id][backend.region_name].db_parameter_groups.values():
        yield TaggedResource(arn=group.arn, tags={tag["Key"]: tag["Value"] for tag in group.tags}, resource_type="rds:pg")
    caches = elasticache_backends[backend.account_id][backend.region_name]
    for group in caches.__dict__.get("sandbox_parameter_groups", {}).values():
        tags = caches.tagging_service.get_tag_dict_for_resource(group.arn)
        yield TaggedResource(arn=group.arn, tags=tags, resource_type="elasticache:parametergroup")
    users = [("user", user) for user in caches.users.values()]
    users += [("usergroup", group) for group in caches.__dict__.get("user_groups", {}).values()]
    for word, one in users:
        # AWS's own user has none: the index does not know it.
        if tags := caches.tagging_service.get_tag_dict_for_resource(one.arn):
            yield TaggedResource(arn=one.arn, tags=tags, resource_type=f"elasticache:{word}")


def network(backend):
    """Endpoints and launch templates, of which moto's index has none, and flow logs by their ARN."""
    there = ec2_backends[backend.account_id][backend.region_name]
    standing = [endpoint.id for endpoint in there.vpc_end_points.values() if endpoint.state != "deleted"]
    kinds = (("vpc-endpoint", standing), ("vpc-flow-log", list(there.flow_logs)), ("launch-template", list(there.launch_templates)))
    for kind, found in kinds:
        for identity in found:
            arn = f"arn:aws:ec2:{there.region_name}:{there.account_id}:{kind}/{identity}"
            yield TaggedResource(arn=arn, tags=there.tags.get(identity, {}), resource_type=f"ec2:{kind}")


def providers(backend):
    """Capacity providers of ECS, of which moto's index has none."""
    for one in ecs_backends[backend.account_id][backend.region_name].capacity_providers.values():
        tags = {tag["key"]: tag["value"] for tag in one.tags or []}
        yield TaggedResource(arn=one.capacity_provider_arn, tags=tags, resource_type="ecs:capacity-provider")


def namespaces(backend):
    """Those of Cloud Map, of which moto's index has none either."""
    there = servicediscovery_backends[backend.account_id][backend.region_name]
    for one in there.namespaces.values():
        tags = {tag["Key"]: tag["Value"] for tag in there.list_tags_for_resource(one.arn)["Tags"]}
        yield TaggedResource(arn=one.arn, tags=tags, resource_type="servicediscovery")


def repositories(backend):
    """Those of images, of which moto's index has none either."""
    there = ecr_backends[backend.account_id][backend.region_name]
    for one in there.repositories.values():
        tags = there.tagger.get_tag_dict_for_resource(one.arn)
        yield TaggedResource(arn=one.arn, tags=tags, resource_type="ecr:repository")


def deliveries(backend):
    """Those of logs, with their sources and destinations, of which moto's index has none either."""
    there = logs_backends[backend.account_id][backend.region_name]
    for one in (*there.deliveries.values(), *there.delivery_sources.values(), *there.delivery_destinations.values()):
        yield TaggedResource(arn=one.arn, tags=there.list_tags_for_resource(one.arn), resource_type="logs")
def domains(backend):
    """Those of OpenSearch Service, of which moto's index has none either."""
    there = opensearch_backends[backend.account_id][backend.region_name]
    for one in there.domains.values():
        tags = there.tagger.get_tag_dict_for_resource(one.arn)
        yield TaggedResource(arn=one.arn, tags=tags, resource_type="es:domain")


def indexed(backend, there):
    """What the index knows: nothing of what is new to it for so long, and for so long still what is gone.

    Its clock starts when it is asked, so a lag may be longer than the time that was set; AWS promises none."""
    known = backend.__dict__.setdefault("sandbox_index", {})
    now, lag = time.monotonic(), slow.duration("tag index")
    present = {resource.arn: resource for resource in there}
    for arn, resource in present.items():
        known.setdefault(arn, {"shown": now + lag}).update(resource=resource, gone=None)
    for arn, entry in list(known.items()):
        if arn not in present and entry["gone"] is None:
            entry["gone"] = now + lag
        if entry["gone"] is not None and now >= entry["gone"]:
            del known[arn]
    return [entry["resource"] for entry in known.values() if now >= entry["shown"]]


def _without(role, keys):
    keys = {key.lower() for key in keys}
    return [tag for tag in role.tags if tag["Key"].lower() not in keys]


@around(IAMBackend)
def tag_role(moto, self, role_name, tags):
    """A key in another case takes the place of the one that is there; moto keeps both."""
    moto(self, role_name, tags)
    role = self.get_role(role_name)
    role.tags = _without(role, [tag["Key"] for tag in tags]) + tags


@around(IAMBackend)
def untag_role(moto, self, role_name, tag_keys):
    """A key goes in whatever case it is named."""
    moto(self, role_name, tag_keys)
    role = self.get_role(role_name)
    role.tags = _without(role, tag_keys)

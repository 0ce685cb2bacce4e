"""Parameter groups: of RDS's instances, which moto lets go while they are used, and of ElastiCache, which it has none of."""

from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from mend_data import major
from patch import ActionResult, EmptyResult, adds, around, refusal

# What the engine takes by default: a value that equals it is told as the engine's.
INSTANCE_DEFAULTS = {"log_statement": "none"}
CACHE_DEFAULTS = {"maxmemory-policy": "volatile-lru", "timeout": "0", "notify-keyspace-events": ""}


# Of RDS's instances


@around(DBInstance)
def default_db_parameter_group_details(moto, self):
    """A family is named after the major version, which moto takes for all of the version but its last part."""
    family = f"{self.engine.lower()}{major(self.engine_version)}"
    return family, f"default.{family}"


@around(RDSResponse)
def describe_db_parameters(moto, self):
    """A value that is the engine's own comes back as that; moto knows no sources."""
    answer = moto(self)
    told = {name: {"ParameterName": name, "ParameterValue": value, "Source": "engine-default"} for name, value in INSTANCE_DEFAULTS.items()}
    for parameter in answer.result["Parameters"]:
        name, value = parameter["ParameterName"], str(parameter.get("ParameterValue", ""))
        source = "engine-default" if INSTANCE_DEFAULTS.get(name) == value else "user"
        told[name] = {**parameter, "ParameterValue": value, "Source": source}
    return ActionResult({"Parameters": list(told.values())})


@adds(RDSResponse)
def reset_db_parameter_group(self):
    name = self.params["DBParameterGroupName"]
    group = self.backend.db_parameter_groups.get(name)
    if group is None:
        raise refusal("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")
    named = {parameter["ParameterName"] for parameter in self.params.get("Parameters") or ()}
    for parameter in list(group.parameters):
        if self.params.get("ResetAllParameters") or parameter in named:
            del group.parameters[parameter]
    return ActionResult({"DBParameterGroupName": name})


@adds(RDSResponse)
def describe_engine_default_parameters(self):
    """None: moto takes every name, and a list of ours would refuse what AWS takes."""
    return ActionResult({"EngineDefaults": {"Parameters": []}})


@around(RDSBackend)
def delete_db_parameter_group(moto, self, db_parameter_group_name):
    if any(instance.db_parameter_group_name == db_parameter_group_name for instance in self.databases.values()):
        message = "One or more database instances are still members of this parameter group, so the group cannot be deleted"
        raise refusal("InvalidDBParameterGroupState", message)
    return moto(self, db_parameter_group_name)


# Of ElastiCache


class CacheGroup:
    is_global = False

    def __init__(self, backend, name, family, description):
        self.cache_parameter_group_name = name
        self.cache_parameter_group_family = family
        self.description = description
        self.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}"
        self.values = {}


def groups(response):
    return response.elasticache_backend.__dict__.setdefault("sandbox_parameter_groups", {})


def group_of(response):
    name = (response.params.get("CacheParameterGroupName") or "").lower()
    if name not in groups(response):
        raise refusal("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}")
    return groups(response)[name]


def pairs(response):
    return {one["ParameterName"]: one.get("ParameterValue") for one in response.params.get("ParameterNameValues") or ()}


@adds(ElastiCacheResponse)
def create_cache_parameter_group(self):
    asked, backend = self.params, self.elasticache_backend
    name = asked["CacheParameterGroupName"].lower()
    if name in groups(self):
        raise refusal("CacheParameterGroupAlreadyExists", f"Cache parameter group {name} already exists")
    group = CacheGroup(backend, name, asked["CacheParameterGroupFamily"], asked["Description"])
    groups(self)[name] = group
    if asked.get("Tags"):
        backend.tagging_service.tag_resource(group.arn, asked["Tags"])
    return ActionResult({"CacheParameterGroup": group})


@adds(ElastiCacheResponse)
def describe_cache_parameter_groups(self):
    asked = self.params.get("CacheParameterGroupName")
    return ActionResult({"CacheParameterGroups": [group_of(self)] if asked else list(groups(self).values())})


@adds(ElastiCacheResponse)
def describe_cache_parameters(self):
    values = {**CACHE_DEFAULTS, **group_of(self).values}
    told = [
        {"ParameterName": name, "ParameterValue": value, "Source": "system" if CACHE_DEFAULTS.get(name) == value else "user"}
        for name, value in values.items()
    ]
    return ActionResult({"Parameters": told})


@adds(ElastiCacheResponse)
def modify_cache_parameter_group(self):
    group = group_of(self)
    if len(pairs(self)) > 20:
        raise refusal("InvalidParameterValue", "The number of parameters in one request is 20 at most")
    group.values.update(pairs(self))
    return ActionResult({"CacheParameterGroupName": group.cache_parameter_group_name})


@adds(ElastiCacheResponse)
def reset_cache_parameter_group(self):
    group = group_of(self)
    for name in list(group.values) if self.params.get("ResetAllParameters") else pairs(self):
        group.values.pop(name, None)
    return ActionResult({"CacheParameterGroupName": group.cache_parameter_group_name})


@adds(ElastiCacheResponse)
def delete_cache_parameter_group(self):
    group, backend = group_of(self), self.elasticache_backend
    name = group.cache_parameter_group_name
    if any(cache.cache_parameter_group_name == name for cache in backend.replication_groups.values()):
        raise refusal("InvalidCacheParameterGroupState", f"One or more cache clusters are still members of this parameter group {name}")
    del groups(self)[name]
    backend.tagging_service.delete_all_tags_for_resource(group.arn)
    return EmptyResult()


@around(ElastiCacheBackend)
def list_tags_for_resource(moto, self, arn):
    """moto takes the ARN of a parameter group for none."""
    if ":parametergroup:" in arn:
        return self.tagging_service.list_tags_for_resource(arn)
    return moto(self, arn)

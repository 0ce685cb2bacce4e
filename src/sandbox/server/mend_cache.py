"""ElastiCache: moto makes a replication group without its nodes, and modifies a handful of its properties."""

from moto.elasticache.exceptions import CacheSubnetGroupNotFound, ReplicationGroupNotFound
from moto.elasticache.models import CacheSubnetGroup
from moto.elasticache.responses import ElastiCacheResponse

import slow
from patch import ActionResult, EmptyResult, adds, around, refusal

ZONES = "abc"
# What ModifyReplicationGroup may change, and where moto keeps it.
KEPT = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CacheNodeType": "cache_node_type",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "ClusterMode": "cluster_mode",
    "Engine": "engine",
    "EngineVersion": "engine_version",
    "IpDiscovery": "ip_discovery",
    "NotificationTopicArn": "notification_topic_arn",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "ReplicationGroupDescription": "description",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotRetentionLimit": "snapshot_retention_limit",
    "SnapshotWindow": "snapshot_window",
    "TransitEncryptionEnabled": "transit_encryption_enabled",
    "TransitEncryptionMode": "transit_encryption_mode",
}
# What waits for the maintenance window unless it is to be done at once; the last two only with another version.
PUT_OFF = ("EngineVersion", "CacheNodeType", "Engine", "CacheParameterGroupName")
SWITCHES = {"AutomaticFailoverEnabled": "automatic_failover", "MultiAZEnabled": "multi_az"}


class Node:
    """A node as DescribeCacheClusters tells it: everything that the group itself does not say."""

    def __init__(self, backend, group, name):
        self.cache_cluster_id = name
        self.replication_group_id = group.replication_group_id
        self.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:cluster:{name}"
        self.num_cache_nodes = 1
        self.group = group

    def __getattr__(self, name):
        """Whatever is not the node's own is the group's."""
        if name.startswith("_") or name == "group":
            raise AttributeError(name)
        return getattr(self.group, name)

    @property
    def cache_cluster_status(self):
        return self.group.status

    @property
    def pending_modified_values(self):
        pending = getattr(self.group, "put_off", {})
        return {name: pending[name] for name in ("EngineVersion", "CacheNodeType") if name in pending} or None

    @property
    def security_groups(self):
        return [{"SecurityGroupId": group, "Status": "active"} for group in self.group.security_group_ids or ()]

    @property
    def cache_parameter_group(self):
        name = self.group.cache_parameter_group_name
        return {"CacheParameterGroupName": name, "ParameterApplyStatus": "in-sync", "CacheNodeIdsToReboot": []}

    @property
    def notification_configuration(self):
        topic = self.group.notification_topic_arn
        return {"TopicArn": topic, "TopicStatus": "active"} if topic else None


@around(ElastiCacheResponse)
def create_replication_group(moto, self):
    answer = moto(self)
    group, backend = answer.result["ReplicationGroup"], self.elasticache_backend
    asked = self.params
    shards = int(asked.get("NumNodeGroups") or 1)
    parameters = group.cache_parameter_group_name or ""
    clustered = shards > 1 or asked.get("ClusterMode") == "enabled" or "cluster.on" in parameters
    group.cluster_enabled, group.cluster_mode = clustered, "enabled" if clustered else "disabled"
    replicas = asked.get("ReplicasPerNodeGroup")
    if replicas is None:
        replicas = int(asked.get("NumCacheClusters") or 1) - 1
    group.engine_version = group.engine_version or ("8.0" if group.engine == "valkey" else "7.1")
    group.cache_parameter_group_name = group.cache_parameter_group_name or default_parameters(group, clustered)
    group.auto_minor_version_upgrade = asked.get("AutoMinorVersionUpgrade", True)
    group.preferred_maintenance_window = group.preferred_maintenance_window or "sun:05:00-sun:06:00"
    if group.transit_encryption_enabled and not group.transit_encryption_mode:
        group.transit_encryption_mode = "required"
    group.tags, group.put_off = None, {}
    # AWS chooses a window also where it takes no snapshots.
    group.snapshot_window = asked.get("SnapshotWindow") or "02:00-03:00"
    lay_out(backend, group, shards, int(replicas))
    slow.settle(group, "status", "creating", "available", "cache")
    return answer


def default_parameters(group, clustered):
    major = "valkey8" if group.engine == "valkey" else "redis7"
    return f"default.{major}" + (".cluster.on" if clustered else "")


def lay_out(backend, group, shards, replicas):
    """Gives the group its shards and nodes, by the names that AWS gives them."""
    region, name = backend.region_name, group.replication_group_id
    short = "".join(part[0] for part in region.split("-")[:2]) + region[-1]
    domain = f"{name}.sandbox.{short}.cache.amazonaws.com"
    group.num_node_groups, group.replicas_per_node_group = shards, replicas
    group.node_groups, group.member_clusters = [], []
    for shard in range(1, shards + 1):
        number = f"{shard:04}"
        stem = f"{name}-{number}" if group.cluster_enabled else name
        members = []
        for index in range(replicas + 1):
            member = {"CacheClusterId": f"{stem}-{index + 1:03}", "CacheNodeId": "0001"}
            member["PreferredAvailabilityZone"] = region + ZONES[index % 3]
            if not group.cluster_enabled:
                member["CurrentRole"] = "replica" if index else "primary"
                member["ReadEndpoint"] = {"Address": f"{member['CacheClusterId']}.{domain}", "Port": group.port}
            members.append(member)
            group.member_clusters.append(member["CacheClusterId"])
        node_group = {"NodeGroupId": number, "Status": "available", "NodeGroupMembers": members}
        if group.cluster_enabled:
            first, last = 16384 * (shard - 1) // shards, 16384 * shard // shards - 1
            node_group["Slots"] = f"{first}-{last}"
        else:
            node_group["PrimaryEndpoint"] = {"Address": f"master.{domain}", "Port": group.port}
            node_group["ReaderEndpoint"] = {"Address": f"replica.{domain}", "Port": group.port}
        group.node_groups.append(node_group)
    configuration = {"Address": f"clustercfg.{domain}", "Port": group.port}
    group.configuration_endpoint = configuration if group.cluster_enabled else None
    drop_nodes(backend, group)
    backend.cache_clusters.update((member, Node(backend, group, member)) for member in group.member_clusters)


def drop_nodes(backend, group):
    for name, node in list(backend.cache_clusters.items()):
        if node.replication_group_id == group.replication_group_id:
            del backend.cache_clusters[name]


@around(ElastiCacheResponse)
def modify_replication_group(_moto, self):
    group, asked = available(self), dict(self.params.items())
    if asked.get("ApplyImmediately"):
        asked, group.put_off = {**group.put_off, **asked}, {}
    elif any(asked.get(name) is not None for name in PUT_OFF[:3]):
        group.put_off = {**group.put_off, **{name: asked.pop(name) for name in PUT_OFF if asked.get(name) is not None}}
    for name, kept in KEPT.items():
        if asked.get(name) is not None:
            setattr(group, kept, asked[name])
    for name, kept in SWITCHES.items():
        if asked.get(name) is not None:
            setattr(group, kept, "enabled" if str(asked[name]).lower() == "true" else "disabled")
    users = [*(group.user_group_ids or ()), *(asked.get("UserGroupIdsToAdd") or ())]
    group.user_group_ids = [user for user in users if user not in (asked.get("UserGroupIdsToRemove") or ())]
    for asked_log in asked.get("LogDeliveryConfigurations") or ():
        others = [kept for kept in group.log_delivery_configurations if kept["LogType"] != asked_log["LogType"]]
        turned_on = [] if asked_log.get("Enabled") is False else [{**asked_log, "Status": "active"}]
        group.log_delivery_configurations = others + turned_on
    slow.settle(group, "status", "modifying", "available", "cache change")
    return ActionResult({"ReplicationGroup": group})


@adds(ElastiCacheResponse)
def increase_replica_count(self):
    return recount(self, replicas=self.params.get("NewReplicaCount"))


@adds(ElastiCacheResponse)
def decrease_replica_count(self):
    return recount(self, replicas=self.params.get("NewReplicaCount"))


@adds(ElastiCacheResponse)
def modify_replication_group_shard_configuration(self):
    return recount(self, shards=self.params["NodeGroupCount"])


def recount(response, shards=None, replicas=None):
    group = available(response)
    shards = group.num_node_groups if shards is None else int(shards)
    replicas = group.replicas_per_node_group if replicas is None else int(replicas)
    lay_out(response.elasticache_backend, group, shards, replicas)
    slow.settle(group, "status", "modifying", "available", "cache change")
    return ActionResult({"ReplicationGroup": group})


def available(response):
    """The group that is meant, if it can be changed now."""
    name = response.params["ReplicationGroupId"]
    group = response.elasticache_backend.replication_groups.get(name)
    if group is None:
        raise ReplicationGroupNotFound(name)
    if group.status != "available":
        raise refusal("InvalidReplicationGroupState", f"Replication group {name} is not in the available state.")
    return group


@around(ElastiCacheResponse)
def delete_replication_group(_moto, self):
    """moto leaves it there for good, `deleting`."""
    group, backend = available(self), self.elasticache_backend
    if snapshot := self.params.get("FinalSnapshotIdentifier"):
        backend.create_snapshot(
            replication_group_id=group.replication_group_id,
            cache_cluster_id=None,
            snapshot_name=snapshot,
            kms_key_id=group.kms_key_id,
            tags=[],
        )
    drop_nodes(backend, group)
    slow.leave(backend.replication_groups, group.replication_group_id, group, "status", "cache deletion")
    return ActionResult({"ReplicationGroup": group})


@adds(ElastiCacheResponse)
def modify_cache_subnet_group(self):
    backend, name = self.elasticache_backend, self.params["CacheSubnetGroupName"]
    group = subnet_group(backend, name)
    description = self.params.get("CacheSubnetGroupDescription") or group.cache_subnet_group_description
    subnets = self.params.get("SubnetIds") or group.subnet_ids
    made = CacheSubnetGroup(backend.account_id, backend.region_name, name, description, subnets, None)
    group.__dict__.update(made.__dict__)
    return ActionResult({"CacheSubnetGroup": group})


@adds(ElastiCacheResponse)
def delete_cache_subnet_group(self):
    backend, name = self.elasticache_backend, self.params["CacheSubnetGroupName"]
    group = subnet_group(backend, name)
    if any(kept.cache_subnet_group_name == name for kept in backend.replication_groups.values()):
        raise refusal("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
    backend.tagging_service.delete_all_tags_for_resource(group.arn)
    del backend.cache_subnet_groups[name]
    return EmptyResult()


def subnet_group(backend, name):
    if name not in backend.cache_subnet_groups:
        raise CacheSubnetGroupNotFound(name)
    return backend.cache_subnet_groups[name]


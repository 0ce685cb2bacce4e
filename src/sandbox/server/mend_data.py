"""RDS: what moto drops or crashes on, pending values, and states that take time."""

from moto.rds.models import DBCluster, RDSBackend
from moto.rds.responses import RDSResponse

import slow
from patch import ActionResult, adds, around, refusal

CLUSTER_FIELDS = {
    "database_insights_mode": "database_insights_mode",
    "enable_performance_insights": "performance_insights_enabled",
    "performance_insights_retention_period": "performance_insights_retention_period",
    "performance_insights_kms_key_id": "performance_insights_kms_key_id",
    "enable_iam_database_authentication": "iam_auth",
    "monitoring_interval": "monitoring_interval",
    "monitoring_role_arn": "monitoring_role_arn",
}


def default_allocated_storage(engine, storage_type):
    """Aurora grows by itself and always says 1; moto crashes on its newer storage types."""
    return 1


DBCluster.default_allocated_storage = staticmethod(default_allocated_storage)


def status(cluster):
    """moto counts how often it was looked at; here its time goes by."""
    return cluster._status


DBCluster.status = property(status, lambda cluster, value: setattr(cluster, "_status", value))


@around(RDSBackend)
def create_db_cluster(moto, self, kwargs):
    """AWS refuses a second cluster of the name, moto replaces the first."""
    if kwargs["db_cluster_identifier"].lower() in self.clusters:
        raise refusal("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    cluster = moto(self, kwargs)
    keep(cluster, kwargs)
    if not kwargs.get("db_cluster_parameter_group_name"):
        cluster.parameter_group = default_group(cluster.engine, cluster.engine_version)
    if not cluster.storage_encrypted:
        # moto invents a key for clusters that are not encrypted.
        cluster.kms_key_id = None
    if not kwargs.get("storage_type"):
        cluster.storage_type = "aurora"
    slow.settle(cluster, "_status", "creating", "available", "db cluster")
    return cluster


@around(RDSBackend)
def modify_db_cluster(moto, self, kwargs):
    """What waits for the window is pending; a parameter group, a port or an export is kept by its own name."""
    name = kwargs["db_cluster_identifier"]
    if name not in self.clusters:
        raise refusal("DBClusterNotFoundFault", f"DBCluster {name} not found.")
    cluster = self.clusters[name]
    if cluster.status != "available":
        raise refusal("InvalidDBClusterStateFault", f"DB cluster {name} is not in the available state.")
    asked = dict(kwargs.items())
    version = asked.pop("engine_version", None)
    group = asked.pop("db_cluster_parameter_group_name", None)
    refuse_foreign_group(self, cluster, group, version)
    exports = asked.pop("cloudwatch_logs_export_configuration", None) or {}
    off = set(exports.get("DisableLogTypes") or ())
    held = [kind for kind in cluster.enabled_cloudwatch_logs_exports if kind not in off]
    on = [kind for kind in exports.get("EnableLogTypes") or () if kind not in held]
    cluster.enabled_cloudwatch_logs_exports = held + on
    moto(self, asked)
    keep(cluster, asked)
    if group and not is_major(cluster.engine_version, version):
        cluster.parameter_group = group
    elif is_major(cluster.engine_version, version):
        # The group of another major version comes with that version, and is not shown before.
        cluster.group_to_come = group or default_group(cluster.engine, version)
    change(cluster, "_status", ("EngineVersion", "engine_version", version), asked, "db cluster change")
    return cluster


def is_major(have, want):
    return bool(want) and major(have) != major(want)


def major(version):
    """The major version in the names of families: 8.0 of 8.0.mysql_aurora.3.08.0, 16 of 16.4."""
    parts = version.split(".")
    return ".".join(parts[:2]) if "mysql" in version else parts[0]


def default_group(engine, version):
    return f"default.{engine}{major(version)}"


def refuse_foreign_group(backend, cluster, group, version):
    family = f"{cluster.engine}{major(version or cluster.engine_version)}"
    kept = backend.db_cluster_parameter_groups.get(group) if group else None
    if kept is not None and kept.db_parameter_group_family != family:
        theirs = kept.db_parameter_group_family
        message = f"The Parameter Group {group} with DBParameterGroupFamily {theirs} cannot be used for this cluster."
        raise refusal("InvalidParameterCombination", f"{message} Please use a Parameter Group with family {family}")


def change(thing, status, wanted, asked, what):
    """Changes a thing; the one value that is pending at first is `wanted`: its name, its attribute, and what it is to be."""
    name, attribute, value = wanted
    pending = getattr(thing, "pending_modified_values", None) or {}
    if value and value != getattr(thing, attribute):
        thing.pending_modified_values = {name: value}
        if asked.get("apply_immediately"):
            begin_later(thing, status, attribute, value, what)
            return
    elif value:
        thing.pending_modified_values = None
    elif asked.get("apply_immediately") and pending.get(name):
        # A change that is to come at once brings what is pending.
        begin_later(thing, status, attribute, pending[name], what)
        return
    slow.settle(thing, status, "modifying", "available", what)


def begin_later(thing, status, attribute, value, what):
    """What is to happen at once is pending for a while, then under way, then done."""
    pending = thing.pending_modified_values

    def begin():
        if getattr(thing, status) == "deleting" or thing.pending_modified_values is not pending:
            return
        setattr(thing, status, "modifying")
        slow.later(finish, what)

    def finish():
        setattr(thing, attribute, value)
        if getattr(thing, "group_to_come", None):
            thing.parameter_group, thing.group_to_come = thing.group_to_come, None
        if thing.pending_modified_values is pending:
            thing.pending_modified_values = None
        if getattr(thing, status) == "modifying":
            setattr(thing, status, "available")

    slow.later(begin, "db change begins")


def members(cluster):
    """An instance that is being deleted no longer keeps its cluster from being deleted."""
    held = cluster.backend.databases.values()
    mine = [instance for instance in held if instance.db_cluster_identifier == cluster.db_cluster_identifier]
    return [instance for instance in mine if instance.status != "deleting"]


DBCluster._members = property(members)


@around(RDSBackend)
def stop_db_cluster(moto, self, cluster_identifier):
    """Its instances stop with it; moto lets them run."""
    answer = moto(self, cluster_identifier)
    for instance in members(self.clusters[cluster_identifier]):
        instance.status = "stopped"
    return answer


@around(RDSBackend)
def start_db_cluster(moto, self, cluster_identifier):
    answer = moto(self, cluster_identifier)
    cluster = self.clusters[cluster_identifier]
    slow.settle(cluster, "_status", "starting", "available", "db cluster")
    for instance in members(cluster):
        slow.settle(instance, "status", "starting", "available", "db cluster")
    return answer


def cluster_of(backend, instance):
    """The cluster of an instance; none if it stands alone."""
    name = getattr(instance, "db_cluster_identifier", None)
    return backend.clusters.get(name) if name else None


def refuse_stopped(cluster):
    if cluster is not None and cluster.status == "stopped":
        name = cluster.db_cluster_identifier
        raise refusal("InvalidDBClusterStateFault", f"Db cluster {name} is in stopped state")


@around(RDSBackend)
def delete_db_cluster(moto, self, cluster_identifier, snapshot_name=None):
    if cluster_identifier in self.clusters and self.clusters[cluster_identifier].status == "deleting":
        raise refusal("InvalidDBClusterStateFault", f"Cluster {cluster_identifier} is already being deleted.")
    refuse_stopped(self.clusters.get(cluster_identifier))
    cluster = moto(self, cluster_identifier, snapshot_name)
    # The automated snapshot goes with it; the next cluster of the name makes one of the same name.
    for name in [name for name in self.cluster_snapshots if name.startswith(f"rds:{cluster_identifier}-")]:
        del self.cluster_snapshots[name]
    slow.leave(self.clusters, cluster_identifier, cluster, "_status", "db cluster deletion")
    return cluster


@around(RDSResponse)
def delete_db_cluster(moto, self):
    """AWS wants either a final snapshot or the word that there is none."""
    if not self.params.get("SkipFinalSnapshot") and not self.params.get("FinalDBSnapshotIdentifier"):
        message = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        raise refusal("InvalidParameterCombination", message)
    cluster = self.backend.clusters.get(self.params["DBClusterIdentifier"])
    answer = moto(self)
    if cluster is not None and self.params.get("DeleteAutomatedBackups") is False:
        retained(self.backend).append(automated_backup(cluster, "retained"))
    return answer


def retained(backend):
    """The automated backups that outlive their clusters; moto has none."""
    if not hasattr(backend, "retained_backups"):
        backend.retained_backups = []
    return backend.retained_backups


def automated_backup(cluster, status):
    return {
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "DbClusterResourceId": cluster.db_cluster_resource_id,
        "KmsKeyId": cluster.kms_key_id,
        "Status": status,
    }


@adds(RDSResponse)
def describe_db_cluster_automated_backups(self):
    active = [automated_backup(cluster, "active") for cluster in self.backend.clusters.values()]
    return ActionResult({"DBClusterAutomatedBackups": active + retained(self.backend)})


@around(RDSBackend)
def create_db_instance(moto, self, db_kwargs):
    instance = moto(self, db_kwargs)
    keep(instance, db_kwargs)
    cluster = cluster_of(self, instance)
    if cluster is not None and getattr(instance, "db_subnet_group", None) is None:
        # AWS tells the cluster's.
        instance.db_subnet_group = self.subnet_groups.get(cluster.db_subnet_group_name)
    if not db_kwargs.get("ca_certificate_identifier"):
        instance.ca_certificate_identifier = "rds-ca-rsa2048-g1"
    slow.settle(instance, "status", "creating", "available", "db instance")
    return instance


@around(RDSBackend)
def modify_db_instance(moto, self, db_instance_identifier, db_kwargs):
    asked = dict(db_kwargs.items())
    instance = self.describe_db_instances(db_instance_identifier)[0]
    wanted = asked.pop("db_instance_class", None)
    moto(self, db_instance_identifier, asked)
    keep(instance, asked)
    change(instance, "status", ("DBInstanceClass", "db_instance_class", wanted), asked, "db instance change")
    return instance


@around(RDSBackend)
def delete_db_instance(moto, self, db_instance_identifier, *rest, **named):
    held = self.databases.get(db_instance_identifier)
    if held is not None and held.status == "deleting":
        raise refusal("InvalidDBInstanceState", f"Instance {db_instance_identifier} is already being deleted.")
    refuse_stopped(cluster_of(self, held))
    instance = moto(self, db_instance_identifier, *rest, **named)
    slow.leave(self.databases, db_instance_identifier, instance, "status", "db instance deletion")
    return instance


@around(RDSBackend)
def create_subnet_group(moto, self, subnet_name, *rest, **named):
    """AWS refuses a second one of the name, moto replaces the first."""
    if subnet_name in self.subnet_groups:
        raise refusal("DBSubnetGroupAlreadyExists", f"The DB subnet group '{subnet_name}' already exists.")
    return moto(self, subnet_name, *rest, **named)


@around(RDSBackend)
def modify_db_subnet_group(moto, self, subnet_name, description, subnets):
    """moto forgets the group that it modifies, and its subnets are computed from another attribute."""
    group = self.subnet_groups.get(subnet_name)
    if group is None:
        raise refusal("DBSubnetGroupNotFoundFault", f"Subnet Group {subnet_name} not found.")
    group._subnets = subnets
    group.description = description or group.description
    return group


@around(RDSBackend)
def delete_subnet_group(moto, self, subnet_name):
    if any(cluster.db_subnet_group_name == subnet_name for cluster in self.clusters.values()):
        message = f"Cannot delete the subnet group '{subnet_name}' because at least one database instance is using it."
        raise refusal("InvalidDBSubnetGroupStateFault", message)
    return moto(self, subnet_name)


# What RDS sets itself, by the beginning of the family, and that it takes effect with a reboot only.
SYSTEM = {"aurora-postgresql": {"shared_preload_libraries": "pg_stat_statements"}}
# What the engine would take anyway: a value that equals it is told as the engine's.
DEFAULTS = {"aurora-postgresql": {"log_statement": "none"}}
SWITCHES = {"on": "1", "off": "0"}


def of_family(values, family):
    return next((own for start, own in values.items() if family.startswith(start)), {})


@around(RDSResponse)
def describe_db_cluster_parameters(moto, self):
    """A value that is RDS's own comes back as its own, and a switch as a number; moto knows no sources."""
    answer = moto(self)
    group = self.backend.db_cluster_parameter_groups[self.params["DBClusterParameterGroupName"]]
    own, default = (of_family(values, group.db_parameter_group_family) for values in (SYSTEM, DEFAULTS))
    told = {name: {"ParameterName": name, "ParameterValue": value} for name, value in default.items()}
    told |= {name: {"ParameterName": name, "ParameterValue": value, "ApplyType": "static"} for name, value in own.items()}
    for parameter in answer.result["Parameters"]:
        name, value = parameter["ParameterName"], str(parameter.get("ParameterValue", ""))
        told[name] = {**told.get(name, {}), **parameter, "ParameterValue": SWITCHES.get(value.lower(), value)}
    for name, parameter in told.items():
        sources = [("system", own.get(name)), ("engine-default", default.get(name))]
        parameter["Source"] = next((of for of, value in sources if value == parameter["ParameterValue"]), "user")
    asked = self.params.get("Source")
    wanted = [parameter for parameter in told.values() if not asked or parameter["Source"] == asked]
    return ActionResult({"Parameters": wanted})


@adds(RDSResponse)
def reset_db_cluster_parameter_group(self):
    name = self.params["DBClusterParameterGroupName"]
    group = self.backend.db_cluster_parameter_groups.get(name)
    if group is None:
        raise refusal("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}")
    named = {parameter["ParameterName"] for parameter in self.params.get("Parameters") or ()}
    for parameter in list(group.parameters):
        if self.params.get("ResetAllParameters") or parameter in named:
            del group.parameters[parameter]
    return ActionResult({"DBClusterParameterGroupName": name})


@around(RDSBackend)
def delete_db_cluster_parameter_group(moto, self, db_cluster_parameter_group_name):
    name = db_cluster_parameter_group_name
    if any(cluster.parameter_group == name for cluster in self.clusters.values()):
        message = "One or more database instances are still members of this parameter group, so the group cannot be deleted"
        raise refusal("InvalidDBParameterGroupState", message)
    return moto(self, name)


def keep(thing, asked):
    """Attributes that moto's class has no room for, by the names under which they are read back."""
    for name, kept in CLUSTER_FIELDS.items():
        if asked.get(name) is not None:
            setattr(thing, kept, asked[name])
    forwards = asked.get("enable_local_write_forwarding")
    if forwards is not None:
        thing.local_write_forwarding_status = "enabled" if forwards else "disabled"

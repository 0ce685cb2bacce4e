"""RDS proxies: moto has them ready at once, changes none, and lists a cluster without its instances."""

from moto.rds.models import DBProxyTargetGroup, RDSBackend
from moto.rds.responses import RDSResponse

import slow
from patch import ActionResult, adds, around, refusal

# What ModifyDBProxy may change, and where moto keeps it.
KEPT = {
    "Auth": "auth",
    "DebugLogging": "debug_logging",
    "DefaultAuthScheme": "default_auth_scheme",
    "IdleClientTimeout": "idle_client_timeout",
    "RequireTLS": "require_tls",
    "RoleArn": "role_arn",
    "SecurityGroups": "vpc_security_group_ids",
}
PASSWORDS = {"MYSQL": "MYSQL_CACHING_SHA2_PASSWORD", "POSTGRESQL": "POSTGRES_SCRAM_SHA_256"}
REGISTRABLE = ("available", "modifying", "backing-up", "creating")


@around(RDSResponse)
def create_db_proxy(_moto, self):
    asked = self.params
    if not asked.get("Auth") and asked.get("DefaultAuthScheme", "NONE") == "NONE":
        raise refusal("InvalidParameterValue", "Auth is required when DefaultAuthScheme is NONE.")
    proxy = self.backend.create_db_proxy(
        db_proxy_name=asked["DBProxyName"],
        engine_family=asked["EngineFamily"],
        auth=logins(asked["EngineFamily"], asked.get("Auth")),
        role_arn=asked["RoleArn"],
        vpc_subnet_ids=asked["VpcSubnetIds"],
        vpc_security_group_ids=asked.get("VpcSecurityGroupIds"),
        require_tls=asked.get("RequireTLS", False),
        idle_client_timeout=asked.get("IdleClientTimeout"),
        debug_logging=asked.get("DebugLogging"),
        tags=asked.get("Tags", []),
    )
    proxy.default_auth_scheme = asked.get("DefaultAuthScheme", "NONE")
    proxy.endpoint_network_type = asked.get("EndpointNetworkType", "IPV4")
    proxy.target_connection_network_type = asked.get("TargetConnectionNetworkType", "IPV4")
    slow.settle(proxy, "status", "creating", "available", "proxy")
    return ActionResult({"DBProxy": proxy})


def logins(family, asked):
    """RDS says of each how clients prove that they know the password, and whether they use IAM."""
    usual = {"AuthScheme": "SECRETS", "ClientPasswordAuthType": PASSWORDS.get(family), "IAMAuth": "DISABLED"}
    names = (*usual, "Description", "SecretArn")
    return [{name: one.get(name) or usual.get(name) for name in names} for one in asked or ()]


@adds(RDSResponse)
def modify_db_proxy(self):
    proxy, asked = changeable(self.backend, self.params["DBProxyName"]), self.params
    for name, kept in KEPT.items():
        if asked.get(name) is not None:
            value = asked[name]
            setattr(proxy, kept, logins(proxy.engine_family, value) if name == "Auth" else value)
    slow.settle(proxy, "status", "modifying", "available", "proxy change")
    return ActionResult({"DBProxy": proxy})


@around(RDSBackend)
def delete_db_proxy(_moto, self, proxy_name):
    proxy = existing(self, proxy_name)
    if proxy.status == "deleting":
        raise refusal("InvalidDBProxyStateFault", f"DBProxy {proxy_name} is already being deleted.")
    slow.leave(self.db_proxies, proxy_name, proxy, "status", "proxy deletion")
    return proxy


@around(RDSBackend)
def modify_db_proxy_target_group(_moto, self, proxy_name, config):
    """RDS sets what it is given, and keeps the rest; an empty query is none."""
    group = default_group(changeable(self, proxy_name))
    if config.get("MaxConnectionsPercent") is not None:
        group.max_connections = int(config["MaxConnectionsPercent"])
        group.max_idle_connections = int(config.get("MaxIdleConnectionsPercent", group.max_connections // 2))
    group.borrow_timeout = config.get("ConnectionBorrowTimeout", group.borrow_timeout)
    group.session_pinning_filters = config.get("SessionPinningFilters", group.session_pinning_filters)
    group.init_query = config.get("InitQuery", getattr(group, "init_query", ""))
    return group


def pool(group):
    config = {
        "MaxConnectionsPercent": group.max_connections,
        "MaxIdleConnectionsPercent": group.max_idle_connections,
        "ConnectionBorrowTimeout": group.borrow_timeout,
        "SessionPinningFilters": list(group.session_pinning_filters),
    }
    query = getattr(group, "init_query", "")
    return {**config, "InitQuery": query} if query else config


DBProxyTargetGroup.connection_pool_config = property(pool)


@around(RDSBackend)
def describe_db_proxy_target_groups(moto, self, proxy_name):
    existing(self, proxy_name)
    return moto(self, proxy_name)


@around(RDSBackend)
def register_db_proxy_targets(
    _moto, self, db_proxy_name, target_group_name, db_cluster_identifiers, db_instance_identifiers
):
    group = default_group(changeable(self, db_proxy_name))
    if group.targets:
        raise refusal("DBProxyTargetAlreadyRegisteredFault", "The target group has a target already.")
    for name in db_cluster_identifiers or ():
        if name not in self.clusters:
            raise refusal("DBClusterNotFoundFault", f"DBCluster {name} not found.")
        if not instances(self, name):
            raise refusal("InvalidDBClusterStateFault", f"DB cluster {name} has no instance.")
        for instance in instances(self, name):
            refuse_unsupported(instance)
        group.targets.append(("TRACKED_CLUSTER", name))
    for name in db_instance_identifiers or ():
        if name not in self.databases:
            raise refusal("DBInstanceNotFound", f"DBInstance {name} not found.")
        refuse_unsupported(self.databases[name])
        group.targets.append(("RDS_INSTANCE", name))
    slow.settle(group, "health", "REGISTERING", "AVAILABLE", "proxy target")
    return described(self, group)


def refuse_unsupported(instance):
    if instance.status not in REGISTRABLE:
        name, status = instance.db_instance_identifier, instance.status.upper()
        words = f"DB Instance {name} is in an unsupported state - {status}, needs to be in [AVAILABLE, MODIFYING, BACKING_UP]"
        raise refusal("InvalidDBInstanceState", words)


@around(RDSBackend)
def deregister_db_proxy_targets(
    _moto, self, db_proxy_name, target_group_name, db_cluster_identifiers, db_instance_identifiers
):
    group = default_group(changeable(self, db_proxy_name))
    gone = {*(db_cluster_identifiers or ()), *(db_instance_identifiers or ())}
    if not gone <= {name for _, name in group.targets}:
        raise refusal("DBProxyTargetNotFoundFault", "The target is not registered.")
    group.targets = [target for target in group.targets if target[1] not in gone]


@around(RDSBackend)
def describe_db_proxy_targets(_moto, self, proxy_name):
    return described(self, default_group(existing(self, proxy_name)))


@adds(RDSResponse)
def describe_db_proxy_endpoints(self):
    """Each proxy has one of its own; nobody can make others here."""
    own = [
        {"DBProxyEndpointName": "default", "DBProxyName": name, "IsDefault": True, "TargetRole": "READ_WRITE"}
        for name in self.backend.db_proxies
    ]
    return ActionResult({"DBProxyEndpoints": own})


def described(backend, group):
    """A cluster stands there with its instances, which alone have a health."""
    told = []
    for kind, name in group.targets:
        if kind == "TRACKED_CLUSTER":
            told.append({"RdsResourceId": name, "Type": kind, "Port": 5432})
        members = instances(backend, name) if kind == "TRACKED_CLUSTER" else [backend.databases[name]]
        for number, instance in enumerate(members):
            target = {"RdsResourceId": instance.db_instance_identifier, "Type": "RDS_INSTANCE", "Port": 5432}
            if kind == "TRACKED_CLUSTER":
                target["TrackedClusterId"] = name
            target["Role"] = "READ_ONLY" if number else "READ_WRITE"
            target["TargetHealth"] = {"State": group.health}
            told.append(target)
    return told


def instances(backend, cluster):
    return [one for one in backend.databases.values() if getattr(one, "db_cluster_identifier", None) == cluster]


def default_group(proxy):
    return proxy.proxy_target_groups["default"]


def existing(backend, name):
    return backend.describe_db_proxies(name)[0]


def changeable(backend, name):
    proxy = existing(backend, name)
    if proxy.status != "available":
        raise refusal("InvalidDBProxyStateFault", f"DBProxy {name} is in the {proxy.status} state.")
    return proxy

"""File systems of EFS: the calls that moto lacks, what EFS adds to what it is told, and states that take their time."""

import json

from moto.efs import urls
from moto.efs.models import AccessPoint, EFSBackend, FileSystem, MountTarget
from moto.efs.responses import EFSResponse

import slow
from patch import adds, around, refusal

# What moto's own answers are: a body and its headers.
JSON = {"Content-Type": "application/json"}


@around(FileSystem)
def __init__(moto, self, *arguments, **named):
    moto(self, *arguments, **named)
    self._protection = "ENABLED"
    # Here is no DNS in which its name would have to spread.
    self.creation_time -= 3600
    if self.encrypted and not self.kms_key_id:
        self.kms_key_id = f"arn:aws:kms:{self._context.region_name}:{self.owner_id}:key/aws-elasticfilesystem"
    slow.settle(self, "life_cycle_state", "creating", "available", "file system")


@around(FileSystem)
def info_json(moto, self):
    told = moto(self)
    told["FileSystemProtection"] = {"ReplicationOverwriteProtection": self._protection}
    # Neither is in EFS's answer.
    for name in ("LifecyclePolicies", "FileSystemPolicy"):
        told.pop(name, None)
    if told.get("ThroughputMode") != "provisioned":
        told.pop("ProvisionedThroughputInMibps", None)
    return {name: value for name, value in told.items() if value is not None}


@around(MountTarget)
def set_network_interface(moto, self, interface):
    moto(self, interface)
    interface.interface_type, interface.requester_managed, interface.status = "efs", True, "in-use"
    interface.description = f"EFS mount target for {self.file_system_id} ({self.mount_target_id})"


def existing(backend, identity):
    return backend.describe_file_systems(file_system_id=identity)[1][0]


def available(backend, identity):
    """EFS changes none that is at work."""
    one = existing(backend, identity)
    if one.life_cycle_state != "available":
        raise refusal("IncorrectFileSystemLifeCycleState", f"File system '{identity}' is {one.life_cycle_state}.")
    return one


@adds(EFSResponse)
def update_file_system(self):
    one = available(self.efs_backend, self._get_param("FileSystemId"))
    mode, figure = self._get_param("ThroughputMode"), self._get_param("ProvisionedThroughputInMibps")
    if mode == "provisioned" and not figure:
        raise refusal("BadRequest", "ProvisionedThroughputInMibps is required with the provisioned mode.")
    one.throughput_mode = mode or one.throughput_mode
    one.provisioned_throughput_in_mibps = figure
    slow.settle(one, "life_cycle_state", "updating", "available", "file system change")
    return json.dumps(one.info_json()), {"status": 202, **JSON}


urls.url_paths["/2015-02-01/file-systems/<file_system_id>/protection"] = urls.response.dispatch


@adds(EFSResponse)
def update_file_system_protection(self):
    one = available(self.efs_backend, self._get_param("FileSystemId"))
    one._protection = self._get_param("ReplicationOverwriteProtection")
    return json.dumps({"ReplicationOverwriteProtection": one._protection}), JSON


@adds(EFSResponse)
def put_backup_policy(self):
    one = available(self.efs_backend, self._get_param("FileSystemId"))
    one._backup = self._get_param("BackupPolicy")["Status"] == "ENABLED"
    return json.dumps({"BackupPolicy": {"Status": "ENABLING" if one._backup else "DISABLING"}}), JSON


@adds(EFSResponse)
def delete_file_system_policy(self):
    available(self.efs_backend, self._get_param("FileSystemId")).file_system_policy = None
    return "", {"status": 200, **JSON}


@adds(EFSResponse)
def describe_replication_configurations(self):
    """Nothing here replicates."""
    return json.dumps({"Replications": []}), JSON


@around(EFSBackend)
def put_file_system_policy(moto, self, file_system_id, policy, *arguments, **named):
    """A statement that names nothing is about the file system."""
    one, document = available(self, file_system_id), json.loads(policy)
    for statement in document.get("Statement", []):
        statement.setdefault("Resource", one.file_system_arn)
    return moto(self, file_system_id, json.dumps(document), *arguments, **named)


@around(EFSBackend)
def put_lifecycle_configuration(moto, self, file_system_id, policies):
    available(self, file_system_id)
    if any(len(one) != 1 for one in policies or []):
        raise refusal("BadRequest", "One or more LifecyclePolicy objects specified are malformed.")
    return moto(self, file_system_id, policies or [])


@around(EFSBackend)
def create_mount_target(moto, self, file_system_id, *arguments, **named):
    available(self, file_system_id)
    target = moto(self, file_system_id, *arguments, **named)
    slow.settle(target, "life_cycle_state", "creating", "available", "mount target")
    return target


@around(EFSBackend)
def delete_mount_target(moto, self, mount_target_id):
    target = self.mount_targets_by_id.get(mount_target_id)
    if target is None or slow.duration("mount target deletion") <= 0:
        return moto(self, mount_target_id)
    if target.life_cycle_state == "deleting":
        raise refusal("IncorrectMountTargetState", f"Mount target does not have a network interface: {mount_target_id}")
    target.life_cycle_state = "deleting"
    slow.later(lambda: mount_target_id in self.mount_targets_by_id and moto(self, mount_target_id), "mount target deletion")


@around(EFSBackend)
def delete_file_system(moto, self, file_system_id):
    """Its access points go with it."""
    moto(self, file_system_id)
    for identity in [one.access_point_id for one in self.access_points.values() if one.file_system_id == file_system_id]:
        del self.access_points[identity]


@around(EFSBackend)
def create_access_point(moto, self, client_token, tags, file_system_id, *arguments, **named):
    """A token makes one."""
    available(self, file_system_id)
    if any(one.client_token == client_token for one in self.access_points.values()):
        raise refusal("AccessPointAlreadyExists", f"Access point already exists with client token {client_token}.")
    return moto(self, client_token, tags, file_system_id, *arguments, **named)


@around(EFSBackend)
def delete_access_point(moto, self, access_point_id):
    """moto takes none for one."""
    self.describe_access_points(access_point_id, None)
    return moto(self, access_point_id)


@around(AccessPoint)
def __init__(moto, self, *arguments, **named):  # noqa: F811
    moto(self, *arguments, **named)
    self.posix_user = self.posix_user or None


@around(AccessPoint)
def info_json(moto, self):  # noqa: F811
    return {name: value for name, value in moto(self).items() if value is not None}

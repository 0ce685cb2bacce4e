"""CloudWatch Logs: a group's key, filters and deletion protection, and groups by pattern or by name."""

import json

from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from patch import adds, around, refusal


@around(LogsResponse)
def create_log_group(moto, self):
    answer = moto(self)
    group = group_of(self, self._get_param("logGroupName"))
    group.group_class = self._get_param("logGroupClass") or "STANDARD"
    group.is_protected = bool(self._get_param("deletionProtectionEnabled"))
    return answer


@around(LogGroup)
def to_describe_dict(moto, self):
    told = {**moto(self), "logGroupClass": getattr(self, "group_class", "STANDARD")}
    told["deletionProtectionEnabled"] = getattr(self, "is_protected", False)
    told["metricFilterCount"] = len(getattr(self, "filter_names", ()))
    return {name: value for name, value in told.items() if value is not None}


@around(LogsResponse)
def describe_log_groups(moto, self):
    """A pattern tells names, ARNs and times alone; names tell the groups that are there."""
    pattern, identifiers = self._get_param("logGroupNamePattern"), self._get_param("logGroupIdentifiers")
    if not pattern and not identifiers:
        return moto(self)
    groups = sorted(self.logs_backend.groups.values(), key=lambda group: group.name)
    if identifiers:
        names = {name_in(identifier) for identifier in identifiers}
        return json.dumps({"logGroups": [group.to_describe_dict() for group in groups if group.name in names]})
    told = [group.to_describe_dict() for group in groups if pattern in group.name]
    bare = ("arn", "creationTime", "logGroupName")
    return json.dumps({"logGroups": [{name: group[name] for name in bare} for group in told]})


@around(LogsResponse)
def put_metric_filter(moto, self):
    answer = moto(self)
    group = group_of(self, self._get_param("logGroupName"))
    group.filter_names = {*getattr(group, "filter_names", ()), self._get_param("filterName")}
    return answer


@around(LogsResponse)
def delete_metric_filter(moto, self):
    answer = moto(self)
    group = group_of(self, self._get_param("logGroupName"))
    group.filter_names = {*getattr(group, "filter_names", ())} - {self._get_param("filterName")}
    return answer


@adds(LogsResponse)
def associate_kms_key(self):
    name = self._get_param("logGroupName") or self._get_param("resourceIdentifier")
    group_of(self, name).kms_key_id = self._get_param("kmsKeyId")
    return "{}"


@adds(LogsResponse)
def disassociate_kms_key(self):
    name = self._get_param("logGroupName") or self._get_param("resourceIdentifier")
    group_of(self, name).kms_key_id = None
    return "{}"


@adds(LogsResponse)
def put_log_group_deletion_protection(self):
    group = group_of(self, self._get_param("logGroupIdentifier"))
    group.is_protected = bool(self._get_param("deletionProtectionEnabled"))
    return "{}"


@around(LogsResponse)
def delete_log_group(moto, self):
    if getattr(group_of(self, self._get_param("logGroupName")), "is_protected", False):
        message = "Log group cannot be deleted while its deletion protection is on."
        raise refusal("ValidationException", message)
    return moto(self)


def group_of(response, identifier):
    """A group by its name or its ARN."""
    name = name_in(identifier)
    if name not in response.logs_backend.groups:
        raise refusal("ResourceNotFoundException", "The specified log group does not exist.")
    return response.logs_backend.groups[name]


def name_in(identifier):
    return identifier.split(":log-group:")[-1].removesuffix(":*")

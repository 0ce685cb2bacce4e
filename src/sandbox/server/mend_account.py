"""What an account has one of in a region: GuardDuty's detector, the defaults of EC2, the settings of ECS. And EventBridge's rules,
whose tags stay."""

import json
from urllib.parse import unquote

from moto.core.resource_tagging import TaggedResource
from moto.ec2.responses import EC2Response
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.events.models import EventsBackend, events_backends
from moto.guardduty import urls
from moto.guardduty.models import Detector, GuardDutyBackend, guardduty_backends
from moto.guardduty.responses import GuardDutyResponse

from patch import ActionResult, adds, around, refusal

# What is on of a new detector, and what is not (as told of real ones in July 2026), with the parts of each.
FOUNDATION = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
ON = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
OFF = {
    "EKS_RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
    "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"),
    "AI_ANALYST": (),
}


def features():
    told = {name: {"name": name, "status": "ENABLED"} for name in (*FOUNDATION, *ON)}
    for name, parts in OFF.items():
        told[name] = {"name": name, "status": "DISABLED"}
        if parts:
            told[name]["additionalConfiguration"] = [{"name": part, "status": "DISABLED"} for part in parts]
    return told


def take(detector, asked):
    """Changes what is named, and leaves the rest."""
    on = {one["name"] for one in asked or [] if one["status"] == "ENABLED"}
    if {"EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"} <= on:
        raise bad("Both EKS_RUNTIME_MONITORING and RUNTIME_MONITORING are specified.")
    for one in asked or []:
        kept = detector._offered.get(one["name"])
        if kept is None or one["name"] in FOUNDATION:
            raise bad("The request is rejected because an invalid or out-of-range value is specified as an input parameter.")
        kept["status"] = one["status"]
        for part in one.get("additionalConfiguration") or []:
            next(have for have in kept["additionalConfiguration"] if have["name"] == part["name"])["status"] = part["status"]
    detector.features = list(detector._offered.values())


@around(GuardDutyBackend)
def create_detector(moto, self, enable, finding_publishing_frequency, data_sources, tags, features):  # noqa: F811
    """moto makes any number."""
    if self.detectors:
        raise bad("The request is rejected because a detector already exists for the current account.")
    return moto(self, enable, finding_publishing_frequency, data_sources, tags, features)


@around(Detector)
def __init__(moto, self, *arguments, **named):
    asked = named.pop("features", None)
    moto(self, *arguments, **named, features=[])
    self._offered = features()
    take(self, asked)


@around(Detector)
def update(moto, self, enable, finding_publishing_frequency, data_sources, features):  # noqa: F811
    moto(self, enable, finding_publishing_frequency, data_sources, None)
    take(self, features)


@around(GuardDutyBackend)
def delete_detector(moto, self, detector_id):
    """moto takes none for one."""
    self.get_detector(detector_id)
    return moto(self, detector_id)


@around(GuardDutyBackend)
def get_administrator_account(moto, self, detector_id):
    """moto names the account as no SDK reads it."""
    told = moto(self, detector_id)
    return {"administrator": {"accountId": told["Administrator"]["AccountId"]}} if told else {}


urls.url_paths["{0}/tags/(?P<resource_arn>.+)$"] = GuardDutyResponse.dispatch


def tagged(response):
    return response.guardduty_backend.get_detector(unquote(response.path).split("/")[-1])


@adds(GuardDutyResponse)
def tag_resource(self):
    tagged(self).tags.update(self._get_param("tags"))
    return "{}"


@adds(GuardDutyResponse)
def untag_resource(self):
    for key in self.querystring.get("tagKeys", []):
        tagged(self).tags.pop(key, None)
    return "{}"


def detectors(backend):
    """Those of GuardDuty, of which moto's tag index has none."""
    for one in guardduty_backends[backend.account_id][backend.region_name].detectors.values():
        arn = f"arn:aws:guardduty:{backend.region_name}:{backend.account_id}:detector/{one.id}"
        yield TaggedResource(arn=arn, tags=one.tags, resource_type="guardduty:detector")


def rules(backend):
    """Those of EventBridge's default bus, of which moto's tag index has none either."""
    there = events_backends[backend.account_id][backend.region_name]
    for one in there.event_buses["default"].rules.values():
        tags = there.tagger.get_tag_dict_for_resource(one.arn)
        yield TaggedResource(arn=one.arn, tags=tags, resource_type="events:rule")


@around(EventsBackend)
def put_rule(moto, self, name, *arguments, tags=None, **named):
    """EventBridge takes no tags with a rule that is there."""
    bus = self._normalize_event_bus_arn(named.get("event_bus_arn"))
    is_there = name in self._get_event_bus(bus).rules
    return moto(self, name, *arguments, tags=None if is_there else tags, **named)


def of_region(response):
    """What EC2 keeps of a region beside its things."""
    return response.ec2_backend.__dict__.setdefault("sandbox_defaults", {"key": "alias/aws/ebs", "metadata": {}})


@adds(EC2Response)
def get_ebs_default_kms_key_id(self):
    return ActionResult({"KmsKeyId": of_region(self)["key"]})


@around(EC2Response)
def modify_ebs_default_kms_key_id(moto, self):
    """moto has no way to look, and none back."""
    answer = moto(self)
    of_region(self)["key"] = answer.result["KmsKeyId"]
    return answer


@adds(EC2Response)
def reset_ebs_default_kms_key_id(self):
    self.ec2_backend._create_default_encryption_key()
    of_region(self)["key"] = "alias/aws/ebs"
    return ActionResult({"KmsKeyId": of_region(self)["key"]})


METADATA = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags", "HttpTokensEnforced")


@adds(EC2Response)
def get_instance_metadata_defaults(self):
    return ActionResult({"AccountLevel": {**of_region(self)["metadata"], "ManagedBy": "account"}})


@adds(EC2Response)
def modify_instance_metadata_defaults(self):
    """What is not named stays; no preference is nothing."""
    kept = of_region(self)["metadata"]
    for name in METADATA:
        value = self._get_param(name)
        if value is None:
            continue
        kept.pop(name, None)
        if value not in ("no-preference", "-1", -1):
            kept[name] = int(value) if name == "HttpPutResponseHopLimit" else value
    return ActionResult({"Return": True})


CONTAINERS = {
    "awsvpcTrunking": "disabled",
    "containerInsights": "disabled",
    "defaultLogDriverMode": "non-blocking",
    "fargateEventWindows": "disabled",
    "fargateFIPSMode": "disabled",
    "fargateTaskRetirementWaitPeriod": "7",
    "guardDutyActivate": "off",
    "tagResourceAuthorization": "on",
}


@adds(EC2ContainerServiceResponse)
def put_account_setting_default(self):
    """What GuardDuty sets ECS lets nobody else set."""
    name, value = self._get_param("name"), self._get_param("value")
    if name not in CONTAINERS or name == "guardDutyActivate":
        raise refusal("InvalidParameterException", f"Invalid setting name {name}.")
    self.ecs_backend.__dict__.setdefault("sandbox_settings", {})[name] = value
    return ActionResult({"setting": {"name": name, "value": value, "principalArn": root(self)}})


@around(EC2ContainerServiceResponse)
def list_account_settings(moto, self):
    """What counts, with ECS's own values; moto has only what was put, and for whom it was is lost."""
    if not self._get_param("effectiveSettings"):
        return moto(self)
    start = int(self._get_param("nextToken") or 0)
    kept = {**CONTAINERS, **self.ecs_backend.__dict__.get("sandbox_settings", {})}
    told = [{"name": name, "value": value, "principalArn": root(self)} for name, value in sorted(kept.items())]
    end = start + int(self._get_param("maxResults") or 10)
    return ActionResult({"settings": told[start:end], **({"nextToken": str(end)} if end < len(told) else {})})


def root(response):
    return f"arn:aws:iam::{response.current_account}:root"


def bad(message):
    return refusal("BadRequestException", message)

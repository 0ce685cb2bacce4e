"""CloudWatch: alarms on alarms, and dashboards, which are in no region and have tags."""

import json
import re

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse

from patch import ActionResult, EmptyResult, adds, around, refusal

# Whose backend has what belongs to no region.
HOME = "us-east-1"
DASHBOARD = ":dashboard/"


def home(backend):
    return cloudwatch_backends[backend.account_id][HOME]


def _dashboards(self):
    return home(self).__dict__.setdefault("sandbox_dashboards", {})


# moto has those of each region by themselves; it makes an empty dictionary for each, which is let go.
CloudWatchBackend.dashboards = property(_dashboards, lambda self, empty: None)


@around(CloudWatchResponse)
def put_dashboard(moto, self):
    """moto takes any JSON and drops the tags. Those of one that is there stay as they are."""
    backend, name = self.cloudwatch_backend, self._get_param("DashboardName")
    problems = wrong(self._get_param("DashboardBody"))
    if problems:
        told = json.dumps([{"dataPath": path, "message": message} for path, message in problems])
        raise refusal("InvalidParameterInput", f"The dashboard body is invalid, there are {len(problems)} validation errors: {told}")
    is_new = name not in backend.dashboards
    answer = moto(self)
    if is_new:
        home(backend).tagger.tag_resource(backend.dashboards[name].arn, self._get_param("Tags") or [])
    return answer


def wrong(body):
    """What CloudWatch says of a body, as far as it says that of what the program writes."""
    try:
        widgets = json.loads(body)["widgets"]
    except (ValueError, KeyError, TypeError):
        return [("/", "Should have property widgets")]
    lacking = (
        (f"/widgets/{at}/properties/{name}", f"Should have required property '{name}'")
        for at, widget in enumerate(widgets)
        for name in {"metric": ["region"], "text": ["markdown"], "alarm": ["alarms"]}.get(widget.get("type"), ["type"])
        if name not in widget.get("properties", {})
    )
    return list(lacking)


@around(CloudWatchBackend)
def delete_dashboards(moto, self, dashboards):
    arns = [self.dashboards[name].arn for name in dashboards if name in self.dashboards]
    error = moto(self, dashboards)
    if error is None:
        for arn in arns:
            home(self).tagger.delete_all_tags_for_resource(arn)
    return error


@around(CloudWatchBackend)
def list_tags_for_resource(moto, self, arn):
    return moto(home(self) if DASHBOARD in arn else self, arn)


@around(CloudWatchBackend)
def tag_resource(moto, self, arn, tags):
    if DASHBOARD not in arn:
        return moto(self, arn, tags)
    there(self, arn)
    return home(self).tagger.tag_resource(arn, [{"Key": key, "Value": value} for key, value in tags.items()])


@around(CloudWatchBackend)
def untag_resource(moto, self, arn, tag_keys):
    if DASHBOARD not in arn:
        return moto(self, arn, tag_keys)
    there(self, arn)
    return home(self).tagger.untag_resource_using_names(arn, tag_keys)


def there(backend, arn):
    if arn not in [one.arn for one in backend.dashboards.values()]:
        raise refusal("ResourceNotFoundException", f"Resource not found {arn}")


# What is kept of a composite alarm as it was put.
SETTINGS = ["ActionsEnabled", "ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod", "AlarmActions"]
SETTINGS += ["AlarmDescription", "AlarmRule", "InsufficientDataActions", "OKActions"]
ASKED = re.compile(r'(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)')
NO_METRIC = ["namespace", "metric_name", "metric_data_queries", "comparison_operator", "evaluation_periods", "datapoints_to_alarm", "period"]
NO_METRIC += ["threshold", "statistic", "extended_statistic", "unit", "treat_missing_data", "evaluate_low_sample_count_percentile"]
NO_METRIC += ["threshold_metric_id"]


def asked_for(rule):
    """The names of the alarms that a rule asks for, which may be ARNs in it."""
    return [name.split(":alarm:")[-1] for name in ASKED.findall(rule)]


@adds(CloudWatchResponse)
def put_composite_alarm(self):
    backend = self.cloudwatch_backend
    asked = {name: self._get_param(name) for name in [*SETTINGS, "AlarmName", "Tags"]}
    if asked["AlarmRule"] != asked["AlarmRule"].strip():
        raise refusal("ValidationError", "AlarmRule must not contain leading or trailing whitespace or be null")
    missing = [name for name in asked_for(asked["AlarmRule"]) if name not in backend.alarms]
    if missing:
        names = ", ".join(missing)
        raise refusal("ValidationError", f"Could not save the composite alarm as alarms [{names}] in the alarm rule do not exist")
    name, there = asked["AlarmName"], backend.alarms.get(asked["AlarmName"])
    if there and there.rule is None:
        raise refusal("ValidationError", f"An alarm of another type has the name {name}")
    actions = {"alarm_actions": [], "ok_actions": [], "insufficient_data_actions": [], "actions_enabled": True}
    plain = dict.fromkeys(NO_METRIC) | actions | {"dimensions": [], "description": asked["AlarmDescription"]}
    alarm = Alarm(account_id=backend.account_id, region_name=backend.region_name, name=name, rule=asked["AlarmRule"], **plain)
    kept = {key: value for key in SETTINGS if (value := asked[key]) is not None}
    alarm.composite = {"ActionsEnabled": True, "AlarmActions": [], "InsufficientDataActions": [], "OKActions": [], **kept}
    backend.alarms[name] = alarm
    if asked["Tags"] and not there:
        backend.tagger.tag_resource(alarm.alarm_arn, asked["Tags"])
    return EmptyResult()


@around(CloudWatchResponse)
def describe_alarms(moto, self):
    """moto answers with alarms of every type, whichever is asked for; AWS, if none is, with those of metrics."""
    types = self._get_param("AlarmTypes") or ["MetricAlarm"]
    told = moto(self).result
    alarms = told["MetricAlarms"] if "MetricAlarm" in types else []
    composites = told["CompositeAlarms"] if "CompositeAlarm" in types else []
    return ActionResult({"MetricAlarms": alarms, "CompositeAlarms": [composite(alarm) for alarm in composites]})


def composite(alarm):
    state = {"StateValue": alarm.state_value, "StateReason": alarm.state_reason, "StateUpdatedTimestamp": alarm.state_updated_timestamp}
    named = {"AlarmName": alarm.name, "AlarmArn": alarm.alarm_arn}
    return named | alarm.composite | state | {"AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp}


@around(CloudWatchBackend)
def delete_alarms(moto, self, alarm_names):
    """What a composite alarm asks for stays until that is gone, or asks for something else. Tags go with their alarm."""
    others = [alarm for alarm in self.alarms.values() if alarm.rule is not None and alarm.name not in alarm_names]
    needed = {name for alarm in others for name in asked_for(alarm.rule)} & set(alarm_names)
    if needed:
        names = ",".join(sorted(needed))
        raise refusal("ValidationError", f"Cannot delete {names} as there are composite alarm(s) depending on it.")
    for name in set(alarm_names) & set(self.alarms):
        self.tagger.delete_all_tags_for_resource(self.alarms[name].alarm_arn)
    return moto(self, alarm_names)

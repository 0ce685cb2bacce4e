"""CloudWatch's composite alarms."""

import kinds

NAMES = ("ActionsEnabled", "ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod", "AlarmActions")
NAMES += ("AlarmDescription", "AlarmRule", "InsufficientDataActions", "OKActions")


def described(account, asked):
    """Without times, of which the harness's CBOR has no tag."""
    sorts = asked.get("AlarmTypes") or ["MetricAlarm"]
    composites = account.all("composite-alarm") if "CompositeAlarm" in sorts else []
    told = [{name: value for name, value in one.items() if not name.endswith("Timestamp")} for one in composites]
    return {"MetricAlarms": [], "CompositeAlarms": [one for one in told if is_asked(one["AlarmName"], asked)]}


def is_asked(name, asked):
    names = asked.get("AlarmNames")
    return name in names if names else name.startswith(asked.get("AlarmNamePrefix", ""))


READS = {
    "cloudwatch__DescribeAlarms": described,
    "cloudwatch__ListDashboards": lambda account, asked: {"DashboardEntries": []},
    "cloudwatch__ListTagsForResource": lambda account, asked: {
        "Tags": kinds.taglist(account.tags.get(asked["ResourceARN"], {}))
    },
}


class CompositeAlarm(kinds.Kind):
    type, op, list_key = "AWS::CloudWatch::CompositeAlarm", "monitoring.DescribeAlarms", "CompositeAlarms"
    botocore, named = ("cloudwatch", "DescribeAlarms"), True

    def identity(self, thing):
        return thing["AlarmName"]

    def tag_names(self, thing):
        return thing["AlarmName"]

    def install(self, account, thing, extra, tags):
        account.tables["composite-alarm"][thing["AlarmArn"]] = thing
        account.tags[thing["AlarmArn"]] = tags

    def expect(self, thing, extra):
        return {name: thing[name] for name in NAMES if thing.get(name) is not None}


KINDS = [CompositeAlarm]

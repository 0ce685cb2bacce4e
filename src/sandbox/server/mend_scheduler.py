"""EventBridge Scheduler: what it refuses, and whose a group is."""

import re

from moto.scheduler.exceptions import ScheduleGroupNotFound
from moto.scheduler.models import EventBridgeSchedulerBackend

from patch import around, refusal

EXPRESSION = re.compile(r"(at|cron|rate)\(.+\)")


@around(EventBridgeSchedulerBackend)
def create_schedule(moto, self, *arguments, **asked):
    """moto breaks on a group that is not there."""
    if (asked["group_name"] or "default") not in self.schedule_groups:
        raise ScheduleGroupNotFound(asked["group_name"])
    check(asked)
    return moto(self, *arguments, **asked)


@around(EventBridgeSchedulerBackend)
def update_schedule(moto, self, *arguments, **asked):
    check(asked)
    if asked["state"] is None:
        asked["state"] = "ENABLED"
    return moto(self, *arguments, **asked)


@around(EventBridgeSchedulerBackend)
def create_schedule_group(moto, self, name, tags):
    """moto puts an empty one in its place."""
    if name in self.schedule_groups:
        raise refusal("ConflictException", f"Schedule group {name} already exists.")
    return moto(self, name, tags or [])


@around(EventBridgeSchedulerBackend)
def delete_schedule_group(moto, self, name):
    if name not in self.schedule_groups:
        raise ScheduleGroupNotFound(name)
    self.tagger.delete_all_tags_for_resource(self.schedule_groups[name].arn)
    return moto(self, name)


@around(EventBridgeSchedulerBackend)
def list_schedules(moto, self, group_names=None, state=None, name_prefix=None, **pages):
    """A group that is not there has no list."""
    for name in group_names or []:
        if name not in self.schedule_groups:
            raise ScheduleGroupNotFound(name)
    return moto(self, group_names, state, name_prefix, **pages)


def check(asked):
    if not EXPRESSION.fullmatch(asked["schedule_expression"]):
        raise refusal("ValidationException", f"Invalid Schedule Expression {asked['schedule_expression']}.")
    window = asked["flexible_time_window"]
    if (window["Mode"] == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
        raise refusal("ValidationException", "MaximumWindowInMinutes goes with the mode FLEXIBLE, and with no other.")

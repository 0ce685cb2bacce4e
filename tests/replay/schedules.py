"""What EventBridge Scheduler starts."""

import kinds
from wire import Fault


def schedule(account, asked):
    for one in account.all("schedule"):
        if (one["Name"], one["GroupName"]) == (asked["Name"], asked.get("GroupName", "default")):
            return one
    raise Fault("ResourceNotFoundException", "Schedule does not exist.", 404)


def schedules(account, asked):
    names = ("Arn", "CreationDate", "GroupName", "LastModificationDate", "Name", "State")
    all_ = [one for one in account.all("schedule") if one["Name"].startswith(asked.get("NamePrefix", ""))]
    return {"Schedules": [{**{name: one[name] for name in names}, "Target": {"Arn": one["Target"]["Arn"]}} for one in all_]}


READS = {
    "scheduler__ListScheduleGroups": lambda account, asked: {"ScheduleGroups": []},
    "scheduler__ListSchedules": schedules,
    "scheduler__GetSchedule": schedule,
}


class Schedule(kinds.Kind):
    type, op, botocore = "AWS::Scheduler::Schedule", "scheduler.GetSchedule", ("scheduler", "GetSchedule")

    def things(self, case, answers):
        for number, answer in enumerate(answers.get(self.op, [])):
            yield number, {name: value for name, value in answer.items() if name != "ResponseMetadata"}, {}

    def shape(self):
        return self.model()

    def identity(self, thing):
        return thing["Arn"]

    def install(self, account, thing, extra, tags):
        """Nothing can tag it: its name tells whose it is."""
        identity = [tags.get(f"provision:{part}", part) for part in ("project", "tenant", "environment", "name")]
        thing["Name"] = "--".join(identity)
        thing["Arn"] = thing["Arn"].rsplit("/", 1)[0] + "/" + thing["Name"]
        account.tables["schedule"][thing["Arn"]] = thing

    def expect(self, thing, extra):
        names = ("FlexibleTimeWindow", "GroupName", "KmsKeyArn", "ScheduleExpression", "ScheduleExpressionTimezone")
        whole = {name: thing[name] for name in (*names, "State", "StartDate", "EndDate") if name in thing}
        target = dict(thing["Target"])
        if "EcsParameters" in target:
            words = {"enableECSManagedTags": "EnableECSManagedTags"}
            target["EcsParameters"] = {words.get(name, name): value for name, value in target["EcsParameters"].items()}
        return whole | {"Target": target}


KINDS = [Schedule]

"""The groups of parameters that databases have."""

import kinds
from parts import Parts


def parameters(account, asked):
    told = account.tables["db-parameters"].get(asked["DBParameterGroupName"], [])
    return {"Parameters": [one for one in told if asked.get("Source") in (None, one.get("Source"))]}


READS = {
    "rds__DescribeDBParameterGroups": lambda account, asked: {"DBParameterGroups": account.all("db-parameter-group")},
    "rds__DescribeDBParameters": parameters,
}


class DbParameterGroup(Parts):
    type, service = "AWS::RDS::DBParameterGroup", "rds"
    operations = {"DescribeDBParameterGroups": "DBParameterGroups", "DescribeDBParameters": "Parameters"}

    def things(self, case, answers):
        """Groups without their parameters, and the parameters of a group that nobody has recorded."""
        told = self.told(answers)
        for number, groups in enumerate(told["DescribeDBParameterGroups"]):
            for group in groups:
                yield number, {"DescribeDBParameterGroups": [group], "DescribeDBParameters": []}, {}
        for number, some in enumerate(pages(answers.get("rds.DescribeDBParameters", []))):
            name = f"recorded-{kinds.h(f'{case} {number}', 8)}"
            arn = f"arn:aws:rds:us-east-1:{kinds.ACCOUNT}:pg:{name}"
            group = {"DBParameterGroupName": name, "DBParameterGroupArn": arn, "DBParameterGroupFamily": "f", "Description": case}
            yield number, {"DescribeDBParameterGroups": [group], "DescribeDBParameters": some}, {}

    def excluded(self, thing):
        is_given = self.tag_names(thing).startswith("default.")
        return "AWS's own, which nobody makes" if is_given else None

    def poor(self, thing):
        """Nobody has set anything of it."""
        return not self.expect(thing, {})["Parameters"]

    def identity(self, thing):
        return thing["DescribeDBParameterGroups"][0]["DBParameterGroupArn"]

    def tag_names(self, thing):
        return thing["DescribeDBParameterGroups"][0]["DBParameterGroupName"]

    def install(self, account, thing, extra, tags):
        name = self.tag_names(thing)
        account.tables["db-parameter-group"][name] = thing["DescribeDBParameterGroups"][0]
        account.tables["db-parameters"][name] = thing["DescribeDBParameters"]
        account.tags[self.identity(thing)] = tags

    def expect(self, thing, extra):
        group = thing["DescribeDBParameterGroups"][0]
        of_user = [one for one in thing["DescribeDBParameters"] if one.get("Source") == "user" and "ParameterValue" in one]
        values = {one["ParameterName"]: one["ParameterValue"] for one in of_user}
        return {"Description": group["Description"], "Family": group["DBParameterGroupFamily"], "Parameters": values}


def pages(answers):
    """The parameters of a group, which stand on as many pages as have a marker for the next; what somebody set comes first."""
    some = []
    for answer in answers:
        some = some + answer["Parameters"]
        if not answer.get("Marker"):
            yield sorted(some, key=lambda one: one["Source"] != "user")
            some = []


KINDS = [DbParameterGroup]

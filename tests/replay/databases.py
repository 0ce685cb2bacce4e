"""The groups of parameters that databases have, and their proxies."""

import kinds
from parts import Parts


def parameters(account, asked):
    told = account.tables["db-parameters"].get(asked["DBParameterGroupName"], [])
    return {"Parameters": [one for one in told if asked.get("Source") in (None, one.get("Source"))]}


def proxies(account, asked):
    all = account.tables["proxy"]
    return {"DBProxies": [all[asked["DBProxyName"]]] if asked.get("DBProxyName") else list(all.values())}


def target_groups(account, asked):
    """What RDS gives a proxy unasked: no recording has one."""
    pool = {"MaxConnectionsPercent": 100, "MaxIdleConnectionsPercent": 50, "ConnectionBorrowTimeout": 120}
    group = {"DBProxyName": asked["DBProxyName"], "TargetGroupName": "default", "ConnectionPoolConfig": pool}
    return {"TargetGroups": [group]}


READS = {
    "rds__DescribeDBProxies": proxies,
    "rds__DescribeDBProxyEndpoints": lambda account, asked: {"DBProxyEndpoints": []},
    "rds__DescribeDBProxyTargetGroups": target_groups,
    "rds__DescribeDBProxyTargets": lambda account, asked: {"Targets": []},
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


class Proxy(kinds.Kind):
    type, op, list_key, botocore = "AWS::RDS::DBProxy", "rds.DescribeDBProxies", "DBProxies", ("rds", "DescribeDBProxies")
    named = True

    def excluded(self, thing):
        return "being deleted" if thing["Status"] == "deleting" else None

    def identity(self, thing):
        return thing["DBProxyName"]

    tag_names = identity

    def region(self, thing):
        return thing["DBProxyArn"].split(":")[3]

    def install(self, account, thing, extra, tags):
        # The id in its ARN is not its name: a copy has one of its own.
        place, _ = thing["DBProxyArn"].rsplit(":", 1)
        thing["DBProxyArn"] = f"{place}:prx-{kinds.h(self.identity(thing))}"
        account.tables["proxy"][self.identity(thing)] = thing
        account.tags[thing["DBProxyArn"]] = tags

    def expect(self, thing, extra):
        names = ("Auth", "DebugLogging", "EngineFamily", "IdleClientTimeout", "RequireTLS", "RoleArn")
        names += ("VpcSecurityGroupIds", "VpcSubnetIds")
        return {name: thing[name] for name in names}


KINDS = [DbParameterGroup, Proxy]

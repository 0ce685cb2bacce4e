"""Secrets."""

import json

import kinds
from parts import Parts
from wire import Fault


def secret(account, asked):
    """A secret by its ARN or its name."""
    all_ = account.tables["secret"]
    found = all_.get(asked["SecretId"]) or next((one for one in all_.values() if one["name"] == asked["SecretId"]), None)
    if found is None:
        raise Fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    return found


def described(one):
    return {**one["DescribeSecret"], "Tags": kinds.taglist(one["tags"])}


def listed(one):
    """The list calls the versions otherwise, and leaves the copies out."""
    told = described(one)
    told["SecretVersionsToStages"] = told.pop("VersionIdsToStages", {})
    told.pop("ReplicationStatus", None)
    return told


READS = {
    "secretsmanager__ListSecrets": lambda account, asked: {"SecretList": [listed(one) for one in account.all("secret")]},
    "secretsmanager__DescribeSecret": lambda account, asked: described(secret(account, asked)),
    "secretsmanager__GetResourcePolicy": lambda account, asked: secret(account, asked)["GetResourcePolicy"],
}


class Secret(Parts):
    type, service = "AWS::SecretsManager::Secret", "secretsmanager"
    operations = {"DescribeSecret": "", "GetResourcePolicy": ""}

    # AWS tells a rotation without rules of before they had to be said.
    amends = (("needs either AutomaticallyAfterDays or ScheduleExpression", "/Rotation", None),)

    def things(self, case, answers):
        """A secret with each of the policies that were told of it."""
        told = self.told(answers)
        for number, description in enumerate(told["DescribeSecret"]):
            bare = {name: description[name] for name in ("ARN", "Name")}
            policies = [one for one in told["GetResourcePolicy"] if one["ARN"] == description["ARN"]]
            for policy in policies or [bare]:
                yield number, {"DescribeSecret": description, "GetResourcePolicy": policy}, {}

    def excluded(self, thing):
        told = thing["DescribeSecret"]
        if "DeletedDate" in told:
            return "waits to be deleted: no longer there"
        return "a service keeps it" if told.get("OwningService") else None

    def poor(self, thing):
        """Nothing rotates it."""
        return not thing["DescribeSecret"].get("RotationEnabled")

    def identity(self, thing):
        return thing["DescribeSecret"]["ARN"]

    def tag_names(self, thing):
        return thing["DescribeSecret"]["Name"]

    def install(self, account, thing, extra, tags):
        arn = self.identity(thing)
        account.tables["secret"][arn] = {**thing, "tags": tags, "name": self.tag_names(thing)}
        account.tags[arn] = tags

    def expect(self, thing, extra):
        told = thing["DescribeSecret"]
        whole = {name: told[name] for name in ("Description", "KmsKeyId", "Type") if name in told}
        policy = thing["GetResourcePolicy"].get("ResourcePolicy")
        if policy:
            whole["Policy"] = json.loads(policy)
        if told.get("RotationEnabled"):
            # Beside an expression the days are what Secrets Manager has counted out.
            rules = dict(told.get("RotationRules", {}))
            if "ScheduleExpression" in rules:
                rules.pop("AutomaticallyAfterDays", None)
            whole["Rotation"] = {"RotationLambdaARN": told["RotationLambdaARN"], "RotationRules": rules}
        copies = told.get("ReplicationStatus", [])
        return whole | {"ReplicaRegions": [{"Region": one["Region"], "KmsKeyId": one["KmsKeyId"]} for one in copies]}


KINDS = [Secret]

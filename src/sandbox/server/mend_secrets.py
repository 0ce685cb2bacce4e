"""Secrets Manager: names in their window, what one that waits to be deleted refuses, and rotations.

There is no Lambda here: a rotation's function is not looked for, and every rotation succeeds and keeps the value."""

import json
import re

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from patch import around, refusal

LEAVING = "You can't perform this operation on the secret because it was marked for deletion."


@around(SecretsManagerBackend)
def create_secret(moto, self, name, **named):
    there = self.secrets.get(name)
    if there and there.is_deleted():
        message = "You can't create this secret because a secret with this name is already scheduled for deletion."
        raise refusal("InvalidRequestException", message)
    return moto(self, name=name, **named)


@around(SecretsManagerBackend)
def update_secret(moto, self, secret_id, description=None, kms_key_id=None, **named):
    """What is empty takes the description away, and sets AWS's own key."""
    answer = moto(self, secret_id=secret_id, description=description, kms_key_id=kms_key_id, **named)
    secret = self.secrets[secret_id]
    secret.description = secret.description if description is None else description
    secret.kms_key_id = secret.kms_key_id or None
    return answer


def refuses_what_leaves(name):
    """One that waits to be deleted takes no such call."""

    def replaced(moto, self, secret_id, *arguments, **named):
        there = self.secrets.get(secret_id)
        if there and there.is_deleted():
            raise refusal("InvalidRequestException", LEAVING)
        return moto(self, secret_id, *arguments, **named)

    replaced.__name__ = name
    around(SecretsManagerBackend)(replaced)


for operation in ("get", "put", "delete"):
    refuses_what_leaves(f"{operation}_resource_policy")
for operation in ("tag", "untag"):
    refuses_what_leaves(f"{operation}_resource")


@around(SecretsManagerBackend)
def put_resource_policy(moto, self, secret_id, policy):
    try:
        json.loads(policy)
    except ValueError:
        raise refusal("MalformedPolicyDocumentException", "This resource policy contains invalid Json.") from None
    return moto(self, secret_id, policy)


@around(SecretsManagerBackend)
def rotate_secret(moto, self, secret_id, rotation_lambda_arn=None, rotation_rules=None, **named):
    rules, rotate_immediately = rotation_rules or {}, named.pop("rotate_immediately", True)
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days and expression:
        message = "You cannot specify both rotation frequency and schedule expression together."
        raise refusal("InvalidParameterException", message)
    secret = self.secrets.get(secret_id)
    rotation_lambda_arn = rotation_lambda_arn or getattr(secret, "rotation_lambda_arn", None)
    if secret and not rotation_lambda_arn:
        message = "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured."
        raise refusal("InvalidRequestException", message)
    if secret and not secret.versions:
        raise refusal("InvalidRequestException", "You can't rotate an empty secret.")
    value = secret and secret.versions[secret.default_version_id]
    if rotate_immediately:
        answer = moto(self, secret_id, rotation_rules=rotation_rules, **named)
        kept = {name: value[name] for name in ("secret_string", "secret_binary") if name in value}
        secret.versions[secret.default_version_id].update(kept)
    else:
        answer = secret.to_short_dict()
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = rotation_lambda_arn
    every = re.fullmatch(r"rate\((\d+) days?\)", expression or "")
    secret.auto_rotate_after_days = days or (int(every[1]) if every else 1)
    secret.rules = {name: rules[name] for name in ("Duration", "ScheduleExpression") if name in rules}
    return answer


@around(FakeSecret)
def to_dict(moto, self):
    """Beside an expression stand the days that it comes to."""
    told = moto(self)
    if "RotationRules" in told:
        told["RotationRules"].update(getattr(self, "rules", {}))
    return told

"""What services read and run by. Parameters of Systems Manager: tiers and how much they take, data types that stay, and what a
value may not have in it. Repositories of ECR: an empty object is the default."""

from moto.ecr.models import ECRBackend
from moto.ssm.models import SimpleSystemManagerBackend

from patch import around, refusal

STANDARD, ADVANCED = "Standard", "Advanced"
MOST = {STANDARD: 4096, ADVANCED: 8192}


@around(SimpleSystemManagerBackend)
def put_parameter(moto, self, name, description, value, *arguments, data_type="text", tier=None, **named):
    """moto takes any size, keeps the tier that was asked for, and changes all of a parameter that is there."""
    *arguments, data_type = arguments or [data_type]
    there = self._parameters[name] if name in self._parameters else []
    have, size = there[-1].tier if there else STANDARD, len(value.encode())
    if "{{" in value:
        raise invalid("Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.")
    tier = tier or have
    if have == ADVANCED and tier == STANDARD:
        raise invalid("This parameter uses the advanced-parameter tier. You can't downgrade it to the standard-parameter tier.")
    if size > MOST[tier]:
        raise invalid(f"{tier} tier parameters support a maximum parameter value of {MOST[tier]} characters.")
    if there and there[-1].data_type != data_type:
        raise invalid("The data type of a parameter can't be changed.")
    return moto(self, name, description, value, *arguments, data_type, tier=tier, **named)


@around(ECRBackend)
def put_image_scanning_configuration(moto, self, registry_id, repository_name, image_scan_config):
    """moto leaves what was there, and SDKs leave out what is false."""
    return moto(self, registry_id, repository_name, image_scan_config or {"scanOnPush": False})


def invalid(message):
    return refusal("ValidationException", message)

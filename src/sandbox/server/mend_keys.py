"""KMS: the period of a rotation, and the name that a policy has when none is given."""

import json

from moto.kms.responses import KmsResponse

from patch import around

# What AWS takes if no period is given.
DEFAULT_PERIOD = 365


@around(KmsResponse)
def enable_key_rotation(moto, self):
    answer = moto(self)
    key_of(self).rotation_period = self._get_param("RotationPeriodInDays") or DEFAULT_PERIOD
    return answer


@around(KmsResponse)
def get_key_rotation_status(moto, self):
    told = json.loads(moto(self))
    if told["KeyRotationEnabled"]:
        told["RotationPeriodInDays"] = getattr(key_of(self), "rotation_period", DEFAULT_PERIOD)
    return json.dumps(told)


@around(KmsResponse)
def _get_param(moto, self, param_name, if_none=None):
    """`default` is the only policy's name, and may be left out."""
    value = moto(self, param_name, if_none)
    return "default" if param_name == "PolicyName" and value is None else value


def key_of(response):
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(response._get_param("KeyId"))]

"""How moto is mended: a function takes the place of one method, or adds one that is missing, as its module is imported."""

import functools

from botocore import xform_name
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

__all__ = ["ActionResult", "EmptyResult", "adds", "around", "refusal", "remember"]


def around(owner):
    """Replaces the method of the same name; the function gets moto's own as its first argument."""

    def install(function):
        moto = getattr(owner, function.__name__)

        @functools.wraps(function)
        def replaced(*arguments, **named):
            return function(moto, *arguments, **named)

        setattr(owner, function.__name__, replaced)
        return replaced

    return install


def adds(owner):
    """Adds a method; fails at start if moto has it by now, so that what is no longer needed is noticed."""

    def install(function):
        if hasattr(owner, function.__name__):
            raise RuntimeError(f"moto has {owner.__name__}.{function.__name__} by now")
        setattr(owner, function.__name__, function)
        return function

    return install


class Refusal(ServiceException):
    """A class of our own: moto looks for an error's service in the module of its class."""


def refusal(code, message):
    """An error as the service would answer it."""
    return Refusal(code, message)


def remember(thing, asked, names):
    """Keeps on the stored object what moto drops; its serialiser then finds it by the name in the service's model."""
    for name in names:
        if asked.get(name) is not None:
            setattr(thing, xform_name(name), asked[name])

"""Lives that take time: what is asked for is done at once, and seen to be done later.

Either everything takes the same seconds, or everything takes AWS's own time, scaled.
"""

import time

# Seconds from the call until it is done, as seen in public logs of creations (NAT gateways 84 to 126, load balancers 138
# to 186, Aurora clusters 43, their instances 372 to 396, Redis groups 360 to 558) and, for the rest, estimated.
AWS = {
    "nat gateway": 105,
    "nat gateway deletion": 60,
    "endpoint": 75,
    "endpoint change": 30,
    "endpoint deletion": 60,
    "endpoint interfaces": 30,
    "gateway endpoint": 5,
    "load balancer": 160,
    "load balancer interfaces": 60,
    # RDS takes a change and goes on as if nothing were, for so long.
    "db change begins": 20,
    "db cluster": 45,
    "db cluster change": 30,
    "db cluster deletion": 60,
    "db instance": 385,
    "db instance change": 120,
    "db instance deletion": 300,
    "proxy": 240,
    "proxy change": 30,
    "proxy deletion": 120,
    # Until RDS has seen that a target answers.
    "proxy target": 60,
    "file system": 5,
    "file system change": 30,
    # 83 seconds in a log of Terraform.
    "mount target": 85,
    "mount target deletion": 60,
    # 15 to 40 minutes; changes and deletions by what users have reported.
    "domain": 1500,
    "domain change": 1800,
    "domain deletion": 900,
    "domain upgrade": 3600,
    "cache": 460,
    "cache change": 240,
    "cache deletion": 450,
    "cache users": 30,
    # 3 to 13 minutes, and up to 15.
    "distribution": 300,
    "vpc origin": 600,
    "deployment": 180,
    "draining": 60,
    "namespace": 10,
    # Until Route 53's name servers know a change.
    "record": 40,
    # For how long the name of a deleted queue stays taken.
    "queue name": 60,
    # For how long the tagging API knows nothing of a change.
    "tag index": 30,
}

_seconds = 0.0
_scale = None
_pending = []


def seconds():
    return _seconds


def set_pace(seconds=0.0, scale=None):
    """How long things take from now on: all `seconds`, or AWS's times by `scale`; what is under way keeps its time."""
    global _seconds, _scale
    _seconds, _scale = float(seconds), None if scale is None else float(scale)


def pace():
    return {"seconds": _seconds, "scale": _scale, "times": AWS}


def duration(what):
    """Seconds that this takes now."""
    usual = AWS[what]
    return _seconds if _scale is None else usual * _scale


def later(finish, what):
    """Calls `finish` when the time that this takes is over; at once if nothing is slow."""
    if duration(what) <= 0:
        finish()
    else:
        _pending.append((time.monotonic() + duration(what), finish))


def settle(thing, attribute, during, after, what):
    """Shows `during` in the attribute until the time is over, then `after`, unless something else changed it."""
    setattr(thing, attribute, during)

    def finish():
        if getattr(thing, attribute) == during:
            setattr(thing, attribute, after)

    later(finish, what)


def leave(kept, key, thing, attribute, what, during="deleting"):
    """Shows what was deleted, and keeps its name, for as long as its deletion takes."""
    setattr(thing, attribute, during)
    kept[key] = thing

    def finish():
        if kept.get(key) is thing:
            del kept[key]

    later(finish, what)


def finish_due():
    """Finishes what is due; the server calls it before each request."""
    now = time.monotonic()
    due = [entry for entry in _pending if entry[0] <= now]
    for entry in due:
        _pending.remove(entry)
        entry[1]()


def forget():
    _pending.clear()

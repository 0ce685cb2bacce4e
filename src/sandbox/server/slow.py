"""Lives that take time: what is asked for is done at once, and seen to be done later."""

import time

_seconds = 0.0
_pending = []


def seconds():
    return _seconds


def set_seconds(value):
    """How long creations and deletions take from now on; what is under way keeps its time."""
    global _seconds
    _seconds = float(value)


def later(finish):
    """Calls `finish` when the time is over; at once if nothing is slow."""
    if _seconds <= 0:
        finish()
    else:
        _pending.append((time.monotonic() + _seconds, finish))


def settle(thing, attribute, during, after):
    """Shows `during` in the attribute until the time is over, then `after`, unless something else changed it."""
    setattr(thing, attribute, during)

    def finish():
        if getattr(thing, attribute) == during:
            setattr(thing, attribute, after)

    later(finish)


def leave(kept, key, thing, attribute, during="deleting"):
    """Shows what was deleted for as long as its deletion takes."""
    setattr(thing, attribute, during)
    kept[key] = thing

    def finish():
        if kept.get(key) is thing:
            del kept[key]

    later(finish)


def finish_due():
    """Finishes what is due; the server calls it before each request."""
    now = time.monotonic()
    due = [entry for entry in _pending if entry[0] <= now]
    for entry in due:
        _pending.remove(entry)
        entry[1]()


def forget():
    _pending.clear()

"""The fault schedule: which calls go wrong, and how. The engine's fake cloud obeys the same format.

A schedule is a list of {"operation", "service", "what", "nth", "code", "seconds"}; only the first and third must be there:
    operation  the API's name, `CreateVpc`; `*` for every one; `*changing*` for every one that changes something, which
               is every one whose name begins with none of Describe, List, Get, Head, BatchGet and AssumeRole
    service    optional: only of this service (`ec2`, `elbv2`, ...)
    what       error-before  answered with an error, not carried out
               error-after   carried out, then answered with an error
               lost-answer   carried out, then the connection is closed without an answer
               die-before    the process that sent it dies, and the call is not carried out
               die-after     carried out, and the process that sent it dies before it hears of it
               deny          access denied, in the service's words
               throttle      a throttling error, in the service's words
               delay         carried out, and answered only so many `seconds` later
    nth        which of the matching calls, from 1, counted since the schedule was set; a list of them; or absent: all
    code       the error code of error-before and error-after; default InternalFailure, with HTTP status 500
    seconds    of `delay`; default 1

All faults that match count a call; the first that strikes is what happens to it.

A server cannot kill its client. From a die-before or die-after on, no call of the schedule's accounts is carried out or
answered until the schedule is replaced: whoever set the fault is told of it (GET deaths) and ends the process.
"""

import threading
from dataclasses import dataclass, field

KINDS = ("error-before", "error-after", "lost-answer", "die-before", "die-after", "deny", "throttle", "delay")
DEADLY = ("die-before", "die-after")
READS = ("Describe", "List", "Get", "Head", "BatchGet", "AssumeRole")
DENIED = {"ec2": (403, "UnauthorizedOperation"), "json": (400, "AccessDeniedException")}
THROTTLED = {"ec2": (503, "RequestLimitExceeded"), "json": (400, "ThrottlingException"), "xml": (503, "SlowDown")}


def is_read(operation):
    return operation.startswith(READS)


@dataclass
class Fault:
    operation: str
    what: str
    service: str | None = None
    nth: int | list | None = None
    code: str = "InternalFailure"
    seconds: float = 1.0
    seen: int = field(default=0, init=False)

    def __post_init__(self):
        if self.what not in KINDS:
            raise ValueError(f"no fault {self.what!r}; there are {', '.join(KINDS)}")

    @property
    def reaches_aws(self):
        """Whether the call is carried out all the same."""
        return self.what in ("error-after", "lost-answer", "die-after", "delay")

    @property
    def kills(self):
        return self.what in DEADLY

    def strikes(self, call):
        """Whether this call is meant; counts it if its name fits."""
        named = self.operation in ("*", call.operation)
        if not named and not (self.operation == "*changing*" and not is_read(call.operation)):
            return False
        if self.service not in (None, call.service):
            return False
        self.seen += 1
        wanted = [self.nth] if isinstance(self.nth, int) else self.nth
        return wanted is None or self.seen in wanted

    def answer(self, call):
        if self.what == "deny":
            status, code = DENIED.get(call.protocol, (403, "AccessDenied"))
            return call.error(status, code, f"not authorized to perform: {call.service}:{call.operation}")
        if self.what == "throttle":
            status, code = THROTTLED.get(call.protocol, (400, "Throttling"))
            return call.error(status, code, "Rate exceeded")
        status = 500 if self.code in ("InternalFailure", "InternalError", "ServiceUnavailable") else 400
        return call.error(status, self.code, f"{self.what}, as the fault schedule says")


class Schedule:
    """The faults of one account, or of all."""

    def __init__(self, faults=()):
        self.faults = list(faults)
        self.died = None
        self.over = threading.Event()

    def next_for(self, call):
        """The first fault that strikes; all that fit count the call."""
        return next(iter([fault for fault in self.faults if fault.strikes(call)]), None)


class Faults:
    """The schedules in force: one for every account, and one each for those that have their own."""

    def __init__(self):
        self.schedules = {None: Schedule()}
        self.changed = threading.Condition()

    def schedule(self, faults, account=None):
        """Replaces the schedule of an account, or that of all; a wrong one raises and changes nothing."""
        made = Schedule(Fault(**fault) for fault in faults)
        with self.changed:
            before, self.schedules[account] = self.schedules.get(account), made
            if before:
                before.over.set()
            self.changed.notify_all()

    def forget(self):
        """As at the start: no fault for anybody."""
        for account in list(self.schedules):
            self.schedule([], account)

    def of(self, account):
        """An account's own schedule, or that of all."""
        return self.schedules.get(account) or self.schedules[None]

    def die(self, schedule, call):
        with self.changed:
            schedule.died = {"service": call.service, "operation": call.operation, "account": call.account}
            self.changed.notify_all()

    def death(self, account, patience):
        """The call that the account's process died at, waiting for it at most `patience` seconds; none if it lives."""
        with self.changed:
            self.changed.wait_for(lambda: self.of(account).died, patience)
            return self.of(account).died

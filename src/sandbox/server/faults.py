"""The fault schedule: which calls go wrong, and how. The engine's fake cloud obeys the same format.

A schedule is a list of {"operation", "what", "nth", "code", "seconds", "service"}:
    operation  the API's name, `CreateVpc`; `*` for every one
    service    optional: only of this service (`ec2`, `elbv2`, ...)
    what       error-before  answered with an error, not carried out
               error-after   carried out, then answered with an error
               lost-answer   carried out, then the connection is closed without an answer
               deny          access denied, in the service's words
               throttle      a throttling error, in the service's words
    nth        which of the matching calls, from 1; a list of them; or absent: every one
    code       the error code of error-before and error-after; default InternalFailure, with HTTP status 500
"""

from dataclasses import dataclass, field

KINDS = ("error-before", "error-after", "lost-answer", "deny", "throttle")
DENIED = {"ec2": (403, "UnauthorizedOperation"), "json": (400, "AccessDeniedException")}
THROTTLED = {"ec2": (503, "RequestLimitExceeded"), "json": (400, "ThrottlingException"), "xml": (503, "SlowDown")}


@dataclass
class Fault:
    operation: str
    what: str
    service: str | None = None
    nth: int | list | None = None
    code: str = "InternalFailure"
    seen: int = field(default=0, init=False)

    def __post_init__(self):
        if self.what not in KINDS:
            raise ValueError(f"no fault {self.what!r}; there are {', '.join(KINDS)}")

    @property
    def reaches_aws(self):
        """Whether the call is carried out all the same."""
        return self.what in ("error-after", "lost-answer")

    def strikes(self, call):
        """Whether this call is meant; counts it if its name fits."""
        if self.operation not in ("*", call.operation) or self.service not in (None, call.service):
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


class Faults:
    """The schedule in force."""

    def __init__(self):
        self.faults = []

    def schedule(self, faults):
        """Replaces the schedule; a wrong one raises and changes nothing."""
        self.faults = [Fault(**fault) for fault in faults]

    def next_for(self, call):
        """The first fault that strikes; all that fit count the call."""
        return next(iter([fault for fault in self.faults if fault.strikes(call)]), None)

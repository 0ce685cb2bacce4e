"""The local AWS of `provision --sandbox`: moto behind a small WSGI application of our own.

    python server.py --state FILE [--port N] [--slow SECONDS] [--owner PID]

An access key id of twelve digits is the account that it speaks for; any other speaks for 123456789012, or for the
account of the role that it was assumed from.

Binds 127.0.0.1 only, writes {"pid", "port", "token", "version"} to FILE once it listens, and serves until it is stopped.
What moto lacks, and what it does otherwise than AWS where that would make right code fail or show false drift, is in
mend_*.py, one file for services that belong together; lives that take time are in slow.py.

Control, all JSON (never seen by the SDK):
    GET  /_provision/health   {"pid", "token", "version", "seconds_slow", "calls"}
    GET  /_provision/calls    {"count", "calls": [{"service", "operation", "account", "region", "role", "status", "fault"}]}
    POST /_provision/faults   a list of faults (see faults.py); replaces the schedule. With /ACCOUNT behind it: only for
                              calls of this account, which the schedule for all then leaves alone
    GET  /_provision/deaths/ACCOUNT  the call that a deadly fault struck, once it has: {"service", "operation", "account"};
                              null after half a minute in which none did
    POST /_provision/slow     {"seconds": N}: how long creations and deletions take from now on; 0 is at once. Or
                              {"scale": F}: as long as in AWS, times F
    GET  /_provision/slow     the same, and {"times": AWS's seconds by what takes them}
    POST /_provision/rates    {"factor": F}: throttles as AWS does, at F times its rates (rates.py has them); null: not
    GET  /_provision/rates    {"seconds", "bucket"}: the least time that the changing calls since then take, and why
    POST /_provision/fork     makes a second server that has all that this one has, and goes its own way from there:
                              {"port", "pid"}; it ends when it is stopped, or with this one's owner
    POST /_provision/watch/ACCOUNT  from now on the account's calls have "asked", too: what they name (see watched.py)
    POST /_provision/reset    empties every account, the call list and the fault schedule
    POST /_provision/stop     {"token"}: ends the process, if the token is its own
"""

import argparse
import json
import os
import secrets
import signal
import sys
import threading
import time
import traceback
from contextlib import nullcontext

# Read by moto at import. Without the managed policies, attaching one that AWS made fails.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
# Certificates are issued at once; a test that wants one to wait sets this to seconds.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "0")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "true")

from moto.backends import get_backend  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402

import answers  # noqa: E402
import watched  # noqa: E402
import mend_account  # noqa: E402, F401  imported for what they change in moto
import mend_alarms  # noqa: E402, F401
import mend_cache  # noqa: E402, F401
import mend_capacity  # noqa: E402, F401
import mend_cdn  # noqa: E402, F401
import mend_checks  # noqa: E402, F401
import mend_connect  # noqa: E402, F401
import mend_data  # noqa: E402, F401
import mend_deliveries  # noqa: E402, F401
import mend_dns  # noqa: E402, F401
import mend_ec2  # noqa: E402, F401
import mend_ecs  # noqa: E402, F401
import mend_edge  # noqa: E402, F401
import mend_groups  # noqa: E402, F401
import mend_files  # noqa: E402, F401
import mend_keys  # noqa: E402, F401
import mend_logs  # noqa: E402, F401
import mend_mail  # noqa: E402, F401
import mend_network  # noqa: E402, F401
import mend_offers  # noqa: E402, F401
import mend_parameters  # noqa: E402, F401
import mend_policies  # noqa: E402, F401
import mend_proxies  # noqa: E402, F401
import mend_queues  # noqa: E402, F401
import mend_quotas  # noqa: E402, F401
import mend_scheduler  # noqa: E402, F401
import mend_search  # noqa: E402, F401
import mend_secrets  # noqa: E402, F401
import mend_tags  # noqa: E402, F401
import mend_topics  # noqa: E402, F401
import mend_users  # noqa: E402, F401
import mend_volumes  # noqa: E402, F401
import process  # noqa: E402
import rates  # noqa: E402
import slow  # noqa: E402
import wsgi  # noqa: E402
from faults import Fault, Faults  # noqa: E402

TOKEN = secrets.token_hex(16)
# How long a watcher of deaths is kept waiting, in seconds.
DEATH_WATCH = 30
TOO_FAST = Fault("*", "throttle")
# Services that call the server again while they answer; one lock for all would stop them for good.
REENTRANT = {"apigateway", "execute-api", "states", "lambda", "batch"}


class Sandbox:
    """The WSGI application: control, faults, translation, then moto."""

    def __init__(self, version, owner):
        self.version = version
        self.owner = owner
        self.moto = DomainDispatcherApplication(create_app)
        self.begin()

    def begin(self):
        """What is this process's own, and not its accounts'."""
        # moto's dictionaries are not made for threads: a list walked while another request adds to it is a crash.
        self.turn = threading.RLock()
        self.faults = Faults()
        self.calls = []
        self.watched = set()

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        body = wsgi.read_body(environ)
        if path.startswith("/_provision/"):
            status, answer = self.control(environ["REQUEST_METHOD"], path.removeprefix("/_provision/"), body)
            return wsgi.respond(start_response, status, {"Content-Type": "application/json"}, json.dumps(answer).encode())
        call = answers.Call(environ, body)
        schedule = self.faults.of(call.account)
        fault = schedule.next_for(call) or (None if rates.takes(call) else TOO_FAST)
        record = call.record() | {"fault": fault.what if fault else None}
        if call.account in self.watched:
            with self.turn:
                record["asked"] = watched.of(call)
        self.calls.append(record)
        try:
            record["status"], headers, answer = self.answer(call, environ, schedule, fault)
        except answers.NoAnswer:
            answers.drop_connection(environ)
        return wsgi.respond(start_response, record["status"], headers, answer)

    def answer(self, call, environ, schedule, fault):
        """(status, headers, body) of what moto says, or of what the fault makes of it."""
        if fault and fault.what == "die-before":
            self.faults.die(schedule, call)
        if fault and not fault.reaches_aws and not fault.kills:
            return fault.answer(call)
        said = self.ask_moto(call, environ, schedule, fault)
        if fault and fault.what == "lost-answer":
            raise answers.NoAnswer
        if fault and fault.what == "error-after":
            return fault.answer(call)
        if fault and fault.what == "delay":
            time.sleep(fault.seconds)
        return said

    def ask_moto(self, call, environ, schedule, fault):
        """Moto's answer; an operation that it lacks, or a crash of its own, becomes an error that no SDK retries.

        Nothing of a process that has died is carried out any more: what it had sent besides arrives too late."""
        call.translate_request(environ)
        try:
            with nullcontext() if call.service in REENTRANT else self.turn:
                if not schedule.died:
                    slow.finish_due()
                    status, headers, answer = wsgi.run(self.moto, environ)
                if fault and fault.what == "die-after":
                    self.faults.die(schedule, call)
        except (NotImplementedError, ModuleNotFoundError):
            return call.not_offered()
        except Exception as crash:  # noqa: BLE001  a crash in moto must not look like an outage that is worth a retry
            traceback.print_exc()
            return call.error(501, "SandboxFailure", f"the sandbox crashed in {call.operation}: {crash!r}")
        if schedule.died:
            schedule.over.wait()
            raise answers.NoAnswer
        # Flask's own page for a path that no route has: an operation, or a service, that moto lacks.
        if status in (404, 405) and answer.startswith(b"<!doctype html>"):
            return call.not_offered()
        return call.translate_answer(status, headers, answer)

    def control(self, method, path, body):
        """One request to the control; (status, JSON value)."""
        if (method, path) == ("GET", "health"):
            health = {"pid": os.getpid(), "token": TOKEN, "version": self.version}
            return 200, health | {"seconds_slow": slow.seconds(), "calls": len(self.calls)}
        if (method, path) == ("GET", "calls"):
            return 200, {"count": len(self.calls), "calls": self.calls}
        if (method, path) == ("GET", "slow"):
            return 200, slow.pace()
        if (method, path) == ("GET", "rates"):
            return 200, rates.floor()
        path, _, account = path.partition("/")
        if (method, path) == ("GET", "deaths"):
            return 200, self.faults.death(account, DEATH_WATCH)
        try:
            asked = json.loads(body or b"null")
            if (method, path) == ("POST", "faults"):
                self.faults.schedule(asked or [], account or None)
            elif (method, path) == ("POST", "fork"):
                return 200, process.fork(self)
            elif (method, path) == ("POST", "slow"):
                slow.set_pace(**asked)
            elif (method, path) == ("POST", "rates"):
                rates.set_factor(asked["factor"])
            elif (method, path) == ("POST", "watch"):
                self.watched.add(account)
            elif (method, path) == ("POST", "reset"):
                self.reset()
            elif (method, path) == ("POST", "stop"):
                return self.stop(asked["token"])
            else:
                return 404, {"error": f"no control {method} {path}"}
        except (KeyError, TypeError, ValueError) as mistake:
            return 400, {"error": f"{type(mistake).__name__}: {mistake}"}
        return 200, {}

    def reset(self):
        with self.turn:
            reset_backends()
            slow.forget()
        rates.set_factor(None)
        self.faults.forget()
        self.calls = []
        self.watched = set()

    def stop(self, token):
        if not secrets.compare_digest(str(token), TOKEN):
            return 403, {"error": "this server was started by somebody else"}
        # After the answer is on its way.
        threading.Timer(0.1, os._exit, [0]).start()
        return 200, {}


def create_app(service):
    if service is None:
        raise NotImplementedError("a service that moto does not know")
    return create_backend_app(service)


def reset_backends():
    """Empties what was used; moto's own reset also builds every backend that nobody touched, which takes seconds."""
    for name in answers.used_backends():
        backends = get_backend(name)
        for account in list(backends.values()):
            for region in list(account.values()):
                region.reset()
        backends.clear()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--state", required=True)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--version", default="")
    arguments.add_argument("--owner", type=int)
    arguments.add_argument("--slow", type=float, default=0.0)
    chosen = arguments.parse_args()
    # It outlives the terminal that it was started from.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    slow.set_pace(chosen.slow)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = process.listen(Sandbox(chosen.version, chosen.owner), chosen.port, chosen.owner)
    state = {"pid": os.getpid(), "port": server.server_port, "token": TOKEN, "version": chosen.version}
    process.write_state(chosen.state, state)
    server.serve_forever()


if __name__ == "__main__":
    main()

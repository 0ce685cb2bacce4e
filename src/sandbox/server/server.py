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
    POST /_provision/faults   a list of faults (see faults.py); replaces the schedule
    POST /_provision/slow     {"seconds": N}: how long creations and deletions take from now on; 0 is at once
    POST /_provision/reset    empties every account, the call list and the fault schedule
    POST /_provision/stop     {"token"}: ends the process, if the token is its own
"""

import argparse
import io
import json
import os
import secrets
import signal
import sys
import threading
import time
import traceback

# Read by moto at import. Without the managed policies, attaching one that AWS made fails.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
# Certificates are issued at once; a test that wants one to wait sets this to seconds.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "0")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "true")

from moto.backends import get_backend  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server  # noqa: E402

import answers  # noqa: E402
import mend_cache  # noqa: E402, F401  imported for what they change in moto
import mend_data  # noqa: E402, F401
import mend_ec2  # noqa: E402, F401
import mend_ecs  # noqa: E402, F401
import mend_edge  # noqa: E402, F401
import mend_keys  # noqa: E402, F401
import mend_logs  # noqa: E402, F401
import mend_tags  # noqa: E402, F401
import slow  # noqa: E402
from faults import Faults  # noqa: E402

TOKEN = secrets.token_hex(16)
# Services that call the server again while they answer; one lock for all would stop them for good.
REENTRANT = {"apigateway", "execute-api", "states", "lambda", "batch"}


class Sandbox:
    """The WSGI application: control, faults, translation, then moto."""

    def __init__(self, version):
        self.version = version
        self.moto = DomainDispatcherApplication(create_app)
        # moto's dictionaries are not made for threads: a list walked while another request adds to it is a crash.
        self.turn = threading.RLock()
        self.faults = Faults()
        self.calls = []

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        body = read_body(environ)
        if path.startswith("/_provision/"):
            status, answer = self.control(environ["REQUEST_METHOD"], path.removeprefix("/_provision/"), body)
            return respond(start_response, status, {"Content-Type": "application/json"}, json.dumps(answer).encode())
        call = answers.Call(environ, body)
        fault = self.faults.next_for(call)
        record = call.record() | {"fault": fault.what if fault else None}
        self.calls.append(record)
        if fault and not fault.reaches_aws:
            status, headers, answer = fault.answer(call)
        else:
            status, headers, answer = self.ask_moto(call, environ)
            if fault and fault.what == "lost-answer":
                answers.drop_connection(environ)
            elif fault:
                status, headers, answer = fault.answer(call)
        record["status"] = status
        return respond(start_response, status, headers, answer)

    def ask_moto(self, call, environ):
        """Moto's answer; an operation that it lacks, or a crash of its own, becomes an error that no SDK retries."""
        call.translate_request(environ)
        try:
            if call.service in REENTRANT:
                status, headers, answer = run(self.moto, environ)
            else:
                with self.turn:
                    slow.finish_due()
                    status, headers, answer = run(self.moto, environ)
        except (NotImplementedError, ModuleNotFoundError):
            return call.not_offered()
        except Exception as crash:  # noqa: BLE001  a crash in moto must not look like an outage that is worth a retry
            traceback.print_exc()
            return call.error(501, "SandboxFailure", f"the sandbox crashed in {call.operation}: {crash!r}")
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
        try:
            asked = json.loads(body or b"null")
            if (method, path) == ("POST", "faults"):
                self.faults.schedule(asked or [])
            elif (method, path) == ("POST", "slow"):
                slow.set_seconds(asked["seconds"])
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
        self.faults.schedule([])
        self.calls = []

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


def read_body(environ):
    """The whole request body, put back for moto to read again."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read()
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def run(app, environ):
    """Calls a WSGI application; (status, headers, body)."""
    seen = {}

    def start_response(status, headers, _exc_info=None):
        seen.update(status=int(status.split()[0]), headers=dict(headers))

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return seen["status"], seen["headers"], body


def respond(start_response, status, headers, body):
    headers = {k: v for k, v in headers.items() if k.lower() not in ("content-length", "connection")} | (
        {"Content-Length": str(len(body))} if status not in (204, 304) else {}
    )
    start_response(f"{status} Sandbox", list(headers.items()))
    return [body]


class Handler(MotoRequestHandler):
    # Headers and body are two small writes; with Nagle's algorithm the second may wait 40 ms for an acknowledgement.
    disable_nagle_algorithm = True

    def log_request(self, *_args):
        """Nothing: the call list has it."""


def write_state(path, state):
    """Whole or not at all, readable by its owner only: a second process may look at any moment."""
    partial = f"{path}.{os.getpid()}"
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        json.dump(state, file)
    os.replace(partial, path)


def end_with(owner):
    """Ends this process once that one is gone, however it went: a test run leaves no server behind."""
    while True:
        try:
            os.kill(owner, 0)
        except OSError:
            os._exit(0)
        time.sleep(1)


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
    slow.set_seconds(chosen.slow)
    server = make_server("127.0.0.1", chosen.port, Sandbox(chosen.version), threaded=True, request_handler=Handler)
    # moto calls itself on this port for the few services that need it.
    os.environ["MOTO_PORT"] = str(server.server_port)
    state = {"pid": os.getpid(), "port": server.server_port, "token": TOKEN, "version": chosen.version}
    write_state(chosen.state, state)
    if chosen.owner:
        threading.Thread(target=end_with, args=[chosen.owner], daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()

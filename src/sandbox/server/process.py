"""The server as a process: where it listens, how it ends, and how it becomes two."""

import gc
import json
import os
import threading
import time

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server


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


def listen(sandbox, port, owner):
    """A server on the port, or on any free one for 0, that ends with its owner."""
    server = make_server("127.0.0.1", port, sandbox, threaded=True, request_handler=Handler)
    # moto calls itself on this port for the few services that need it.
    os.environ["MOTO_PORT"] = str(server.server_port)
    if owner:
        threading.Thread(target=end_with, args=[owner], daemon=True).start()
    return server


def fork(sandbox):
    """Makes a second process of everything that the sandbox has; {"port", "pid"}. Nothing may be half done in it."""
    reading, writing = os.pipe()
    # What is there by now is shared with the fork for as long as neither collects its garbage.
    gc.freeze()
    with sandbox.turn:
        pid = os.fork()
        if pid == 0:
            go_on_as_fork(sandbox, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return {"port": int(pipe.read()), "pid": pid}


def go_on_as_fork(sandbox, writing):
    """The life of a forked server: never returns. Of the first one's threads only this one is here."""
    try:
        # The sockets that it inherits are the first one's.
        os.closerange(3, writing)
        os.closerange(writing + 1, os.sysconf("SC_OPEN_MAX"))
        sandbox.begin()
        server = listen(sandbox, 0, sandbox.owner)
        os.write(writing, str(server.server_port).encode())
        os.close(writing)
        server.serve_forever()
    finally:
        os._exit(1)

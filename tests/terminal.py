"""Runs a program in a terminal of its own, as a person would, and tells what came of it.

    python terminal.py < SCRIPT > ANSWER        both JSON

SCRIPT: {"command": [...], "env": {...}, "columns": 80, "rows": 24, "seconds": 60, "do": [...]}, where `do` is a list of
    ["until", TEXT]        wait until the program has written this since the last step
    ["type", TEXT]         type it; "\\u0003" is Ctrl-C
    ["signal", "TERM"]     send the program a signal
    ["resize", 60, 20]     make the terminal so many columns and rows large
    ["hang up"]            close the terminal
ANSWER: {"exit": 130, "signal": null, "output": "...", "missed": null, "seconds": 0.2, "echoes_control": true}; `missed` is
    the text that never came, `seconds` how long it took from the last step to the end, `echoes_control` whether the terminal
    that the program leaves behind writes `^C` for Ctrl-C; null if there is none.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time


def set_size(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Terminal:
    def __init__(self, script):
        self.deadline = time.monotonic() + script.get("seconds", 60)
        self.output = b""
        self.seen = 0
        self.pid, self.master = pty.fork()
        columns, rows = script.get("columns", 80), script.get("rows", 24)
        if self.pid == 0:
            # Here and not in the parent: the program asks for the size as it starts.
            set_size(0, columns, rows)
            # Whoever runs this may ignore signals, as shells do for what they run in the background.
            for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGQUIT):
                signal.signal(name, signal.SIG_DFL)
            os.execve(script["command"][0], script["command"], script["env"])

    def read(self):
        """Takes in what was written within a moment; false once nobody writes any more."""
        ready, _, _ = select.select([self.master], [], [], 0.05)
        if not ready:
            return True
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            return False
        self.output += chunk
        return bool(chunk)

    def until(self, text):
        """Whether the text came in time."""
        while time.monotonic() < self.deadline:
            at = self.output.find(text.encode(), self.seen)
            if at >= 0:
                self.seen = at + len(text.encode())
                return True
            if not self.read():
                return self.output.find(text.encode(), self.seen) >= 0
        return False

    def end(self):
        """Reads to the end; returns how it ended."""
        while time.monotonic() < self.deadline:
            if self.master is not None:
                self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.master is not None and select.select([self.master], [], [], 0)[0] and self.read():
                    pass
                return status
            time.sleep(0.02)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None

    def echoes_control(self):
        return None if self.master is None else bool(termios.tcgetattr(self.master)[3] & termios.ECHOCTL)


def main():
    script = json.load(sys.stdin)
    terminal = Terminal(script)
    missed = None
    for what, *how in script["do"]:
        if what == "until":
            if not terminal.until(how[0]):
                missed = how[0]
                break
        elif what == "type":
            os.write(terminal.master, how[0].encode())
        elif what == "signal":
            os.kill(terminal.pid, getattr(signal, f"SIG{how[0]}"))
        elif what == "resize":
            set_size(terminal.master, *how)
        elif what == "hang up":
            os.close(terminal.master)
            terminal.master = None
        else:
            raise SystemExit(f"no such step: {what}")
    left_alone = time.monotonic()
    status = terminal.end()
    answer = {
        "exit": os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else None,
        "output": terminal.output.decode(errors="replace"),
        "missed": missed,
        "seconds": time.monotonic() - left_alone,
        "echoes_control": terminal.echoes_control(),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()

"""The harness of recorded answers, with what this project adds: run.py RECORDED BINARY WORK [--kind TYPE]."""

import os
import runpy
import sys

recorded, binary, work, *more = sys.argv[1:]
replay = os.path.join(recorded, "replay")
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.dirname(here), replay]

import additions  # noqa: E402  (needs the path above)

records = os.path.join(work, "records.json")
data = [os.path.join(recorded, "data", name + ".json") for name in ("dev", "cli-dev", "ls-dev")]
data.append(additions.coming(os.path.join(recorded, "data", "coming.json"), os.path.join(work, "coming.json")))
additions.install(data)
failed = []


def run(name, *arguments):
    """Runs a program of the harness in this process, so that it knows the additions."""
    path = os.path.join(replay, name)
    sys.argv = [path, *arguments]
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        if end.code:
            failed.append(name)


run("run.py", binary, *data, "--work", work, "--out", records, *more)
if not more:
    print("\nchanges by hand:")
    run("silent.py", binary, records, *data)
import witness  # noqa: E402

print("\nmembers of answers:")
if not witness.check(binary, work, records, data, more[1] if more else None):
    failed.append("witness.py")
print("recorded answers: " + ("FAILED: " + ", ".join(failed) if failed else "no fault, nothing silent"))
sys.exit(1 if failed else 0)

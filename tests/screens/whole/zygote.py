"""A process that has imported everything once, and becomes a command whenever it is asked to.

Two hundred commands would import for two minutes. Each one here is a process of its own all the
same, the leader of its session, with a terminal: a copy of this one, made after the imports. What
a command imports, and when, is of no concern to what it shows; tests/architecture measures it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from sam_deploy import __main__
from sam_deploy.cli.main import FOLDERS


def serve() -> None:
    """Start a command for each line of standard input: a JSON object, see `_become`."""
    for folder, names in FOLDERS.items():
        for name in names:
            importlib.import_module(f"sam_deploy.cli.{folder}.{name}_command")
    for module in (
        "sam_deploy.config",
        "sam_deploy.plan",
        "sam_deploy.build",
        "sam_deploy.aws",
        "boto3",
    ):
        importlib.import_module(module)
    gc.freeze()  # a copy that collects would copy all of it
    for line in sys.stdin:
        job = json.loads(line)
        watcher = os.fork()
        if not watcher:
            _watch(job)
        os.waitpid(watcher, 0)


def _watch(job: dict[str, object]) -> None:
    """Be the parent of the command, which nobody waits for, and note how it ended."""
    if os.fork():
        os._exit(0)
    command = os.fork()
    if not command:
        _become(job)
    _, status = os.waitpid(command, 0)
    note = Path(str(job["status"]))
    begun = note.with_suffix(".begun")
    begun.write_text(str(os.waitstatus_to_exitcode(status)), encoding="utf-8")
    begun.rename(note)
    os._exit(0)


def _become(job: dict[str, object]) -> None:
    """Run `arguments` in `folder`, with `variables`, at the terminal `terminal`."""
    os.setsid()
    line = os.open(str(job["terminal"]), os.O_RDWR)  # the first one of a session is its own
    for number in range(3):
        os.dup2(line, number)
    os.environ.clear()
    os.environ.update(job["variables"])  # type: ignore[call-overload] # an object of texts
    os.chdir(str(job["folder"]))
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115 - as Python opens them
    sys.argv = ["sam-deploy", *job["arguments"]]  # type: ignore[misc] # a list of texts
    code = 70
    try:
        __main__.run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except BaseException:  # noqa: BLE001 - a copy of this process must never go on as this process
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve()

"""The emulator as a process: started bounded to loopback, awaited, and ended without leftovers.

It is told everything by a small environment of our own, because whatever it inherits reaches
the functions: no variable of this machine does, but PATH (for `node`).
May touch: processes, the state folder, a scratch folder under the system's temp folder.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uv

from sam_deploy.errors import UnreachableError
from sam_deploy.events import Report, Waiting
from sam_deploy.local import ports, processes
from sam_deploy.local.environment import uv_environment
from sam_deploy.local.liveness import is_ok
from sam_deploy.local.state import Server
from sam_deploy.local.workers import found

if TYPE_CHECKING:
    from sam_deploy.local.environment import Environment
    from sam_deploy.local.state import StateFolder

READY_SECONDS: Final = 60.0
END_SECONDS: Final = 6.0
LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_POLL_SECONDS: Final = 0.05
_PORT_TAKEN: Final = "is already in use"


def start(
    environment: Environment, state: StateFolder, scratch: Path, endpoint: str = ""
) -> tuple[Server, processes.Child]:
    """A new emulator process exists; it is not ready yet (`await_ready`).

    `endpoint` is where its functions reach AWS, when that is not the emulator itself.
    Raises UnreachableError when its program cannot be run.
    """
    port = ports.any_free()
    found.write(scratch, uv.find_uv_bin(), uv_environment(os.environ))
    try:
        child = processes.spawn(
            # Isolated (-I): neither PYTHON* variables nor a file beside the launcher take part.
            [environment.python, "-I", LAUNCHER],
            env=variables(port, scratch, os.environ.get("PATH", os.defpath), endpoint),
            cwd=scratch,
            log=state.emulator_log,
        )
    except OSError as error:
        what = "The embedded cloud was not started"
        hint = f"remove `{environment.path}` and run it again"
        raise UnreachableError(what, why=str(error), hint=hint) from error
    return Server(child.process, port), child


def variables(port: int, scratch: Path, path: str, endpoint: str = "") -> dict[str, str]:
    """The whole environment of the emulator, and so of every function it runs."""
    return {
        **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
        "PATH": path,
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": ports.LOOPBACK,
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "0",
        "SAM_DEPLOY_PATCHES": os.environ.get("SAM_DEPLOY_PATCHES", "all"),
    }


def await_ready(server: Server, child: processes.Child, state: StateFolder, report: Report) -> None:
    """The emulator answers. Raises UnreachableError as soon as it is dead, or after a minute."""
    report(Waiting("the embedded cloud", READY_SECONDS))
    deadline = time.monotonic() + READY_SECONDS
    why = "it did not answer"
    while time.monotonic() < deadline:
        code = child.exit_code()
        if code is not None:
            tail = processes.last_lines(state.emulator_log)
            why = "\n".join(filter(None, (processes.describe_exit(code), tail)))
            break
        if answers(server):
            return
        time.sleep(_POLL_SECONDS)
    hint = f"see `{state.emulator_log}`"
    raise UnreachableError("The embedded cloud was not started", why=why, hint=hint)


def port_was_taken(state: StateFolder) -> bool:
    """Whether the emulator gave up because another program took its port meanwhile."""
    return _PORT_TAKEN in processes.last_lines(state.emulator_log)


def answers(server: Server, timeout_seconds: float = 2.0) -> bool:
    """Whether the emulator says that it is ready."""
    return is_ok(f"{server.url}/_ministack/ready", timeout_seconds)


def make_scratch(owner: Path) -> Path:
    """A new, private TMPDIR for the emulator; those that died with earlier ones are removed.

    Outside the project, because `node` looks for packages in every folder above a function.
    """
    prefix = _scratch_prefix(owner)
    for leftover in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        # A start that was killed before it could note its emulator left it in here.
        processes.kill_within(leftover)
        remove_scratch(leftover)
    return Path(tempfile.mkdtemp(prefix=prefix))


def remove_scratch(scratch: Path) -> None:
    """The folder is gone from its place, and is being removed by a process of its own.

    Every worker unpacked its layers there: gigabytes can take a minute, which nobody waits for.
    """
    gone = scratch.with_name(f"{scratch.name}.gone")
    try:
        scratch.rename(gone)
    except FileNotFoundError:
        return
    remove = "import shutil, sys; shutil.rmtree(sys.argv[1], ignore_errors=True)"
    subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", remove, str(gone)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _scratch_prefix(owner: Path) -> str:
    digest = hashlib.sha256(str(owner).encode()).hexdigest()[:12]
    return f"sam-deploy-cloud-{digest}-"

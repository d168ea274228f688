"""The gateway as a process: started on a port that is already ours, and awaited.

The socket is opened here and handed over, so that no other program can take the port between
choosing it and listening on it.
May touch: processes, the state folder, one loopback port.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Final

from sam_deploy.errors import UnreachableError
from sam_deploy.local import ports, processes
from sam_deploy.local.liveness import is_ok
from sam_deploy.local.state import Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sam_deploy.local.state import StateFolder

DEFAULT_PORT: Final = 3000
END_SECONDS: Final = 3.0
_READY_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.05


def start(
    endpoint: str,
    proxy: str,
    scratch: Path,
    port: int | None,
    state: StateFolder,
    note: Callable[[Server], None],
) -> Server:
    """The gateway to `endpoint` answers, on `port` or on the first free one from 3000.

    `proxy` is the URL of the proxy of faults, `scratch` the emulator's folder.

    `note` is called as soon as its process exists, so that a kill meanwhile leaves no orphan.
    Raises RefusedError when the given port is taken, UnreachableError when it does not start.
    """
    chosen = ports.listen_from(DEFAULT_PORT) if port is None else ports.listen_exactly(port)
    with chosen:
        number: int = chosen.getsockname()[1]
        descriptor = chosen.fileno()
        child = processes.spawn(
            # -P: a project's own `starlette.py` must not be imported in place of the real one.
            [
                *(sys.executable, "-P", "-m", "sam_deploy.local.gateway"),
                *("--endpoint", endpoint, "--proxy", proxy, "--scratch", str(scratch)),
                *("--fd", str(descriptor), "--port", str(number)),
            ],
            env=_variables(),
            cwd=state.path,
            log=state.gateway_log,
            pass_fds=(descriptor,),
        )
    server = Server(child.process, number)
    try:
        note(server)
        _await_ready(server, child, state)
    except BaseException:
        child.process.end(END_SECONDS)
        raise
    return server


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def _await_ready(server: Server, child: processes.Child, state: StateFolder) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    why = f"it did not answer for {_READY_SECONDS:.0f} s"
    while time.monotonic() < deadline:
        code = child.exit_code()
        if code is not None:
            tail = processes.last_lines(state.gateway_log)
            why = "\n".join(filter(None, (processes.describe_exit(code), tail)))
            break
        if _answers(server):
            return
        time.sleep(_POLL_SECONDS)
    what = "The gateway of the embedded cloud was not started"
    raise UnreachableError(what, why=why, hint=f"see `{state.gateway_log}`")


def _answers(server: Server) -> bool:
    return is_ok(f"{server.url}/_gateway/health", 1.0)

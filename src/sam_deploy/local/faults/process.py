"""The proxy as a process: started on a port that is already ours, and awaited.

The socket is opened here and handed over: its port is known before the emulator starts, which
tells its functions where the cloud is, and no other program can take it meanwhile.
May touch: processes, the state folder, one loopback port.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.local import ports, processes
from sam_deploy.local.faults.door import PATH
from sam_deploy.local.liveness import is_ok
from sam_deploy.local.state import Server

if TYPE_CHECKING:
    from sam_deploy.local.state import StateFolder

END_SECONDS: Final = 2.0
_READY_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.02
_BACKLOG: Final = 512


def new_socket() -> socket.socket:
    """A socket that listens on a free loopback port."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.bind((ports.LOOPBACK, 0))
    door.listen(_BACKLOG)
    return door


def same_socket(port: int) -> socket.socket:
    """A socket that listens where a proxy did before. Raises RefusedError when it is taken."""
    try:
        return ports.listen(port)
    except OSError as error:
        holder = ports.who_listens(port)
        raise RefusedError(
            f"Port {port} of the embedded cloud is not free any more",
            why=f"it is held by {holder or 'another program'}",
            hint="run `sam-deploy cloud stop`, then the same command again",
        ) from error


def start(cloud: str, door: socket.socket, state: StateFolder) -> Server:
    """A proxy to `cloud` stands on `door`, which is closed here; it answers soon (`await_ready`).

    Raises UnreachableError when its program cannot be run.
    """
    with closing(door):
        port: int = door.getsockname()[1]
        try:
            child = processes.spawn(
                # -P: a project's own module must not be imported in place of a real one.
                [
                    *(sys.executable, "-P", "-m", "sam_deploy.local.faults"),
                    *("--cloud", cloud, "--fd", str(door.fileno())),
                ],
                env={name: each for name, each in os.environ.items() if name[:4] != "AWS_"},
                cwd=state.path,
                log=state.proxy_log,
                pass_fds=(door.fileno(),),
            )
        except OSError as error:
            what = "The proxy of the embedded cloud was not started"
            raise UnreachableError(what, why=str(error), hint="free some memory") from error
    return Server(child.process, port)


def await_ready(server: Server, state: StateFolder) -> None:
    """The proxy answers. Raises UnreachableError as soon as it is dead, or after 20 s."""
    deadline = time.monotonic() + _READY_SECONDS
    why = f"it did not answer within {_READY_SECONDS:.0f} s"
    while time.monotonic() < deadline:
        if answers(server):
            return
        if not server.process.alive():
            why = "\n".join(("it ended", processes.last_lines(state.proxy_log))).strip()
            break
        time.sleep(_POLL_SECONDS)
    what = "The proxy of the embedded cloud was not started"
    raise UnreachableError(what, why=why, hint=f"see `{state.proxy_log}`")


def answers(server: Server, timeout_seconds: float = 2.0) -> bool:
    """Whether the proxy says what is in force."""
    return is_ok(f"{server.url}{PATH}", timeout_seconds)

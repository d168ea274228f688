"""uvicorn on one loopback socket, until Ctrl-C or SIGTERM; then open streams end at once."""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Final

import uvicorn

if TYPE_CHECKING:
    from starlette.types import ASGIApp

GRACE_SECONDS: Final = 2


class Server(uvicorn.Server):
    """Ends when it is told to, and leaves what comes after that to its caller.

    uvicorn's own one raises the signal again when it has ended, which would take the process away
    from a promotion that is being taken back.
    """

    def __init__(self, app: ASGIApp, ending: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="critical",
                access_log=False,  # the address holds the token
                server_header=False,
                date_header=False,
                lifespan="on",
                timeout_graceful_shutdown=GRACE_SECONDS,
                ws="none",
                limit_concurrency=200,
            )
        )
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no more requests, and end the streams."""
        del sig, frame
        self.should_exit = True
        self._ending()

    def serve_on(self, listening: socket.socket) -> None:
        """Serve until a signal."""
        self.run(sockets=[listening])

"""The gateway's server for a served app, in this process, until it is told to end.

Every path of the port is the app's: there is one API, and nothing else answers there.
May touch: one loopback port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from sam_deploy.local.gateway import app
from sam_deploy.local.gateway.rehearsed import Rehearsed
from sam_deploy.local.serving.upstream import API

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from sam_deploy.local.serving.upstream import ServedUpstream


def run(upstream: ServedUpstream, listening: socket.socket, log: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. `log` takes a line a request."""
    invoker = Rehearsed(upstream, None)
    gateway = app.serving(upstream, invoker, lambda line: log(upstream.told(line)))
    config = uvicorn.Config(
        _one_api(gateway, upstream),
        log_level="warning",
        access_log=False,
        server_header=False,
        # every client is on this computer: none of them is a proxy that is to be believed
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _one_api(gateway: ASGIApp, upstream: ServedUpstream) -> ASGIApp:
    """The gateway finds an API by its host: here every host is that of the one API."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            port = (scope.get("server") or ("", 0))[1]
            host = f"{API}.execute-api.{upstream.app.region}.localhost:{port}"
            scope = {**scope, "headers": [(b"host", host.encode()), *others]}
        await gateway(scope, receive, send)

    return serve

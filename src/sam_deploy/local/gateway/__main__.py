"""The gateway's process: `python -m sam_deploy.local.gateway --endpoint URL --port N`.

With `--fd` it serves on a socket that its parent has opened. It runs until SIGTERM.
"""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

import uvicorn

from sam_deploy.local.gateway import app
from sam_deploy.local.gateway.rehearsed import Rehearsed
from sam_deploy.local.gateway.upstream import Upstream
from sam_deploy.local.quick_door import QuickUpstream


def main() -> None:
    """Serve. One line a request goes to standard output."""
    parser = argparse.ArgumentParser(prog="sam_deploy.local.gateway")
    parser.add_argument("--endpoint", required=True, help="base URL of the emulator")
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--scratch", type=Path, required=True, help="the emulator's folder")
    parser.add_argument("--fd", type=int, help="a listening socket that was inherited")
    parser.add_argument("--proxy", default="", help="base URL of the proxy of faults")
    parser.add_argument("--near", default="", help="region that clients are near to")
    given = parser.parse_args()
    quick = QuickUpstream(given.endpoint, given.scratch)
    faulty = Upstream(given.proxy) if given.proxy else None
    config = uvicorn.Config(
        app.serving(quick, Rehearsed(quick, faulty), _log, given.near),
        log_level="warning",
        access_log=False,
        server_header=False,
        # every client is on this computer: none of them is a proxy that is to be believed
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[_listening(given.port, given.fd)])


def _listening(port: int, descriptor: int | None) -> socket.socket:
    if descriptor is not None:
        return socket.socket(fileno=descriptor)
    # asyncio turns Nagle's algorithm off only where a socket says that it is TCP.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", port))
    return opened


def _log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""The gateway's process: `python -m sam_deploy.local.gateway --endpoint URL --port N`.

With `--fd` it serves on a socket that its parent has opened. It runs until SIGTERM.
"""

from __future__ import annotations

import argparse
import socket
import sys

import uvicorn

from sam_deploy.local.gateway import app


def main() -> None:
    """Serve. One line a request goes to standard output."""
    parser = argparse.ArgumentParser(prog="sam_deploy.local.gateway")
    parser.add_argument("--endpoint", required=True, help="base URL of the emulator")
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--fd", type=int, help="a listening socket that was inherited")
    given = parser.parse_args()
    config = uvicorn.Config(
        app.make(given.endpoint, _log),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[_listening(given.port, given.fd)])


def _listening(port: int, descriptor: int | None) -> socket.socket:
    if descriptor is not None:
        return socket.socket(fileno=descriptor)
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", port))
    return opened


def _log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

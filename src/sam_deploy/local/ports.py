"""Loopback ports: a free one, the next free one, and who holds one.

May touch: sockets on 127.0.0.1 and ::1, the process table.
"""

from __future__ import annotations

import errno
import socket
from contextlib import closing, suppress
from typing import Final

import psutil

from sam_deploy.errors import RefusedError

LOOPBACK: Final = "127.0.0.1"
_PORTS_TRIED: Final = 200
_FIRST_UNPRIVILEGED: Final = 1024


def any_free() -> int:
    """A port that is free now. Somebody else may take it before it is used."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listen(port: int) -> socket.socket:
    """A socket that listens on this loopback port. Raises OSError when it is taken.

    A port is also taken when another program has it on ::1: browsers resolve `localhost`, and
    the names below it, to ::1 first, and would reach that program.
    """
    if _taken_on_ipv6(port):
        raise OSError(errno.EADDRINUSE, "the port is in use on ::1")
    # The protocol by name: only then does asyncio send what is small at once (TCP_NODELAY), and
    # an answer in two pieces does not wait 40 ms for an acknowledgement.
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((LOOPBACK, port))
        server.listen(512)
    except BaseException:
        server.close()
        raise
    return server


def listen_from(port: int) -> socket.socket:
    """A socket that listens on `port`, or on the next port that is free.

    Raises RefusedError when 200 ports in a row are taken.
    """
    for candidate in range(port, min(port + _PORTS_TRIED, 65536)):
        with suppress(OSError):
            return listen(candidate)
    raise RefusedError(
        f"No port from {port} to {port + _PORTS_TRIED - 1} is free for the gateway",
        why="other programs have all of them",
        hint="give a free port with `--port`",
    )


def listen_exactly(port: int, who: str = "the gateway") -> socket.socket:
    """A socket that listens on `port`. Raises RefusedError, naming who has it, when it is taken."""
    try:
        return listen(port)
    except OSError as error:
        holder = who_listens(port)
        why = f"it is held by {holder}" if holder else (error.strerror or str(error))
        with closing(listen_from(max(port + 1, _FIRST_UNPRIVILEGED))) as free:
            hint = f"port {free.getsockname()[1]} is free"
        raise RefusedError(f"Port {port} is not free for {who}", why=why, hint=hint) from error


def who_listens(port: int) -> str:
    """The program and process id that listen on a port, or '' when that cannot be seen."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.laddr:
                continue
            if connection.laddr[1] == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        return ""
    return ""


def _taken_on_ipv6(port: int) -> bool:
    try:
        probe = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    except OSError:  # this machine has no IPv6
        return False
    with closing(probe):
        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("::1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False

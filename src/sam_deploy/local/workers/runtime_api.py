"""The Lambda Runtime API of one worker: HTTP on a loopback port of its own.

It has no thread: whoever waits for the worker reads what has come. So a call costs two writes and
two reads, and nothing runs while nobody calls. Several connections are served, because clients
other than ours (awslambdaric, those of custom runtimes) open one for some of their requests.
Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes"; RFC 9112.
"""

from __future__ import annotations

import selectors
import socket
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK: Final = 1 << 18
_HEAD_LIMIT: Final = 1 << 21
"""Bytes of a request's head: a Cause header of awslambdaric may have a megabyte."""
_REASONS: Final = {200: "OK", 202: "Accepted", 400: "Bad Request", 404: "Not Found"}


class ProtocolError(Exception):
    """What came is no request of the Runtime API."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the worker. Header names are lower-case."""

    connection: Connection
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One connection of the worker, and the bytes that have come but are no whole request yet."""

    def __init__(self, opened: socket.socket) -> None:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = opened
        self.reset = False
        """It was ended by its process with bytes of ours unread."""
        self._came = bytearray()

    def read(self) -> tuple[list[Request], bool]:
        """The requests that are complete now, and whether the connection goes on."""
        try:
            data = self.socket.recv(_CHUNK)
        except OSError:
            self.reset = True
            return [], False
        if not data:
            # The end was there first, then what we sent was refused.
            self.reset = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
        self._came += data
        found = []
        while (parsed := parse(self._came)) is not None:
            method, path, headers, body, length = parsed
            del self._came[:length]
            found.append(Request(self, method, path, headers, body))
        return found, bool(data)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes, seconds: float) -> None:
        """Send an answer. Raises OSError when the worker is gone or reads nothing for so long."""
        lines = [f"HTTP/1.1 {status} {_REASONS.get(status, '-')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        self.socket.settimeout(max(seconds, 0.001))
        self.socket.sendall("\r\n".join(lines).encode("utf-8") + body)


def parse(data: bytearray) -> tuple[str, str, dict[str, str], bytes, int] | None:
    """The first request in `data`: method, path, headers, body, and its length in bytes.

    None when it is not complete. Raises ProtocolError for what never will be a request.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > _HEAD_LIMIT:
            raise ProtocolError("the head of a request has no end")
        return None
    lines = data[:end].decode("latin-1").split("\r\n")
    method, _, rest = lines[0].partition(" ")
    path, _, version = rest.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ProtocolError(f"not a request: {lines[0][:80]!r}")
    pairs = (line.partition(":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    start = end + 4
    if "chunked" in headers.get("transfer-encoding", "").lower():
        found = _chunks(data, start)
        return (method, path, headers, *found) if found else None
    try:
        length = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise ProtocolError("Content-Length is no number") from error
    if len(data) < start + length:
        return None
    return method, path, headers, bytes(data[start : start + length]), start + length


def _chunks(data: bytearray, start: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while (end := data.find(b"\r\n", start)) >= 0:
        try:
            size = int(bytes(data[start:end]).split(b";")[0], 16)
        except ValueError as error:
            raise ProtocolError("a chunk has no size") from error
        start = end + 2
        if size == 0:
            # What trails (errors of a streamed response) ends with an empty line.
            last = data.find(b"\r\n", start)
            while last > start:
                start = last + 2
                last = data.find(b"\r\n", start)
            return (bytes(body), start + 2) if last == start else None
        if len(data) < start + size + 2:
            return None
        body += data[start : start + size]
        start += size + 2
    return None


class RuntimeApi:
    """The API's server for one worker, and the pipe with what the worker writes."""

    def __init__(self) -> None:
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._selector = selectors.DefaultSelector()
        self._output = -1
        self.requests: deque[Request] = deque()
        self.output_ready = False
        self.lost = False
        """A connection has ended: the worker may have, too."""
        self.reset = False
        """One has ended with bytes of ours unread: what was sent last has not reached anybody."""
        try:
            self._listener.bind(("127.0.0.1", 0))
            self._listener.listen(16)
            self._selector.register(self._listener, selectors.EVENT_READ)
        except BaseException:
            self.close()
            raise

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API has them."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def watch(self, output: int) -> None:
        """Look at the worker's output, a file descriptor, too."""
        self._output = output
        self._selector.register(output, selectors.EVENT_READ)

    def unwatch(self) -> None:
        """The output has ended."""
        self._selector.unregister(self._output)

    def poll(self, seconds: float) -> None:
        """Wait for anything to happen, and take in what has. Raises ProtocolError."""
        for key, _ in self._selector.select(max(seconds, 0.0)):
            if key.fileobj == self._output:
                self.output_ready = True
            elif key.fileobj is self._listener:
                connection = Connection(self._listener.accept()[0])
                self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            else:
                self._take(key.data)

    def _take(self, connection: Connection) -> None:
        found, goes_on = connection.read()
        self.requests.extend(found)
        if not goes_on:
            self._selector.unregister(connection.socket)
            connection.socket.close()
            self.lost = True
            self.reset = self.reset or connection.reset

    def close(self) -> None:
        """All sockets are closed. A worker that waits for its next call ends by that."""
        for key in list(self._selector.get_map() or {}):
            opened = (self._selector.get_map() or {})[key].fileobj
            if isinstance(opened, socket.socket):
                opened.close()
        self._selector.close()
        self._listener.close()

"""HTTP/1.1 requests as they come over a connection: heads, bodies of a length, chunked bodies."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Mapping
from typing import Final

from sam_deploy.local.faults.calls import Request

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_BLOCK: Final = 1 << 16
_REQUEST_LINE_PARTS: Final = 3


class BrokenRequestError(Exception):
    """The client went away in the middle of a request, or sends what is no HTTP."""


class Stream:
    """What one client sends."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb", _BLOCK)

    def head(self) -> Request | None:
        """Return the next request without its body, or nothing at the end."""
        line = self._file.readline(_BLOCK)
        if not line:
            return None
        parts = line.decode("latin-1").split()
        if len(parts) != _REQUEST_LINE_PARTS:
            raise BrokenRequestError
        method, target, _ = parts
        headers: dict[str, str] = {}
        while (line := self._file.readline(_BLOCK)) not in {b"\r\n", b"\n"}:
            if not line:
                raise BrokenRequestError
            name, _, value = line.decode("latin-1").partition(":")
            name, value = name.strip().lower(), value.strip()
            # one header of a list, as RFC 9110 has it (section 5.3)
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Request(method, target, headers, b"")

    def body(self, head: Request) -> Request:
        """Return the request with its body, which a client may want to be asked for."""
        self._ask(head)
        return dataclasses.replace(head, body=self._read(head.headers))

    def part(self, head: Request, at_most_bytes: int) -> Request:
        """Return the request with the beginning of a body whose rest nobody reads."""
        self._ask(head)
        there = _length(head.headers.get("content-length", str(at_most_bytes)))
        return dataclasses.replace(head, body=self._exactly(min(at_most_bytes, there)))

    def _ask(self, head: Request) -> None:
        if head.headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(CONTINUE)

    def _read(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            return self._exactly(_length(headers.get("content-length", "0")))
        body = b""
        while size := _length(self._file.readline(_BLOCK).split(b";")[0].decode("latin-1"), 16):
            body += self._exactly(size)
            self._file.readline(_BLOCK)
        while self._file.readline(_BLOCK) not in {b"\r\n", b"\n", b""}:
            pass
        return body

    def _exactly(self, count: int) -> bytes:
        found = self._file.read(count)
        if len(found) < count:
            raise BrokenRequestError
        return bytes(found)


def _length(text: str, base: int = 10) -> int:
    """Return a length in bytes. Raises BrokenRequestError for what is none."""
    try:
        length = int(text, base)
    except ValueError as error:
        raise BrokenRequestError from error
    if length < 0:
        raise BrokenRequestError
    return length

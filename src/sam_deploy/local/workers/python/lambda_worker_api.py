"""The Lambda Runtime API's client: asks for invocations and answers them over one connection.

Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any, NoReturn

_API = "/2018-06-01/runtime"


class RuntimeApi:
    """Lambda's side of the work, over one connection. Ends the process when that is gone."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._address = address
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb", 1 << 16)

    def ask(self) -> None:
        """Say that the start is complete, by asking for the first invocation."""
        self._send("GET", "/invocation/next")

    def next(self) -> tuple[dict[str, str], bytes]:
        """Wait for the next invocation: headers by lower-case name, and the event."""
        _, headers, body = self._receive()
        return headers, body

    def answer(self, request_id: str, body: bytes, content_type: str) -> None:
        """Give an invocation's result, and ask for the next in the same breath."""
        path = f"/invocation/{request_id}/response"
        self._send("POST", path, body, f"content-type: {content_type}\r\n", then_next=True)
        self._receive()

    def fail(self, path: str, error: dict[str, Any], *, then_next: bool) -> None:
        """Report an error of an invocation or of the start."""
        kind = f"lambda-runtime-function-error-type: {error['errorType']}\r\n"
        body = json.dumps(error).encode()
        self._send("POST", path, body, kind, then_next=then_next)
        self._receive()

    def _send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: str = "",
        *,
        then_next: bool = False,
    ) -> None:
        head = f"{method} {_API}{path} HTTP/1.1\r\nhost: {self._address}\r\n{headers}"
        length = f"content-length: {len(body)}\r\n" if method == "POST" else ""
        more = f"GET {_API}/invocation/next HTTP/1.1\r\nhost: {self._address}\r\n\r\n"
        data = f"{head}{length}\r\n".encode() + body + (more.encode() if then_next else b"")
        try:
            self._socket.sendall(data)
        except OSError:
            _gone()

    def _receive(self) -> tuple[int, dict[str, str], bytes]:
        try:
            status = self._answers.readline().split()
            headers = {}
            while (line := self._answers.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            if not status or not line:
                _gone()
            body = self._answers.read(int(headers.get("content-length", 0)))
        except OSError:
            _gone()
        return int(status[1]), headers, body


def _gone() -> NoReturn:
    # The one who called has ended: nobody waits for this process any more.
    os._exit(1)

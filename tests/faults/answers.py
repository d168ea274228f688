"""Errors as AWS words them, in the form of each protocol. Source: botocore's parsers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from xml.sax.saxutils import escape

from tests.faults.calls import Known
from tests.faults.rules import Fail

REQUEST_ID = "00000000-fa17-fa17-fa17-000000000000"


@dataclass(frozen=True, slots=True)
class Made:
    """An answer, made here or by the cloud."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def rewritten(self, old: str, new: str) -> Made:
        """Return it with another text in place of one."""
        return Made(self.status, self.headers, self.body.replace(old.encode(), new.encode()))

    def as_bytes(self, *, with_body: bool) -> bytes:
        """Return it as it goes over the connection, which stays open."""
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        if not any(name.lower() == "content-length" for name, _ in self.headers):
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        return head + (self.body if with_body else b"")


def error(call: Known, fault: Fail) -> Made:
    """Return the error as the service of a call would answer it."""
    code, message = escape(fault.code), escape(fault.message)
    if call.protocol == "query":
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{message}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
        return _xml(fault.status, text)
    if call.protocol == "rest-xml":
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code>'
            f"<Message>{message}</Message><RequestId>{REQUEST_ID}</RequestId></Error>"
        )
        return _xml(fault.status, text)
    document = {"__type": fault.code, "Type": "User", "message": fault.message}
    headers = (
        ("Content-Type", "application/json"),
        ("x-amzn-ErrorType", fault.code),
        ("x-amzn-RequestId", REQUEST_ID),
    )
    return Made(fault.status, headers, json.dumps(document).encode())


def _xml(status: int, text: str) -> Made:
    headers = (("Content-Type", "text/xml"), ("x-amzn-RequestId", REQUEST_ID))
    return Made(status, headers, text.encode())

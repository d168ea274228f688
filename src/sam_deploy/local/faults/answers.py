"""Errors as AWS words them, in the form of each protocol. Source: botocore's parsers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from xml.sax.saxutils import escape

from sam_deploy.local.faults.calls import Known
from sam_deploy.local.faults.rules import Fail

REQUEST_ID: Final = "00000000-fa17-fa17-fa17-000000000000"


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
        headers: tuple[tuple[str, str], ...] = self.headers
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = (*headers, ("Content-Length", str(len(self.body))))
        head = head_of(self.status, headers)
        return head + (self.body if with_body else b"")


def head_of(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    """Return the status line and headers of an answer, up to its body."""
    lines = (
        f"HTTP/1.1 {status} {_phrase(status)}",
        *(f"{name}: {value}" for name, value in headers),
    )
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"


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
    if call.protocol == "cbor":
        smithy = (("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"))
        body = b"\xa2" + b"".join(map(_cbor, ("__type", fault.code, "message", fault.message)))
        return Made(fault.status, smithy, body)
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


def _cbor(text: str) -> bytes:
    """Return a text string of CBOR (RFC 8949, section 3, major type 3), up to 65,535 bytes."""
    body = text.encode()[:65535]
    return b"\x79" + len(body).to_bytes(2, "big") + body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # a status that only a function or a front end knows
        return ""

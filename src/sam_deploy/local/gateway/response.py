"""The HTTP answer that a function's result becomes: payload format 2.0. Pure.

Source: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway".
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Final

from sam_deploy.local.gateway.model import Reply

_RECALCULATED: Final = frozenset(
    {"connection", "content-length", "keep-alive", "transfer-encoding"}
)
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110, section 5.6.2."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_STATUSES: Final = range(200, 600)


def message(status: int, text: str) -> Reply:
    """An answer of the gateway itself, in the form of API Gateway's own."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Reply(status, (("content-type", "application/json"),), body)


INTERNAL_SERVER_ERROR: Final = message(500, "Internal Server Error")
NOT_FOUND: Final = message(404, "Not Found")
SERVICE_UNAVAILABLE: Final = message(503, "Service Unavailable")
TOO_LARGE: Final = message(413, "Request Entity Too Large")
HEADERS_TOO_LARGE: Final = message(431, "Request Header Fields Too Large")


def from_payload(payload: bytes) -> Reply:
    """The answer for what a function returned.

    An object with `statusCode` is taken by its parts; anything else is a 200 with the whole
    payload as its JSON body. What cannot be understood is a 500, as on AWS.
    """
    try:
        result = json.loads(payload)
    except ValueError:
        return INTERNAL_SERVER_ERROR
    if not isinstance(result, dict) or "statusCode" not in result:
        body = result.encode() if isinstance(result, str) else payload
        return Reply(200, (("content-type", "application/json"),), body)
    try:
        return _structured(result)
    except (TypeError, ValueError):
        return INTERNAL_SERVER_ERROR


def _structured(result: dict[str, object]) -> Reply:
    status = _status(result["statusCode"])
    headers = _headers(result.get("headers"))
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    cookies = [("set-cookie", cookie) for cookie in _cookies(result.get("cookies"))]
    return Reply(status, (*headers, *cookies), _body(result))


def _status(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        msg = "statusCode is not a number"
        raise TypeError(msg)
    status = int(value)
    if status not in _STATUSES:
        msg = "statusCode is out of range"
        raise ValueError(msg)
    return status


def _headers(value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        msg = "headers is not an object"
        raise TypeError(msg)
    named = [(_header_name(name), _header_value(entry)) for name, entry in value.items()]
    return [(name, text) for name, text in named if name not in _RECALCULATED]


def _header_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        msg = "a header name is not a token"
        raise ValueError(msg)
    return name.lower()


def _header_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        text = str(value)
        if not _CONTROL.search(text):
            return text
    msg = "a header value is not a line of text"
    raise TypeError(msg)


def _cookies(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        msg = "cookies is not a list"
        raise TypeError(msg)
    return [_header_value(cookie) for cookie in value]


def _body(result: dict[str, object]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        msg = "body is not a string"
        raise TypeError(msg)
    if result.get("isBase64Encoded") is not True:
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error

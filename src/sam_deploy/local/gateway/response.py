"""The HTTP answer that a function's result becomes. Pure.

Sources: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", and for REST APIs
"Set up Lambda proxy integrations in API Gateway".
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
TOO_MANY_REQUESTS: Final = message(429, "Too Many Requests")
FORBIDDEN: Final = message(403, "Forbidden")
HEADERS_TOO_LARGE: Final = message(431, "Request Header Fields Too Large")


def from_payload(payload: bytes, version: str = "2.0") -> Reply:
    """The answer of an HTTP API for what a function returned, in a payload format version.

    With 2.0, an object with `statusCode` is taken by its parts; anything else is a 200 with the
    whole payload as its JSON body. 1.0 needs the parts. What cannot be understood is a 500.
    """
    try:
        result = json.loads(payload)
    except ValueError:
        return INTERNAL_SERVER_ERROR
    if not isinstance(result, dict) or "statusCode" not in result:
        if version == "1.0":
            return INTERNAL_SERVER_ERROR
        body = result.encode() if isinstance(result, str) else payload
        return Reply(200, (("content-type", "application/json"),), body)
    try:
        return _structured(result, version)
    except (TypeError, ValueError):
        return INTERNAL_SERVER_ERROR


def from_rest_payload(payload: bytes, *, decode: bool) -> Reply | None:
    """The answer of a REST API for what a function returned, or None when it is malformed.

    `decode` says that the client takes bytes: otherwise a base64 body leaves as it is.
    Source: "Output format of a Lambda function for proxy integration".
    """
    try:
        result = json.loads(payload)
        if not isinstance(result, dict) or set(result) - _REST_KEYS:
            return None
        status = _status(result.get("statusCode", 200))
        kept = frozenset[str]()
        headers = _merged(
            _headers(result.get("headers"), kept), result.get("multiValueHeaders"), kept
        )
        encoded = {**result, "isBase64Encoded": result.get("isBase64Encoded") is True and decode}
        body = _body(encoded)
    except (TypeError, ValueError):
        return None
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Reply(status, tuple(headers), body)


_REST_KEYS: Final = frozenset(
    {"body", "cookies", "headers", "isBase64Encoded", "multiValueHeaders", "statusCode"}
)


def _structured(result: dict[str, object], version: str) -> Reply:
    status = _status(result["statusCode"])
    headers = _headers(result.get("headers"))
    if version == "1.0":
        headers = _merged(headers, result.get("multiValueHeaders"))
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    if version != "1.0":
        headers += [("set-cookie", cookie) for cookie in _cookies(result.get("cookies"))]
    return Reply(status, tuple(headers), _body(result))


def _merged(
    headers: list[tuple[str, str]],
    multiple: object,
    dropped: frozenset[str] = _RECALCULATED,
) -> list[tuple[str, str]]:
    """Both kinds of headers; a pair that is in both appears once, as AWS documents."""
    if multiple is None:
        return headers
    if not isinstance(multiple, dict):
        msg = "multiValueHeaders is not an object"
        raise TypeError(msg)
    listed: list[tuple[str, str]] = []
    for name, values in multiple.items():
        if not isinstance(values, list):
            msg = "a multi-value header is not a list"
            raise TypeError(msg)
        listed += [(_header_name(name), _header_value(value)) for value in values]
    listed = [(name, text) for name, text in listed if name not in dropped]
    return [pair for pair in headers if pair not in listed] + listed


def _status(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        msg = "statusCode is not a number"
        raise TypeError(msg)
    status = int(value)
    if status not in _STATUSES:
        msg = "statusCode is out of range"
        raise ValueError(msg)
    return status


def _headers(value: object, dropped: frozenset[str] = _RECALCULATED) -> list[tuple[str, str]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        msg = "headers is not an object"
        raise TypeError(msg)
    named = [(_header_name(name), _header_value(entry)) for name, entry in value.items()]
    return [(name, text) for name, text in named if name not in dropped]


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

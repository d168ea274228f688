"""The event that a function receives: payload format 2.0. Pure.

Source: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", and recorded events
of live APIs where that page is silent (paths, cookies, which bodies are text).
"""

from __future__ import annotations

import base64
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sam_deploy.local.gateway.model import Request, Stage
    from sam_deploy.local.gateway.routing import Match

_TEXT_TYPES: Final = ("application/json", "application/xml", "application/javascript")
_NOT_PASSED_ON: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
"""What is known of a caller whom nobody asked who they are."""


def build(
    request: Request,
    found: Match,
    stage: Stage,
    api_id: str,
    account_id: str,
    authorizer: Mapping[str, object] = NOTHING,
) -> dict[str, object]:
    """The event as JSON. What a request does not have is absent, as on AWS, and never null.

    `authorizer` is what an authorizer said: `{"jwt": ...}` or `{"lambda": ...}`.
    """
    event: dict[str, object] = {
        "version": "2.0",
        "routeKey": found.route.key,
        "rawPath": request.path,
        "rawQueryString": request.query,
    }
    cookies = _cookies(request)
    if cookies:
        event["cookies"] = cookies
    event["headers"] = _headers(request)
    if request.query:
        event["queryStringParameters"] = _query(request.query)
    context = request_context(request, found, stage, api_id, account_id)
    event["requestContext"] = {**context, "authorizer": authorizer} if authorizer else context
    if found.parameters:
        event["pathParameters"] = dict(found.parameters)
    if stage.variables:
        event["stageVariables"] = dict(stage.variables)
    body, encoded = body_of(request)
    if body is not None:
        event["body"] = body
    event["isBase64Encoded"] = encoded
    return event


def request_context(
    request: Request, found: Match, stage: Stage, api_id: str, account_id: str
) -> dict[str, object]:
    """The `requestContext` of format 2.0, without an authorizer."""
    return {
        "accountId": account_id,
        "apiId": api_id,
        "domainName": request.domain,
        "domainPrefix": request.domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent"),
        },
        "requestId": request.request_id,
        "routeKey": found.route.key,
        "stage": stage.name,
        "time": clf_time(request.time),
        "timeEpoch": epoch_milliseconds(request.time),
    }


_MONTHS: Final = tuple(
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 - as one reads them
)


def clf_time(time: datetime) -> str:
    """A time in UTC as `12/Mar/2020:19:03:58 +0000`, whatever the locale."""
    month = _MONTHS[time.month - 1]
    return f"{time.day:02}/{month}/{time.year}:{time:%H:%M:%S} +0000"


def epoch_milliseconds(time: datetime) -> int:
    """A time as milliseconds since 1970."""
    return int(time.timestamp() * 1000)


def _cookies(request: Request) -> list[str]:
    headers = [value for name, value in request.headers if name == "cookie"]
    parts = [part.strip() for header in headers for part in header.split(";")]
    return [part for part in parts if part]


def passed_on(request: Request) -> list[tuple[str, str]]:
    """The headers that concern the function and not the connection, in their order."""
    kept = [(name, value) for name, value in request.headers if name not in _NOT_PASSED_ON]
    return [*kept, ("content-length", str(len(request.body)))]


def _headers(request: Request) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in passed_on(request):
        if name != "cookie":
            joined[name] = f"{joined[name]},{value}" if name in joined else value
    return dict(sorted(joined.items()))


def _query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def body_of(request: Request) -> tuple[str | None, bool]:
    """The body as the event has it, and whether that is base64; None for an empty one."""
    if not request.body:
        return None, False
    if is_text(request.header("content-type")) and not request.header("content-encoding"):
        try:
            return request.body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64_text(request.body), True


def base64_text(body: bytes) -> str:
    """The body in base64."""
    return base64.b64encode(body).decode("ascii")


def is_text(content_type: str) -> bool:
    """Whether a body of this type is passed on as text. Forms are not, nor a missing type."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXT_TYPES

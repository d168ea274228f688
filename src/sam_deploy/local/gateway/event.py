"""The event that a function receives: payload format 2.0. Pure.

Source: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", and recorded events
of live APIs where that page is silent (paths, cookies, which bodies are text).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from sam_deploy.local.gateway.model import Request, Stage
    from sam_deploy.local.gateway.routing import Match

_TEXT_TYPES: Final = ("application/json", "application/xml", "application/javascript")
_NOT_PASSED_ON: Final = frozenset(
    {
        "connection",
        "cookie",
        "expect",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def build(
    request: Request, found: Match, stage: Stage, api_id: str, account_id: str
) -> dict[str, object]:
    """The event as JSON. What a request does not have is absent, as on AWS, and never null."""
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
    event["requestContext"] = _context(request, found, stage, api_id, account_id)
    if found.parameters:
        event["pathParameters"] = dict(found.parameters)
    if stage.variables:
        event["stageVariables"] = dict(stage.variables)
    body, encoded = _body(request)
    if body is not None:
        event["body"] = body
    event["isBase64Encoded"] = encoded
    return event


def _context(
    request: Request, found: Match, stage: Stage, api_id: str, account_id: str
) -> dict[str, object]:
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
        "time": request.time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(request.time.timestamp() * 1000),
    }


def _cookies(request: Request) -> list[str]:
    headers = [value for name, value in request.headers if name == "cookie"]
    parts = [part.strip() for header in headers for part in header.split(";")]
    return [part for part in parts if part]


def _headers(request: Request) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in request.headers:
        if name not in _NOT_PASSED_ON:
            joined[name] = f"{joined[name]},{value}" if name in joined else value
    joined["content-length"] = str(len(request.body))
    return dict(sorted(joined.items()))


def _query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(request: Request) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    if is_text(request.header("content-type")) and not request.header("content-encoding"):
        try:
            return request.body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode("ascii"), True


def is_text(content_type: str) -> bool:
    """Whether a body of this type is passed on as text. Forms are not, nor a missing type."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXT_TYPES

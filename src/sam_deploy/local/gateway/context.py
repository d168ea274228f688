"""What `$context` knows of a request: for access logs and for the identity of a caller. Pure.

Sources: "Customize HTTP API access logs" and "Variables for access logging for API Gateway".
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sam_deploy.local.gateway import event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.model import Request


def describe(
    request: Request, api_id: str, account_id: str, stage: str, **more: str
) -> dict[str, str]:
    """The variables that are known before anything is called; `more` are those of one kind."""
    return {
        "accountId": account_id,
        "apiId": api_id,
        "domainName": request.domain,
        "domainPrefix": request.domain.partition(".")[0],
        "extendedRequestId": request.extended_request_id or request.request_id,
        "httpMethod": request.method,
        "identity.sourceIp": request.source_ip,
        "identity.userAgent": request.header("user-agent"),
        "path": request.path,
        "protocol": request.protocol,
        "requestId": request.request_id,
        "requestTime": event.clf_time(request.time),
        "requestTimeEpoch": str(event.epoch_milliseconds(request.time)),
        "stage": stage,
        **more,
    }


def identity(
    source: str, request: Request, variables: Mapping[str, str], context: Mapping[str, str]
) -> str:
    """The value of an identity source in a request, or '' when it has none.

    Of either kind: `$request.header.Name` of HTTP APIs, `method.request.header.Name` of REST APIs;
    `querystring`, and `$stageVariables.Name` and `$context.Name` with the dollar or without.
    """
    expression = source.strip().removeprefix("$").removeprefix("method.")
    kind, _, name = expression.partition(".")
    if kind == "request":
        kind, _, name = name.partition(".")
    if kind == "header":
        return request.header(name.lower())
    if kind == "querystring":
        return dict(reversed(parse_qsl(request.query, keep_blank_values=True))).get(name, "")
    if kind == "stageVariables":
        return variables.get(name, "")
    return context.get(name, "") if kind == "context" else ""

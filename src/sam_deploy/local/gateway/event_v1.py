"""The event that a function receives: payload format 1.0, of HTTP APIs and of REST APIs. Pure.

Sources: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway" and "Set up Lambda
proxy integrations in API Gateway". What is absent is null here, not left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from sam_deploy.local.gateway import event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.model import Request

_NOBODY: Final = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider"),
    *("cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId"),
    *("principalOrgId", "user", "userArn"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request ended up: API, stage and resource.

    `path` is the event's own, `full_path` that of the request's context. `authorizer` None leaves
    the field out. `deployment_id` and `operation_name` are of REST APIs only ('' leaves them out).
    """

    account_id: str
    api_id: str
    stage: str
    resource: str
    resource_id: str | None
    path: str
    full_path: str
    parameters: Mapping[str, str]
    variables: Mapping[str, str]
    authorizer: Mapping[str, object] | None = None
    deployment_id: str = ""
    operation_name: str = ""


def build(
    request: Request,
    place: Place,
    headers: list[tuple[str, str]],
    body: tuple[str | None, bool],
) -> dict[str, object]:
    """The event as JSON. `headers` are named as the function shall see them, `body` is encoded.

    Of a header or parameter that repeats, the single-value fields hold the last one.
    """
    query = parse_qsl(request.query, keep_blank_values=True)
    return {
        "version": "1.0",
        "resource": place.resource,
        "path": place.path,
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": _multi(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _multi(query) or None,
        "requestContext": request_context(request, place),
        "pathParameters": dict(place.parameters) or None,
        "stageVariables": dict(place.variables) or None,
        "body": body[0],
        "isBase64Encoded": body[1],
    }


def request_context(request: Request, place: Place) -> dict[str, object]:
    """The `requestContext` of format 1.0."""
    context: dict[str, object] = {
        "accountId": place.account_id,
        "apiId": place.api_id,
        "domainName": request.domain,
        "domainPrefix": request.domain.partition(".")[0],
        "extendedRequestId": request.extended_request_id or request.request_id,
        "httpMethod": request.method,
        "identity": {
            **dict.fromkeys(_NOBODY),
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent") or None,
        },
        "path": place.full_path,
        "protocol": request.protocol,
        "requestId": request.request_id,
        "requestTime": event.clf_time(request.time),
        "requestTimeEpoch": event.epoch_milliseconds(request.time),
        "resourceId": place.resource_id,
        "resourcePath": place.resource,
        "stage": place.stage,
    }
    if place.authorizer is not None:
        context["authorizer"] = dict(place.authorizer)
    if place.deployment_id:
        context["deploymentId"] = place.deployment_id
    if place.operation_name:
        context["operationName"] = place.operation_name
    return context


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values

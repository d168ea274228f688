"""What an OpenAPI body gives a REST API, in the shape in which the REST API tells it. Pure.

The emulator's own import leaves out ANY methods, MOCK integrations, gateway responses, validators
and time limits.
Sources: "OpenAPI extensions for API Gateway", "Develop REST APIs using OpenAPI in API Gateway".
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway.openapi import METHODS, followed, schemes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ANY: Final = "x-amazon-apigateway-any-method"
_PLACES: Final = {"query": "querystring", "header": "header", "path": "path"}


def resources(body: Mapping[str, object]) -> list[dict[str, object]]:
    """The items of GetResources that the paths of a body make."""
    return [
        {
            "id": hashlib.sha256(path.encode()).hexdigest()[:6],
            "path": path,
            "resourceMethods": {
                "ANY" if method == _ANY else method.upper(): _method(body, _object(operation))
                for method, operation in _object(methods).items()
                if method == _ANY or method.lower() in METHODS
            },
        }
        for path, methods in _object(body.get("paths")).items()
    ]


def authorizers(body: Mapping[str, object]) -> list[dict[str, object]]:
    """The items of GetAuthorizers that the security schemes of a body make."""
    return [
        {"id": name, **made}
        for name, scheme in schemes(body).items()
        if (made := _authorizer(body, _object(scheme)))
    ]


def gateway_responses(body: Mapping[str, object]) -> list[dict[str, object]]:
    """The items of GetGatewayResponses that a body makes."""
    found = _object(body.get("x-amazon-apigateway-gateway-responses"))
    return [{"responseType": kind, **_object(given)} for kind, given in found.items()]


def binary_media_types(body: Mapping[str, object]) -> tuple[str, ...]:
    """The media types that a body names as binary."""
    found = body.get("x-amazon-apigateway-binary-media-types")
    return tuple(map(str, found)) if isinstance(found, list) else ()


def validators(body: Mapping[str, object]) -> list[dict[str, object]]:
    """The items of GetRequestValidators that a body makes."""
    found = _object(body.get("x-amazon-apigateway-request-validators"))
    return [{"id": name, **_object(given)} for name, given in found.items()]


def _method(body: Mapping[str, object], operation: Mapping[str, object]) -> dict[str, object]:
    named = operation.get(
        "x-amazon-apigateway-request-validator", body.get("x-amazon-apigateway-request-validator")
    )
    parameters = operation.get("parameters")
    return {
        **_security(body, operation),
        "operationName": operation.get("operationId"),
        "requestValidatorId": named,
        "requestParameters": dict(_parameters(parameters if isinstance(parameters, list) else [])),
        "methodIntegration": _integration(body, operation),
    }


def _parameters(given: list[object]) -> Iterator[tuple[str, bool]]:
    for each in given:
        parameter = _object(each)
        place = _PLACES.get(str(parameter.get("in")))
        if place:
            name = f"method.request.{place}.{parameter.get('name')}"
            yield name, parameter.get("required") is True


def _integration(
    body: Mapping[str, object], operation: Mapping[str, object]
) -> dict[str, object] | None:
    found = followed(body, operation.get("x-amazon-apigateway-integration"))
    if not found:
        return None
    responses = {
        pattern: {**_object(given), "selectionPattern": "" if pattern == "default" else pattern}
        for pattern, given in _object(found.get("responses")).items()
    }
    return {**found, "integrationResponses": responses}


def _security(body: Mapping[str, object], operation: Mapping[str, object]) -> dict[str, object]:
    wanted = operation.get("security", body.get("security"))
    made: dict[str, object] = {"authorizationType": "NONE"}
    for requirement in wanted if isinstance(wanted, list) else []:
        for name, scopes in _object(requirement).items():
            scheme = _object(schemes(body).get(name))
            kind = str(scheme.get("x-amazon-apigateway-authtype", "")).lower()
            if kind == "awssigv4":
                made["authorizationType"] = "AWS_IAM"
            elif _authorizer(body, scheme):
                pool = kind == "cognito_user_pools"
                made |= {
                    "authorizationType": "COGNITO_USER_POOLS" if pool else "CUSTOM",
                    "authorizerId": name,
                    "authorizationScopes": scopes,
                }
            elif str(scheme.get("name", "")).lower() == "x-api-key":
                made["apiKeyRequired"] = True
    return made


def _authorizer(body: Mapping[str, object], scheme: Mapping[str, object]) -> dict[str, object]:
    found = followed(body, scheme.get("x-amazon-apigateway-authorizer"))
    if not found:
        return {}
    kind = str(found.get("type", "")).upper()
    header = f"method.request.header.{scheme.get('name', 'Authorization')}"
    source = found.get("identitySource") or ("" if kind == "REQUEST" else header)
    return {**found, "type": kind, "identitySource": source}


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}

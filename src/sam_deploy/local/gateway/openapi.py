"""The routes, integrations, authorizers and CORS that an OpenAPI body gives an HTTP API. Pure.

Sources: "Working with OpenAPI definitions for HTTP APIs", "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import cors
from sam_deploy.local.gateway.model import (
    DEFAULT_ROUTE,
    Authorizer,
    Cors,
    Integration,
    Route,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ANY: Final = "x-amazon-apigateway-any-method"
_INTEGRATION: Final = "x-amazon-apigateway-integration"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""The methods that a path of a body may have, besides API Gateway's own word for any."""

LONGEST_TIMEOUT_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Definition:
    """What a body defines."""

    routes: tuple[Route, ...] = ()
    integrations: Mapping[str, Integration] = field(default_factory=dict)
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    cors: Cors | None = None


def read(body: Mapping[str, object]) -> Definition:
    """The definition in a body. What is not understood of it is left out, as by an import."""
    authorizers = dict(_authorizers(body))
    routes: list[Route] = []
    integrations: dict[str, Integration] = {}
    for path, methods in _object(body.get("paths")).items():
        for method, operation in _object(methods).items():
            if method.lower() not in METHODS and method != _ANY:
                continue
            key = _key(path, method, _object(operation))
            routes.append(_route(key, body, _object(operation), authorizers))
            found = _integration(body, _object(operation))
            if found is not None:
                integrations[key] = found
    configuration = body.get("x-amazon-apigateway-cors")
    allowed = cors.read(configuration if isinstance(configuration, dict) else None)
    return Definition(tuple(routes), integrations, authorizers, allowed)


def _key(path: str, method: str, operation: Mapping[str, object]) -> str:
    # SAM and exports mark it by its path, by `isDefaultRoute`, or by both.
    if path.strip("/") == DEFAULT_ROUTE or operation.get("isDefaultRoute") is True:
        return DEFAULT_ROUTE
    return f"{'ANY' if method == _ANY else method.upper()} {path}"


def _route(
    key: str,
    body: Mapping[str, object],
    operation: Mapping[str, object],
    authorizers: Mapping[str, Authorizer],
) -> Route:
    security = operation.get("security", body.get("security"))
    wanted = security[0] if isinstance(security, list) and security else {}
    for name, scopes in _object(wanted).items():
        scheme = _object(schemes(body).get(name))
        if str(scheme.get("x-amazon-apigateway-authtype", "")).lower() == "awssigv4":
            return Route(key, key, "AWS_IAM")
        if name in authorizers:
            kind = "JWT" if authorizers[name].kind == "JWT" else "CUSTOM"
            return Route(key, key, kind, name, cors.texts(scopes))
    return Route(key, key)


def _integration(body: Mapping[str, object], operation: Mapping[str, object]) -> Integration | None:
    found = followed(body, operation.get(_INTEGRATION))
    if not found:
        return None
    return Integration(
        kind=str(found.get("type", "")).upper(),
        uri=str(found.get("uri", "")),
        timeout_seconds=timeout_seconds(found.get("timeoutInMillis")),
        payload_version=str(found.get("payloadFormatVersion", "1.0")),
        http_method=str(found.get("httpMethod", "")),
        request_parameters=rules(found.get("requestParameters")),
        response_parameters=rules_by_status(found.get("responseParameters")),
    )


def _authorizers(body: Mapping[str, object]) -> Iterator[tuple[str, Authorizer]]:
    for name, scheme in schemes(body).items():
        found = followed(body, _object(scheme).get(_AUTHORIZER))
        if not found:
            continue
        source = found.get("identitySource")
        named = source.split(",") if isinstance(source, str) else cors.texts(source)
        jwt = _object(found.get("jwtConfiguration"))
        yield (
            name,
            Authorizer(
                authorizer_id=name,
                kind="JWT" if str(found.get("type", "")).lower() == "jwt" else "REQUEST",
                identity_source=tuple(part.strip() for part in named),
                issuer=str(jwt.get("issuer", "")),
                audience=cors.texts(jwt.get("audience")),
                uri=str(found.get("authorizerUri", "")),
                payload_version=str(found.get("authorizerPayloadFormatVersion", "2.0")),
                ttl_seconds=seconds(found.get("authorizerResultTtlInSeconds")),
                simple=str(found.get("enableSimpleResponses", False)).lower() == "true",
            ),
        )


def timeout_seconds(milliseconds: object) -> float:
    """How long an integration may take: what is asked for, but never more than AWS allows."""
    try:
        wanted = float(str(milliseconds)) / 1000
    except ValueError:
        wanted = 0.0
    return min(wanted or LONGEST_TIMEOUT_SECONDS, LONGEST_TIMEOUT_SECONDS)


def rules(given: object) -> dict[str, str]:
    """A parameter mapping: as an object, or as the list that CloudFormation takes for answers."""
    if isinstance(given, dict) and isinstance(given.get("ResponseParameters"), list):
        listed = (_object(each) for each in given["ResponseParameters"])
        return {str(each.get("Destination")): str(each.get("Source", "")) for each in listed}
    return {str(name): str(value) for name, value in _object(given).items()}


def rules_by_status(given: object) -> dict[str, dict[str, str]]:
    """The parameter mappings of answers, by status."""
    return {str(status): rules(each) for status, each in _object(given).items()}


def seconds(value: object) -> int:
    """A time to live. None, and what is no number, is 0."""
    try:
        return int(float(str(value)))
    except ValueError:
        return 0


def schemes(body: Mapping[str, object]) -> Mapping[str, object]:
    """The security schemes of a body, of OpenAPI 3 or Swagger 2."""
    components = _object(body.get("components"))
    return _object(components.get("securitySchemes") or body.get("securityDefinitions"))


def followed(body: Mapping[str, object], value: object) -> Mapping[str, object]:
    """The object itself, or the one in the body that it is a `$ref` to."""
    found = _object(value)
    reference = found.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return found
    target: object = body
    for part in reference[2:].split("/"):
        target = _object(target).get(part.replace("~1", "/").replace("~0", "~"))
    return _object(target)


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}

"""An HTTP API as the emulator tells it, in the gateway's own words.

May touch: the emulator, through `Reader` and `Stacks`.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sam_deploy.local.gateway import cors, openapi, stacks
from sam_deploy.local.gateway.model import (
    AccessLog,
    Authorizer,
    HttpApi,
    Integration,
    Route,
    Stage,
    Throttle,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.stacks import Stacks


class Reader(Protocol):
    """GET calls of the API Gateway APIs. `Upstream` is the real one."""

    async def read(
        self, region: str, path: str, service: str = "apigateway"
    ) -> dict[str, object] | None:
        """One object, or None for 404. Raises UpstreamError."""

    async def read_items(
        self, region: str, path: str, *, items: str = "items", mark: str = "nextToken"
    ) -> list[dict[str, object]]:
        """All items of all pages. Raises UpstreamError."""


async def read(reader: Reader, bodies: Stacks, region: str, api_id: str) -> HttpApi | None:
    """The API, or None when there is no HTTP API of this id. Raises UpstreamError."""
    path = f"/v2/apis/{api_id}"
    api = await reader.read(region, path)
    if api is None or api.get("protocolType", "HTTP") != "HTTP":
        return None
    routes, integrations, stages_, authorizers = await asyncio.gather(
        *(
            reader.read_items(region, f"{path}/{what}")
            for what in ("routes", "integrations", "stages", "authorizers")
        )
    )
    found = HttpApi(
        api_id=api_id,
        region=region,
        name=str(api.get("name", "")),
        routes=tuple(_route(item) for item in routes),
        integrations={str(item["integrationId"]): _integration(item) for item in integrations},
        stages={str(item["stageName"]): stage(item) for item in stages_},
        cors=cors.read(_object(api.get("corsConfiguration"))),
        authorizers={str(item["authorizerId"]): _authorizer(item) for item in authorizers},
        endpoint_disabled=str(api.get("disableExecuteApiEndpoint", False)).lower() == "true",
    )
    return found if routes else await _with_body(bodies, found, _object(api.get("tags")))


async def _with_body(bodies: Stacks, api: HttpApi, tags: Mapping[str, object]) -> HttpApi:
    """The API with what its template's OpenAPI body says, when it came from one."""
    stack, logical_id = tags.get(stacks.STACK_TAG), tags.get(stacks.LOGICAL_ID_TAG)
    if not stack or not logical_id:
        return api
    body = await bodies.body(api.region, str(stack), str(logical_id))
    if not body:
        return api
    defined = openapi.read(body)
    return replace(
        api,
        routes=defined.routes,
        integrations=defined.integrations,
        authorizers={**api.authorizers, **defined.authorizers},
        cors=api.cors or defined.cors,
    )


def _route(item: Mapping[str, object]) -> Route:
    target = str(item.get("target") or "")
    return Route(
        key=str(item.get("routeKey", "")),
        integration_id=target.removeprefix("integrations/"),
        authorization=str(item.get("authorizationType") or "NONE"),
        authorizer_id=str(item.get("authorizerId") or ""),
        scopes=cors.texts(item.get("authorizationScopes")),
    )


def _integration(item: Mapping[str, object]) -> Integration:
    return Integration(
        kind=str(item.get("integrationType", "")),
        uri=str(item.get("integrationUri", "")),
        timeout_seconds=openapi.timeout_seconds(item.get("timeoutInMillis")),
        payload_version=str(item.get("payloadFormatVersion") or "2.0"),
        http_method=str(item.get("integrationMethod") or ""),
        request_parameters=openapi.rules(item.get("requestParameters")),
        response_parameters=openapi.rules_by_status(item.get("responseParameters")),
    )


def _authorizer(item: Mapping[str, object]) -> Authorizer:
    configuration = lowered(_object(item.get("jwtConfiguration")))
    source = item.get("identitySource")
    return Authorizer(
        authorizer_id=str(item["authorizerId"]),
        kind=str(item.get("authorizerType") or ""),
        identity_source=(source,) if isinstance(source, str) else cors.texts(source),
        issuer=str(configuration.get("issuer") or ""),
        audience=cors.texts(configuration.get("audience")),
        uri=str(item.get("authorizerUri") or ""),
        payload_version=str(item.get("authorizerPayloadFormatVersion") or "2.0"),
        ttl_seconds=openapi.seconds(item.get("authorizerResultTtlInSeconds")),
        simple=str(item.get("enableSimpleResponses", False)).lower() == "true",
    )


def stage(item: Mapping[str, object]) -> Stage:
    """A stage as GetStages tells it. The emulator keeps some keys as CloudFormation has them."""
    variables = _object(item.get("stageVariables"))
    default = lowered(_object(item.get("defaultRouteSettings")))
    own = _object(item.get("routeSettings"))
    log = lowered(_object(item.get("accessLogSettings")))
    return Stage(
        name=str(item["stageName"]),
        variables={str(name): str(value) for name, value in variables.items()},
        throttle=_throttle(default),
        route_throttles={
            key: _throttle({**default, **lowered(_object(settings))})
            for key, settings in own.items()
        },
        access_log=access_log(log),
    )


def access_log(settings: Mapping[str, object]) -> AccessLog | None:
    """The access log that a stage's settings ask for, if both of them are there."""
    destination, form = settings.get("destinationArn"), settings.get("format")
    return AccessLog(str(destination), str(form)) if destination and form else None


def _throttle(settings: Mapping[str, object]) -> Throttle:
    rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
    return Throttle(
        rate=float(str(rate)) if rate is not None else None,
        burst=int(float(str(burst))) if burst is not None else None,
    )


def lowered(settings: Mapping[str, object]) -> dict[str, object]:
    """Settings with the keys of the API, where the emulator kept those of CloudFormation."""
    return {name[:1].lower() + name[1:]: value for name, value in settings.items()}


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}

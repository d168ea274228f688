"""A REST API as the emulator tells it, in the gateway's own words.

May touch: the emulator, through `Reader` and `Stacks`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import cors, rest_openapi, stacks
from sam_deploy.local.gateway.http_reading import access_log, lowered
from sam_deploy.local.gateway.model import Throttle
from sam_deploy.local.gateway.rest_model import (
    ApiKey,
    GatewayResponse,
    IntegrationResponse,
    Method,
    Resource,
    RestApi,
    RestAuthorizer,
    RestIntegration,
    RestStage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.http_reading import Reader
    from sam_deploy.local.gateway.stacks import Stacks

_LONGEST_SECONDS: Final = 29.0
_JSON: Final = "application/json"
_HEADER: Final = "method.response.header."
_GATEWAY_HEADER: Final = "gatewayresponse.header."


async def read(reader: Reader, bodies: Stacks, region: str, api_id: str) -> RestApi | None:
    """The API, or None when there is no REST API of this id. Raises UpstreamError."""
    path = f"/restapis/{api_id}"
    api = await reader.read(region, path)
    if api is None:
        return None
    told, stages_ = await asyncio.gather(
        _told(reader, bodies, region, api), reader.read(region, f"{path}/stages")
    )
    insist = {
        str(each.get("id"))
        for each in told.validators
        if each.get("validateRequestParameters") is True
    }
    found = RestApi(
        api_id=api_id,
        region=region,
        name=str(api.get("name", "")),
        resources=tuple(_resource(item, insist) for item in told.resources),
        stages={stage.name: stage for stage in await _stages(bodies, region, stages_ or {})},
        authorizers={str(item["id"]): _authorizer(item) for item in told.authorizers},
        responses={str(item["responseType"]): _gateway_response(item) for item in told.responses},
        binary_media_types=(*cors.texts(api.get("binaryMediaTypes")), *told.binary_media_types),
        endpoint_disabled=str(api.get("disableExecuteApiEndpoint", False)).lower() == "true",
        compressed_bytes=_size(api.get("minimumCompressionSize"), told.compressed_bytes),
    )
    wants_keys = any(
        method.api_key_required
        for resource in found.resources
        for method in resource.methods.values()
    )
    return replace(found, keys=await _keys(reader, region, api_id)) if wants_keys else found


@dataclass(frozen=True, slots=True)
class _Told:
    """Parts of an API as the REST API lists them."""

    resources: list[dict[str, object]]
    authorizers: list[dict[str, object]]
    responses: list[dict[str, object]]
    validators: list[dict[str, object]]
    binary_media_types: tuple[str, ...] = ()
    compressed_bytes: object = None


async def _told(reader: Reader, bodies: Stacks, region: str, api: Mapping[str, object]) -> _Told:
    """What the API's template says in an OpenAPI body, else what the emulator says."""
    tags = _object(api.get("tags"))
    stack, logical_id = tags.get(stacks.STACK_TAG), tags.get(stacks.LOGICAL_ID_TAG)
    if stack and logical_id:
        body = await bodies.body(region, str(stack), str(logical_id))
        if body.get("paths"):
            return _Told(
                rest_openapi.resources(body),
                rest_openapi.authorizers(body),
                rest_openapi.gateway_responses(body),
                rest_openapi.validators(body),
                rest_openapi.binary_media_types(body),
                body.get("x-amazon-apigateway-minimum-compression-size"),
            )
    path = f"/restapis/{api['id']}"
    resources, authorizers, responses, validators = await asyncio.gather(
        _items(reader, region, f"{path}/resources?embed=methods"),
        _items(reader, region, f"{path}/authorizers"),
        _items(reader, region, f"{path}/gatewayresponses"),
        _items(reader, region, f"{path}/requestvalidators"),
    )
    return _Told(resources, authorizers, responses, validators)


def _size(*values: object) -> int | None:
    return next((int(str(value)) for value in values if str(value).isdigit()), None)


async def _items(reader: Reader, region: str, path: str) -> list[dict[str, object]]:
    return await reader.read_items(region, path, items="item", mark="position")


async def _stages(bodies: Stacks, region: str, answer: Mapping[str, object]) -> list[RestStage]:
    listed = answer.get("item")
    found = []
    for item in listed if isinstance(listed, list) else []:
        stage = _stage(item)
        tags = _object(item.get("tags"))
        stack, logical_id = tags.get(stacks.STACK_TAG), tags.get(stacks.LOGICAL_ID_TAG)
        if stage.access_log is None and stack and logical_id:
            # The emulator does not keep a template's AccessLogSetting.
            properties = await bodies.properties(region, str(stack), str(logical_id))
            settings = lowered(_object(properties.get("AccessLogSetting")))
            stage = replace(stage, access_log=access_log(settings))
        found.append(stage)
    return found


def _stage(item: Mapping[str, object]) -> RestStage:
    variables = _object(item.get("variables"))
    settings = _object(item.get("methodSettings"))
    return RestStage(
        name=str(item["stageName"]),
        variables={str(name): str(value) for name, value in variables.items()},
        deployment_id=str(item.get("deploymentId") or ""),
        throttles={
            key: limit
            for key, value in settings.items()
            if (limit := _throttle(_object(value))) != Throttle()
        },
        access_log=access_log(_object(item.get("accessLogSettings"))),
    )


def _throttle(settings: Mapping[str, object]) -> Throttle:
    rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
    # -1, and the account's own figures, mean that the stage has no limit of its own.
    asked_rate = float(str(rate)) if rate is not None else -1.0
    asked_burst = int(float(str(burst))) if burst is not None else -1
    if asked_rate < 0 or (asked_rate, asked_burst) == (10_000.0, 5_000):
        return Throttle()
    return Throttle(asked_rate, asked_burst if asked_burst >= 0 else None)


def _resource(item: Mapping[str, object], insist: set[str]) -> Resource:
    methods = _object(item.get("resourceMethods"))
    return Resource(
        resource_id=str(item.get("id", "")),
        path=str(item.get("path", "/")),
        methods={name: _method(_object(value), insist) for name, value in methods.items()},
    )


def _method(item: Mapping[str, object], insist: set[str]) -> Method:
    parameters = _object(item.get("requestParameters"))
    checked = str(item.get("requestValidatorId") or "") in insist
    return Method(
        authorization=str(item.get("authorizationType") or "NONE").upper(),
        authorizer_id=str(item.get("authorizerId") or ""),
        scopes=cors.texts(item.get("authorizationScopes")),
        api_key_required=item.get("apiKeyRequired") is True,
        operation_name=str(item.get("operationName") or ""),
        integration=_integration(_object(item.get("methodIntegration"))),
        required=tuple(name for name, must in parameters.items() if must is True and checked),
    )


def _integration(item: Mapping[str, object]) -> RestIntegration | None:
    if not item:
        return None
    milliseconds = item.get("timeoutInMillis")
    asked = float(milliseconds) / 1000 if isinstance(milliseconds, int | float) else 0.0
    templates = _object(item.get("requestTemplates"))
    responses = _object(item.get("integrationResponses"))
    return RestIntegration(
        kind=str(item.get("type") or "").upper(),
        uri=str(item.get("uri") or ""),
        timeout_seconds=min(asked or _LONGEST_SECONDS, _LONGEST_SECONDS),
        template=str(templates.get(_JSON) or ""),
        responses=tuple(_response(_object(value)) for value in responses.values()),
        http_method=str(item.get("httpMethod") or ""),
    )


def _response(item: Mapping[str, object]) -> IntegrationResponse:
    parameters, templates = (
        _object(item.get(name)) for name in ("responseParameters", "responseTemplates")
    )
    return IntegrationResponse(
        status=int(str(item.get("statusCode") or 200)),
        pattern=str(item.get("selectionPattern") or ""),
        headers=_named(parameters, _HEADER),
        body=str(templates.get(_JSON) or ""),
    )


def _gateway_response(item: Mapping[str, object]) -> GatewayResponse:
    status, templates = item.get("statusCode"), _object(item.get("responseTemplates"))
    return GatewayResponse(
        status=int(str(status)) if status else None,
        headers=_named(_object(item.get("responseParameters")), _GATEWAY_HEADER),
        template=str(templates[_JSON]) if _JSON in templates else None,
    )


def _named(parameters: Mapping[str, object], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix).lower(): str(value)
        for name, value in parameters.items()
        if name.startswith(prefix)
    }


def _authorizer(item: Mapping[str, object]) -> RestAuthorizer:
    source = str(item.get("identitySource") or "")
    ttl = item.get("authorizerResultTtlInSeconds")
    return RestAuthorizer(
        authorizer_id=str(item["id"]),
        kind=str(item.get("type") or "TOKEN").upper(),
        identity_source=tuple(part.strip() for part in source.split(",") if part.strip()),
        validation=str(item.get("identityValidationExpression") or ""),
        ttl_seconds=int(str(ttl)) if ttl is not None else 300,
        uri=str(item.get("authorizerUri") or ""),
        pools=cors.texts(item.get("providerARNs")),
    )


async def _keys(reader: Reader, region: str, api_id: str) -> dict[str, tuple[ApiKey, ...]]:
    plans, known = await asyncio.gather(
        _items(reader, region, "/usageplans"),
        _items(reader, region, "/apikeys?includeValues=true"),
    )
    values = {
        str(key["id"]): str(key.get("value") or "") for key in known if key.get("enabled", True)
    }
    keys: dict[str, tuple[ApiKey, ...]] = {}
    for plan in plans:
        listed = plan.get("apiStages")
        stages_ = [
            str(each.get("stage"))
            for each in (listed if isinstance(listed, list) else [])
            if each.get("apiId") == api_id
        ]
        if not stages_:
            continue
        members = await _items(reader, region, f"/usageplans/{plan['id']}/keys")
        valid = tuple(
            ApiKey(values[key_id], key_id)
            for member in members
            if (key_id := str(member["id"])) in values
        )
        for stage in stages_:
            keys[stage] = (*keys.get(stage, ()), *valid)
    return keys


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}

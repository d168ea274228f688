"""Renders the stages of an HTTP API: which alias they call, their limits, their access logs."""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import Environment, HttpApi
from sam_deploy.template.apis.access_logs import HTTP_FORMAT, access_log_group, access_log_settings
from sam_deploy.template.apis.gateways import (
    STAGE_VARIABLE,
    Gateway,
    limits,
    routes_of,
    throttle_of,
)
from sam_deploy.template.document import Entries, Json, Resource, ref
from sam_deploy.template.scope import Scope


def stage(scope: Scope, api: HttpApi, gateway: Gateway, environment: Environment) -> Entries:
    """Yield the stage of an environment, and its log group."""
    properties: dict[str, Json] = {
        "ApiId": ref(gateway.logical_id),
        "StageName": naming.stage_name(environment.name),
        "AutoDeploy": True,
        "StageVariables": {STAGE_VARIABLE: naming.alias_name(environment.name)},
    }
    if throttle := throttle_of(api, environment):
        properties["DefaultRouteSettings"] = limits(throttle)
    settings: dict[str, Json] = {}
    waits_for = []
    for _, route in routes_of(scope, "http"):
        if route.throttle:
            settings[f"{route.method} {route.path}"] = limits(route.throttle)
            # A stage refuses settings of a route that does not exist yet.
            waits_for.append(naming.http_api_route_id(route.method, route.path, gateway.own))
    if settings:
        properties["RouteSettings"] = settings
    if api.access_logs:
        kind = naming.http_api_id()
        yield access_log_group(scope, kind, gateway, environment, api)
        properties["AccessLogSettings"] = access_log_settings(kind, environment, HTTP_FORMAT)
    yield (
        naming.stage_id(environment.name),
        Resource(
            "AWS::ApiGatewayV2::Stage",
            properties | {"Tags": scope.tags(environment)},
            tuple(waits_for),
            environment=environment.name,
            declared=api,
        ),
    )

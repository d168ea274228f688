"""Renders the stages of a REST API: which alias and pool they use, limits, logs, tracing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy import naming
from sam_deploy.config.model import Environment, RestApi
from sam_deploy.template.apis.access_logs import REST_FORMAT, access_log_group, access_log_settings
from sam_deploy.template.apis.gateways import (
    STAGE_VARIABLE,
    Gateway,
    limits,
    routes_of,
    throttle_of,
)
from sam_deploy.template.apis.rest_api.preflight import EVERY_METHOD
from sam_deploy.template.apis.tokens import POOL_VARIABLE, pool_id, pool_of
from sam_deploy.template.document import Entries, Json, Resource, ref
from sam_deploy.template.scope import Scope


def stage(
    scope: Scope, api: RestApi, gateway: Gateway, environment: Environment, deployment_id: str
) -> Entries:
    """Yield the stage of an environment, and its log group."""
    kind = naming.REST_API
    properties: dict[str, Json] = {
        "RestApiId": ref(gateway.logical_id),
        "DeploymentId": ref(deployment_id),
        "StageName": naming.stage_name(environment.name),
        "Variables": _variables(scope, api, environment),
    }
    if settings := list(_method_settings(scope, api, environment)):
        properties["MethodSettings"] = settings
    if api.tracing:
        properties["TracingEnabled"] = True
    if api.access_logs:
        yield access_log_group(scope, kind, gateway, environment, api)
        properties["AccessLogSetting"] = access_log_settings(kind, environment, REST_FORMAT)
    yield (
        naming.api_part_id(kind, environment.name, "Stage"),
        Resource(
            "AWS::ApiGateway::Stage",
            properties | {"Tags": scope.tag_list(environment)},
            environment=environment.name,
            declared=api,
        ),
    )


def _variables(scope: Scope, api: RestApi, environment: Environment) -> dict[str, Json]:
    variables: dict[str, Json] = {STAGE_VARIABLE: naming.alias_name(environment.name)}
    pool = pool_of(scope, api.authorizer) if api.authorizer else None
    return variables | ({POOL_VARIABLE: pool_id(pool, environment)} if pool else {})


def _method_settings(scope: Scope, api: RestApi, environment: Environment) -> Iterator[Json]:
    """Yield the limits of the stage, then those of single routes.

    `/` in a path is written `~1`. Source: CloudFormation, "AWS::ApiGateway::Stage MethodSetting".
    """
    if throttle := throttle_of(api, environment):
        yield {"ResourcePath": "/*", "HttpMethod": "*", **limits(throttle)}
    routes = [route for _, route in routes_of(scope, "rest")]
    for route in routes:
        if route.throttle is None:
            continue
        named = {each.method for each in routes if each.path == route.path}
        named |= {"OPTIONS"} if api.cors else set()
        methods = [each for each in EVERY_METHOD if each not in named]
        path = "/" if route.path == "/" else "/" + route.path.replace("/", "~1")
        for method in methods if route.method == "ANY" else [route.method]:
            yield {"ResourcePath": path, "HttpMethod": method, **limits(route.throttle)}

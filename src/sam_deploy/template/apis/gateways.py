"""What both kinds of APIs have in common: which there are, who answers, how much is let through.

Pure. Families that watch or protect APIs ask here which logical id an environment's API has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.declare import changed
from sam_deploy.config.model import Environment, Function, HttpApi, RestApi, Route, Throttle
from sam_deploy.config.text import HttpMethod
from sam_deploy.template.arns import REGIONAL
from sam_deploy.template.document import Json, Resource, ref, sub
from sam_deploy.template.scope import Scope

STAGE_VARIABLE: Final = "LambdaAlias"
"""Stage variable: the alias that a stage calls. The runtime reads it, too."""


METHODS: Final[tuple[HttpMethod, ...]] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Gateway:
    """One API of a stack, and the environments that have a stage of it."""

    logical_id: str
    name: str
    """What AWS calls it."""
    environments: tuple[Environment, ...]
    own: str = ""
    """The environment whose API it is, where a shared stack has one for each."""


def http_apis(scope: Scope) -> tuple[Gateway, ...]:
    """Return the stack's HTTP APIs: one, or one per environment when their tokens differ."""
    api = scope.http_api
    if api is None:
        return ()
    if not physical.api_per_environment(scope.app, api):
        name = physical.api_name(scope.app, api, scope.owner)
        return (Gateway(naming.http_api_id(), name, scope.environments),)
    return tuple(
        Gateway(
            naming.http_api_id(each.name),
            physical.api_name(scope.app, api, each.name),
            (each,),
            each.name,
        )
        for each in scope.environments
    )


def rest_apis(scope: Scope) -> tuple[Gateway, ...]:
    """Return the stack's REST API, if it has one."""
    api = scope.rest_api
    if api is None:
        return ()
    name = physical.api_name(scope.app, api, scope.owner)
    return (Gateway(naming.REST_API, name, scope.environments),)


def routes_of(scope: Scope, kind: Literal["http", "rest"]) -> Iterator[tuple[Function, Route]]:
    """Yield every route of one of the APIs with the function that answers it."""
    for function in scope.functions:
        for route in function.routes:
            if physical.route_api(scope.app, route) != kind:
                continue
            if kind == "http" and _takes_preflight(scope, route):
                for method in _methods(scope, route):
                    yield function, changed(route, method=method)
            else:
                yield function, route


def _takes_preflight(scope: Scope, route: Route) -> bool:
    """Whether a route would answer the browser's OPTIONS itself, and ask it for a token.

    API Gateway answers for its CORS rule only where no route takes OPTIONS; ANY does.
    Source: API Gateway developer guide, "Configure CORS for HTTP APIs".
    """
    api = scope.app.http_api
    guarded = api is not None and api.cors is not None and api.authorizer is not None
    return guarded and route.method == "ANY" and not route.public


def _methods(scope: Scope, route: Route) -> list[HttpMethod]:
    """Return every method but OPTIONS that no other route of the path names."""
    named = {r.method for f in scope.functions for r in f.routes if r.path == route.path}
    return [each for each in METHODS if each not in named]


def answering(scope: Scope, kind: Literal["http", "rest"]) -> tuple[Function, ...]:
    """Return the functions that answer a route of one of the APIs, each once."""
    found = {function.name: function for function, _ in routes_of(scope, kind)}
    return tuple(found.values())


def integration_uri(scope: Scope, function: Function) -> str:
    """Return the only form that API Gateway documents for an alias in a stage variable.

    By name and not by `Fn::GetAtt`: a change of the code would list integration and routes as
    changed too, since an attribute of the function might be another.
    Source: API Gateway developer guide, "Stage variables reference for HTTP APIs".
    """
    name = scope.function_name(function)
    return (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"arn:${{AWS::Partition}}:lambda:{REGIONAL}:function:{name}"
        f":${{!stageVariables.{STAGE_VARIABLE}}}/invocations"
    )


def permission(
    function: Function, environment: Environment, gateway: Gateway, kind: str
) -> tuple[str, Resource]:
    """Let one stage call one alias: the dev stage cannot reach what prod serves.

    `kind` is the logical id of such an API without an environment.
    """
    stage = naming.stage_name(environment.name)
    source = f"arn:${{AWS::Partition}}:execute-api:{REGIONAL}:${{{gateway.logical_id}}}/{stage}/*"
    properties: dict[str, Json] = {
        "FunctionName": ref(naming.alias_id(function.name, environment.name)),
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": sub(source),
    }
    return naming.permission_id(function.name, environment.name, kind), Resource(
        "AWS::Lambda::Permission",
        properties,
        environment=environment.name,
        declared=function,
    )


def throttle_of(api: HttpApi | RestApi, environment: Environment) -> Throttle | None:
    """Return the limits of a stage: the environment's own, else those of every stage."""
    return api.throttles.get(environment.name, api.throttle)


def limits(throttle: Throttle) -> dict[str, Json]:
    """Return limits as stages of both kinds write them."""
    return {"ThrottlingBurstLimit": throttle.burst, "ThrottlingRateLimit": throttle.rate}

"""Renders the HTTP API: its routes, one stage per environment, and who may be called. Pure.

Every route goes through the alias of its stage, named by the stage variable `LambdaAlias`: an
unqualified function would serve unpromoted code. Explicit resources rather than an OpenAPI body:
differences stay readable, and SAM adds no `$default` stage that has no alias.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Cors, Environment, Function, HttpApi
from sam_deploy.template.arns import REGIONAL
from sam_deploy.template.document import Entries, Json, Resource, ref, sub
from sam_deploy.template.origins import allowed_origins
from sam_deploy.template.scope import Scope

STAGE_VARIABLE: Final = "LambdaAlias"
PAYLOAD_VERSION: Final = "2.0"


def http_api(scope: Scope) -> Entries:
    """Yield the API with everything that belongs to it; nothing for a stack without one."""
    if scope.http_api is None:
        return
    yield naming.http_api_id(), _api(scope, scope.http_api)
    answering = [function for function in scope.functions if function.routes]
    for function in answering:
        yield from _routes(function)
    for environment in scope.environments:
        yield naming.stage_id(environment.name), _stage(scope, environment)
        for function in answering:
            yield _permission(function, environment)


def _api(scope: Scope, api: HttpApi) -> Resource:
    properties: dict[str, Json] = {
        "Name": naming.http_api_name(scope.app.name),
        "ProtocolType": "HTTP",
    }
    if api.description:
        properties["Description"] = api.description
    if api.cors:
        properties["CorsConfiguration"] = _cors(scope, api.cors)
    return Resource("AWS::ApiGatewayV2::Api", properties | {"Tags": scope.tags()})


def _cors(scope: Scope, cors: Cors) -> Json:
    origins = allowed_origins(scope.app, cors, scope.environments, "The CORS rule of the HTTP API")
    headers = list(cors.headers)
    if "*" in headers and "Authorization" not in headers:
        # The wildcard does not cover it. Source: Fetch standard, "CORS-unsafe request-header".
        headers.insert(0, "Authorization")
    return {
        "AllowOrigins": origins,
        "AllowMethods": ["*"] if "ANY" in cors.methods else list(cors.methods),
        "AllowHeaders": headers,
        "MaxAge": cors.max_age_seconds,
    }


def _routes(function: Function) -> Entries:
    """Yield one integration for the function and a route to it for each that it lists."""
    integration_id = naming.http_api_integration_id(function.name)
    integration: dict[str, Json] = {
        "ApiId": ref(naming.http_api_id()),
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": sub(_integration_uri(function)),
        "PayloadFormatVersion": PAYLOAD_VERSION,
    }
    waits_for = (naming.function_name(function.name),)
    yield integration_id, Resource("AWS::ApiGatewayV2::Integration", integration, waits_for)
    for route in function.routes:
        properties: dict[str, Json] = {
            "ApiId": ref(naming.http_api_id()),
            "RouteKey": f"{route.method} {route.path}",
            "Target": sub(f"integrations/${{{integration_id}}}"),
        }
        route_id = naming.http_api_route_id(route.method, route.path)
        yield route_id, Resource("AWS::ApiGatewayV2::Route", properties)


def _integration_uri(function: Function) -> str:
    """Return the only form that API Gateway documents for an alias in a stage variable.

    By name and not by `Fn::GetAtt`: a change of the code would list integration and routes as
    changed too, since an attribute of the function might be another.
    Source: API Gateway developer guide, "Stage variables reference for HTTP APIs".
    """
    name = naming.function_name(function.name)
    return (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"arn:${{AWS::Partition}}:lambda:{REGIONAL}:function:{name}"
        f":${{!stageVariables.{STAGE_VARIABLE}}}/invocations"
    )


def _stage(scope: Scope, environment: Environment) -> Resource:
    return Resource(
        "AWS::ApiGatewayV2::Stage",
        {
            "ApiId": ref(naming.http_api_id()),
            "StageName": naming.stage_name(environment.name),
            "AutoDeploy": True,
            "StageVariables": {STAGE_VARIABLE: naming.alias_name(environment.name)},
            "Tags": scope.tags(environment),
        },
    )


def _permission(function: Function, environment: Environment) -> tuple[str, Resource]:
    """Let one stage call one alias: the dev stage cannot reach what prod serves."""
    api, stage = naming.http_api_id(), naming.stage_name(environment.name)
    properties: dict[str, Json] = {
        "FunctionName": ref(naming.alias_id(function.name, environment.name)),
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": sub(f"arn:${{AWS::Partition}}:execute-api:{REGIONAL}:${{{api}}}/{stage}/*"),
    }
    permission_id = naming.permission_id(function.name, environment.name, api)
    return permission_id, Resource("AWS::Lambda::Permission", properties)

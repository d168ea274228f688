"""Renders the HTTP API: its routes, one stage per environment, and who may be called. Pure.

Every route goes through the alias of its stage, named by the stage variable `LambdaAlias`: an
unqualified function would serve unpromoted code. Explicit resources rather than an OpenAPI body:
differences stay readable, and SAM adds no `$default` stage that has no alias.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Cors, Environment, Function
from sam_deploy.template.arns import REGIONAL
from sam_deploy.template.document import Json, Resource, ref, sub
from sam_deploy.template.origins import allowed_origins
from sam_deploy.template.scope import Scope

STAGE_VARIABLE: Final = "LambdaAlias"
PAYLOAD_VERSION: Final = "2.0"


def http_api(scope: Scope) -> dict[str, Resource]:
    """Return the API with everything that belongs to it; nothing for a stack without one."""
    if scope.http_api is None:
        return {}
    rendered = {naming.http_api_id(): _api(scope)}
    for function in scope.functions:
        if function.routes:
            rendered |= _routes(function)
    for environment in scope.environments:
        rendered[naming.stage_id(environment.name)] = _stage(scope, environment)
        for function in scope.functions:
            if function.routes:
                permission_id = naming.permission_id(
                    function.name, environment.name, naming.http_api_id()
                )
                rendered[permission_id] = _permission(function, environment)
    return rendered


def _api(scope: Scope) -> Resource:
    api = scope.http_api
    properties: dict[str, Json] = {
        "Name": naming.http_api_name(scope.app.name),
        "ProtocolType": "HTTP",
    }
    if api and api.description:
        properties["Description"] = api.description
    if api and api.cors:
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


def _routes(function: Function) -> dict[str, Resource]:
    """Return one integration for the function and a route to it for each that it lists."""
    integration_id = naming.http_api_integration_id(function.name)
    rendered = {
        integration_id: Resource(
            "AWS::ApiGatewayV2::Integration",
            {
                "ApiId": ref(naming.http_api_id()),
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": sub(_integration_uri(function)),
                "PayloadFormatVersion": PAYLOAD_VERSION,
            },
            depends_on=(naming.function_name(function.name),),
        )
    }
    for route in function.routes:
        rendered[naming.http_api_route_id(route.method, route.path)] = Resource(
            "AWS::ApiGatewayV2::Route",
            {
                "ApiId": ref(naming.http_api_id()),
                "RouteKey": f"{route.method} {route.path}",
                "Target": sub(f"integrations/${{{integration_id}}}"),
            },
        )
    return rendered


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


def _permission(function: Function, environment: Environment) -> Resource:
    """Let one stage call one alias: the dev stage cannot reach what prod serves."""
    stage = naming.stage_name(environment.name)
    source = f"arn:${{AWS::Partition}}:execute-api:{REGIONAL}:${{{naming.http_api_id()}}}/{stage}/*"
    return Resource(
        "AWS::Lambda::Permission",
        {
            "FunctionName": ref(naming.alias_id(function.name, environment.name)),
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": sub(source),
        },
    )

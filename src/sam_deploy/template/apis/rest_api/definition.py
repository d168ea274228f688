"""Renders a REST API's OpenAPI body: who answers each path, and whose tokens it takes. Pure.

Sources: API Gateway developer guide, "OpenAPI extensions for API Gateway", and for the stage
variable in a pool's ARN "Integrate a REST API with an Amazon Cognito user pool".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy.config.model import Authorizer, Function, RestApi, Route
from sam_deploy.template.apis.gateways import Gateway, integration_uri, routes_of
from sam_deploy.template.apis.rest_api.preflight import answer, error_headers, web_origins_of
from sam_deploy.template.apis.tokens import POOL_VARIABLE, pool_of, region_of, scopes_of
from sam_deploy.template.document import Json, sub
from sam_deploy.template.scope import Scope

ANY_METHOD: Final = "x-amazon-apigateway-any-method"
SCHEME: Final = "tokens"


def definition(scope: Scope, api: RestApi, gateway: Gateway) -> dict[str, Json]:
    """Return the body. Its text depends on the configuration alone, like the template's."""
    body: dict[str, Json] = {
        "openapi": "3.0.1",
        "info": {"title": gateway.name, "version": "1.0"},
        "paths": _paths(scope, api, gateway),
    }
    if api.authorizer:
        scheme = _scheme(scope, api.authorizer)
        body["components"] = {"securitySchemes": {SCHEME: scheme}}
    if api.binary_media_types:
        body["x-amazon-apigateway-binary-media-types"] = list(api.binary_media_types)
    origins = web_origins_of(scope, api, gateway)
    if len(origins) == 1:
        body["x-amazon-apigateway-gateway-responses"] = error_headers(origins[0])
    return body


def _paths(scope: Scope, api: RestApi, gateway: Gateway) -> dict[str, Json]:
    origins = web_origins_of(scope, api, gateway)
    paths: dict[str, dict[str, Json]] = {}
    for function, route in routes_of(scope, "rest"):
        key = ANY_METHOD if route.method == "ANY" else route.method.lower()
        paths.setdefault(route.path, {})[key] = _operation(scope, api, function, route)
    for operations in paths.values():
        if api.cors and "options" not in operations:
            operations["options"] = answer(api.cors, origins, binary=bool(api.binary_media_types))
    return dict(paths)


def _operation(scope: Scope, api: RestApi, function: Function, route: Route) -> Json:
    operation: dict[str, Json] = {
        "responses": {"default": {"description": "What the function answers"}},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            # How Lambda is called, whatever the method of the route.
            "httpMethod": "POST",
            "uri": sub(integration_uri(scope, function)),
            "passthroughBehavior": "when_no_match",
        },
    }
    if api.authorizer and not route.public:
        operation["security"] = [{SCHEME: scopes_of(api.authorizer, route)}]
    return operation


def _scheme(scope: Scope, authorizer: Authorizer) -> Mapping[str, Json]:
    """Return the authorizer. Each stage names its own pool: dev's tokens open nothing in prod.

    A list of all pools would accept the tokens of any of them in every stage.
    """
    pool = pool_of(scope, authorizer)
    region = region_of(pool) if pool else "${AWS::Region}"
    arn = (
        f"arn:${{AWS::Partition}}:cognito-idp:{region}:${{AWS::AccountId}}:userpool/"
        f"${{!stageVariables.{POOL_VARIABLE}}}"
    )
    return {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {
            "type": "cognito_user_pools",
            "providerARNs": [sub(arn)],
        },
    }

"""Renders an HTTP API's routes, the integrations behind them and the authorizer before them."""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Function, HttpApi, Route
from sam_deploy.template.apis.gateways import Gateway, answering, integration_uri, routes_of
from sam_deploy.template.apis.tokens import jwt_configuration, scopes_of
from sam_deploy.template.document import Entries, Json, Resource, ref, sub
from sam_deploy.template.scope import Scope

PAYLOAD_VERSION: Final = "2.0"


def authorizer(scope: Scope, api: HttpApi, gateway: Gateway) -> Entries:
    """Yield the API's authorizer. Its tokens are the same in every stage of the API."""
    if api.authorizer is None:
        return
    properties: dict[str, Json] = {
        "ApiId": ref(gateway.logical_id),
        "Name": "tokens",
        "AuthorizerType": "JWT",
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": jwt_configuration(scope, api.authorizer, gateway.environments[0]),
    }
    yield (
        _authorizer_id(gateway),
        Resource(
            "AWS::ApiGatewayV2::Authorizer",
            properties,
            environment=gateway.own,
            declared=api.authorizer,
        ),
    )


def routes(scope: Scope, api: HttpApi, gateway: Gateway) -> Entries:
    """Yield one integration for each function and a route to it for each that it lists."""
    for function in answering(scope, "http"):
        yield _integration(scope, function, gateway)
        for answers, route in routes_of(scope, "http"):
            if answers is function:
                yield _route(api, function, route, gateway)


def _integration(scope: Scope, function: Function, gateway: Gateway) -> tuple[str, Resource]:
    properties: dict[str, Json] = {
        "ApiId": ref(gateway.logical_id),
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": sub(integration_uri(scope, function)),
        "PayloadFormatVersion": PAYLOAD_VERSION,
    }
    return naming.http_api_integration_id(function.name, gateway.own), Resource(
        "AWS::ApiGatewayV2::Integration",
        properties,
        (scope.function_id(function.name),),
        environment=gateway.own,
        declared=function,
    )


def _route(
    api: HttpApi, function: Function, route: Route, gateway: Gateway
) -> tuple[str, Resource]:
    integration_id = naming.http_api_integration_id(function.name, gateway.own)
    # of ANY there may be a route per method, which nobody has written
    written = any(route is each for each in function.routes)
    properties: dict[str, Json] = {
        "ApiId": ref(gateway.logical_id),
        "RouteKey": f"{route.method} {route.path}",
        **_authorization(api, route, gateway),
        "Target": sub(f"integrations/${{{integration_id}}}"),
    }
    return naming.http_api_route_id(route.method, route.path, gateway.own), Resource(
        "AWS::ApiGatewayV2::Route",
        properties,
        environment=gateway.own,
        declared=route if written else function,
    )


def _authorization(api: HttpApi, route: Route, gateway: Gateway) -> dict[str, Json]:
    """Return who may use a route; said of open ones, too, once an API has an authorizer."""
    if api.authorizer is None:
        return {}
    if route.public:
        return {"AuthorizationType": "NONE"}
    rules: dict[str, Json] = {
        "AuthorizationType": "JWT",
        "AuthorizerId": ref(_authorizer_id(gateway)),
    }
    scopes = scopes_of(api.authorizer, route)
    return rules | ({"AuthorizationScopes": scopes} if scopes else {})


def _authorizer_id(gateway: Gateway) -> str:
    return f"{gateway.logical_id}Authorizer"

"""Renders the HTTP API: its routes, one stage per environment, and who may be called. Pure.

Every route goes through the alias of its stage, named by the stage variable `LambdaAlias`: an
unqualified function would serve unpromoted code. Explicit resources rather than an OpenAPI body:
differences stay readable, and SAM adds no `$default` stage that has no alias.

One API for all environments, unless an authorizer takes the tokens of a pool that each of them
has of its own: then each has an API, too (`physical.api_per_environment`).
"""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import Cors, HttpApi
from sam_deploy.template.apis.domains import http_domain
from sam_deploy.template.apis.gateways import Gateway, answering, http_apis, permission
from sam_deploy.template.apis.http_api.routes import authorizer, routes
from sam_deploy.template.apis.http_api.stages import stage
from sam_deploy.template.document import Entries, Json, Resource
from sam_deploy.template.origins import allowed_origins
from sam_deploy.template.scope import Scope

EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def http_api(scope: Scope) -> Entries:
    """Yield the API with everything that belongs to it; nothing for a stack without one."""
    api = scope.http_api
    if api is None:
        return
    for gateway in http_apis(scope):
        yield gateway.logical_id, _api(scope, api, gateway)
        yield from authorizer(scope, api, gateway)
        yield from routes(scope, api, gateway)
        for environment in gateway.environments:
            yield from stage(scope, api, gateway, environment)
            for function in answering(scope, "http"):
                yield permission(function, environment, gateway, naming.http_api_id())
            yield from http_domain(scope, api, gateway, environment)


def _api(scope: Scope, api: HttpApi, gateway: Gateway) -> Resource:
    properties: dict[str, Json] = {"Name": gateway.name, "ProtocolType": "HTTP"}
    if api.description:
        properties["Description"] = api.description
    if api.cors:
        properties["CorsConfiguration"] = _cors(scope, api.cors, gateway)
    environment = gateway.environments[0] if gateway.own else None
    return Resource(
        "AWS::ApiGatewayV2::Api",
        properties | {"Tags": scope.tags(environment)},
        environment=gateway.own,
        declared=api,
    )


def _cors(scope: Scope, cors: Cors, gateway: Gateway) -> Json:
    who = "The CORS rule of the HTTP API"
    origins = allowed_origins(scope.app, cors, gateway.environments, who)
    headers: list[str] = list(cors.headers)
    methods: list[str] = list(cors.methods)
    if "*" in headers and "Authorization" not in headers:
        # The wildcard does not cover it. Source: Fetch standard, "CORS-unsafe request-header".
        headers.insert(0, "Authorization")
    if "ANY" in methods:
        # With credentials browsers take `*` for a method of that name.
        methods = list(EVERY_METHOD) if cors.credentials else ["*"]
    rules: dict[str, Json] = {
        "AllowOrigins": origins,
        "AllowMethods": methods,
        "AllowHeaders": headers,
        "MaxAge": cors.max_age_seconds,
    }
    return rules | ({"AllowCredentials": True} if cors.credentials else {})


__all__ = ["http_api"]

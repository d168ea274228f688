"""Renders what a REST API answers to browsers that ask before they call. Pure.

HTTP APIs have this built in. Here every path gets an OPTIONS method that API Gateway answers by
itself, without a token and without a function.
Source: API Gateway developer guide, "CORS for REST APIs in API Gateway".
"""

from __future__ import annotations

from collections.abc import Sequence

from sam_deploy.config.model import Cors, RestApi
from sam_deploy.template.apis.gateways import Gateway
from sam_deploy.template.document import Json
from sam_deploy.template.origins import allowed_origins
from sam_deploy.template.scope import Scope

EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_HEADER = "Access-Control-Allow-"


def web_origins_of(scope: Scope, api: RestApi, gateway: Gateway) -> list[str]:
    """Return the pages that may call; none when the API has no CORS rule."""
    if api.cors is None:
        return []
    who = "The CORS rule of the REST API"
    return allowed_origins(scope.app, api.cors, gateway.environments, who)


def answer(cors: Cors, origins: Sequence[str], *, binary: bool) -> Json:
    """Return the OPTIONS operation of a path.

    One origin is written down. Of several, the one that asks is repeated, and none that is not
    among them: a header holds one origin only. `binary` says that bodies may be binary: the
    question, which has none, must then be read as text.
    """
    static = _static(cors)
    if len(origins) == 1:
        static = {f"{_HEADER}Origin": origins[0]} | static
    names = dict.fromkeys([f"{_HEADER}Origin", *static])
    response: dict[str, Json] = {
        "statusCode": "204",
        "responseParameters": {
            f"method.response.header.{name}": f"'{value}'" for name, value in static.items()
        },
    }
    if len(origins) > 1:
        response["responseTemplates"] = {"application/json": _repeating(origins)}
    integration: dict[str, Json] = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 204}'},
        "responses": {"default": response},
    }
    if binary:
        integration["contentHandling"] = "CONVERT_TO_TEXT"
    described: Json = {name: {"schema": {"type": "string"}} for name in names}
    return {
        "responses": {"204": {"description": "Who may call", "headers": described}},
        "x-amazon-apigateway-integration": integration,
    }


def error_headers(origin: str) -> Json:
    """Return the header of API Gateway's own errors, so that pages can read a 401 or a 429.

    Only one origin can be written there; with several, pages see a failed call without a status.
    """
    header: Json = {f"gatewayresponse.header.{_HEADER}Origin": f"'{origin}'"}
    return {kind: {"responseParameters": header} for kind in ("DEFAULT_4XX", "DEFAULT_5XX")}


def _static(cors: Cors) -> dict[str, str]:
    methods = EVERY_METHOD if "ANY" in cors.methods else cors.methods
    headers = list(cors.headers)
    if "*" in headers and "Authorization" not in headers:
        # The wildcard does not cover it. Source: Fetch standard, "CORS-unsafe request-header".
        headers.insert(0, "Authorization")
    values = {
        f"{_HEADER}Methods": ",".join(methods),
        f"{_HEADER}Headers": ",".join(headers),
        "Access-Control-Max-Age": str(cors.max_age_seconds),
    }
    return values | ({f"{_HEADER}Credentials": "true"} if cors.credentials else {})


def _repeating(origins: Sequence[str]) -> str:
    """Return the mapping template (VTL) that repeats the origin that asks, if it is known."""
    known = " || ".join(f'$origin == "{origin}"' for origin in origins)
    return (
        '#set($origin = $input.params().header.get("Origin"))\n'
        '#if($origin == "")#set($origin = $input.params().header.get("origin"))#end\n'
        f"#if({known})\n"
        f"#set($context.responseOverride.header.{_HEADER}Origin = $origin)\n"
        '#set($context.responseOverride.header.Vary = "Origin")\n'
        "#end\n"
    )

"""What an OpenAPI body makes of an API, and what an access log makes of a request."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.local.gateway import access_log, context, openapi, rest_openapi, rest_routing
from sam_deploy.local.gateway.model import Authorizer, Integration, Request, Route
from sam_deploy.local.gateway.rest_model import Method, Resource

CALLED = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "u"}}


def test_a_body_makes_routes_integrations_and_authorizers() -> None:
    """Each under its own key; what is no method is no route."""
    body = {
        "security": [{"Own": []}],
        "paths": {
            "/a": {
                "get": {
                    "x-amazon-apigateway-integration": {
                        "type": "aws_proxy",
                        "uri": "u",
                        "payloadFormatVersion": "2.0",
                        "timeoutInMillis": 5000,
                    },
                    "security": [{"Signed": []}],
                },
                "parameters": [],
                "post": CALLED,
                "put": {**CALLED, "security": []},
                "delete": {},
            },
            "/$default": {"x-amazon-apigateway-any-method": CALLED},
        },
        "components": {
            "securitySchemes": {
                "Signed": {"x-amazon-apigateway-authtype": "awsSigv4"},
                "Own": {
                    "x-amazon-apigateway-authorizer": {
                        "type": "request",
                        "authorizerUri": "v",
                        "authorizerPayloadFormatVersion": "2.0",
                        "authorizerResultTtlInSeconds": 60,
                        "enableSimpleResponses": True,
                        "identitySource": "$request.header.a, $request.querystring.b",
                    }
                },
            }
        },
    }
    found = openapi.read(body)
    assert (
        Route("GET /a", "GET /a", "AWS_IAM"),
        Route("POST /a", "POST /a", "CUSTOM", "Own"),
        Route("PUT /a", "PUT /a"),
        Route("DELETE /a", "DELETE /a", "CUSTOM", "Own"),
        Route("$default", "$default", "CUSTOM", "Own"),
    ) == found.routes
    assert {"GET /a", "POST /a", "PUT /a", "$default"} == set(found.integrations)
    assert Integration("AWS_PROXY", "u", 5.0, "2.0") == found.integrations["GET /a"]
    assert "1.0" == found.integrations["POST /a"].payload_version
    source = ("$request.header.a", "$request.querystring.b")
    expected = Authorizer("Own", "REQUEST", source, uri="v", ttl_seconds=60, simple=True)
    assert {"Own": expected} == found.authorizers


@pytest.mark.parametrize("body", [{}, {"paths": None}, {"paths": {"/a": None}}, {"paths": []}])
def test_an_empty_body_makes_nothing(body: dict[str, Any]) -> None:
    """And is no error."""
    assert ((), {}) == (openapi.read(body).routes, openapi.read(body).integrations)
    assert [] == [item for item in rest_openapi.resources(body) if item["resourceMethods"]]


def test_a_swagger_body_makes_methods_of_a_rest_api() -> None:
    """In the shape of GetResources, with what SAM writes for authorizers and API keys."""
    body = {
        "swagger": "2.0",
        "paths": {
            "/a": {
                "x-amazon-apigateway-any-method": {
                    **CALLED,
                    "operationId": "Anything",
                    "security": [{"Pool": ["read"]}, {"api_key": []}],
                    "parameters": [{"name": "q", "in": "query", "required": True}],
                    "x-amazon-apigateway-request-validator": "Params",
                }
            }
        },
        "securityDefinitions": {
            "Pool": {
                "name": "X-Session",
                "x-amazon-apigateway-authtype": "cognito_user_pools",
                "x-amazon-apigateway-authorizer": {
                    "type": "cognito_user_pools",
                    "providerARNs": ["p"],
                },
            },
            "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
        },
        "x-amazon-apigateway-request-validators": {"Params": {"validateRequestParameters": True}},
    }
    method = rest_openapi.resources(body)[0]["resourceMethods"]["ANY"]  # type: ignore[index]
    assert {
        "authorizationType": "COGNITO_USER_POOLS",
        "authorizerId": "Pool",
        "authorizationScopes": ["read"],
        "apiKeyRequired": True,
        "operationName": "Anything",
        "requestValidatorId": "Params",
        "requestParameters": {"method.request.querystring.q": True},
    } == {name: value for name, value in method.items() if name != "methodIntegration"}
    pool = rest_openapi.authorizers(body)[0]
    assert ("method.request.header.X-Session", "COGNITO_USER_POOLS", ["p"]) == (
        pool["identitySource"],
        pool["type"],
        pool["providerARNs"],
    )
    expected = [{"id": "Params", "validateRequestParameters": True}]
    assert expected == rest_openapi.validators(body)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("$context.requestId $context.status", "r 200"),
        ('{"a":"${context.routeKey}"}', '{"a":"GET /a"}'),
        ("$context.authorizer.claims.sub|$context.absent", "s|-"),
        ("$context.identity.sourceIp.", "1.2.3.4."),
        ("no variable, $5", "no variable, $5"),
    ],
)
def test_a_format_is_filled_in(form: str, expected: str) -> None:
    """What has no value is a dash."""
    known = {
        "requestId": "r",
        "status": "200",
        "routeKey": "GET /a",
        "authorizer.claims.sub": "s",
        "identity.sourceIp": "1.2.3.4",
    }
    assert expected == access_log.render(form, known)


def test_only_log_groups_are_written_to() -> None:
    """With or without the star that CloudFormation gives."""
    arn = "arn:aws:logs:eu-west-1:1:log-group:/a/b"
    assert [("eu-west-1", "/a/b")] * 2 == [access_log.group_of(a) for a in (arn, f"{arn}:*")]
    assert access_log.group_of("arn:aws:firehose:eu-west-1:1:deliverystream/x") is None


def resource(path: str, *methods: str) -> Resource:
    """A resource with these methods."""
    return Resource(path, path, {name: Method() for name in methods})


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/a/b", ("/a/b", {})),
        ("GET", "/a/b/", ("/a/b", {})),
        ("POST", "/a/b", ("/{proxy+}", {"proxy": "a/b"})),
        ("GET", "/a/x", ("/a/{id}", {"id": "x"})),
        ("GET", "/a/x/y", ("/{proxy+}", {"proxy": "a/x/y"})),
        ("GET", "/a%20b/x", ("/{proxy+}", {"proxy": "a%20b/x"})),
        ("GET", "/", None),
    ],
)
def test_a_rest_request_finds_its_method(
    method: str, path: str, expected: tuple[str, dict[str, str]] | None
) -> None:
    """A resource without the method leaves the request to `{proxy+}`, and to nobody else."""
    resources = (
        resource("/a/b", "GET"),
        resource("/a/{id}", "GET", "POST"),
        resource("/{proxy+}", "ANY"),
        resource("/a"),
    )
    found = rest_routing.match(resources, method, path)
    assert expected == (found and (found.resource.path, dict(found.parameters)))


def test_an_identity_source_of_another_kind_is_empty() -> None:
    """And never the text of the expression itself."""
    request = Request(
        "GET",
        "/",
        "a=1&a=2",
        (("x", "y"),),
        b"",
        "",
        "",
        "",
        "",
        None,  # type: ignore[arg-type]
    )
    sources = [
        "$request.header.X",
        "method.request.header.x",
        "$request.querystring.a",
        "$stageVariables.s",
        "context.c",
        "$request.body.z",
        "nothing",
    ]
    values = [context.identity(each, request, {"s": "t"}, {"c": "d"}) for each in sources]
    assert ["y", "y", "1", "t", "d", "", ""] == values

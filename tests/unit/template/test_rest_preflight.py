from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Cors, Function, RestApi, Route

ALLOW = "method.response.header.Access-Control-Allow"


def definition(
    make_app: Callable[..., App], render_app: Callable[..., Any], api: RestApi, *more: Route
) -> Any:
    routes = [Route("GET", "/orders"), *more]
    app = make_app(functions=[Function("Orders", source="o", routes=routes)], rest_api=api)
    return render_app(app).properties("ApiRestApi")["Body"]


def answer(body: Any, path: str = "/orders") -> Any:
    return body["paths"][path]["options"]["x-amazon-apigateway-integration"]


def test_one_origin_is_written_down(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """API Gateway answers OPTIONS itself: no function is called, no token is asked for (R069)."""
    cors = Cors(["GET", "POST"], origins=["https://a.example.com"], max_age_seconds=600)
    body = definition(make_app, render_app, RestApi(cors=cors))
    integration = answer(body)
    assert "mock" == integration["type"]
    assert {
        f"{ALLOW}-Origin": "'https://a.example.com'",
        f"{ALLOW}-Methods": "'GET,POST'",
        f"{ALLOW}-Headers": "'Authorization,*'",
        "method.response.header.Access-Control-Max-Age": "'600'",
    } == integration["responses"]["default"]["responseParameters"]
    operation = body["paths"]["/orders"]["options"]
    assert {
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Access-Control-Max-Age",
    } == set(operation["responses"]["204"]["headers"])


def test_of_several_origins_the_one_that_asks_is_repeated(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A header holds one origin; a page that is not among them is told none."""
    body = definition(make_app, render_app, RestApi(cors=Cors(["GET"])))
    response = answer(body)["responses"]["default"]
    assert f"{ALLOW}-Origin" not in response["responseParameters"]
    known = (
        '#if($origin == "https://dev.example.com" || $origin == "http://localhost:4200" || '
        '$origin == "https://example.com")\n'
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n"
    )
    assert known in response["responseTemplates"]["application/json"]
    assert "x-amazon-apigateway-gateway-responses" not in body


def test_pages_can_read_the_errors_of_api_gateway_itself(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A 401 or 429 that no function answers carries the origin, when there is one only."""
    body = definition(make_app, render_app, RestApi(cors=Cors(["GET"], origins=["*"])))
    header = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    expected = {
        "DEFAULT_4XX": {"responseParameters": header},
        "DEFAULT_5XX": {"responseParameters": header},
    }
    assert expected == body["x-amazon-apigateway-gateway-responses"]


def test_an_options_route_of_the_user_is_left_alone(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Who answers browsers by a function keeps doing so."""
    api = RestApi(cors=Cors(["GET"], origins=["*"]))
    body = definition(make_app, render_app, api, Route("OPTIONS", "/orders"))
    assert "aws_proxy" == answer(body)["type"]


def test_with_binary_types_the_question_is_read_as_text(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """With */* the empty question would be binary, and API Gateway could not read it."""
    cors = Cors(["GET"], origins=["*"])
    plain = definition(make_app, render_app, RestApi(cors=cors))
    binary = definition(make_app, render_app, RestApi(cors=cors, binary_media_types=["*/*"]))
    assert "contentHandling" not in answer(plain)
    assert "CONVERT_TO_TEXT" == answer(binary)["contentHandling"]
    assert ["*/*"] == binary["x-amazon-apigateway-binary-media-types"]


def test_without_a_cors_rule_nobody_answers_browsers(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """An API for servers has no OPTIONS methods."""
    body = definition(make_app, render_app, RestApi())
    assert ["get"] == list(body["paths"]["/orders"])
    assert "x-amazon-apigateway-gateway-responses" not in body


def test_cookies_are_allowed_when_they_are_asked_for(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The header is there with `credentials`, and any method is named."""
    cors = Cors(["ANY"], origins=["https://a.example.com"], headers=["x-a"], credentials=True)
    given = answer(definition(make_app, render_app, RestApi(cors=cors)))
    parameters = given["responses"]["default"]["responseParameters"]
    assert "'true'" == parameters[f"{ALLOW}-Credentials"]
    assert "'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS'" == parameters[f"{ALLOW}-Methods"]

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sam_deploy import App, Cors, Environment, Function, HttpApi, Route, Throttle


def orders(make_app: Callable[..., App], api: HttpApi, **given: object) -> App:
    routes = [Route("GET", "/orders"), Route("POST", "/orders", throttle=Throttle(5, 10))]
    functions = [Function("Orders", source="o", routes=routes)]
    return make_app(**({"functions": functions, "http_api": api} | given))


def test_a_stage_has_the_limits_of_its_environment(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Its own where they are given, else those of every stage."""
    api = HttpApi(throttle=Throttle(50, 100), throttles={"prod": Throttle(500, 1000)})
    rendered = render_app(orders(make_app, api))
    assert [
        {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50},
        {"ThrottlingBurstLimit": 1000, "ThrottlingRateLimit": 500},
    ] == [
        rendered.properties(f"ApiHttpApi{name}Stage")["DefaultRouteSettings"]
        for name in ("Dev", "Prod")
    ]


def test_limits_of_a_route_wait_for_the_route(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A stage with settings of a route that is not there yet could not be made."""
    rendered = render_app(orders(make_app, HttpApi()))
    stage = rendered.resources["ApiHttpApiProdStage"]
    limits = {"ThrottlingBurstLimit": 10, "ThrottlingRateLimit": 5}
    assert {"POST /orders": limits} == stage["Properties"]["RouteSettings"]
    assert "DefaultRouteSettings" not in stage["Properties"]
    (waits_for,) = stage["DependsOn"]
    assert "POST /orders" == rendered.properties(waits_for)["RouteKey"]


def test_each_stage_logs_to_a_group_that_is_kept_as_long_as_its_environment_says(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The group's ARN is written without the `:*` that its attribute has (R069)."""
    environments = [
        Environment("dev", log_retention_days=7),
        Environment("prod", promote_from="dev", log_retention_days=90),
    ]
    rendered = render_app(orders(make_app, HttpApi(), environments=environments))
    groups = rendered.of_type("AWS::Logs::LogGroup")
    kept = {name: each["Properties"]["RetentionInDays"] for name, each in groups.items()}
    logs = {name: days for name, days in kept.items() if name.startswith("ApiHttpApi")}
    assert {"ApiHttpApiDevAccessLogs": 7, "ApiHttpApiProdAccessLogs": 90} == logs
    group = rendered.properties("ApiHttpApiProdAccessLogs")["LogGroupName"]
    assert "/aws/vendedlogs/apigateway/shop-api/prod" == group
    arn = (
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
        "${ApiHttpApiProdAccessLogs}"
    )
    settings = rendered.properties("ApiHttpApiProdStage")["AccessLogSettings"]
    assert {"Fn::Sub": arn} == settings["DestinationArn"]


def test_a_line_of_the_access_log_is_json_and_says_what_went_wrong(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Request, caller, route, status, both latencies, and the errors of each part (R069)."""
    rendered = render_app(orders(make_app, HttpApi()))
    line = rendered.properties("ApiHttpApiDevStage")["AccessLogSettings"]["Format"]
    logged = json.loads(line)
    assert "\n" not in line
    wanted = {
        "requestId": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "method": "$context.httpMethod",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "latency": "$context.responseLatency",
        "integrationLatency": "$context.integrationLatency",
        "integrationError": "$context.integrationErrorMessage",
        "authorizerError": "$context.authorizer.error",
    }
    assert wanted == {name: logged[name] for name in wanted}


def test_without_access_logs_there_is_no_group(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Who wants none pays for none."""
    rendered = render_app(orders(make_app, HttpApi(access_logs=False)))
    assert "AccessLogSettings" not in rendered.properties("ApiHttpApiDevStage")
    assert [] == [name for name in rendered.resources if name.endswith("AccessLogs")]


def test_everything_of_a_stage_belongs_to_its_environment_and_knows_its_cause(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """What is shared says so; a route knows its line in `deploy.py`; tags say the same (R034)."""
    rendered = render_app(orders(make_app, HttpApi()))
    origins = rendered.template.origins
    assert ("http_api", "prod") == (
        origins["ApiHttpApiProdStage"].path,
        origins["ApiHttpApiProdStage"].environment,
    )
    assert ("http_api", "") == (origins["ApiHttpApi"].path, origins["ApiHttpApi"].environment)
    route = next(name for name in origins if "PostOrdersRoute" in name)
    assert 'functions["Orders"].routes[1]' == origins[route].path
    tags = [rendered.properties(name)["Tags"] for name in ("ApiHttpApi", "ApiHttpApiProdStage")]
    assert ["shared", "prod"] == [each["Environment"] for each in tags]


def test_with_credentials_every_method_is_named(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Browsers that send cookies read `*` as the name of a method."""
    cors = Cors(["ANY"], headers=["content-type"], credentials=True)
    rules = render_app(orders(make_app, HttpApi(cors=cors))).properties("ApiHttpApi")[
        "CorsConfiguration"
    ]
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    assert (methods, True) == (rules["AllowMethods"], rules["AllowCredentials"])

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Authorizer, Cors, Function, HttpApi, RestApi, Route, Throttle, UserPool

ROUTES = [
    Route("GET", "/orders/{id}"),
    Route("ANY", "/orders", scopes=["shop/write"], throttle=Throttle(5, 10)),
    Route("GET", "/health", public=True),
]


def orders(make_app: Callable[..., App], api: RestApi, **given: object) -> App:
    settings = {
        "functions": [Function("Orders", source="o", routes=ROUTES)],
        "user_pools": [UserPool("People")],
        "rest_api": api,
    }
    return make_app(**(settings | given))


def body_of(rendered: Any) -> Any:
    return rendered.properties("ApiRestApi")["Body"]


def deployment_of(rendered: Any) -> str:
    (deployment,) = rendered.of_type("AWS::ApiGateway::Deployment")
    return str(deployment)


def test_each_route_is_an_operation_that_calls_the_alias_of_its_stage(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Payload 1.0 by `aws_proxy`; the alias is the stage variable's, as in HTTP APIs (R071)."""
    rendered = render_app(orders(make_app, RestApi()))
    paths = body_of(rendered)["paths"]
    assert {
        "/orders/{id}": ["get"],
        "/orders": ["x-amazon-apigateway-any-method"],
        "/health": ["get"],
    } == {path: list(operations) for path, operations in paths.items()}
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:OrdersFunction:"
        "${!stageVariables.LambdaAlias}/invocations"
    )
    integration = paths["/health"]["get"]["x-amazon-apigateway-integration"]
    assert ("aws_proxy", "POST", {"Fn::Sub": uri}) == (
        integration["type"],
        integration["httpMethod"],
        integration["uri"],
    )


def test_each_environment_has_a_stage_that_may_call_its_own_alias_only(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """All stages serve one deployment, each through its alias."""
    rendered = render_app(orders(make_app, RestApi()))
    deployment = {"Ref": deployment_of(rendered)}
    stages = [each["Properties"] for each in rendered.of_type("AWS::ApiGateway::Stage").values()]
    assert [
        ("dev", deployment, {"LambdaAlias": "dev"}),
        ("prod", deployment, {"LambdaAlias": "prod"}),
    ] == [(each["StageName"], each["DeploymentId"], each["Variables"]) for each in stages]
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ApiRestApi}"
    permissions = {
        each["Properties"]["FunctionName"]["Ref"]: each["Properties"]["SourceArn"]["Fn::Sub"]
        for each in rendered.of_type("AWS::Lambda::Permission").values()
    }
    expected = {
        "OrdersFunctionAliasDev": f"{api}/dev/*",
        "OrdersFunctionAliasProd": f"{api}/prod/*",
    }
    assert expected == permissions


CHANGES = [
    pytest.param({"cors": Cors(["GET"], origins=["*"])}, id="cors"),
    pytest.param({"authorizer": Authorizer(pool="People")}, id="authorizer"),
    pytest.param({"binary_media_types": ["image/png"]}, id="binary"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_definition_is_deployed_anew(
    make_app: Callable[..., App], render_app: Callable[..., Any], change: dict[str, Any]
) -> None:
    """A deployment is a snapshot: only another logical id makes CloudFormation take a new one."""
    before = deployment_of(render_app(orders(make_app, RestApi())))
    after = deployment_of(render_app(orders(make_app, RestApi(**change))))
    assert before != after


def test_what_is_not_in_the_definition_deploys_nothing_anew(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Limits, logs and a function's new code leave the snapshot as it is."""
    before = render_app(orders(make_app, RestApi()))
    api = RestApi(throttle=Throttle(1, 1), access_logs=True, tracing=True, description="Orders")
    after = render_app(orders(make_app, api), Orders="new.zip")
    assert deployment_of(before) == deployment_of(after)
    assert before.resources["OrdersFunction"] != after.resources["OrdersFunction"]


def test_each_stage_takes_the_tokens_of_its_own_pool_only(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """One pool by a stage variable, and no list of all pools, which each stage would take."""
    rendered = render_app(orders(make_app, RestApi(authorizer=Authorizer(pool="People"))))
    scheme = body_of(rendered)["components"]["securitySchemes"]["tokens"]
    arn = (
        "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/"
        "${!stageVariables.UserPoolId}"
    )
    assert {
        "type": "cognito_user_pools",
        "providerARNs": [{"Fn::Sub": arn}],
    } == scheme["x-amazon-apigateway-authorizer"]
    assert [{"Ref": "PeopleUserPoolDev"}, {"Ref": "PeopleUserPoolProd"}] == [
        rendered.properties(f"ApiRestApi{name}Stage")["Variables"]["UserPoolId"]
        for name in ("Dev", "Prod")
    ]


def test_existing_pools_are_looked_for_in_the_region_of_their_id(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The stage variable holds the id that was given (R027)."""
    pool = UserPool("People", existing_ids={"dev": "eu-west-1_A", "prod": "eu-west-1_B"})
    api = RestApi(authorizer=Authorizer(pool="People"))
    rendered = render_app(orders(make_app, api, user_pools=[pool]))
    scheme = body_of(rendered)["components"]["securitySchemes"]["tokens"]
    (arn,) = scheme["x-amazon-apigateway-authorizer"]["providerARNs"]
    assert ":cognito-idp:eu-west-1:${AWS::AccountId}:" in arn["Fn::Sub"]
    variables = rendered.properties("ApiRestApiProdStage")["Variables"]
    assert {"LambdaAlias": "prod", "UserPoolId": "eu-west-1_B"} == variables


def test_operations_ask_for_tokens_unless_they_are_public(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Questions of browsers (OPTIONS) carry no token and are asked for none (R104)."""
    api = RestApi(authorizer=Authorizer(pool="People", scopes=["shop/read"]), cors=Cors(["ANY"]))
    paths = body_of(render_app(orders(make_app, api)))["paths"]
    asked = {
        (path, method): operation.get("security")
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    expected = {
        ("/orders/{id}", "get"): [{"tokens": ["shop/read"]}],
        ("/orders/{id}", "options"): None,
        ("/orders", "x-amazon-apigateway-any-method"): [{"tokens": ["shop/write"]}],
        ("/orders", "options"): None,
        ("/health", "get"): None,
        ("/health", "options"): None,
    }
    assert expected == asked


def test_limits_of_a_route_are_those_of_each_of_its_methods(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """`/` in a path is `~1`; a route of any method limits those that no other route has."""
    routes = [Route("ANY", "/a/b", throttle=Throttle(5, 10)), Route("GET", "/a/b")]
    functions = [Function("Orders", source="o", routes=routes)]
    app = orders(make_app, RestApi(throttle=Throttle(50, 100)), functions=functions)
    settings = render_app(app).properties("ApiRestApiDevStage")["MethodSettings"]
    limits = {"ThrottlingBurstLimit": 10, "ThrottlingRateLimit": 5}
    every = {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50}
    expected = [{"ResourcePath": "/*", "HttpMethod": "*", **every}] + [
        {"ResourcePath": "/~1a~1b", "HttpMethod": method, **limits}
        for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    ]
    assert expected == settings


def test_logs_and_tracing_are_on_when_they_are_asked_for(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Access logs need a role of the account, so they are off unless asked for (R070)."""
    plain = render_app(orders(make_app, RestApi())).properties("ApiRestApiDevStage")
    asked = render_app(orders(make_app, RestApi(access_logs=True, tracing=True)))
    stage = asked.properties("ApiRestApiDevStage")
    assert {"AccessLogSetting", "TracingEnabled"} == set(stage) - set(plain)
    assert "ApiRestApiDevAccessLogs" in stage["AccessLogSetting"]["DestinationArn"]["Fn::Sub"]
    group = asked.properties("ApiRestApiDevAccessLogs")
    assert ("/aws/vendedlogs/apigateway/shop-rest-api/dev", 30) == (
        group["LogGroupName"],
        group["RetentionInDays"],
    )


def test_the_endpoint_is_said_twice(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Importing a definition would make an EDGE API of a REGIONAL one."""
    given = render_app(orders(make_app, RestApi())).properties("ApiRestApi")
    assert ({"Types": ["REGIONAL"]}, {"endpointConfigurationTypes": "REGIONAL"}) == (
        given["EndpointConfiguration"],
        given["Parameters"],
    )


def test_an_app_with_both_apis_says_which_one_a_route_is_of(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Without a word it is the HTTP API's; each API calls only functions that answer it."""
    routes = [Route("GET", "/a"), Route("GET", "/b", api="rest")]
    functions = [
        Function("Both", source="o", routes=routes),
        Function("Old", source="p", routes=[Route("GET", "/c", api="rest")]),
    ]
    app = orders(make_app, RestApi(), http_api=HttpApi(), functions=functions)
    rendered = render_app(app)
    http = [each["Properties"] for each in rendered.of_type("AWS::ApiGatewayV2::Route").values()]
    assert ["GET /a"] == [each["RouteKey"] for each in http]
    assert ["/b", "/c"] == list(body_of(rendered)["paths"])
    permissions = [name for name in rendered.resources if name.endswith("Permission")]
    assert [
        "BothFunctionAliasDevApiHttpApiPermission",
        "BothFunctionAliasDevApiRestApiPermission",
        "BothFunctionAliasProdApiHttpApiPermission",
        "BothFunctionAliasProdApiRestApiPermission",
        "OldFunctionAliasDevApiRestApiPermission",
        "OldFunctionAliasProdApiRestApiPermission",
    ] == sorted(permissions)


def test_outputs_tell_the_address_of_every_stage(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A REST API has no attribute for it, so the address is put together."""
    told = render_app(orders(make_app, RestApi())).document["Outputs"]
    address = "https://${ApiRestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod"
    assert {"Fn::Sub": address} == told["ApiRestApiProdUrl"]["Value"]
    assert {"Ref": "ApiRestApi"} == told["ApiRestApiId"]["Value"]

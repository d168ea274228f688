"""One configuration in three topologies: shared, isolated, and the local stack."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sam_deploy import App, Bucket, Function, HttpApi, Queue, Route, on_queue

Make = Callable[..., App]
Render = Callable[..., Any]
Isolate = Callable[[App], App]


def shop(make_app: Make, **given: Any) -> App:
    job = Function(
        "Job",
        source="job",
        timeout_seconds=30,
        routes=[Route("GET", "/")],
        triggers=[on_queue("Orders")],
        uses=["files.read"],
        environment={"MODE": "fast"},
    )
    return make_app(
        functions=[job],
        queues=[Queue("Orders")],
        buckets=[Bucket("files")],
        http_api=HttpApi(),
        **given,
    )


def test_an_isolated_stack_holds_one_environment(
    make_app: Make, render_app: Render, isolated: Isolate
) -> None:
    """C01, C02: own function, own role, own API, own queue; nothing of another environment."""
    rendered = render_app(isolated(shop(make_app)), "core", "prod")
    assert "shop-sam-prod" == rendered.template.stack_name
    assert ["JobProdFunction"] == list(rendered.of_type("AWS::Serverless::Function"))
    assert ["JobFunctionAliasProd"] == list(rendered.of_type("AWS::Lambda::Alias"))
    assert ["ApiHttpApiProdStage"] == list(rendered.of_type("AWS::ApiGatewayV2::Stage"))
    assert [] == re.findall(r"Dev[A-Z]|\bdev\b", rendered.template.body)


def test_an_isolated_function_is_told_its_environment(
    make_app: Make, render_app: Render, isolated: Isolate
) -> None:
    """C17: the first of the sources that the runtime looks at; the archive is the same."""
    dev = render_app(isolated(shop(make_app)), "core", "dev").properties("JobDevFunction")
    prod = render_app(isolated(shop(make_app)), "core", "prod").properties("JobProdFunction")
    assert {"MODE": "fast", "SAM_DEPLOY_ENVIRONMENT": "dev"} == dev["Environment"]["Variables"]
    assert {"MODE": "fast", "SAM_DEPLOY_ENVIRONMENT": "prod"} == prod["Environment"]["Variables"]
    assert dev["CodeUri"] == prod["CodeUri"]


def test_a_role_of_an_isolated_stack_reaches_its_environment_only(
    make_app: Make, render_app: Render, isolated: Isolate
) -> None:
    """R177, C02: what one role for all aliases cannot do in the shared topology."""
    rendered = render_app(isolated(shop(make_app)), "core", "prod")
    statements = rendered.properties("JobLambdaPolicy")["PolicyDocument"]["Statement"]
    named = [arn["Fn::Sub"] for each in statements for arn in each["Resource"]]
    assert [] == [arn for arn in named if "Prod" not in arn and "prod" not in arn]


def test_the_alias_has_the_environments_name_in_both_topologies(
    make_app: Make, render_app: Render, isolated: Isolate
) -> None:
    """Design 5: `promote` and people call it the same."""
    app = shop(make_app)
    shared = render_app(app).properties("JobFunctionAliasProd")["Name"]
    alone = render_app(isolated(app), "core", "prod").properties("JobFunctionAliasProd")["Name"]
    assert ("prod", "prod") == (shared, alone)


def test_a_value_per_environment_becomes_the_environments(
    make_app: Make, render_app: Render, isolated: Isolate
) -> None:
    """Allowed where each environment has a function of its own."""
    job = Function("Job", source="j", environment={"URL": {"dev": "a", "prod": "b"}})
    app = isolated(make_app(functions=[job]))
    variables = render_app(app, "core", "prod").properties("JobProdFunction")["Environment"]
    assert {"URL": "b", "SAM_DEPLOY_ENVIRONMENT": "prod"} == variables["Variables"]


def test_the_local_stack_has_buckets_and_queues_only(make_app: Make, render_app: Render) -> None:
    """R230: no function, API, pool or mapping; the queues of every feature set."""
    app = shop(make_app)
    far = make_app(
        functions=app.functions,
        queues=[*app.queues, Queue("Far", feature_set="extra")],
        buckets=app.buckets,
        http_api=app.http_api,
    )
    rendered = render_app(far, "core", "local")
    kinds = {each["Type"] for each in rendered.resources.values()}
    assert {
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
    } == kinds
    assert ["OrdersLocalQ", "OrdersLocalDLQ", "FarLocalQ", "FarLocalDLQ"] == list(
        rendered.of_type("AWS::SQS::Queue")
    )
    assert "shop-sam-local" == rendered.template.stack_name


def test_every_resource_knows_what_caused_it(make_app: Make, render_app: Render) -> None:
    """Design 6: changes to prod's resources are told apart, and findings name the declaration."""
    origins = render_app(shop(make_app)).template.origins
    assert ('queues["Orders"]', "prod") == (
        origins["OrdersProdQ"].path,
        origins["OrdersProdQ"].environment,
    )
    assert ('functions["Job"]', "") == (
        origins["JobFunction"].path,
        origins["JobFunction"].environment,
    )
    nameless = {key for key, each in origins.items() if not each.path}
    assert {"Dashboard"} == nameless

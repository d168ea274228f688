"""Alarms per environment and strictness, the topic that tells people, the dashboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import Alarms, App, Environment, Function, HttpApi, Key, Queue, Route, Table

Make = Callable[..., App]
Render = Callable[..., Any]


def watched(make_app: Make, strictness: Any, **given: Any) -> App:
    environments = [Environment("dev"), Environment("prod", promote_from="dev", alarms=strictness)]
    job = Function("Job", source="job", timeout_seconds=20, routes=[Route("GET", "/")])
    return make_app(
        environments=environments,
        functions=[job],
        queues=[Queue("Orders")],
        tables=[Table("carts", partition_key=Key("id"))],
        http_api=HttpApi(),
        **given,
    )


def test_nothing_is_watched_unless_an_environment_asks(make_app: Make, render_app: Render) -> None:
    """Alarms cost; dev has none here, prod has."""
    rendered = render_app(watched(make_app, "normal"))
    environments = {
        each.environment
        for name, each in rendered.template.origins.items()
        if rendered.template.kinds[name] == "AWS::CloudWatch::Alarm"
    }
    assert {"prod"} == environments
    assert {} == render_app(watched(make_app, "off")).of_type("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize(
    ("strictness", "expected"),
    [
        (
            "normal",
            [
                ("AWS/Lambda", "Errors", 300, 5),
                ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 60, 1),
                ("AWS/DynamoDB", "ReadThrottleEvents", 300, 1),
                ("AWS/DynamoDB", "WriteThrottleEvents", 300, 1),
                ("AWS/ApiGateway", "5xx", 300, 5),
            ],
        ),
        (
            "strict",
            [
                ("AWS/Lambda", "Errors", 60, 1),
                ("AWS/Lambda", "Duration", 60, 16_000),
                ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 60, 1),
                ("AWS/DynamoDB", "ReadThrottleEvents", 300, 1),
                ("AWS/DynamoDB", "WriteThrottleEvents", 300, 1),
                ("AWS/ApiGateway", "5xx", 60, 1),
                ("AWS/ApiGateway", "4xx", 300, 100),
            ],
        ),
    ],
)
def test_strictness_decides_what_is_watched_and_how_closely(
    make_app: Make, render_app: Render, strictness: str, expected: list[tuple[str, str, int, int]]
) -> None:
    """R274, R176: plain metrics; p99 against 80 % of the timeout (milliseconds) when strict."""
    found = render_app(watched(make_app, strictness)).of_type("AWS::CloudWatch::Alarm")
    assert expected == [
        (p["Namespace"], p["MetricName"], p["Period"], p["Threshold"])
        for p in (each["Properties"] for each in found.values())
    ]


def test_a_function_is_watched_by_its_alias(make_app: Make, render_app: Render) -> None:
    """R271: dev's failures raise no alarm of prod, though it is one function."""
    alarm = render_app(watched(make_app, "normal")).properties("JobFunctionAliasProdErrorsAlarm")
    assert [
        {"Name": "FunctionName", "Value": "JobFunction"},
        {"Name": "Resource", "Value": "JobFunction:prod"},
    ] == alarm["Dimensions"]
    assert [{"Ref": "AlarmsProdTopic"}] == alarm["AlarmActions"]


def test_only_cloudwatch_may_publish_alarms_and_recipients_get_mails(
    make_app: Make, render_app: Render
) -> None:
    """R274: an SNS topic per environment; its policy names our alarms' ARNs, by TLS only."""
    app = watched(make_app, "normal", alarms=Alarms(recipients=["ops@example.com"]))
    rendered = render_app(app)
    topic = rendered.properties("AlarmsProdTopic")
    assert [{"Protocol": "email", "Endpoint": "ops@example.com"}] == topic["Subscription"]
    allow, deny = rendered.properties("AlarmsProdTopicPolicy")["PolicyDocument"]["Statement"]
    assert {"Service": "cloudwatch.amazonaws.com"} == allow["Principal"]
    source = allow["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
    assert source.endswith(":alarm:shop-prod-*")
    assert ("Deny", {"Bool": {"aws:SecureTransport": "false"}}) == (
        deny["Effect"],
        deny["Condition"],
    )


def test_the_dashboard_is_made_once_and_shows_every_region(
    make_app: Make, render_app: Render
) -> None:
    """Dashboards belong to the account: the first region's stack makes it; prod comes first."""
    rendered = render_app(watched(make_app, "off"))
    resource = rendered.resources["Dashboard"]
    assert "IsFirstRegion" == resource["Condition"]
    assert {"Fn::Equals": [{"Ref": "FirstRegion"}, "yes"]} == rendered.document["Conditions"][
        "IsFirstRegion"
    ]
    widgets = json.loads(resource["Properties"]["DashboardBody"])["widgets"]
    titles = [each["properties"]["markdown"] for each in widgets if each["type"] == "text"]
    assert [
        "## prod · eu-west-1",
        "## prod · us-east-1",
        "## dev · eu-west-1",
        "## dev · us-east-1",
    ] == titles
    regions = {each["properties"]["region"] for each in widgets if each["type"] == "metric"}
    assert {"eu-west-1", "us-east-1"} == regions


def test_an_app_can_do_without_a_dashboard(make_app: Make, render_app: Render) -> None:
    """Then no stack asks for the parameter either."""
    rendered = render_app(watched(make_app, "off", dashboard=False))
    assert {} == rendered.of_type("AWS::CloudWatch::Dashboard")
    assert "FirstRegion" not in rendered.template.parameters

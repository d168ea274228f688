"""How functions run: logs, networks, storage, concurrency, addresses, calls nobody waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    App,
    AsyncInvoke,
    Cors,
    Environment,
    Function,
    FunctionUrl,
    Queue,
    Topic,
    Vpc,
)

Make = Callable[..., App]
Render = Callable[..., Any]


def job(**given: Any) -> Function:
    return Function("Job", source="job", **given)


def test_a_function_writes_to_its_own_log_group_alone(make_app: Make, render_app: Render) -> None:
    """R280: no `logs:*` on everything; the group is kept as long as its longest environment."""
    environments = [
        Environment("dev", log_retention_days=7),
        Environment("prod", promote_from="dev", log_retention_days=90),
    ]
    rendered = render_app(make_app(functions=[job()], environments=environments))
    group = rendered.properties("JobFunctionLogGroup")
    assert ("/aws/lambda/JobFunction", 90) == (group["LogGroupName"], group["RetentionInDays"])
    (policy,) = rendered.properties("JobLambdaRole")["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert ["logs:CreateLogStream", "logs:PutLogEvents"] == statement["Action"]
    group_arn = (
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
        ":log-group:/aws/lambda/JobFunction:*"
    )
    assert {"Fn::Sub": group_arn} == statement["Resource"]


def test_few_functions_have_more_and_say_so(make_app: Make, render_app: Render) -> None:
    """R051: storage, tracing and reserved concurrency are written only when asked for."""
    plain = render_app(make_app(functions=[job()])).properties("JobFunction")
    more = job(ephemeral_storage_mb=1024, tracing=True, reserved_concurrency=5)
    rendered = render_app(make_app(functions=[more]))
    expected = {
        "EphemeralStorage": {"Size": 1024},
        "Tracing": "Active",
        "ReservedConcurrentExecutions": 5,
    }
    asked = rendered.properties("JobFunction")
    assert expected == {key: asked[key] for key in asked.keys() - plain.keys()}
    statements = rendered.properties("JobLambdaRole")["Policies"][0]["PolicyDocument"]["Statement"]
    assert ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] == statements[1]["Action"]


def test_a_network_is_found_by_the_region(make_app: Make, render_app: Render) -> None:
    """R281: one text for all regions; the role may attach interfaces before the function is."""
    vpc = Vpc(
        subnets={"eu-west-1": ["subnet-1"], "us-east-1": ["subnet-2", "subnet-3"]},
        security_groups={"eu-west-1": ["sg-1"], "us-east-1": ["sg-2"]},
    )
    rendered = render_app(make_app(functions=[job(vpc=vpc)]))
    here = [{"Fn::FindInMap": ["JobVpc", {"Ref": "AWS::Region"}, k]} for k in ("Subnets",)]
    assert here[0] == rendered.properties("JobFunction")["VpcConfig"]["SubnetIds"]
    assert ["subnet-2", "subnet-3"] == rendered.document["Mappings"]["JobVpc"]["us-east-1"][
        "Subnets"
    ]
    sids = [
        each["Sid"]
        for each in rendered.properties("JobLambdaRole")["Policies"][0]["PolicyDocument"][
            "Statement"
        ]
    ]
    assert ["WriteLogs", "ConnectToVpc"] == sids


def test_failed_calls_go_to_the_queue_of_their_environment(
    make_app: Make, render_app: Render
) -> None:
    """A function has one dead-letter queue for all; an alias has a destination of its own (C02)."""
    function = job(asynchronous=AsyncInvoke(retries=1, max_age_seconds=120, on_failure="Lost"))
    rendered = render_app(make_app(functions=[function], queues=[Queue("Lost")]))
    config = rendered.resources["JobFunctionAliasProdInvokeConfig"]
    assert ["JobFunctionAliasProd", "JobLambdaPolicy"] == config["DependsOn"]
    properties = config["Properties"]
    assert ("prod", 1, 120) == (
        properties["Qualifier"],
        properties["MaximumRetryAttempts"],
        properties["MaximumEventAgeInSeconds"],
    )
    target = properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::Sub"]
    assert target.endswith(":LostProdQ")


def test_a_destination_may_be_sent_to_and_nothing_more(make_app: Make, render_app: Render) -> None:
    """R280: a topic that hears of success is published to; it is not among `uses`."""
    function = job(asynchronous=AsyncInvoke(on_success="Done"))
    rendered = render_app(make_app(functions=[function], topics=[Topic("Done")]))
    statements = rendered.properties("JobLambdaPolicy")["PolicyDocument"]["Statement"]
    assert [("WriteTopics", ["sns:Publish"])] == [(s["Sid"], s["Action"]) for s in statements]


@pytest.mark.parametrize(("auth", "permissions"), [("AWS_IAM", 0), ("NONE", 4)])
def test_an_address_belongs_to_an_alias(
    make_app: Make, render_app: Render, auth: Any, permissions: int
) -> None:
    """S0's function URLs: one per environment; for everybody Lambda wants two permissions each."""
    url = FunctionUrl(auth, cors=Cors(["GET"], origins=["https://a.example"]))
    reasons = {"function-url": "a webhook that checks signatures"}
    rendered = render_app(make_app(functions=[job(url=url, waive=reasons)]))
    address = rendered.properties("JobFunctionAliasDevUrl")
    assert ("dev", auth) == (address["Qualifier"], address["AuthType"])
    assert ["https://a.example"] == address["Cors"]["AllowOrigins"]
    assert permissions == len(rendered.of_type("AWS::Lambda::Permission"))
    assert {"Fn::GetAtt": ["JobFunctionAliasProdUrl", "FunctionUrl"]} == rendered.document[
        "Outputs"
    ]["JobFunctionAliasProdUrl"]["Value"]


def test_a_function_calls_another_by_the_alias_of_each_environment(
    make_app: Make, render_app: Render
) -> None:
    """R280: exactly these aliases, no version and no $LATEST."""
    functions = [job(invokes=["Other"]), Function("Other", source="o")]
    rendered = render_app(make_app(functions=functions))
    (statement,) = rendered.properties("JobLambdaPolicy")["PolicyDocument"]["Statement"]
    endings = [arn["Fn::Sub"].rpartition("function:")[2] for arn in statement["Resource"]]
    assert ["OtherFunction:dev", "OtherFunction:prod"] == endings


def test_statements_of_the_user_come_last_and_unchanged(make_app: Make, render_app: Render) -> None:
    """R280: nothing is granted beyond `uses` unless the user writes it."""
    own = {
        "Effect": "Allow",
        "Action": "cloudwatch:PutMetricData",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "Shop"}},
    }
    rendered = render_app(make_app(functions=[job(statements=[own])]))
    assert [own] == rendered.properties("JobLambdaPolicy")["PolicyDocument"]["Statement"]

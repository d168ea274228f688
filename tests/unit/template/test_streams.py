from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Function, Key, Queue, Table, on_table

Render = Callable[..., Any]
Make = Callable[..., App]
ORDERS = Table("orders", Key("id"), stream="NEW_IMAGE")


def test_a_change_calls_the_alias_of_the_tables_environment(
    make_app: Make, render_app: Render
) -> None:
    """With its given values a mapping tries ten times, halves failing batches, begins now."""
    job = Function("Job", source="x", triggers=[on_table("orders")])
    rendered = render_app(make_app(functions=[job], tables=[ORDERS]))
    mapping = rendered.resources["JobOrdersProdStreamMapping"]
    assert ["JobLambdaPolicy"] == mapping["DependsOn"]
    assert {
        "EventSourceArn": {"Fn::GetAtt": ["OrdersProdTable", "StreamArn"]},
        "FunctionName": {"Ref": "JobFunctionAliasProd"},
        "StartingPosition": "LATEST",
        "BatchSize": 100,
        "MaximumRetryAttempts": 10,
        "BisectBatchOnFunctionError": True,
        "ParallelizationFactor": 1,
        "Enabled": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Tags": [{"Key": "Project", "Value": "Shop"}, {"Key": "Environment", "Value": "prod"}],
    } == mapping["Properties"]


def test_a_mapping_takes_filters_a_window_and_a_queue_for_what_was_given_up(
    make_app: Make, render_app: Render
) -> None:
    """Patterns go as JSON text; the queue is that of the environment."""
    trigger = on_table(
        "orders",
        batching_window_seconds=5,
        filters=[{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}],
        on_failure="Lost",
        split_on_error=False,
        retries=0,
    )
    job = Function("Job", source="x", triggers=[trigger])
    app = make_app(functions=[job], tables=[ORDERS], queues=[Queue("Lost")])
    properties = render_app(app).properties("JobOrdersDevStreamMapping")
    patterns = [{"Pattern": f'{{"eventName":["{each}"]}}'} for each in ("INSERT", "REMOVE")]
    assert {"Filters": patterns} == properties["FilterCriteria"]
    assert 5 == properties["MaximumBatchingWindowInSeconds"]
    given_up = properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::Sub"]
    assert given_up.endswith(":LostDevQ")
    assert (False, 0) == (
        properties["BisectBatchOnFunctionError"],
        properties["MaximumRetryAttempts"],
    )


def test_two_functions_read_one_stream_in_the_environments_that_they_choose(
    make_app: Make, render_app: Render
) -> None:
    """Logical ids name the function, too."""
    jobs = [
        Function("One", source="x", triggers=[on_table("orders")]),
        Function("Two", source="x", triggers=[on_table("orders", environments=["prod"])]),
    ]
    rendered = render_app(make_app(functions=jobs, tables=[ORDERS]))
    assert [
        "OneOrdersDevStreamMapping",
        "OneOrdersProdStreamMapping",
        "TwoOrdersProdStreamMapping",
    ] == list(rendered.of_type("AWS::Lambda::EventSourceMapping"))


def test_a_function_may_read_the_streams_that_call_it_and_nothing_else_of_the_table(
    make_app: Make, render_app: Render
) -> None:
    """What Lambda needs in the function's name; listing streams knows no resource to name."""
    job = Function("Job", source="x", triggers=[on_table("orders", environments=["dev"])])
    rendered = render_app(make_app(functions=[job], tables=[ORDERS]))
    statement, listing = rendered.properties("JobLambdaPolicy")["PolicyDocument"]["Statement"]
    assert "ReadStreams" == statement["Sid"]
    assert [
        f"dynamodb:{each}" for each in ("DescribeStream", "GetRecords", "GetShardIterator")
    ] == statement["Action"]
    assert (["dynamodb:ListStreams"], ["*"]) == (listing["Action"], listing["Resource"])
    (stream,) = statement["Resource"]
    assert stream["Fn::Sub"].endswith(":table/shop-orders-dev/stream/*")

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Function, Queue, on_schedule

Make = Callable[..., App]
Render = Callable[..., Any]

LAMBDA = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
SQS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"


def test_a_schedule_calls_the_alias_of_its_environment(make_app: Make, render_app: Render) -> None:
    """C21: on time, with its input, in its time zone; what is given up is kept."""
    trigger = on_schedule(
        "cron(35 9 ? * MON-FRI *)",
        timezone="America/New_York",
        input={"mode": "trade"},
        retries=1,
        dead_letter_queue="Lost",
    )
    app = make_app(
        functions=[Function("Job", source="job", triggers=[trigger])], queues=[Queue("Lost")]
    )
    rendered = render_app(app)
    assert ["JobDevSchedule", "JobProdSchedule"] == list(
        rendered.of_type("AWS::Scheduler::Schedule")
    )
    assert {
        "Name": "shop-Job-prod",
        "ScheduleExpression": "cron(35 9 ? * MON-FRI *)",
        "ScheduleExpressionTimezone": "America/New_York",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": {
            "Arn": {"Ref": "JobFunctionAliasProd"},
            "RoleArn": {"Fn::GetAtt": ["JobProdScheduleRole", "Arn"]},
            "Input": '{"mode":"trade"}',
            "RetryPolicy": {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 3600},
            "DeadLetterConfig": {"Arn": {"Fn::Sub": f"{SQS}LostProdQ"}},
        },
    } == rendered.properties("JobProdSchedule")


def test_the_scheduler_may_call_that_alias_and_nothing_else(
    make_app: Make, render_app: Render
) -> None:
    """R177: a role per function and environment, for this account's scheduler, exact ARNs."""
    triggers = [
        on_schedule("rate(1 day)"),
        on_schedule("rate(1 hour)", name="Hourly", dead_letter_queue="Lost"),
    ]
    app = make_app(
        functions=[Function("Job", source="job", triggers=triggers)], queues=[Queue("Lost")]
    )
    rendered = render_app(app)
    role = rendered.properties("JobDevScheduleRole")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert {"Service": "scheduler.amazonaws.com"} == trust["Principal"]
    assert {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}} == trust["Condition"]
    (policy,) = role["Policies"]
    granted = {
        (each["Action"], str(each["Resource"])) for each in policy["PolicyDocument"]["Statement"]
    }
    assert {
        ("lambda:InvokeFunction", str({"Fn::Sub": f"{LAMBDA}JobFunction:dev"})),
        ("sqs:SendMessage", str([{"Fn::Sub": f"{SQS}LostDevQ"}])),
    } == granted
    # the scheduler comes with its role: the queue's policy needs to know nothing of it
    document = rendered.properties("LostDevQPolicy")["PolicyDocument"]
    assert ["DenyPlainHttp"] == [each["Sid"] for each in document["Statement"]]


def test_a_schedule_of_one_environment_leaves_the_others_alone(
    make_app: Make, render_app: Render
) -> None:
    """No schedule, no role."""
    trigger = on_schedule("rate(1 day)", environments=["prod"], enabled=False)
    rendered = render_app(make_app(functions=[Function("Job", source="job", triggers=[trigger])]))
    assert ["JobProdSchedule"] == list(rendered.of_type("AWS::Scheduler::Schedule"))
    assert "DISABLED" == rendered.properties("JobProdSchedule")["State"]
    assert "JobDevScheduleRole" not in rendered.resources


def test_a_schedule_can_be_one_for_all_regions(make_app: Make, render_app: Render) -> None:
    """Four regions would send four reports; the text is the same in all of them."""
    triggers = [on_schedule("rate(1 day)", first_region_only=True)]
    rendered = render_app(make_app(functions=[Function("Job", source="job", triggers=triggers)]))
    conditions = {
        rendered.resources[name].get("Condition")
        for name in ("JobDevSchedule", "JobDevScheduleRole")
    }
    assert {"IsFirstRegion"} == conditions
    assert "FirstRegion" in rendered.document["Parameters"]


def test_an_isolated_function_is_scheduled_by_its_own_name(
    make_app: Make, render_app: Render, isolated: Callable[[App], App]
) -> None:
    """C01: the function of dev has the environment in its name."""
    job = Function("Job", source="job", triggers=[on_schedule("rate(1 day)")])
    rendered = render_app(isolated(make_app(functions=[job])), "core", "dev")
    (policy,) = rendered.properties("JobDevScheduleRole")["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert {"Fn::Sub": f"{LAMBDA}JobDevFunction:dev"} == statement["Resource"]

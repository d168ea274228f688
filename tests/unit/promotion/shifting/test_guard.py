from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from sam_deploy.aws.schedules import NAME_MAX
from sam_deploy.promotion.shifting.guard import name_of, role_of, schedule_of

Stage: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

PLACES = (("eu-west-1", "ApiFunction"), ("us-east-1", "ApiFunction"))


def policy(stage: Stage, places: Sequence[tuple[str, str]]) -> Any:
    return json.loads(json.dumps(role_of(stage.shift().engine.plan, places).policy))


def test_a_schedule_writes_the_old_version_alone(stage: Stage) -> None:
    """Its weights are explicitly none, and its mark says who has written it (R205)."""
    engine = stage.shift().engine
    made = schedule_of(engine, engine.moves[1], 1_000_000, "arn:role")
    assert {
        "FunctionName": "ApiFunction",
        "Name": "prod",
        "FunctionVersion": "1",
        "Description": "sd:abc123:1:restored",
        "RoutingConfig": {"AdditionalVersionWeights": {}},
    } == made.given
    assert ("arn:aws:scheduler:::aws-sdk:lambda:updateAlias", 1_000_000, "arn:role") == (
        made.target,
        made.at,
        made.role,
    )


def test_a_name_is_the_same_for_every_attempt_and_never_too_long() -> None:
    """Pushing, deleting and resuming need no memory of names; two long ones do not collide."""
    assert "sd-0123456789ab-ApiFunction" == name_of("0123456789ab", "ApiFunction")
    long = [name_of("0123456789ab", f"{'F' * 60}{number}") for number in range(3)]
    assert 3 == len(set(long))
    assert all(len(each) <= NAME_MAX for each in long)


def test_only_scheduler_of_this_account_may_assume_the_role(stage: Stage) -> None:
    """Without the condition any account's schedules could ask Scheduler to use it."""
    role = role_of(stage.shift().engine.plan, PLACES)
    (statement,) = json.loads(json.dumps(role.trust))["Statement"]
    assert "sam-deploy-orders-guard" == role.name
    assert {"Service": "scheduler.amazonaws.com"} == statement["Principal"]
    assert {"StringEquals": {"aws:SourceAccount": "123456789012"}} == statement["Condition"]


def test_the_role_may_move_aliases_of_the_apps_functions_and_nothing_else(stage: Stage) -> None:
    """One action, on each function in each of its regions."""
    (statement,) = policy(stage, PLACES)["Statement"]
    assert {
        "Effect": "Allow",
        "Action": "lambda:UpdateAlias",
        "Resource": [
            "arn:aws:lambda:eu-west-1:123456789012:function:ApiFunction",
            "arn:aws:lambda:us-east-1:123456789012:function:ApiFunction",
        ],
    } == statement


def test_the_policy_of_many_functions_stays_below_iams_limit(stage: Stage) -> None:
    """100 functions in ten regions: regions become a condition, and are still named."""
    places = [
        (f"eu-west-{region}", f"Function{number}") for region in range(10) for number in range(100)
    ]
    found = policy(stage, places)
    assert len(json.dumps(found)) < 10_240
    (statement,) = found["Statement"]
    assert {"StringEquals": {"aws:RequestedRegion": [f"eu-west-{n}" for n in range(10)]}} == (
        statement["Condition"]
    )
    assert all(
        each.startswith("arn:aws:lambda:*:123456789012:function:") for each in statement["Resource"]
    )

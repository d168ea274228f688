"""The pure parts of the patches that count calls and read metrics, loaded by path."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from sam_deploy.local.emulator import LAUNCHER

ARN = "arn:aws:lambda:eu-west-1:000000000000:function:Echo"
FUNCTION = {"FunctionName": "Echo"}


def load(name: str) -> ModuleType:
    path = LAUNCHER.with_name("patches") / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"loaded_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("arn", "version", "resource", "executed"),
    [
        (ARN, "$LATEST", "Echo", None),
        (f"{ARN}:$LATEST", "$LATEST", "Echo", None),
        (f"{ARN}:2", "2", "Echo:2", None),
        (f"{ARN}:prod", "2", "Echo:prod", "2"),
        (f"{ARN}:dev", "$LATEST", "Echo:dev", "$LATEST"),
    ],
)
def test_a_call_has_the_dimensions_of_what_was_invoked(
    arn: str, version: str, resource: str, executed: str | None
) -> None:
    """All functions, the function, the resource, and for an alias the version that ran."""
    expected = [{}, FUNCTION, {**FUNCTION, "Resource": resource}]
    if executed is not None:
        expected.append({**FUNCTION, "Resource": resource, "ExecutedVersion": executed})
    sets = load("function_metrics").dimension_sets(arn, "Echo", version)
    assert expected == list(sets)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"body": 1}, {"Invocations": 1, "Errors": 0, "Throttles": 0, "Duration": 12.35}),
        ({"error": True}, {"Invocations": 1, "Errors": 1, "Throttles": 0, "Duration": 12.35}),
        (None, {"Invocations": 1, "Errors": 1, "Throttles": 0, "Duration": 12.35}),
        ({"error": True, "throttle": True}, {"Throttles": 1}),
    ],
)
def test_a_call_counts_for_what_came_of_it(
    outcome: dict[str, Any] | None, expected: dict[str, float]
) -> None:
    """A throttled call is no invocation; a good one is an error of 0, so that there is data."""
    values = load("function_metrics").measured(outcome, 12.3456)
    assert expected == {name: value for name, value, _ in values}


def test_equal_values_of_a_minute_are_one_point() -> None:
    """A value that came before in its minute raises that point's count."""
    metrics, points = load("function_metrics"), list[dict[str, Any]]()
    for minute, value in [(60, 1), (60, 0), (60, 1), (120, 1), (60, 1)]:
        metrics.add(points, minute, value, "Count", FUNCTION)
    found = [(point["Timestamp"], point["Value"], point["Count"]) for point in points]
    assert [(60, 1, 3), (60, 0, 1), (120, 1, 1)] == found


def test_an_answer_is_turned_around() -> None:
    """Times and values are turned together, for each result by itself."""
    answer = {
        "MetricDataResults": [
            {"Id": "a", "Timestamps": [1, 2], "Values": [10, 20]},
            {"Id": "b", "Timestamps": [], "Values": []},
        ]
    }
    turned = load("metric_readings").turned(answer)["MetricDataResults"]
    assert {"Id": "a", "Timestamps": [2, 1], "Values": [20, 10]} == turned[0]
    assert [] == turned[1]["Values"]

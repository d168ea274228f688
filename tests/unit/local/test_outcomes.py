"""What becomes of events, by the rules alone: how often they are tried, and who hears of them."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.local.outcomes import records
from sam_deploy.local.outcomes.asynchronous import Clock, Ended, Pace, Rules, rules_of, tried

FAILED = {"error": True, "body": {"errorMessage": "no"}}
THROTTLED = {"error": True, "throttle": True, "body": {}}
DONE = {"body": {"done": 1}}
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:Work"


class Hand:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.time, self.slept = 0.0, list[float]()

    def sleep(self, seconds: float) -> None:
        """Time has passed."""
        self.slept.append(seconds)
        self.time += seconds


def ended(answers: list[dict[str, Any]], rules: Rules, *, closed: bool = False) -> Ended:
    return run(answers, rules, closed=closed)[0]


def run(
    answers: list[dict[str, Any]], rules: Rules, *, closed: bool = False
) -> tuple[Ended, list[float]]:
    """How it ended, and the waits. The last answer comes again and again."""
    hand, left = Hand(), list(answers)
    pace, clock = Pace(1, 30), Clock(lambda: hand.time, hand.sleep)

    def call() -> dict[str, Any]:
        return left.pop(0) if len(left) > 1 else left[0]

    return tried(call, lambda: closed, rules, pace, clock), hand.slept


@pytest.mark.parametrize(
    ("answers", "retries", "expected", "waits"),
    [
        ([DONE], 2, ("Success", 1), []),
        ([FAILED, DONE], 2, ("Success", 2), [1]),
        ([FAILED], 2, ("RetriesExhausted", 3), [1, 2]),
        ([FAILED], 0, ("RetriesExhausted", 1), []),
    ],
)
def test_a_call_is_tried_until_it_succeeds_or_has_no_retry_left(
    answers: list[dict[str, Any]], retries: int, expected: tuple[str, int], waits: list[float]
) -> None:
    """A first try, and as many more as there are retries."""
    found, slept = run(answers, Rules(retries=retries))
    assert (expected, waits) == ((found.condition, found.calls), slept)


def test_a_throttled_call_costs_no_retry() -> None:
    """It has not reached the function, and the waits begin anew after it."""
    found, slept = run([THROTTLED, THROTTLED, THROTTLED, FAILED, DONE], Rules(retries=1))
    assert ("Success", 2, [1, 2, 4, 1]) == (found.condition, found.calls, slept)


def test_an_event_that_is_throttled_for_its_whole_age_is_given_up() -> None:
    """Nobody was called, so there is no answer; the waits do not grow beyond the most."""
    found, slept = run([THROTTLED], Rules(age_seconds=21600))
    assert Ended("EventAgeExceeded", 0, None) == found
    assert (21600 - 60 < sum(slept) <= 21600, 30) == (True, max(slept))


def test_an_event_that_would_be_too_old_is_not_tried_again() -> None:
    """Its last answer is told."""
    assert Ended("EventAgeExceeded", 1, FAILED) == ended([FAILED], Rules(age_seconds=0.5))


def test_a_function_without_concurrency_is_not_called() -> None:
    """As AWS says of a reserved concurrency of 0: no retries."""
    assert Ended("ZeroReservedConcurrency", 0, None) == ended([DONE], Rules(), closed=True)


def config(**rules: Any) -> dict[str, Any]:
    return {**rules, "DestinationConfig": {"OnFailure": {"Destination": "queue"}}}


@pytest.mark.parametrize(
    ("qualifier", "expected"),
    [
        ("dev", Rules(0, 60, on_failure="queue", dead_letters="dead")),
        ("", Rules(1, 21600, on_failure="queue", dead_letters="dead")),
        ("$LATEST", Rules(1, 21600, on_failure="queue", dead_letters="dead")),
        ("prod", Rules(dead_letters="dead")),
    ],
)
def test_rules_are_those_of_the_qualifier(qualifier: str, expected: Rules) -> None:
    """An alias without a configuration has the default, not that of the function."""
    dev = config(MaximumRetryAttempts=0, MaximumEventAgeInSeconds="60")
    function = {"event_invoke_configs": {"dev": dev, "": config(MaximumRetryAttempts="1")}}
    version = {"DeadLetterConfig": {"TargetArn": "dead"}}
    assert expected == rules_of(function, qualifier, version)


def test_a_record_names_the_qualifier_that_was_called() -> None:
    """`$LATEST` where there was none; nothing of an answer where there is none."""
    request = records.Request("id", ARN, "EventAgeExceeded", 0)
    found = records.of_call(request, {"a": 1}, None, 1.5)
    assert {
        "version": "1.0",
        "timestamp": "1970-01-01T00:00:01.500Z",
        "requestContext": {
            "requestId": "id",
            "functionArn": f"{ARN}:$LATEST",
            "condition": "EventAgeExceeded",
            "approximateInvokeCount": 0,
        },
        "requestPayload": {"a": 1},
    } == found


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b'{"a": 1}', {"a": 1}), ("plain", "plain"), (b"\xff", "\N{REPLACEMENT CHARACTER}"), (1, 1)],
)
def test_a_payload_is_json_where_it_can_be(body: object, expected: object) -> None:
    """Else it is text."""
    assert expected == records.payload({"body": body})


def test_the_error_of_a_dead_letter_is_a_kilobyte_at_most() -> None:
    """And there is none where the function was not reached."""
    long = records.dead_letter("id", {"body": {"errorMessage": "x" * 2000}})
    assert ("x" * 1024, "200") == (
        long["ErrorMessage"]["StringValue"],
        long["ErrorCode"]["StringValue"],
    )
    assert {"RequestID", "ErrorCode"} == set(records.dead_letter("id", None))

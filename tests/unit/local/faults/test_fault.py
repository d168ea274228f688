"""What a fault does with a call, and that a seed picks the same calls again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.local.faults.calls import Known
from sam_deploy.local.faults.fault import Fault, InForce, in_force
from sam_deploy.local.faults.rules import Drop, Fail, LoseAnswer, When

FLIP = Known("lambda", "UpdateAlias", "eu-west-1", "rest-json")


def failed(fault: Fault, call: Known, calls: int = 1000) -> list[int]:
    return [number for number in range(1, calls + 1) if fault.failure(call, number)]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(outage=True), Drop()),
        (Fault(lose_answers=True), LoseAnswer()),
        (Fault(error="Boom"), Fail("Boom", "injected by `cloud fault`", 400)),
        (
            Fault(error="ServiceUnavailable"),
            Fail("ServiceUnavailable", "injected by `cloud fault`", 503),
        ),
        (Fault(latency_seconds=1), None),
    ],
)
def test_each_kind_has_its_failure(fault: Fault, expected: object) -> None:
    """Latency alone fails nothing; an error code has the status that AWS gives it."""
    assert expected == fault.failure(FLIP, 1)


@pytest.mark.parametrize(
    ("service", "protocol", "code", "status"),
    [
        ("lambda", "rest-json", "TooManyRequestsException", 429),
        ("s3", "rest-xml", "SlowDown", 503),
        ("cloudformation", "query", "Throttling", 400),
        ("ssm", "json", "ThrottlingException", 400),
    ],
)
def test_a_throttled_call_is_answered_as_its_service_does(
    service: str, protocol: str, code: str, status: int
) -> None:
    """Code and status differ from service to service."""
    call = Known(service, "Anything", "eu-west-1", protocol)  # type: ignore[arg-type]
    assert Fail(code, "Rate exceeded", status) == Fault(throttle=1.0).failure(call, 1)


def test_a_share_of_the_calls_fails_the_same_for_a_seed_and_others_for_another() -> None:
    """About a fifth of them; and neither region nor operation repeats the other's picks."""
    fault = Fault(throttle=0.2, seed=7)
    first = failed(fault, FLIP)
    assert first == failed(fault, FLIP)
    assert 150 < len(first) < 250
    others = [
        failed(Fault(throttle=0.2, seed=8), FLIP),
        failed(fault, Known("lambda", "UpdateAlias", "us-east-1", "rest-json")),
        failed(fault, Known("lambda", "GetAlias", "eu-west-1", "rest-json")),
    ]
    assert all(first != other for other in others)


@given(
    st.builds(
        Fault,
        when=st.builds(When, service=st.text(), operation=st.text(), region=st.text()),
        outage=st.booleans(),
        error=st.text(),
        throttle=st.floats(0, 1),
        latency_seconds=st.floats(0, 900),
        share=st.floats(0, 1),
        times=st.none() | st.integers(1),
        seed=st.integers(),
    )
)
def test_a_fault_arrives_as_it_was_sent(fault: Fault) -> None:
    """Through JSON and back is the identity."""
    shown = InForce("f1", fault, 3, 2, 1)
    assert shown == in_force(json.loads(json.dumps(shown.as_json())))

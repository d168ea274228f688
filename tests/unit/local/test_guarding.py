"""Tokens, policies, limits: the pure parts of what decides about a call."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conformance import keys

from sam_deploy.local.gateway import places, policies, throttling, tokens, verdicts
from sam_deploy.local.gateway.model import Throttle

ISSUER = keys.make(7)
ARN = "arn:aws:execute-api:eu-west-1:1:abc/prod/GET/pets/1"


@given(st.binary(min_size=128, max_size=128))
def test_no_other_signature_is_accepted(signature: bytes) -> None:
    """Whatever bytes stand in its place."""
    good = tokens.parse(ISSUER.token({"sub": "a"}))
    key = ISSUER.jwks()["keys"][0]
    tokens.check_signature(good, key)
    forged = tokens.Token(good.algorithm, good.key_id, good.claims, good.signed, signature)
    if signature != good.signature:
        with pytest.raises(tokens.InvalidTokenError):
            tokens.check_signature(forged, key)


def test_a_signature_that_is_too_short_or_too_large_is_none() -> None:
    """The number alone would be the same with zeros before it, or modulo the key."""
    good = tokens.parse(ISSUER.token({"sub": "a"}))
    key = ISSUER.jwks()["keys"][0]
    number = int.from_bytes(good.signature)
    for forged in (
        b"\0" + good.signature,
        (number + ISSUER.modulus).to_bytes(129),
        good.signature[:-1],
    ):
        changed = tokens.Token(good.algorithm, good.key_id, good.claims, good.signed, forged)
        with pytest.raises(tokens.InvalidTokenError):
            tokens.check_signature(changed, key)


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c.d", "!.!.!", "e30.e30", ".".join(["bnVsbA"] * 3), "e30.ZQ.e30"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    """Too few parts, no base64, no JSON, no object."""
    with pytest.raises(tokens.InvalidTokenError):
        tokens.parse(text)


@pytest.mark.parametrize("claims", [{"exp": "soon"}, {"exp": True}, {"nbf": "x"}, {"iat": None}])
def test_times_that_are_no_numbers_are_refused(claims: dict[str, object]) -> None:
    """None of them is taken for "for ever"."""
    with pytest.raises(tokens.InvalidTokenError):
        tokens.check_times(claims, time.time())


@pytest.mark.parametrize(
    ("claims", "valid"),
    [
        ({"aud": "a"}, True),
        ({"aud": ["x", "a"]}, True),
        ({"aud": "x", "client_id": "a"}, False),
        ({"client_id": "a"}, True),
        ({}, False),
    ],
)
def test_the_audience_is_aud_or_else_client_id(claims: dict[str, object], valid: bool) -> None:  # noqa: FBT001
    """Both as one value or as a list."""
    if valid:
        tokens.check_audience(claims, ("a", "b"))
    else:
        with pytest.raises(tokens.InvalidTokenError):
            tokens.check_audience(claims, ("a", "b"))


def statement(effect: str, resource: object, action: object = "execute-api:Invoke") -> object:
    """A statement of a policy."""
    return {"Effect": effect, "Action": action, "Resource": resource}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement("Allow", ARN)], policies.ALLOWED),
        ([statement("Allow", "arn:aws:execute-api:*:*:abc/prod/GET/*")], policies.ALLOWED),
        ([statement("Allow", "arn:aws:execute-api:*:*:abc/prod/GET/pets/?")], policies.ALLOWED),
        ([statement("Allow", "*", "*")], policies.ALLOWED),
        ([statement("Allow", [f"{ARN}/x", ARN], ["execute-api:invoke"])], policies.ALLOWED),
        (statement("Allow", ARN), policies.ALLOWED),
        ([statement("Allow", "*"), statement("Deny", ARN)], policies.DENIED),
        ([statement("Allow", f"{ARN}/x")], policies.NOT_ALLOWED),
        ([statement("Allow", "arn:aws:execute-api:*:*:abc/*/POST/*")], policies.NOT_ALLOWED),
        ([statement("Allow", ARN, "s3:GetObject")], policies.NOT_ALLOWED),
        ([], policies.NOT_ALLOWED),
        (["x"], policies.NOT_ALLOWED),
    ],
)
def test_a_policy_is_evaluated_as_iam_does(statements: object, expected: str) -> None:
    """An explicit deny wins; what nobody allows is not allowed."""
    assert expected == policies.decide({"Statement": statements}, ARN)


@pytest.mark.parametrize(
    ("payload", "simple"),
    [
        (b"{", True),
        (b"[]", True),
        (b'{"isAuthorized": 1}', True),
        (b'{"isAuthorized": true, "context": "x"}', True),
        (b'{"isAuthorized": true}', False),
        (b'{"policyDocument": "x"}', False),
    ],
)
def test_an_answer_of_another_form_is_no_verdict(payload: bytes, simple: bool) -> None:  # noqa: FBT001
    """Nothing that is not exactly true lets a call pass."""
    with pytest.raises(verdicts.InvalidVerdictError):
        verdicts.read(payload, simple=simple)


def test_a_verdict_is_remembered_for_its_time() -> None:
    """And not a moment longer."""
    now = [0.0]
    remembered = verdicts.Remembered(lambda: now[0])
    verdict = verdicts.Verdict(None, allowed=True)
    remembered.keep("key", verdict, 10)
    remembered.keep("never", verdict, 0)
    assert [verdict, None] == [remembered.find("key"), remembered.find("never")]
    now[0] = 10.0
    assert remembered.find("key") is None


def test_a_bucket_fills_at_its_rate() -> None:
    """A burst at once, then as many a second as the rate says."""
    now = [0.0]
    throttles = throttling.Throttles(lambda: now[0])
    limit = Throttle(rate=2.0, burst=3)
    assert [True, True, True, False] == [throttles.takes("a", limit) for _ in range(4)]
    assert throttles.takes("b", limit)
    now[0] = 0.5
    assert [True, False] == [throttles.takes("a", limit) for _ in range(2)]
    now[0] = 60.0
    assert [True, True, True, False] == [throttles.takes("a", limit) for _ in range(4)]
    assert throttles.takes("a", Throttle(rate=2.0, burst=1))
    assert all(throttles.takes("a", Throttle()) for _ in range(100))


@given(st.lists(st.floats(min_value=0, max_value=3), max_size=60))
def test_a_bucket_never_gives_more_than_burst_and_rate(pauses: list[float]) -> None:
    """In any stretch of time that begins with a full bucket."""
    now = [0.0]
    throttles = throttling.Throttles(lambda: now[0])
    taken = 0
    for pause in pauses:
        now[0] += pause
        taken += throttles.takes("a", Throttle(rate=1.5, burst=4))
    assert taken <= 4 + 1.5 * now[0] + 1e-6


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        ("eu-central-1", ["eu-west-1", "us-east-1", "ap-south-1", "us-west-2"]),
        ("us-west-1", ["us-west-2", "us-east-1", "eu-west-1", "ap-south-1"]),
        ("ap-southeast-1", ["ap-south-1", "eu-west-1", "us-west-2", "us-east-1"]),
        ("", ["ap-south-1", "eu-west-1", "us-east-1", "us-west-2"]),
    ],
)
def test_regions_are_ordered_by_distance(near: str, expected: list[str]) -> None:
    """The documents' four regions, as a client sees them; by name for a client from nowhere."""
    assert expected == places.by_distance(
        near, ["us-east-1", "us-west-2", "ap-south-1", "eu-west-1"]
    )


def test_a_claim_is_always_text() -> None:
    """Lists in brackets with spaces, numbers and truth values as in JSON."""
    claims = ["a", 1, True, None, ["a", 1], {"b": 1}]
    expected = ["a", "1", "true", "null", "[a 1]", '{"b":1}']
    assert expected == [tokens.claim_text(claim) for claim in claims]

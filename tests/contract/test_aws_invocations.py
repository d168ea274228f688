"""Calls of functions, and aliases that somebody else writes, in the embedded cloud."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.conftest import REGION, Stack

from sam_deploy.aws import (
    Alias,
    AliasWrite,
    Aws,
    AwsCallError,
    Endpoint,
    Functions,
    Invocations,
    UnansweredError,
)


@pytest.fixture
def place(stack: Stack) -> Aws:
    """The embedded cloud, with the function Echo in it."""
    return Aws(Endpoint("embedded", stack.cloud.endpoint, "", "test", "test"))


def asked(action: str) -> dict[str, Any]:
    """What Echo does when it is asked like this."""
    return {"version": "2.0", "queryStringParameters": {"do": action}}


def test_a_function_answers(place: Aws) -> None:
    """The JSON object that it returns."""
    assert 200 == Invocations(place, REGION).call("Echo", asked(""))["statusCode"]


@pytest.mark.parametrize(("action", "why"), [("raise", "Error"), ("text", "no JSON object")])
def test_nobody_knows_what_a_function_that_failed_has_done(
    place: Aws, action: str, why: str
) -> None:
    """So it is an unanswered call, which is read back; what it was asked is not told."""
    with pytest.raises(UnansweredError) as failed:
        Invocations(place, REGION).call("Echo", asked(action))
    assert why in failed.value.why
    assert "as asked" not in str(failed.value)


def test_a_function_that_is_not_there_is_an_error_of_lambda(place: Aws) -> None:
    """With its code, so that a broker that is missing can be told as such."""
    with pytest.raises(AwsCallError) as refused:
        Invocations(place, REGION).call("Nobody", {})
    assert "ResourceNotFoundException" == refused.value.code


def test_somebody_else_writes_aliases(place: Aws) -> None:
    """Whoever updates one gets what that one says, and Lambda is not asked."""
    seen: list[AliasWrite] = []

    def write(wanted: AliasWrite) -> Alias:
        seen.append(wanted)
        return Alias(wanted.name, wanted.version, "r1")

    before = Functions(place, REGION).alias("Echo", "staging")
    functions = Functions(place.with_aliases_by(write), REGION)
    made = functions.update_alias("Echo", "staging", "2", revision_id="r0", description="d")
    assert ("2", "r1") == (made.version, made.revision_id)
    assert [AliasWrite(REGION, "Echo", "staging", "2", "r0", "d", ())] == seen
    assert before == Functions(place, REGION).alias("Echo", "staging")


def test_what_somebody_else_leaves_goes_to_lambda(place: Aws) -> None:
    """As a broker leaves functions that it does not know."""
    before = Functions(place, REGION).alias("Echo", "staging")
    assert before
    functions = Functions(place.with_aliases_by(lambda _: None), REGION)
    made = functions.update_alias(
        "Echo",
        "staging",
        before.version,
        revision_id=before.revision_id,
        description=before.description,
    )
    assert made.revision_id != before.revision_id
    assert (before.version, before.description) == (made.version, made.description)

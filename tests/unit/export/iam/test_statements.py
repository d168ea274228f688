"""Statements are merged and packed, and lose and gain nothing by it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.errors import ConfigError
from sam_deploy.export.iam.statements import (
    POLICY_CHARACTERS,
    Condition,
    Statement,
    merged,
    policies,
    size,
)

HERE: Condition = (("StringEquals", "aws:RequestedRegion", ("eu-west-1",)),)
STATEMENTS = st.lists(
    st.builds(
        Statement,
        st.sampled_from(["Look", "Stack"]),
        st.lists(
            st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]), min_size=1
        ).map(tuple),
        st.lists(
            st.sampled_from([f"arn:aws:s3:::bucket-{n:060}" for n in range(40)]), min_size=1
        ).map(tuple),
        st.sampled_from([(), HERE]),
    ),
    max_size=30,
)


def rights(statements: tuple[Statement, ...] | list[Statement]) -> set[tuple[str, str, Condition]]:
    return {
        (action, arn, each.condition)
        for each in statements
        for action in each.actions
        for arn in each.resources
    }


@settings(max_examples=40, deadline=None)
@given(STATEMENTS)
def test_merging_keeps_every_right_and_adds_none(made: list[Statement]) -> None:
    """Actions and resources come together only where the product is what was there before."""
    assert rights(made) == rights(merged(made))


@settings(max_examples=40, deadline=None)
@given(STATEMENTS)
def test_merging_does_not_depend_on_the_order(made: list[Statement]) -> None:
    """The same app gives the same bytes."""
    assert merged(made) == merged(reversed(made))


@settings(max_examples=40, deadline=None)
@given(STATEMENTS)
def test_packing_keeps_every_right_within_the_limit(made: list[Statement]) -> None:
    """A long statement is divided by its resources; every policy fits into what IAM takes."""
    documents = policies(merged(made))
    found = {
        (action, arn, "Condition" in each)
        for document in documents
        for each in document["Statement"]
        for action in each["Action"]
        for arn in each["Resource"]
    }
    assert {(action, arn, bool(condition)) for action, arn, condition in rights(made)} == found
    assert all(size(each) <= POLICY_CHARACTERS for each in documents)


def test_a_sid_is_given_once() -> None:
    """Two statements of one duty, on other things, have a number."""
    made = merged(
        [
            Statement("Look", ("s3:GetObject",), ("arn:aws:s3:::a/*",)),
            Statement("Look", ("sqs:GetQueueUrl",), ("arn:aws:sqs:*:1:a",)),
        ]
    )
    assert ["Look", "Look2"] == [each.sid for each in made]


def test_too_much_for_a_role_is_refused() -> None:
    """Ten policies can be attached; what does not fit into them is told, not cut off."""
    long = [
        Statement(
            f"S{n}", ("s3:GetObject",), tuple(f"arn:aws:s3:::{n:03}{i:060}" for i in range(60))
        )
        for n in range(12)
    ]
    with pytest.raises(ConfigError, match="would need 12 policies"):
        policies(long)

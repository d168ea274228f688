from __future__ import annotations

import pytest

from sam_deploy.aws import ChangeSet, FunctionState


@pytest.mark.parametrize(
    ("status", "reason", "empty"),
    [
        ("FAILED", "The submitted information didn't contain changes. Submit ...", True),
        ("FAILED", "No updates are to be performed.", True),
        ("FAILED", "Transform AWS::Serverless-2016-10-31 failed with: ...", False),
        ("FAILED", "", False),
        ("CREATE_COMPLETE", "didn't contain changes", False),
        ("CREATE_PENDING", "", False),
    ],
)
def test_a_change_set_is_empty_when_it_failed_for_that(
    status: str, reason: str, *, empty: bool
) -> None:
    """AWS has no status for it: a failure with one of two texts."""
    assert empty == ChangeSet("arn", status, reason).empty


@pytest.mark.parametrize(
    ("state", "update", "settled", "failed"),
    [
        ("Active", "Successful", True, False),
        ("Active", "InProgress", False, False),
        ("Active", "Failed", False, True),
        ("Pending", "Successful", False, False),
        ("Inactive", "Successful", True, False),
        ("Failed", "Successful", False, True),
    ],
)
def test_a_function_is_settled_failed_or_still_at_it(
    state: str, update: str, *, settled: bool, failed: bool
) -> None:
    """Never both at once: one ends the waiting well, the other badly."""
    found = FunctionState("1", "hash", "revision", state, update)
    assert (settled, failed) == (found.settled, found.failed)

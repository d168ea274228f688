from __future__ import annotations

import botocore.session
import pytest

from sam_deploy.deploy.status import in_progress, succeeded, way_forward
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError

# Every status of the API, and what it means for a deployment.
# Source: CloudFormation API, data type Stack, StackStatus.
STATUSES: dict[str, str | type[SamDeployError]] = {
    "CREATE_IN_PROGRESS": RefusedError,
    "CREATE_FAILED": IncompleteError,
    "CREATE_COMPLETE": "update",
    "ROLLBACK_IN_PROGRESS": RefusedError,
    "ROLLBACK_FAILED": IncompleteError,
    "ROLLBACK_COMPLETE": "recreate",
    "DELETE_IN_PROGRESS": RefusedError,
    "DELETE_FAILED": IncompleteError,
    "DELETE_COMPLETE": "create",
    "UPDATE_IN_PROGRESS": RefusedError,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": RefusedError,
    "UPDATE_COMPLETE": "update",
    "UPDATE_FAILED": IncompleteError,
    "UPDATE_ROLLBACK_IN_PROGRESS": RefusedError,
    "UPDATE_ROLLBACK_FAILED": IncompleteError,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": RefusedError,
    "UPDATE_ROLLBACK_COMPLETE": "update",
    "REVIEW_IN_PROGRESS": "create",
    "IMPORT_IN_PROGRESS": RefusedError,
    "IMPORT_COMPLETE": "update",
    "IMPORT_ROLLBACK_IN_PROGRESS": RefusedError,
    "IMPORT_ROLLBACK_FAILED": IncompleteError,
    "IMPORT_ROLLBACK_COMPLETE": "update",
}
WAYS = {name: way for name, way in STATUSES.items() if isinstance(way, str)}
REFUSALS = {name: error for name, error in STATUSES.items() if not isinstance(error, str)}


def test_every_status_of_the_api_is_decided_here() -> None:
    """Botocore's model of the API knows no other."""
    model = botocore.session.get_session().get_service_model("cloudformation")
    known = model.shape_for("StackStatus").enum  # type: ignore[attr-defined] # a string shape
    assert sorted(known) == sorted(STATUSES)


@pytest.mark.parametrize(("status", "way"), [*WAYS.items(), ("", "create")])
def test_a_stack_in_order_has_a_way_forward(status: str, way: str) -> None:
    """An empty status is a stack that does not exist."""
    assert way == way_forward("shop-sam", "eu-west-1", status)


@pytest.mark.parametrize(("status", "family"), REFUSALS.items())
def test_a_stack_that_is_busy_or_broken_says_what_to_do(
    status: str, family: type[SamDeployError]
) -> None:
    """Stack, region and status, and a sentence on the way out."""
    with pytest.raises(family) as raised:
        way_forward("shop-sam", "eu-west-1", status)
    error = raised.value
    assert error.what.startswith("Stack `shop-sam` in `eu-west-1` ")
    assert status in error.what + error.why
    assert error.hint


@pytest.mark.fault(35)
def test_a_failed_rollback_names_the_call_that_goes_on() -> None:
    """The only way out of it on AWS."""
    with pytest.raises(IncompleteError) as raised:
        way_forward("shop-sam", "eu-west-1", "UPDATE_ROLLBACK_FAILED")
    assert (
        "aws cloudformation continue-update-rollback --stack-name shop-sam --region eu-west-1"
        in raised.value.hint
    )


@pytest.mark.parametrize("status", STATUSES)
def test_busy_is_what_aws_is_at_work_on(status: str) -> None:
    """REVIEW_IN_PROGRESS is a change set that nobody executed: nothing is at work."""
    expected = status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
    assert expected == in_progress(status)


@pytest.mark.parametrize("status", STATUSES)
def test_success_is_the_end_of_what_was_asked_for(status: str) -> None:
    """A rollback that completed is no success of the update."""
    expected = status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
    assert expected == succeeded(status)


def test_no_status_is_both_busy_and_a_success() -> None:
    """The loop that waits for the end relies on it."""
    assert [] == [status for status in STATUSES if in_progress(status) and succeeded(status)]

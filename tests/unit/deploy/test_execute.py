"""One stack, brought to what was reviewed, and what is on record meanwhile."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.deploy.answers import ARN, EMPTY, details, event

from sam_deploy.aws import Change, ChangeSet
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError
from sam_deploy.events import Event, Note, StackEvent, Waiting

Deployed = Callable[..., Any]
Scripted = Any
"""Fixtures of the conftest, whose scripts the tests change."""


def test_a_new_stack_is_created(
    deployed: Deployed, stacks: Scripted, book: Scripted, heard: list[Event]
) -> None:
    """R179: change set, execution, outputs; what is meant is on record before it is done."""
    stacks.after = ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    outcome = deployed()
    assert ("shop-sam", "eu-west-1", "created", {"Url": "https://x"}) == (
        outcome.stack,
        outcome.region,
        outcome.outcome,
        outcome.outputs,
    )
    assert ["create_change_set", "execute_change_set"] == stacks.acts
    assert ("execute_change_set", "shop-sam", ARN, "token-1") in stacks.calls
    assert [("executing", ARN, "token-1")] == [
        (each.state, each.change_set, each.token) for each in book.entries
    ]
    assert {"change set": "1 to add", "execute": "created"} == details(heard)


def test_a_stack_that_exists_is_updated(deployed: Deployed, stacks: Scripted) -> None:
    """R179: and its new outputs are told."""
    stacks.before = "CREATE_COMPLETE"
    stacks.after = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert "updated" == deployed().outcome


@pytest.mark.fault(37)
def test_no_changes_are_a_result(
    deployed: Deployed, stacks: Scripted, book: Scripted, heard: list[Event]
) -> None:
    """Fault 37: nothing is executed or put on record, and the outputs are there."""
    stacks.before, stacks.described = "UPDATE_COMPLETE", [EMPTY]
    outcome = deployed()
    assert ("no changes", (), {"Url": "https://x"}) == (
        outcome.outcome,
        outcome.changes,
        outcome.outputs,
    )
    assert ([], "no changes") == (book.entries, details(heard)["execute"])


def test_events_are_told_as_they_arrive(
    deployed: Deployed, stacks: Scripted, heard: list[Event]
) -> None:
    """R213: each once: every look asks for what came after the last one seen."""
    stacks.after = ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    stacks.events = [
        (event(1, "Role", "CREATE_IN_PROGRESS"),),
        (),
        (event(2, "Role", "CREATE_COMPLETE"), event(3, "shop-sam", "CREATE_COMPLETE")),
    ]
    deployed()
    told = [each for each in heard if isinstance(each, StackEvent)]
    assert [
        ("Role", "CREATE_IN_PROGRESS"),
        ("Role", "CREATE_COMPLETE"),
        ("shop-sam", "CREATE_COMPLETE"),
    ] == [(each.logical_id, each.status) for each in told]
    assert ["before", "event-1", "event-1"] == [
        call[2] for call in stacks.calls if call[0] == "events_since"
    ]


@pytest.mark.parametrize(
    ("before", "after", "made"),
    [
        ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "updated"),
        ("", "ROLLBACK_COMPLETE", "created"),
        ("", "DELETE_COMPLETE", "created"),
    ],
)
def test_a_rollback_names_the_first_failing_resource(
    deployed: Deployed, stacks: Scripted, book: Scripted, before: str, after: str, made: str
) -> None:
    """R223: exit code 4: the cancelled ones are its consequences, whatever the order."""
    stacks.before, stacks.after = before, ["UPDATE_IN_PROGRESS", after]
    stacks.events = [
        (event(1, "Other", "CREATE_FAILED", "Resource creation cancelled"),),
        (
            event(2, "ApiRole", "CREATE_FAILED", "not authorized to perform iam:PassRole"),
            event(3, "Later", "CREATE_FAILED", "also wrong"),
        ),
    ]
    with pytest.raises(RolledBackError) as raised:
        deployed()
    error = raised.value
    assert f"Stack `shop-sam` in `eu-west-1` was not {made}" == error.what
    assert "`ApiRole` failed: not authorized to perform iam:PassRole" == error.why
    assert "took the change back" in error.state
    assert ["executing", "failed"] == book.states
    assert "iam:PassRole" in book.entries[-1].error


def test_a_rollback_without_an_event_has_the_reason_of_the_stack(
    deployed: Deployed, stacks: Scripted
) -> None:
    """Better than nothing: the status when there is no reason either."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_ROLLBACK_COMPLETE"]
    with pytest.raises(RolledBackError) as raised:
        deployed()
    assert "UPDATE_ROLLBACK_COMPLETE" == raised.value.why


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("UPDATE_ROLLBACK_FAILED", "sam-deploy recover --stack shop-sam --region eu-west-1"),
        ("ROLLBACK_FAILED", "sam-deploy recover --stack shop-sam --region eu-west-1"),
        ("UPDATE_FAILED", "sam-deploy status"),
    ],
)
@pytest.mark.fault(35)
def test_a_stack_that_got_stuck_is_incomplete(
    deployed: Deployed, stacks: Scripted, book: Scripted, status: str, command: str
) -> None:
    """Fault 35: it is not as before: exit code 7, and what leads out of it."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", [status]
    with pytest.raises(IncompleteError) as raised:
        deployed()
    assert f"Stack `shop-sam` in `eu-west-1` ended as {status}" == raised.value.what
    assert status == raised.value.why
    assert command in raised.value.hint
    assert ["executing", "failed"] == book.states


@pytest.mark.fault(36)
def test_a_stack_that_never_came_up_is_deleted_first(
    deployed: Deployed, stacks: Scripted, book: Scripted, heard: list[Event]
) -> None:
    """Fault 36: ROLLBACK_COMPLETE cannot be updated; what follows is a creation."""
    stacks.before = "ROLLBACK_COMPLETE"
    assert "created" == deployed().outcome
    assert ["delete_stack", "create_change_set", "execute_change_set"] == stacks.acts
    assert ("delete_stack", "arn:stack", "token-1", ()) in stacks.calls
    assert "CREATE" == next(call[3] for call in stacks.calls if call[0] == "create_change_set")
    notes = [each.message for each in heard if isinstance(each, Note)]
    assert ["`shop-sam` never came up (ROLLBACK_COMPLETE); deleting what is left"] == notes
    assert [("executing", ""), ("executing", ARN)] == [
        (each.state, each.change_set) for each in book.entries
    ]


def test_a_stack_that_cannot_be_deleted_is_told(deployed: Deployed, stacks: Scripted) -> None:
    """DELETE_FAILED ends the waiting at once."""
    stacks.before, stacks.deletion = "ROLLBACK_COMPLETE", ["DELETE_IN_PROGRESS", "DELETE_FAILED"]
    with pytest.raises(IncompleteError) as raised:
        deployed()
    assert "DELETE_FAILED" in raised.value.why
    assert ["delete_stack"] == stacks.acts


def test_a_stack_of_nothing_is_not_made(deployed: Deployed, stacks: Scripted) -> None:
    """CloudFormation calls the first change set of an empty template empty, too."""
    stacks.before, stacks.described = "ROLLBACK_COMPLETE", [EMPTY]
    with pytest.raises(RefusedError) as raised:
        deployed()
    assert "would be an empty stack" in raised.value.what


def test_other_changes_are_carried_out(deployed: Deployed, stacks: Scripted) -> None:
    """A bucket that only changes its lifecycle, a role that is made anew."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    change = Change("Modify", "Data", "AWS::S3::Bucket", "False")
    stacks.described = [ChangeSet(ARN, "CREATE_COMPLETE", "", (change,))]
    assert (change,) == deployed().changes


def test_pauses_grow_and_are_told_once(
    deployed: Deployed, stacks: Scripted, patience: Scripted, heard: list[Event]
) -> None:
    """R213: what is awaited, and for how long at most."""
    stacks.before = "UPDATE_COMPLETE"
    stacks.after = [*["UPDATE_IN_PROGRESS"] * 20, "UPDATE_COMPLETE"]
    deployed()
    assert patience.waited[0] < 0.2
    assert patience.waited[-1] > 2
    told = [each for each in heard if isinstance(each, Waiting)]
    assert [("`shop-sam` (CloudFormation)", "eu-west-1")] == [
        (each.what, each.region) for each in told
    ]
    assert 3500 < told[0].at_most_seconds <= 3600


def test_the_outcome_is_frozen(deployed: Deployed, stacks: Scripted) -> None:
    """It travels to the release phase and to the screen."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    outcome = deployed()
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcome.outcome = "created"

"""One stack, brought to what was reviewed, and what is on record meanwhile."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.aws import (
    AwsCallError,
    Change,
    ChangeSet,
    DeniedError,
    ExpiredError,
    Stack,
    StackEventRecord,
    UnansweredError,
)
from sam_deploy.deploy import StackWork
from sam_deploy.deploy.execute import execute
from sam_deploy.deploy.review import review
from sam_deploy.deploy.survey import look_at
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError, UnreachableError
from sam_deploy.events import Event, Note, StackEvent, StepFinished, Waiting
from sam_deploy.lanes import StoppedError

Deployed = Callable[..., Any]
Scripted = Any
"""Fixtures of the conftest, whose scripts the tests change."""
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sd-1/1"
STACK = "AWS::CloudFormation::Stack"
EMPTY = ChangeSet(ARN, "FAILED", "The submitted information didn't contain changes.")
UNANSWERED = UnansweredError("no answer")


def event(
    number: int, logical_id: str, status: str, reason: str = "", token: str = ""
) -> StackEventRecord:
    kind = STACK if logical_id == "shop-sam" else "AWS::IAM::Role"
    return StackEventRecord(f"event-{number}", logical_id, kind, status, reason, token)


def refusal(code: str, message: str = "as asked") -> AwsCallError:
    return AwsCallError("cloudformation:Call", "eu-west-1", code, message, "")


def stale(status: str) -> Stack:
    """What a read that lags behind tells: the stack as it was before anything was executed."""
    return Stack(
        "shop-sam", status, "", {"Url": "https://old"}, {}, {}, "arn:stack", "2026-01-01T00:00:00Z"
    )


def details(heard: list[Event]) -> dict[str, str]:
    return {each.step: each.detail for each in heard if isinstance(each, StepFinished)}


def test_a_new_stack_is_created(
    deployed: Deployed, stacks: Scripted, book: Scripted, heard: list[Event]
) -> None:
    """R160: change set, execution, outputs; what is meant is on record before it is done."""
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
    """R160: and its new outputs are told."""
    stacks.before = "CREATE_COMPLETE"
    stacks.after = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert "updated" == deployed().outcome


def test_no_changes_are_a_result(
    deployed: Deployed, stacks: Scripted, book: Scripted, heard: list[Event]
) -> None:
    """Fault 37, R170: nothing is executed or put on record, and the outputs are there."""
    stacks.before, stacks.described = "UPDATE_COMPLETE", [EMPTY]
    outcome = deployed()
    assert ("no changes", (), {"Url": "https://x"}) == (
        outcome.outcome,
        outcome.changes,
        outcome.outputs,
    )
    assert ([], "no changes") == (book.entries, details(heard)["execute"])


@pytest.mark.parametrize("error", [UNANSWERED, refusal("InvalidChangeSetStatus")])
def test_an_execution_whose_answer_was_lost_is_followed(
    deployed: Deployed, stacks: Scripted, book: Scripted, error: Exception
) -> None:
    """Fault 33: events with our token say that it has begun, whatever the call answered."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    stacks.lost = {"execute_change_set": [error]}
    stacks.history = (event(1, "shop-sam", "UPDATE_IN_PROGRESS", token="token-1"),)
    assert "updated" == deployed().outcome
    assert 1 == stacks.acts.count("execute_change_set")
    assert ["executing"] == book.states


@pytest.mark.parametrize("execution", ["EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"])
def test_a_change_set_that_says_so_is_enough(
    deployed: Deployed, stacks: Scripted, execution: str
) -> None:
    """Fault 33: before its first event is there."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    stacks.lost = {"execute_change_set": [refusal("InvalidChangeSetStatus")]}
    ready = stacks.described[0]
    stacks.described = [ready, dataclasses.replace(ready, execution=execution)]
    assert "updated" == deployed().outcome


def test_a_change_set_that_was_taken_away_by_its_execution_is_no_refusal(
    deployed: Deployed, stacks: Scripted
) -> None:
    """Fault 33: CloudFormation deletes what it has executed; the events still know."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    stacks.lost = {"execute_change_set": [refusal("ChangeSetNotFound")]}
    stacks.faults = {"describe_change_set": [None, refusal("ChangeSetNotFound")]}
    stacks.history = (event(1, "shop-sam", "UPDATE_COMPLETE", token="token-1"),)
    assert "updated" == deployed().outcome


@pytest.mark.parametrize(
    "error", [refusal("InsufficientCapabilitiesException"), DeniedError("a", "r", "no", "")]
)
def test_an_execution_that_was_refused_is_an_error(
    deployed: Deployed, stacks: Scripted, book: Scripted, error: Exception
) -> None:
    """Nothing has begun: its own error goes up, and the record says that it failed."""
    stacks.before = "UPDATE_COMPLETE"
    stacks.faults = {"execute_change_set": [error]}
    stacks.history = (event(1, "shop-sam", "UPDATE_COMPLETE", token="somebody-else"),)
    with pytest.raises(type(error)) as raised:
        deployed()
    assert error is raised.value
    assert ["executing", "failed"] == book.states


def test_an_execution_that_nobody_knows_of_stays_on_record(
    deployed: Deployed, stacks: Scripted, book: Scripted
) -> None:
    """Fault 33: no answer, and no trace yet: the next command looks again."""
    stacks.before = "UPDATE_COMPLETE"
    stacks.faults = {"execute_change_set": [UNANSWERED]}
    with pytest.raises(UnansweredError):
        deployed()
    assert ["executing"] == book.states


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_read_that_lags_behind_is_not_taken_for_the_end(
    deployed: Deployed, stacks: Scripted, patience: Scripted, status: str
) -> None:
    """Right after the call a read may still tell the state before, with its old outputs."""
    stacks.before = status
    stacks.after = [stale(status), stale(status), "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert {"Url": "https://x"} == deployed().outputs
    assert 3 == len(patience.waited)


def test_an_end_that_an_event_tells_counts_only_with_its_status(
    deployed: Deployed, stacks: Scripted
) -> None:
    """The stack was rolled back before and is updated now; the read lags, the event does not."""
    old = stale("UPDATE_ROLLBACK_COMPLETE")
    stacks.before = "UPDATE_ROLLBACK_COMPLETE"
    stacks.after = [old, old, "UPDATE_COMPLETE"]
    stacks.events = [(event(1, "shop-sam", "UPDATE_COMPLETE"),)]
    assert "updated" == deployed().outcome


def test_an_end_with_the_status_of_before_is_known_by_its_event(
    deployed: Deployed, stacks: Scripted, patience: Scripted
) -> None:
    """Where the time of the last update is told too coarsely to differ."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", [stale("UPDATE_COMPLETE")]
    stacks.events = [(), (event(1, "shop-sam", "UPDATE_COMPLETE"),)]
    assert "updated" == deployed().outcome
    assert 1 == len(patience.waited)


def test_execution_that_has_not_begun_is_awaited(deployed: Deployed, stacks: Scripted) -> None:
    """Right after the call a new stack still is in REVIEW_IN_PROGRESS, which is no end."""
    stacks.after = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert "created" == deployed().outcome


def test_reads_that_fail_do_not_fail_the_stack(deployed: Deployed, stacks: Scripted) -> None:
    """Fault 27: throttled and unanswered looks are repeated."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    stacks.faults = {
        "describe_stack": [None, None, refusal("Throttling", "Rate exceeded"), UNANSWERED],
        "events_since": [refusal("ServiceUnavailable")],
    }
    assert "updated" == deployed().outcome


def test_credentials_that_end_while_waiting_are_not_taken_for_the_end(
    deployed: Deployed, stacks: Scripted, book: Scripted
) -> None:
    """Fault 28: exit code 8, what goes on where, and the next command waits for it."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_IN_PROGRESS"]
    stacks.faults = {"describe_stack": [None, None, None, ExpiredError("old", why="ExpiredToken")]}
    with pytest.raises(UnreachableError) as raised:
        deployed()
    error = raised.value
    assert 8 == error.exit_code
    assert "CloudFormation continues in `eu-west-1` by itself" == error.state
    assert "sam-deploy resume" in error.hint
    assert ["executing"] == book.states


def test_a_wait_that_is_too_long_leaves_the_record_open(
    deployed: Deployed, stacks: Scripted, book: Scripted
) -> None:
    """CloudFormation goes on: whoever comes next waits for the same operation."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_IN_PROGRESS"]
    limit = IncompleteError("Waited 3600 s for `shop-sam`")
    stacks.faults = {"events_since": [None, limit]}
    with pytest.raises(IncompleteError):
        deployed()
    assert ["executing"] == book.states


def test_events_are_told_as_they_arrive(
    deployed: Deployed, stacks: Scripted, heard: list[Event]
) -> None:
    """R211: each once: every look asks for what came after the last one seen."""
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
    """Exit code 4: the cancelled ones are its consequences, whatever the order."""
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
    """R211: what is awaited, and for how long at most."""
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


def test_being_asked_to_stop_before_the_execution_leaves_all_as_it_was(
    work: StackWork, stacks: Scripted, patience: Scripted, book: Scripted
) -> None:
    """R223: the last moment at which that is so; nothing is put on record either."""
    found = review(work, look_at(work.cloudformation, work.name))
    patience.set()
    with pytest.raises(StoppedError):
        execute(work, found, "token-1")
    assert (["create_change_set"], []) == (stacks.acts, book.entries)


def test_being_asked_to_stop_ends_the_waiting(
    deployed: Deployed, stacks: Scripted, patience: Scripted, book: Scripted
) -> None:
    """Fault 56: at the next pause; CloudFormation is not told anything, and the record is open."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_IN_PROGRESS"]
    begin = stacks.execute_change_set

    def stop_meanwhile(stack: str, arn: str, token: str) -> None:
        begin(stack, arn, token)
        patience.set()

    stacks.execute_change_set = stop_meanwhile
    with pytest.raises(StoppedError):
        deployed()
    assert "execute_change_set" == stacks.acts[-1]
    assert ["executing"] == book.states


def test_the_outcome_is_frozen(deployed: Deployed, stacks: Scripted) -> None:
    """It travels to the release phase and to the screen."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    outcome = deployed()
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcome.outcome = "created"

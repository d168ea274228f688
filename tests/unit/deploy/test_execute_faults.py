"""What gets lost, lags behind or ends while a stack is brought up, and what is on record then."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.deploy.answers import UNANSWERED, event, refusal, stale

from sam_deploy.aws import (
    DeniedError,
    ExpiredError,
    UnansweredError,
)
from sam_deploy.deploy import StackWork
from sam_deploy.deploy.execute import execute
from sam_deploy.deploy.review import review
from sam_deploy.deploy.survey import look_at
from sam_deploy.errors import IncompleteError, UnreachableError
from sam_deploy.lanes import StoppedError

Deployed = Callable[..., Any]
Scripted = Any
"""Fixtures of the conftest, whose scripts the tests change."""


@pytest.mark.parametrize("error", [UNANSWERED, refusal("InvalidChangeSetStatus")])
@pytest.mark.fault(33)
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
@pytest.mark.fault(33)
def test_a_change_set_that_says_so_is_enough(
    deployed: Deployed, stacks: Scripted, execution: str
) -> None:
    """Fault 33: before its first event is there."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    stacks.lost = {"execute_change_set": [refusal("InvalidChangeSetStatus")]}
    ready = stacks.described[0]
    stacks.described = [ready, dataclasses.replace(ready, execution=execution)]
    assert "updated" == deployed().outcome


@pytest.mark.fault(33)
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


@pytest.mark.fault(33)
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


@pytest.mark.fault(27)
def test_reads_that_fail_do_not_fail_the_stack(deployed: Deployed, stacks: Scripted) -> None:
    """Fault 27: throttled and unanswered looks are repeated."""
    stacks.before, stacks.after = "UPDATE_COMPLETE", ["UPDATE_COMPLETE"]
    stacks.faults = {
        "describe_stack": [None, None, refusal("Throttling", "Rate exceeded"), UNANSWERED],
        "events_since": [refusal("ServiceUnavailable")],
    }
    assert "updated" == deployed().outcome


@pytest.mark.fault(28)
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


def test_being_asked_to_stop_before_the_execution_leaves_all_as_it_was(
    work: StackWork, stacks: Scripted, patience: Scripted, book: Scripted
) -> None:
    """The last moment at which that is so; nothing is put on record either."""
    found = review(work, look_at(work.cloudformation, work.name))
    patience.set()
    with pytest.raises(StoppedError):
        execute(work, found, "token-1")
    assert (["create_change_set"], []) == (stacks.acts, book.entries)


@pytest.mark.fault(56)
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

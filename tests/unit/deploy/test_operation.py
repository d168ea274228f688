"""Operations that were under way before: awaited when they are ours, or when that is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import StackEventRecord
from sam_deploy.deploy import StackWork
from sam_deploy.deploy.operation import Watch, follow, settled
from sam_deploy.deploy.review import review
from sam_deploy.deploy.survey import look_at
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.events import Event, Note

Scripted = Any
"""Fixtures of the conftest, whose scripts the tests change."""


def notes(heard: list[Event]) -> list[str]:
    return [each.message for each in heard if isinstance(each, Note)]


@pytest.mark.fault(34)
def test_what_an_earlier_run_began_is_awaited(
    work: StackWork, stacks: Scripted, heard: list[Event]
) -> None:
    """Fault 34: its token is in the journal; then the stack is reviewed as it has become."""
    stacks.script = ["UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    found = review(work, look_at(work.cloudformation, work.name), "token-of-before")
    assert ("update", "UPDATE_COMPLETE") == (found.way, found.before and found.before.status)
    assert ["`shop-sam`: waiting for what an earlier run began"] == notes(heard)
    assert ["create_change_set"] == stacks.acts


@pytest.mark.fault(31)
def test_an_operation_of_somebody_else_is_awaited_only_when_that_is_wanted(
    work: StackWork, stacks: Scripted, heard: list[Event]
) -> None:
    """Fault 31: `--wait`; else it is refused at once, and nobody waits."""
    stacks.script = ["UPDATE_IN_PROGRESS"]
    with pytest.raises(RefusedError) as raised:
        review(work, look_at(work.cloudformation, work.name))
    assert "--wait" in raised.value.hint
    assert [] == notes(heard)
    stacks.script = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    patient = replace(work, wait=True)
    assert "update" == review(patient, look_at(work.cloudformation, work.name)).way
    assert ["`shop-sam`: waiting for what somebody else began"] == notes(heard)


def test_a_failure_of_the_earlier_run_is_not_judged_again(
    work: StackWork, stacks: Scripted
) -> None:
    """What is left to do is: the stack was rolled back, so it is updated once more."""
    stacks.script = ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    assert "update" == review(work, look_at(work.cloudformation, work.name), "token").way


def test_a_deletion_by_somebody_else_is_awaited_to_its_end(
    work: StackWork, stacks: Scripted
) -> None:
    """By the ARN: a deleted stack is not found by its name any more; then it is made anew."""
    stacks.script = ["DELETE_IN_PROGRESS"]
    live = look_at(work.cloudformation, work.name)
    stacks.script = ["DELETE_IN_PROGRESS", "DELETE_COMPLETE", ""]
    stacks.calls.clear()
    assert "" == settled(replace(work, wait=True), live, "").status
    asked = [call[1] for call in stacks.calls if call[0] in {"describe_stack", "last_event"}]
    assert ["arn:stack", "arn:stack", "arn:stack", "shop-sam"] == asked


def test_who_is_not_at_work_is_not_awaited(work: StackWork, stacks: Scripted) -> None:
    """A token of an operation that has ended: nothing is asked."""
    stacks.before = "UPDATE_COMPLETE"
    live = look_at(work.cloudformation, work.name)
    stacks.calls.clear()
    assert live is settled(work, live, "token")
    assert [] == stacks.calls


def test_following_has_a_limit(work: StackWork, stacks: Scripted) -> None:
    """What was awaited and for how long; CloudFormation goes on, and so does `resume`."""
    stacks.script = ["UPDATE_IN_PROGRESS"]
    with pytest.raises(IncompleteError) as raised:
        follow(Watch(work, None, "before"), at_most_seconds=0)
    assert "Waited 0 s for `shop-sam` (CloudFormation) in `eu-west-1`" == raised.value.what
    assert "CloudFormation goes on by itself" == raised.value.state


def test_only_events_of_the_stack_itself_tell_its_end(work: StackWork, stacks: Scripted) -> None:
    """A nested stack, or a resource of the same name, may end before it."""
    stacks.before = "UPDATE_IN_PROGRESS"
    stacks.events = [
        (
            StackEventRecord("1", "shop-sam", "AWS::SQS::Queue", "CREATE_COMPLETE", "", ""),
            StackEventRecord("2", "Inner", "AWS::CloudFormation::Stack", "CREATE_COMPLETE", "", ""),
        )
    ]
    watch = Watch(work, None, "before")
    assert watch.look() is None
    assert "" == watch.ended

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.aws import Change, ChangeSet
from sam_deploy.aws.cloudformation import TEMPLATE_BODY_MAX_BYTES, StackEventRecord
from sam_deploy.deploy import guard
from sam_deploy.deploy import stack as stack_module
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError
from sam_deploy.events import Event, Note, StackEvent, StepFinished, Waiting
from sam_deploy.lanes import StoppedError

Deployment = Callable[..., Any]
Scripted = Any
"""Fixtures of the conftest, whose scripts the tests change."""
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sd-1/1"
NO_CHANGES = "The submitted information didn't contain changes. Submit different information"


def change_set(*changes: Change, status: str = "CREATE_COMPLETE", reason: str = "") -> ChangeSet:
    return ChangeSet(ARN, status, reason, changes)


def event(number: int, logical_id: str, status: str, reason: str = "") -> StackEventRecord:
    return StackEventRecord(f"event-{number}", logical_id, "AWS::IAM::Role", status, reason, "")


def details(heard: list[Event]) -> dict[str, str]:
    return {each.step: each.detail for each in heard if isinstance(each, StepFinished)}


ADD = Change("Add", "Role", "AWS::IAM::Role")
REMOVE = Change("Remove", "Old", "AWS::IAM::Role")
MODIFY = Change("Modify", "Api", "AWS::Lambda::Function", "False")


def test_a_new_stack_is_created(
    deployment: Deployment, stacks: Scripted, heard: list[Event]
) -> None:
    """Change set, execution, outputs, and three finished steps."""
    stacks.statuses = ["", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    outcome = deployment().run()
    assert ("shop-sam", "eu-west-1", "created", {"Url": "https://x"}) == (
        outcome.stack,
        outcome.region,
        outcome.outcome,
        outcome.outputs,
    )
    created = (
        "create_change_set",
        "shop-sam",
        "CREATE",
        {"TemplateBody": "Resources: {}\n"},
        {"ArtifactBucket": "artifacts"},
        {"Project": "Shop"},
    )
    assert created == stacks.calls[0]
    assert ["create_change_set", "execute_change_set"] == stacks.acts
    assert {"change set": "1 to add", "execute": "created", "domains": "none"} == details(heard)


def test_a_stack_that_exists_is_updated(
    deployment: Deployment, stacks: Scripted, heard: list[Event]
) -> None:
    """With what changes, counted."""
    stacks.statuses = ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    stacks.change_sets = [
        change_set(ADD, MODIFY, MODIFY, Change("Remove", "Old", "AWS::IAM::Role"))
    ]
    assert "updated" == deployment().run().outcome
    assert "UPDATE" == stacks.calls[0][2]
    assert "1 to add, 2 to change, 1 to remove" == details(heard)["change set"]


def test_a_change_set_is_awaited(
    deployment: Deployment, stacks: Scripted, patience: Scripted
) -> None:
    """CloudFormation takes its time to compare."""
    stacks.statuses = ["", "CREATE_COMPLETE"]
    pending = change_set(status="CREATE_IN_PROGRESS")
    stacks.change_sets = [change_set(status="CREATE_PENDING"), pending, change_set(ADD)]
    assert "created" == deployment().run().outcome
    assert 2 <= len(patience.waited)


@pytest.mark.fault(37)
@pytest.mark.parametrize("reason", [NO_CHANGES, "No updates are to be performed."])
def test_no_changes_are_a_result(
    deployment: Deployment, stacks: Scripted, heard: list[Event], reason: str
) -> None:
    """The empty change set is removed, nothing is executed, and the outputs are there."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    stacks.change_sets = [change_set(status="FAILED", reason=reason)]
    outcome = deployment().run()
    assert ("no changes", (), {"Url": "https://x"}) == (
        outcome.outcome,
        outcome.changes,
        outcome.outputs,
    )
    assert ["create_change_set", "delete_change_set"] == stacks.acts
    assert "no changes" == details(heard)["execute"]


def test_a_refused_change_set_is_an_error_in_the_words_of_aws(
    deployment: Deployment, stacks: Scripted
) -> None:
    """The change set is removed; nothing was changed."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    reason = "Template format error: Unresolved resource dependencies [Nope]"
    stacks.change_sets = [change_set(status="FAILED", reason=reason)]
    with pytest.raises(RefusedError) as raised:
        deployment().run()
    assert (
        "CloudFormation refused the template of `shop-sam` in `eu-west-1`",
        reason,
    ) == (raised.value.what, raised.value.why)
    assert ["create_change_set", "delete_change_set"] == stacks.acts


@pytest.mark.fault(38)
@pytest.mark.parametrize("kind", guard.KEPT)
@pytest.mark.parametrize(("action", "replacement"), [("Remove", ""), ("Modify", "True")])
def test_losing_what_holds_data_is_refused(
    deployment: Deployment, stacks: Scripted, kind: str, action: str, replacement: str
) -> None:
    """Buckets, tables, pools; and functions, whose new self serves unpromoted code everywhere."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    stacks.change_sets = [change_set(ADD, Change(action, "Data", kind, replacement))]
    with pytest.raises(RefusedError) as raised:
        deployment().run()
    assert "`shop-sam` in `eu-west-1` would lose 1 resource" == raised.value.what
    assert f"{kind} Data" in raised.value.why
    assert "--allow-replace Data" in raised.value.hint
    assert ["create_change_set", "delete_change_set"] == stacks.acts


@pytest.mark.parametrize(
    "change",
    [
        Change("Modify", "Data", "AWS::S3::Bucket", "False"),
        Change("Add", "Data", "AWS::S3::Bucket"),
        Change("Remove", "Data", "AWS::IAM::Role"),
        Change("Modify", "Data", "AWS::IAM::Role", "True"),
    ],
)
def test_other_changes_are_not_held_up(
    deployment: Deployment, stacks: Scripted, change: Change
) -> None:
    """A bucket that only changes its lifecycle, a role that is made anew."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    stacks.change_sets = [change_set(change)]
    assert "updated" == deployment().run().outcome


@pytest.mark.fault(38)
def test_what_was_named_may_be_lost(deployment: Deployment, stacks: Scripted) -> None:
    """Each resource by its logical id; the others stay guarded."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    two = [Change("Remove", name, "AWS::S3::Bucket") for name in ("One", "Two")]
    stacks.change_sets = [change_set(*two)]
    with pytest.raises(RefusedError) as raised:
        deployment(allow_replace=("One",)).run()
    assert "Remove AWS::S3::Bucket Two" == raised.value.why
    assert "updated" == deployment(allow_replace=("One", "Two")).run().outcome


def test_events_are_told_as_they_arrive(
    deployment: Deployment, stacks: Scripted, heard: list[Event]
) -> None:
    """Each once: every look asks for what came after the last one seen."""
    stacks.statuses = ["", "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    stacks.events = [
        (event(1, "Role", "CREATE_IN_PROGRESS"),),
        (),
        (event(2, "Role", "CREATE_COMPLETE"), event(3, "shop-sam", "CREATE_COMPLETE")),
    ]
    deployment().run()
    told = [each for each in heard if isinstance(each, StackEvent)]
    assert [
        ("Role", "CREATE_IN_PROGRESS"),
        ("Role", "CREATE_COMPLETE"),
        ("shop-sam", "CREATE_COMPLETE"),
    ] == [(each.logical_id, each.status) for each in told]
    assert ["before", "event-1", "event-1"] == [
        call[2] for call in stacks.calls if call[0] == "events_since"
    ]


def test_execution_that_has_not_begun_is_awaited(deployment: Deployment, stacks: Scripted) -> None:
    """Right after the call a new stack still is in REVIEW_IN_PROGRESS, which is no end."""
    stacks.statuses = ["", "REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert "created" == deployment().run().outcome


@pytest.mark.parametrize(
    ("before", "after", "made"),
    [
        ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "updated"),
        ("", "ROLLBACK_COMPLETE", "created"),
        ("", "DELETE_COMPLETE", "created"),
    ],
)
def test_a_rollback_names_the_first_failing_resource(
    deployment: Deployment, stacks: Scripted, before: str, after: str, made: str
) -> None:
    """The cancelled ones are its consequences, whatever the order."""
    stacks.statuses = [before, "UPDATE_IN_PROGRESS", after]
    stacks.events = [
        (event(1, "Other", "CREATE_FAILED", "Resource creation cancelled"),),
        (
            event(2, "ApiRole", "CREATE_FAILED", "not authorized to perform iam:PassRole"),
            event(3, "Later", "CREATE_FAILED", "also wrong"),
        ),
    ]
    with pytest.raises(RolledBackError) as raised:
        deployment().run()
    error = raised.value
    assert f"Stack `shop-sam` in `eu-west-1` was not {made}" == error.what
    assert "`ApiRole` failed: not authorized to perform iam:PassRole" == error.why
    assert "took the change back" in error.state


def test_a_rollback_without_an_event_has_the_reason_of_the_stack(
    deployment: Deployment, stacks: Scripted
) -> None:
    """Better than nothing: the status when there is no reason either."""
    stacks.statuses = ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
    with pytest.raises(RolledBackError) as raised:
        deployment().run()
    assert "UPDATE_ROLLBACK_COMPLETE" == raised.value.why


@pytest.mark.fault(35)
@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "ROLLBACK_FAILED", "UPDATE_FAILED"])
def test_a_stack_that_got_stuck_is_incomplete(
    deployment: Deployment, stacks: Scripted, status: str
) -> None:
    """It is not as before: exit code 7, and where to look."""
    stacks.statuses = ["UPDATE_COMPLETE", status]
    with pytest.raises(IncompleteError) as raised:
        deployment().run()
    assert f"Stack `shop-sam` in `eu-west-1` ended as {status}" == raised.value.what
    assert status == raised.value.why
    assert "describe-stack-events --stack-name shop-sam --region eu-west-1" in raised.value.hint


@pytest.mark.fault(36)
def test_a_stack_that_never_came_up_is_deleted_first(
    deployment: Deployment, stacks: Scripted, heard: list[Event]
) -> None:
    """ROLLBACK_COMPLETE cannot be updated; what follows is a creation."""
    stacks.statuses = ["ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", "", "CREATE_COMPLETE"]
    assert "created" == deployment().run().outcome
    assert ["delete_stack", "create_change_set", "execute_change_set"] == stacks.acts
    assert "CREATE" == next(call[2] for call in stacks.calls if call[0] == "create_change_set")
    notes = [each.message for each in heard if isinstance(each, Note)]
    assert ["`shop-sam` never came up (ROLLBACK_COMPLETE); deleting what is left"] == notes


@pytest.mark.fault(36)
def test_a_stack_that_cannot_be_deleted_is_told(deployment: Deployment, stacks: Scripted) -> None:
    """DELETE_FAILED ends the waiting at once."""
    stacks.statuses = ["ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED"]
    with pytest.raises(IncompleteError) as raised:
        deployment().run()
    assert "DELETE_FAILED" in raised.value.why
    assert ["delete_stack"] == stacks.acts


@pytest.mark.fault(31)
def test_a_busy_stack_is_left_alone(deployment: Deployment, stacks: Scripted) -> None:
    """No change set is made beside somebody else's update."""
    stacks.statuses = ["UPDATE_IN_PROGRESS"]
    with pytest.raises(RefusedError):
        deployment().run()
    assert [] == stacks.acts


def test_a_large_template_goes_by_the_bucket(
    deployment: Deployment, stacks: Scripted, bucket: Scripted
) -> None:
    """Once for each content; CloudFormation takes 51,200 bytes in a call, not characters."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    exact = "x" * TEMPLATE_BODY_MAX_BYTES
    deployment(body=exact).run()
    assert ({"TemplateBody": exact}, 0) == (stacks.calls[0][3], bucket.puts)
    large = "é" * (TEMPLATE_BODY_MAX_BYTES // 2 + 1)
    for _ in range(2):
        stacks.calls.clear()
        deployment(body=large).run()
        ((key, text),) = bucket.there.items()
        assert ({"TemplateURL": f"{bucket.url}/{key}"}, large) == (stacks.calls[0][3], text)
    assert 1 == bucket.puts
    assert key.startswith("templates/shop-sam-")


@pytest.mark.parametrize(
    ("limit", "awaited"),
    [
        ("CHANGE_SET_SECONDS", "the change set of `shop-sam`"),
        ("STACK_SECONDS", "`shop-sam` (CloudFormation)"),
    ],
)
def test_waiting_has_a_limit(
    deployment: Deployment,
    stacks: Scripted,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    awaited: str,
) -> None:
    """What was awaited and for how long; CloudFormation goes on, and so does the next run."""
    monkeypatch.setattr(stack_module, limit, 0.02)
    stacks.statuses = ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS"]
    if limit == "CHANGE_SET_SECONDS":
        stacks.change_sets = [change_set(status="CREATE_IN_PROGRESS")]
    with pytest.raises(IncompleteError) as raised:
        deployment().run()
    assert f"Waited 0 s for {awaited} in `eu-west-1`" == raised.value.what
    assert "CloudFormation goes on by itself" == raised.value.state


def test_pauses_grow_and_are_told_once(
    deployment: Deployment, stacks: Scripted, patience: Scripted, heard: list[Event]
) -> None:
    """From a tenth of a second to about three, each a little off, so that nobody asks in step."""
    stacks.statuses = ["UPDATE_COMPLETE", *["UPDATE_IN_PROGRESS"] * 20, "UPDATE_COMPLETE"]
    deployment().run()
    assert 0.08 <= patience.waited[0] <= 0.12
    assert all(2.4 <= each <= 3.6 for each in patience.waited[-5:])
    told = [each for each in heard if isinstance(each, Waiting)]
    assert [("`shop-sam` (CloudFormation)", "eu-west-1")] == [
        (each.what, each.region) for each in told
    ]
    assert 3500 < told[0].at_most_seconds <= 3600


def test_being_asked_to_stop_ends_the_waiting(
    deployment: Deployment, stacks: Scripted, patience: Scripted
) -> None:
    """At the next pause; CloudFormation is not told anything."""
    stacks.statuses = ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS"]
    patience.set()
    with pytest.raises(StoppedError):
        deployment().run()


def test_every_change_set_has_a_name_of_its_own(deployment: Deployment, stacks: Scripted) -> None:
    """A second attempt with the same template must not meet the first one's change set."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    names = []

    def remember(_stack: str, name: str, **_given: object) -> str:
        names.append(name)
        return ARN

    stacks.create_change_set = remember
    deployment().run()
    deployment().run()
    assert 2 == len(set(names))
    assert all(len(name) <= 128 and name[0].isalpha() for name in names)


def test_the_outcome_is_frozen(deployment: Deployment, stacks: Scripted) -> None:
    """It travels to the release phase and to the screen."""
    stacks.statuses = ["UPDATE_COMPLETE"]
    outcome = deployment().run()
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcome.outcome = "created"

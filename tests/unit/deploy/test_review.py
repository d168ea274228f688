"""What a deployment would do to a stack, and what is left when it is not done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import (
    AwsCallError,
    Change,
    ChangeSet,
    DeniedError,
    FailedEvent,
    Stack,
    StackResource,
    UnansweredError,
)
from sam_deploy.aws.cloudformation import TEMPLATE_BODY_MAX_BYTES
from sam_deploy.deploy import StackWork
from sam_deploy.deploy.review import discard_empty_stack, forget, review, tidy, withdraw
from sam_deploy.deploy.survey import Live, look_at
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.events import Event, Note, StepFinished

Scripted = Any
"""Fixtures of the conftest, whose scripts the tests change."""
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sd-1/1"
NO_CHANGES = "The submitted information didn't contain changes. Submit different information"
ADD = Change("Add", "Role", "AWS::IAM::Role")
MODIFY = Change("Modify", "Api", "AWS::Lambda::Function", "False")
REMOVE = Change("Remove", "Old", "AWS::IAM::Role")
THERE = AwsCallError(
    "cloudformation:CreateChangeSet", "eu-west-1", "AlreadyExistsException", "there", ""
)


def change_set(
    *changes: Change, status: str = "CREATE_COMPLETE", reason: str = "", execution: str = ""
) -> ChangeSet:
    return ChangeSet(ARN, status, reason, changes, execution)


def reviewed(work: StackWork, token: str = "") -> Any:
    return review(work, look_at(work.cloudformation, work.name), token)


def details(heard: list[Event]) -> dict[str, str]:
    return {each.step: each.detail for each in heard if isinstance(each, StepFinished)}


def names(stacks: Scripted) -> list[str]:
    return [call[2] for call in stacks.calls if call[0] == "create_change_set"]


def test_a_new_stack_is_reviewed_by_a_change_set(
    work: StackWork, stacks: Scripted, heard: list[Event]
) -> None:
    """Made, awaited and left there, ready to be executed."""
    found = reviewed(work)
    assert ("create", (ADD,), ARN, None) == (
        found.way,
        found.changes,
        found.change_set,
        found.before,
    )
    made = next(call for call in stacks.calls if call[0] == "create_change_set")
    assert ("shop-sam", "CREATE", {"TemplateBody": "Resources: {}\n"}) == (
        made[1],
        made[3],
        made[4],
    )
    assert ({"ArtifactBucket": "artifacts"}, {"Project": "Shop"}) == made[5:]
    assert ["create_change_set"] == stacks.acts
    assert {"change set": "1 to add"} == details(heard)


def test_an_update_is_counted(work: StackWork, stacks: Scripted, heard: list[Event]) -> None:
    """R211: with what changes, for the screen."""
    stacks.before = "CREATE_COMPLETE"
    stacks.described = [change_set(ADD, MODIFY, MODIFY, REMOVE)]
    assert "update" == reviewed(work).way
    assert "1 to add, 2 to change, 1 to remove" == details(heard)["change set"]


def test_a_change_set_is_awaited(work: StackWork, stacks: Scripted, patience: Scripted) -> None:
    """CloudFormation takes its time to compare."""
    pending = change_set(status="CREATE_IN_PROGRESS")
    stacks.described = [change_set(status="CREATE_PENDING"), pending, change_set(ADD)]
    assert (ADD,) == reviewed(work).changes
    assert 2 == len(patience.waited)


@pytest.mark.parametrize("reason", [NO_CHANGES, "No updates are to be performed."])
def test_an_empty_change_set_is_deleted(
    work: StackWork, stacks: Scripted, heard: list[Event], reason: str
) -> None:
    """Fault 37: "no changes" is a result; the outputs are there, and nothing is left."""
    stacks.before = "UPDATE_COMPLETE"
    stacks.described = [change_set(status="FAILED", reason=reason)]
    found = reviewed(work)
    assert (True, (), {"Url": "https://x"}) == (found.empty, found.changes, found.outputs)
    assert ["create_change_set", "delete_change_set"] == stacks.acts
    assert "no changes" == details(heard)["change set"]


def test_a_stack_that_is_as_it_should_be_needs_no_change_set(
    work: StackWork, stacks: Scripted
) -> None:
    """The same text, parameters and tags: nothing is asked of CloudFormation."""
    stacks.before, stacks.body = "UPDATE_COMPLETE", work.template.body
    stacks.parameters, stacks.tags = dict(work.parameters), dict(work.tags)
    assert reviewed(work).empty
    assert [] == stacks.acts


def test_a_refused_change_set_is_an_error_in_the_words_of_aws(
    work: StackWork, stacks: Scripted
) -> None:
    """The change set is removed; nothing was changed."""
    stacks.before = "UPDATE_COMPLETE"
    reason = "Template format error: Unresolved resource dependencies [Nope]"
    stacks.described = [change_set(status="FAILED", reason=reason)]
    with pytest.raises(RefusedError) as raised:
        reviewed(work)
    assert (
        "CloudFormation refused the template of `shop-sam` in `eu-west-1`",
        reason,
    ) == (raised.value.what, raised.value.why)
    assert ["create_change_set", "delete_change_set"] == stacks.acts


EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To "
    "troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure "
    "information."
)


def test_what_checks_before_a_change_found_is_shown(work: StackWork, stacks: Scripted) -> None:
    """AWS's reason only names the checks; what they found is read before it goes away."""
    stacks.before = "UPDATE_COMPLETE"
    stacks.described = [change_set(status="FAILED", reason=EARLY)]
    stacks.objections = (
        FailedEvent("Queue", "/Resources/Queue/Properties/Nope", "Unsupported property [Nope]"),
        FailedEvent("Bucket", "", "Resource with identifier 'orders' already exists"),
        FailedEvent("", "", "as asked"),
    )
    with pytest.raises(RefusedError) as raised:
        reviewed(work)
    assert EARLY == raised.value.why
    assert (
        "`Queue` at /Resources/Queue/Properties/Nope: Unsupported property [Nope]",
        "`Bucket`: Resource with identifier 'orders' already exists",
        "`shop-sam`: as asked",
    ) == raised.value.problems
    assert ("failed_events", ARN) in stacks.calls
    assert ["create_change_set", "delete_change_set"] == stacks.acts


@pytest.mark.parametrize("reason", [EARLY, "The following hook(s) failed: [Acme::Guard]", "no"])
@pytest.mark.parametrize(
    "error",
    [
        DeniedError("cloudformation:DescribeEvents", "eu-west-1", "no right", ""),
        AwsCallError("cloudformation:DescribeEvents", "eu-west-1", "InvalidAction", "what", ""),
        UnansweredError("no answer"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_refusal_is_shown_although_its_cause_cannot_be_asked(
    work: StackWork, stacks: Scripted, error: SamDeployError, reason: str
) -> None:
    """Without the right, or where nobody knows the call: told where something is missing."""
    stacks.described = [change_set(status="FAILED", reason=reason)]
    stacks.faults = {"failed_events": [error]}
    with pytest.raises(RefusedError) as raised:
        reviewed(work)
    missing = () if reason == "no" else (f"what was found is not known: {error}",)
    assert (reason, missing) == (raised.value.why, raised.value.problems)
    assert ["create_change_set", "delete_change_set", "delete_stack"] == stacks.acts


def test_an_empty_change_set_is_not_asked_about(work: StackWork, stacks: Scripted) -> None:
    """It fails, too, and nothing is wrong with it."""
    stacks.before = "UPDATE_COMPLETE"
    stacks.described = [change_set(status="FAILED", reason=NO_CHANGES)]
    reviewed(work)
    assert not [call for call in stacks.calls if call[0] == "failed_events"]


@pytest.mark.parametrize("source", ["deploy.py", "template.yaml"])
def test_the_file_to_correct_is_named(work: StackWork, stacks: Scripted, source: str) -> None:
    """Of a SAM template it is that template itself."""
    stacks.described = [change_set(status="FAILED", reason="no")]
    with pytest.raises(RefusedError) as raised:
        reviewed(replace(work, template=replace(work.template, source=source)))
    assert f"correct `{source}`" in raised.value.hint


def test_a_refused_first_template_leaves_no_empty_stack(work: StackWork, stacks: Scripted) -> None:
    """A stack that only a change set made, in REVIEW_IN_PROGRESS, goes with it."""
    stacks.described = [change_set(status="FAILED", reason="no")]
    with pytest.raises(RefusedError):
        reviewed(work)
    assert ["create_change_set", "delete_change_set", "delete_stack"] == stacks.acts


@pytest.mark.parametrize("execution", ["AVAILABLE", "UNAVAILABLE", ""])
@pytest.mark.fault(32)
def test_a_change_set_whose_answer_was_lost_is_used(
    work: StackWork, stacks: Scripted, execution: str
) -> None:
    """Fault 32: the repeated call meets its own work, found again by its name."""
    stacks.lost = {"create_change_set": [THERE]}
    stacks.described = [change_set(ADD, execution=execution)]
    assert ARN == reviewed(work).change_set
    assert ["create_change_set"] == stacks.acts
    (name,) = names(stacks)
    assert name in {call[2] for call in stacks.calls if call[0] == "describe_change_set"}


@pytest.mark.parametrize(
    "old", [change_set(status="FAILED"), change_set(ADD, execution="OBSOLETE")]
)
@pytest.mark.fault(34)
def test_a_change_set_of_that_name_that_is_no_use_is_made_anew(
    work: StackWork, stacks: Scripted, old: ChangeSet
) -> None:
    """Fault 34: an earlier run left it, and it failed or was overtaken."""
    stacks.faults = {"create_change_set": [THERE]}
    stacks.described = [old, change_set(ADD)]
    assert (ADD,) == reviewed(work).changes
    assert ["create_change_set", "delete_change_set", "create_change_set"] == stacks.acts


def test_another_refusal_is_not_taken_for_that(work: StackWork, stacks: Scripted) -> None:
    """Its own error goes up."""
    other = AwsCallError("cloudformation:CreateChangeSet", "eu-west-1", "ValidationError", "no", "")
    stacks.faults = {"create_change_set": [other]}
    with pytest.raises(AwsCallError) as raised:
        reviewed(work)
    assert other is raised.value


@pytest.mark.fault(32)
def test_the_name_of_a_change_set_follows_from_what_it_does(
    work: StackWork, stacks: Scripted
) -> None:
    """Fault 32: the same change has the same name; another text, value, tag or state has not."""
    live = Live(Stack("shop-sam", "UPDATE_COMPLETE", "", {}, arn="a", updated="1"), "other")
    assert live.stack is not None
    later = Live(replace(live.stack, updated="2"), "other")
    changed = [
        replace(work, template=replace(work.template, body="Resources: {A: 1}")),
        replace(work, parameters={"ArtifactBucket": "another"}),
        replace(work, tags={"Project": "Other"}),
    ]
    for each in (work, work, *changed):
        review(each, live)
    review(work, later)
    made = names(stacks)
    assert made[0] == made[1]
    assert 5 == len(set(made))
    assert all(len(name) <= 128 and name.startswith("sd-") for name in made)


@pytest.mark.fault(34)
def test_own_change_sets_of_earlier_runs_are_tidied_and_foreign_ones_left(
    work: StackWork, stacks: Scripted
) -> None:
    """Fault 34: AWS keeps only so many; one that is at work stays, and so does a colleague's."""

    def listed(name: str, execution: str) -> ChangeSet:
        return ChangeSet(f"arn:{name}", "CREATE_COMPLETE", "", (), execution, name)

    stacks.listed = (
        listed("sd-old", "AVAILABLE"),
        listed("sd-obsolete", "OBSOLETE"),
        listed("sd-running", "EXECUTE_IN_PROGRESS"),
        listed("by-hand", "AVAILABLE"),
        replace(listed("sd-now", "AVAILABLE"), arn=ARN),
    )
    reviewed(work)
    deleted = [call[2] for call in stacks.calls if call[0] == "delete_change_set"]
    assert ["arn:sd-old", "arn:sd-obsolete"] == deleted
    tidy(work)
    assert ARN in {call[2] for call in stacks.calls if call[0] == "delete_change_set"}


UNDER_WAY = ["CREATE_PENDING", "CREATE_IN_PROGRESS", "DELETE_PENDING", "DELETE_IN_PROGRESS"]


def made(status: str = "CREATE_COMPLETE") -> ChangeSet:
    execution = "AVAILABLE" if status == "CREATE_COMPLETE" else "UNAVAILABLE"
    return ChangeSet("arn:sd-old", status, "", (), execution, "sd-old")


@pytest.mark.parametrize("status", UNDER_WAY)
@pytest.mark.fault(34)
def test_a_change_set_that_is_being_made_is_passed_over(
    work: StackWork, stacks: Scripted, status: str
) -> None:
    """Fault 34: AWS would not delete it, and a deployment does not end for it."""
    stacks.before, stacks.listed = "UPDATE_COMPLETE", (made(status),)
    assert "update" == reviewed(work).way
    assert ["create_change_set"] == stacks.acts
    assert (made(status),) == tidy(work)


@pytest.mark.parametrize(
    ("code", "stays"), [("InvalidChangeSetStatus", True), ("ChangeSetNotFound", False)]
)
@pytest.mark.fault(34)
def test_a_change_set_that_changed_meanwhile_ends_nothing(
    work: StackWork, stacks: Scripted, code: str, *, stays: bool
) -> None:
    """Fault 34: it began to go after it was listed, or is gone."""
    refused = AwsCallError("cloudformation:DeleteChangeSet", "eu-west-1", code, "no", "")
    stacks.before, stacks.listed = "UPDATE_COMPLETE", (made(),)
    stacks.faults = {"delete_change_set": [refused, refused]}
    assert "update" == reviewed(work).way
    assert stays == bool(tidy(work))


def test_another_refusal_to_delete_is_told(work: StackWork, stacks: Scripted) -> None:
    """A right that is missing."""
    refused = DeniedError("cloudformation:DeleteChangeSet", "eu-west-1", "no", "")
    stacks.listed, stacks.faults = (made(),), {"delete_change_set": [refused]}
    with pytest.raises(DeniedError):
        tidy(work)


@pytest.mark.fault(34, 56)
def test_what_is_being_made_is_awaited_and_goes(work: StackWork, stacks: Scripted) -> None:
    """Fault 34, Fault 56: after Ctrl-C in a review no change set is left, and no empty stack."""
    stacks.before = "REVIEW_IN_PROGRESS"
    stacks.listed = (made("CREATE_PENDING"),)
    stacks.later = [(made("CREATE_IN_PROGRESS"),), (made(),)]
    work.stop.set()
    assert forget(work)
    assert ["delete_change_set", "delete_stack"] == stacks.acts


@pytest.mark.fault(34)
def test_what_stays_all_the_same_is_told(
    work: StackWork, stacks: Scripted, heard: list[Event]
) -> None:
    """Fault 34: by its name, and who takes it away; a stack with it is no empty one."""
    stacks.before = "REVIEW_IN_PROGRESS"
    stacks.listed = (made("CREATE_IN_PROGRESS"),)
    assert not forget(work, at_most_seconds=0.01)
    assert [] == stacks.acts
    (told,) = (each for each in heard if isinstance(each, Note))
    assert ("warning", "eu-west-1") == (told.level, told.region)
    assert "sd-old (CREATE_IN_PROGRESS)" in told.message


def test_a_withdrawn_review_leaves_nothing(work: StackWork, stacks: Scripted) -> None:
    """Neither the change set nor a stack that holds nothing else; one that stands is kept."""
    withdraw(work, reviewed(work))
    assert ["create_change_set", "delete_change_set", "delete_stack"] == stacks.acts
    stacks.before, stacks.script = "UPDATE_COMPLETE", None
    stacks.calls.clear()
    withdraw(work, reviewed(work))
    assert ["create_change_set", "delete_change_set"] == stacks.acts


def test_a_stack_that_never_came_up_is_shown_as_all_new(work: StackWork, stacks: Scripted) -> None:
    """ROLLBACK_COMPLETE takes no change set; what will be made is what the template holds."""
    stacks.before = "ROLLBACK_COMPLETE"
    kinds = {"Api": "AWS::Lambda::Function"}
    found = reviewed(replace(work, template=replace(work.template, kinds=kinds)))
    assert ("recreate", (Change("Add", "Api", "AWS::Lambda::Function"),), "") == (
        found.way,
        found.changes,
        found.change_set,
    )
    assert [] == stacks.acts


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "DELETE_FAILED"])
@pytest.mark.fault(36)
def test_what_it_left_behind_is_not_lost(work: StackWork, stacks: Scripted, status: str) -> None:
    """Fault 36: a table that was not deleted is named; `--recreate` goes on all the same."""
    stacks.before = "ROLLBACK_COMPLETE"
    stacks.left = (
        StackResource("Orders", "orders-1", "AWS::DynamoDB::Table", status),
        StackResource("Gone", "gone-1", "AWS::S3::Bucket", "DELETE_COMPLETE"),
        StackResource("Never", "never-1", "AWS::S3::Bucket", "CREATE_FAILED"),
        StackResource("Role", "role-1", "AWS::IAM::Role", "CREATE_COMPLETE"),
    )
    with pytest.raises(RefusedError) as raised:
        reviewed(work)
    assert raised.value.why.endswith("these were not deleted: Orders (orders-1)")
    assert "--recreate" in raised.value.hint
    assert [] == stacks.acts
    assert "recreate" == reviewed(replace(work, recreate=True)).way


@pytest.mark.fault(31)
def test_a_busy_stack_is_left_alone(work: StackWork, stacks: Scripted) -> None:
    """Fault 31: no change set is made beside somebody else's update."""
    stacks.before = "UPDATE_IN_PROGRESS"
    with pytest.raises(RefusedError):
        reviewed(work)
    assert [] == stacks.acts


def test_what_exists_once_does_not_change_its_region(work: StackWork, stacks: Scripted) -> None:
    """Found before a change set is made."""
    stacks.before, stacks.parameters = "UPDATE_COMPLETE", {"FirstRegion": "yes"}
    with pytest.raises(RefusedError):
        reviewed(replace(work, parameters={"FirstRegion": "no"}))
    assert [] == stacks.acts


def test_a_large_template_goes_by_the_bucket(
    work: StackWork, stacks: Scripted, bucket: Scripted
) -> None:
    """Once for each content; CloudFormation takes 51,200 bytes in a call, not characters."""

    def sent(body: str) -> dict[str, str]:
        stacks.calls.clear()
        reviewed(replace(work, template=replace(work.template, body=body)))
        given: dict[str, str] = next(c[4] for c in stacks.calls if c[0] == "create_change_set")
        return given

    exact = "x" * TEMPLATE_BODY_MAX_BYTES
    assert ({"TemplateBody": exact}, 0) == (sent(exact), bucket.puts)
    large = "é" * (TEMPLATE_BODY_MAX_BYTES // 2 + 1)
    first, second = sent(large), sent(large)
    ((key, text),) = bucket.there.items()
    assert {"TemplateURL": f"{bucket.url}/{key}"} == first == second
    assert (1, large) == (bucket.puts, text)
    assert key.startswith("templates/shop-sam-")


def test_an_empty_stack_with_a_change_set_of_somebody_else_stays(
    work: StackWork, stacks: Scripted
) -> None:
    """A colleague looks at it, too: what waits to be executed there is not taken away."""
    stacks.before = "REVIEW_IN_PROGRESS"
    stacks.listed = (ChangeSet("arn:theirs", "CREATE_COMPLETE", "", (), "AVAILABLE", "by-hand"),)
    discard_empty_stack(work)
    forget(work)
    assert [] == stacks.acts


@pytest.mark.parametrize("status", ["", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE", "CREATE_COMPLETE"])
def test_only_an_empty_stack_is_discarded(work: StackWork, stacks: Scripted, status: str) -> None:
    """One that ever came up is nobody's leftover."""
    stacks.before = status
    discard_empty_stack(work)
    assert [] == stacks.acts


def test_an_empty_stack_is_gone_before_anything_else_meets_it(
    work: StackWork, stacks: Scripted
) -> None:
    """Its deletion is awaited, also while everything else stops."""
    stacks.before = "REVIEW_IN_PROGRESS"
    work.stop.set()
    discard_empty_stack(work)
    assert ["delete_stack"] == stacks.acts
    assert ("delete_stack", "arn:stack", "", ()) in stacks.calls
    assert ["DELETE_COMPLETE"] == stacks.script


@pytest.mark.parametrize(
    ("before", "parameters", "previous"),
    [
        ("UPDATE_COMPLETE", {}, ("Secret",)),
        ("UPDATE_COMPLETE", {"Secret": "hush"}, ()),
        ("", {}, ()),
        ("REVIEW_IN_PROGRESS", {}, ()),
    ],
)
def test_a_hidden_value_that_is_not_known_stays_what_it_is(
    work: StackWork,
    stacks: Scripted,
    before: str,
    parameters: dict[str, str],
    previous: tuple[str, ...],
) -> None:
    """Of a stack that stands, and has it; else there is none to keep: AWS says which is missing.

    AWS refuses UsePreviousValue of a parameter that the stack does not have yet.
    """
    stacks.before, stacks.parameters = before, {"Secret": "****"}
    template = replace(work.template, hidden=("Secret", "New"))
    reviewed(replace(work, template=template, parameters=parameters))
    assert [previous] == stacks.previous


@pytest.mark.fault(34)
@pytest.mark.parametrize(("token", "tidied"), [("token-1", True), ("", False)])
def test_what_a_run_in_between_left_is_tidied_where_nothing_changes(
    work: StackWork, stacks: Scripted, token: str, *, tidied: bool
) -> None:
    """Fault 34: only where an earlier run was killed: everyday, nothing is asked."""
    stacks.before, stacks.body = "UPDATE_COMPLETE", work.template.body
    stacks.parameters, stacks.tags = dict(work.parameters), dict(work.tags)
    stacks.listed = (ChangeSet("arn:sd-old", "CREATE_COMPLETE", "", (), "AVAILABLE", "sd-old"),)
    assert reviewed(work, token).empty
    assert (["delete_change_set"] if tidied else []) == stacks.acts

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.aws import Stack
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError, UnreachableError
from sam_deploy.executor import failure
from sam_deploy.executor.command import Order
from sam_deploy.executor.output import Reader

RECORDED = Path(__file__).with_name("recorded")
ORDER = Order("t.yaml", "rec", "eu-west-1", "bucket", {}, {})


def read(name: str) -> Reader:
    reader = Reader("eu-west-1", "rec")
    for line in (RECORDED / f"deploy_{name}.txt").read_text(encoding="utf-8").splitlines():
        reader.feed(line)
    return reader


def stack(status: str) -> Stack:
    return Stack("rec", status, "reason of the stack", {})


def test_a_refused_template_is_refused_in_the_words_of_our_own_engine() -> None:
    """Exit code 5, and CloudFormation's reason alone as the why."""
    error = failure.before(ORDER, read("rejected").error, 1)
    assert isinstance(error, RefusedError)
    assert "CloudFormation refused the template of `rec` in `eu-west-1`" == error.what
    assert error.why.endswith("Unrecognized resource types: [AWS::Foo::Bar]")


def test_the_file_to_correct_is_the_one_that_was_written() -> None:
    """A SAM template of the user's own."""
    order = replace(ORDER, source="template.yaml")
    assert "`template.yaml`" in failure.before(order, read("rejected").error, 1).hint


def test_a_change_set_that_fails_is_refused_with_its_reason() -> None:
    """The SAM CLI wraps it into the words of its waiter."""
    said = (
        "Failed to create changeset for the stack: rec, ex: Waiter ChangeSetCreateComplete failed: "
        "Waiter encountered a terminal failure state: For expression x Status: FAILED. "
        "Reason: Transform AWS::Serverless-2016-10-31 failed with: Invalid"
    )
    error = failure.before(ORDER, said, 1)
    assert "Transform AWS::Serverless-2016-10-31 failed with: Invalid" == error.why


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Unable to locate credentials", UnreachableError),
        ("An error occurred (ExpiredToken) when calling x: expired", UnreachableError),
        ('Could not connect to the endpoint URL: "http://127.0.0.1:9/"', UnreachableError),
        (
            "Failed to create changeset for the stack: rec, An error occurred (AccessDenied): no",
            RefusedError,
        ),
        ("S3 Bucket does not exist.", RefusedError),
        ("", RefusedError),
    ],
)
def test_every_other_end_before_a_change_has_its_exit_code(
    said: str, kind: type[Exception]
) -> None:
    """Credentials and network are exit code 8, everything else 5: nothing was changed."""
    error = failure.before(ORDER, said, 1)
    assert kind is type(error)
    assert error.why


def test_a_failed_creation_is_rolled_back_and_names_the_cause() -> None:
    """Exit code 4, with the text of our own engine."""
    error = failure.after(ORDER, stack("ROLLBACK_COMPLETE"), read("failing"))
    assert isinstance(error, RolledBackError)
    assert "Stack `rec` in `eu-west-1` was not created" == error.what
    assert (
        "`Wait` failed: WaitCondition timed out. Received 0 conditions when expecting 1"
        == error.why
    )
    assert "CloudFormation took the change back; every alias is where it was" == error.state


def test_a_failed_update_says_updated() -> None:
    """R140: the state of the stack decides, not the exit code."""
    error = failure.after(ORDER, stack("UPDATE_ROLLBACK_COMPLETE"), Reader("eu-west-1", "rec"))
    assert ("Stack `rec` in `eu-west-1` was not updated", "reason of the stack") == (
        error.what,
        error.why,
    )


@pytest.mark.parametrize(
    ("status", "what"),
    [
        ("UPDATE_ROLLBACK_FAILED", "Stack `rec` in `eu-west-1` ended as UPDATE_ROLLBACK_FAILED"),
        ("UPDATE_IN_PROGRESS", "Stack `rec` in `eu-west-1` is still UPDATE_IN_PROGRESS"),
    ],
)
def test_what_is_neither_is_incomplete(status: str, what: str) -> None:
    """Exit code 7, and where to look."""
    error = failure.after(ORDER, stack(status), read("failing"))
    assert isinstance(error, IncompleteError)
    assert what == error.what
    assert "describe-stack-events --stack-name rec --region eu-west-1" in error.hint

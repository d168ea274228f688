"""Answers of CloudFormation, as the tests of one stack's execution script them."""

from __future__ import annotations

from typing import Final

from sam_deploy.aws import AwsCallError, ChangeSet, Stack, StackEventRecord, UnansweredError
from sam_deploy.events import Event, StepFinished

ARN: Final = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sd-1/1"
STACK: Final = "AWS::CloudFormation::Stack"
EMPTY: Final = ChangeSet(ARN, "FAILED", "The submitted information didn't contain changes.")
UNANSWERED: Final = UnansweredError("no answer")


def event(
    number: int, logical_id: str, status: str, reason: str = "", token: str = ""
) -> StackEventRecord:
    """Return an event of the stack, or of a role in it."""
    kind = STACK if logical_id == "shop-sam" else "AWS::IAM::Role"
    return StackEventRecord(f"event-{number}", logical_id, kind, status, reason, token)


def refusal(code: str, message: str = "as asked") -> AwsCallError:
    """Return what a call ends with that CloudFormation refuses."""
    return AwsCallError("cloudformation:Call", "eu-west-1", code, message, "")


def stale(status: str) -> Stack:
    """What a read that lags behind tells: the stack as it was before anything was executed."""
    return Stack(
        "shop-sam", status, "", {"Url": "https://old"}, {}, {}, "arn:stack", "2026-01-01T00:00:00Z"
    )


def details(heard: list[Event]) -> dict[str, str]:
    """Return step -> how it ended, as it was told."""
    return {each.step: each.detail for each in heard if isinstance(each, StepFinished)}

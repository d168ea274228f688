"""What CloudFormation's checks found, as the API tells it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.unit.aws.answering import REGION, Answer, account

from sam_deploy.aws import CloudFormation, DeniedError, FailedEvent

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sd-1/1"
VALIDATION = """<member><EventId>{}</EventId><EventType>VALIDATION_ERROR</EventType>
<LogicalResourceId>Queue</LogicalResourceId><ValidationFailureMode>{}</ValidationFailureMode>
<ValidationPath>/Resources/Queue/Properties/Nope</ValidationPath>
<ValidationStatusReason>Unsupported property [Nope]</ValidationStatusReason></member>"""
HOOK = """<member><EventId>h</EventId><EventType>HOOK_INVOCATION_ERROR</EventType>
<LogicalResourceId>Bucket</LogicalResourceId><HookFailureMode>FAIL</HookFailureMode>
<HookStatusReason>no encryption</HookStatusReason></member>"""
PROGRESS = "<member><EventId>p</EventId><OperationStatus>FAILED</OperationStatus></member>"


def page(events: str, token: str = "") -> Answer:
    more = f"<NextToken>{token}</NextToken>" if token else ""
    space = 'xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"'
    return Answer(
        body=f"<DescribeEventsResponse {space}><DescribeEventsResult><OperationEvents>{events}"
        f"</OperationEvents>{more}</DescribeEventsResult></DescribeEventsResponse>"
    )


def test_the_objections_of_all_pages_are_read_each_once() -> None:
    """Validations and hooks; a warning and an event without a reason stop nothing."""
    asked: list[dict[str, list[str]]] = []

    def answer(request: Any) -> Answer:
        asked.append(parse_qs(request.body))
        if len(asked) == 1:
            return page(VALIDATION.format("a", "FAIL") + VALIDATION.format("b", "FAIL"), "more")
        return page(PROGRESS + VALIDATION.format("c", "WARN").replace("[Nope]", "[Old]") + HOOK)

    found = CloudFormation(account(cloudformation=answer), REGION).failed_events(ARN)
    assert (
        FailedEvent("Queue", "/Resources/Queue/Properties/Nope", "Unsupported property [Nope]"),
        FailedEvent("Bucket", "", "no encryption"),
    ) == found
    assert [[ARN], [ARN]] == [each["ChangeSetName"] for each in asked]
    assert [["true"], ["true"]] == [each["Filters.FailedEvents"] for each in asked]
    assert [None, ["more"]] == [each.get("NextToken") for each in asked]


def test_a_right_that_is_missing_is_told() -> None:
    """Whoever asks decides what to make of it."""
    denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    aws = account(cloudformation=lambda _: Answer(403, f"{denied}</ErrorResponse>"))
    with pytest.raises(DeniedError, match="cloudformation:DescribeEvents"):
        CloudFormation(aws, REGION).failed_events(ARN)

"""The files in `recorded/` are what the real SAM CLI 1.170.0 printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.aws import Change
from sam_deploy.events import Event, StackEvent, Waiting
from sam_deploy.executor.output import Reader

RECORDED = Path(__file__).with_name("recorded")
STACK, QUEUE, TOPIC = "AWS::CloudFormation::Stack", "AWS::SQS::Queue", "AWS::SNS::Topic"
TIMED_OUT = "WaitCondition timed out. Received 0 conditions when expecting 1"


def read(name: str) -> tuple[Reader, list[Event]]:
    reader = Reader("eu-west-1", "rec")
    lines = (RECORDED / f"deploy_{name}.txt").read_text(encoding="utf-8").splitlines()
    return reader, [event for line in lines if (event := reader.feed(line))]


def event(logical_id: str, kind: str, status: str, reason: str = "") -> StackEvent:
    return StackEvent("eu-west-1", "rec", logical_id, kind, status, reason)


def test_a_created_stack_is_told_event_by_event() -> None:
    """The table becomes the events that our own engine reports, in their order."""
    reader, told = read("created")
    assert [
        Waiting("the change set of `rec`", 300.0, "eu-west-1"),
        Waiting("`rec` (CloudFormation)", 3600.0, "eu-west-1"),
        event("rec", STACK, "CREATE_IN_PROGRESS"),
        event("Queue", QUEUE, "CREATE_IN_PROGRESS"),
        event("Queue", QUEUE, "CREATE_COMPLETE"),
        event("Topic", TOPIC, "CREATE_IN_PROGRESS"),
        event("Topic", TOPIC, "CREATE_COMPLETE"),
        event("rec", STACK, "CREATE_COMPLETE"),
    ] == told
    assert [Change("Add", "Queue", QUEUE), Change("Add", "Topic", TOPIC)] == reader.changes
    assert (False, "", None) == (reader.no_changes, reader.error, reader.cause())


def test_changes_of_every_kind_are_read() -> None:
    """Added, modified and deleted, by the names of the API."""
    reader, _ = read("updated")
    assert [
        Change("Add", "Second", QUEUE),
        Change("Modify", "Queue", QUEUE, "False"),
        Change("Remove", "Topic", TOPIC),
    ] == reader.changes


def test_no_changes_are_a_result() -> None:
    """Not an error: the SAM CLI alone would end with 1."""
    reader, told = read("no_changes")
    assert reader.no_changes
    assert ([], [], "") == (reader.changes, reader.events, reader.error)
    assert [Waiting("the change set of `rec`", 300.0, "eu-west-1")] == told


@pytest.mark.parametrize("name", ["failing", "failing_narrow"])
def test_the_first_failing_event_is_the_cause(name: str) -> None:
    """The last line of the SAM CLI names none; broken cells of narrow tables are mended."""
    reader, _ = read(name)
    assert (
        event("Wait", "AWS::CloudFormation::WaitCondition", "CREATE_FAILED", TIMED_OUT)
        == reader.cause()
    )
    assert "ROLLBACK_COMPLETE" == reader.events[-1].status
    assert reader.error.startswith("Failed to create/update the stack: rec-bad")
    assert TIMED_OUT not in reader.error


def test_narrow_and_wide_tables_say_the_same() -> None:
    """Whatever the width, the same events come out."""
    narrow, wide = read("failing_narrow")[0], read("failing")[0]
    plain = [(each.logical_id, each.resource_type, each.status) for each in wide.events]
    assert [
        (each.replace("rec-bad", "rec-bad2"), kind, status) for each, kind, status in plain
    ] == [(each.logical_id, each.resource_type, each.status) for each in narrow.events]
    assert narrow.changes == wide.changes


def test_cancelled_resources_are_no_cause() -> None:
    """What CloudFormation cancels, fails because of another resource."""
    reader = Reader("eu-west-1", "rec")
    reader.events += [
        event("B", QUEUE, "CREATE_FAILED", "Resource creation cancelled"),
        event("A", QUEUE, "CREATE_FAILED", "Access denied"),
    ]
    found = reader.cause()
    assert found is not None
    assert "A" == found.logical_id


def test_a_refused_template_leaves_only_the_error() -> None:
    """There are no tables then."""
    reader, told = read("rejected")
    assert [] == told
    assert reader.error.endswith(
        "Template format error: Unrecognized resource types: [AWS::Foo::Bar]"
    )


def test_words_between_the_rows_are_no_events() -> None:
    """A warning of a library on standard error may come in the middle of the table."""
    lines = (RECORDED / "deploy_created.txt").read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("CREATE_COMPLETE"))
    lines.insert(place, "/venv/requests/__init__.py:109: RequestsDependencyWarning: urllib3")
    lines.insert(place, "")
    disturbed = Reader("eu-west-1", "rec")
    for line in lines:
        disturbed.feed(line)
    assert [(each.logical_id, each.status) for each in read("created")[0].events] == [
        (each.logical_id, each.status) for each in disturbed.events
    ]

from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy import (
    EventBus,
    Function,
    Queue,
    Topic,
    on_event,
    on_queue,
    on_schedule,
    on_topic,
)

Wrong = Callable[..., list[str]]


def called(*triggers: object, **given: object) -> Function:
    """A function with these triggers."""
    return Function("F", source="f", timeout_seconds=30, triggers=list(triggers), **given)  # type: ignore[arg-type]


def test_a_schedule_is_read_before_aws_reads_it(wrong_references: Wrong) -> None:
    """The expression, and the time zone against the database of time zones."""
    found = wrong_references(
        functions=[
            called(
                on_schedule("rate(1 days)"),
                on_schedule("rate(1 day)", timezone="America/New_Yrok", name="Night"),
                on_schedule("rate(1 day)", timezone="Europe/Berlin", name="Morning"),
            )
        ]
    )
    assert found == [
        (
            'functions["F"].triggers[0].expression: rate(1 days) is not known to AWS; write '
            "rate(1 day)"
        ),
        (
            "functions[\"F\"].triggers[1].timezone: unknown time zone 'America/New_Yrok'; did "
            "you mean "
            "'America/New_York'?"
        ),
    ]


@pytest.mark.parametrize("zone", ["America", "../etc/passwd", "/etc/localtime"])
def test_what_is_no_zone_is_no_crash(zone: str, wrong_references: Wrong) -> None:
    """A folder of zones, and paths."""
    (found,) = wrong_references(functions=[called(on_schedule("rate(1 day)", timezone=zone))])
    assert found.startswith(f"functions[\"F\"].triggers[0].timezone: unknown time zone '{zone}'")


def test_triggers_of_one_function_are_told_apart(wrong_references: Wrong) -> None:
    """Rules and schedules are called by function and `name`, events by their first type, too."""
    found = wrong_references(
        topics=[Topic("T")],
        event_buses=[EventBus("B")],
        functions=[
            called(
                on_schedule("rate(1 day)"),
                on_schedule("rate(2 days)"),
                on_schedule("rate(2 days)", name="Other"),
                on_event(detail_types=["Order Placed"], bus="B"),
                on_event(detail_types=["OrderPlaced"], sources=["a"], bus="B"),
                on_event(detail_types=["OrderPlaced"], bus="B", name="Again"),
                on_topic("T"),
                on_topic("T", filter={"kind": ["a"]}),
            )
        ],
    )
    same = "of the same name; give it a `name` of its own"
    assert found == [
        f'functions["F"].triggers[1].name: the function has another `on_schedule` {same}',
        f'functions["F"].triggers[4].name: the function has another `on_event` {same}',
        "functions[\"F\"].triggers[7].topic: the topic 'T' already calls this function",
    ]


def test_an_event_trigger_needs_a_pattern_and_a_known_bus(wrong_references: Wrong) -> None:
    """Like a rule that forwards."""
    found = wrong_references(functions=[called(on_event(), on_event(sources=["a"], bus="B"))])
    assert found == [
        (
            'functions["F"].triggers[0]: would match every event; give `detail_types`, `sources` '
            "or a "
            "`pattern`"
        ),
        "functions[\"F\"].triggers[1].bus: unknown event bus 'B'; none is declared",
    ]


def test_a_topic_that_calls_is_a_standard_topic_of_the_app(wrong_references: Wrong) -> None:
    """SNS delivers FIFO topics to queues only."""
    found = wrong_references(
        topics=[Topic("Line", fifo=True), Topic("Alerts")],
        functions=[called(on_topic("Line"), on_topic("Allerts"))],
    )
    assert found == [
        (
            "functions[\"F\"].triggers[0].topic: 'Line' is FIFO and calls no function; put a "
            "FIFO queue "
            "between"
        ),
        "functions[\"F\"].triggers[1].topic: unknown topic 'Allerts'; did you mean 'Alerts'?",
    ]


def test_a_fifo_queue_gives_ten_at_most_and_does_not_wait(wrong_references: Wrong) -> None:
    """Source: Lambda API CreateEventSourceMapping."""
    queues = [Queue("A", fifo=True), Queue("B", fifo=True), Queue("C", fifo=True)]
    found = wrong_references(
        queues=queues,
        functions=[
            called(
                on_queue("A", batch_size=11, batching_window_seconds=1),
                on_queue("B", batch_size=10, batching_window_seconds=1),
                on_queue("C", batch_size=10),
            )
        ],
    )
    said = "a FIFO queue gives at most 10 messages, without waiting"
    assert found == [f'functions["F"].triggers[{n}].queue: {said}' for n in (0, 1)]


def test_a_queue_of_another_stack_is_read_whatever_its_visibility(wrong_references: Wrong) -> None:
    """Its timeout and its feature set are not ours to judge."""
    queue = Queue(
        "A",
        existing=True,
        physical_name="a",
        visibility_timeout_seconds=1,
        feature_set="extra",
    )
    assert wrong_references(queues=[queue], functions=[called(on_queue("A"))]) == []


def test_a_queues_filters_are_lists_and_may_ask_for_null(wrong_references: Wrong) -> None:
    """They are written as text into the template, where null is welcome."""
    filters = [{"body": {"kind": "order"}}, {"body": {"gone": [None]}}]
    found = wrong_references(
        queues=[Queue("A")], functions=[called(on_queue("A", filters=filters))]
    )
    assert found == [
        (
            'functions["F"].triggers[0].filters[0]["body"]["kind"]: must be a list of what may be '
            "there, such as ['order']"
        )
    ]

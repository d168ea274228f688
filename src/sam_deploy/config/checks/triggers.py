"""Checks what calls functions without HTTP: queues, topics, events, schedules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sam_deploy import naming
from sam_deploy.config.checks.patterns import event_pattern, filter_policy, queue_filters, said
from sam_deploy.config.checks.reach import given_up_to, reach
from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import (
    App,
    EventTrigger,
    Function,
    Queue,
    QueueTrigger,
    ScheduleTrigger,
    TopicTrigger,
)
from sam_deploy.config.schedule_expressions import mistake
from sam_deploy.config.tree import (
    Problem,
    entries,
    feature_set_of,
    line_of,
    listed,
    named,
    names,
    unknown_name,
)

SQS_BATCH_WITHOUT_WINDOW: Final = 10
"""Larger batches need a batching window, and FIFO queues have none.
Source: Lambda API CreateEventSourceMapping."""


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in the triggers by queues, topics, events and schedules."""
    readers: dict[object, str] = {}
    for path, function in entries(app, "functions"):
        if not isinstance(function, Function):
            continue
        seen: set[tuple[str, str]] = set()
        for index, trigger in enumerate(listed(function, "triggers")):
            here = f"{path}.triggers[{index}]"
            yield from _told_apart(trigger, seen, here)
            if isinstance(trigger, QueueTrigger):
                yield from _queue(app, function, trigger, here)
                yield from _read_once(trigger, readers, path)
            elif isinstance(trigger, TopicTrigger):
                yield from _topic(app, function, trigger, here)
            elif isinstance(trigger, EventTrigger):
                yield from event_pattern(app, function, trigger, here)
                yield from given_up_to(app, function, trigger, here, fifo=False)
            elif isinstance(trigger, ScheduleTrigger):
                yield from _schedule(trigger, here)
                yield from given_up_to(app, function, trigger, here, fifo=False)


def _told_apart(trigger: Declaration, seen: set[tuple[str, str]], path: str) -> Iterator[Problem]:
    """Yield triggers of one function that AWS would call by one name."""
    line = line_of(trigger)
    if isinstance(trigger, EventTrigger):
        key, words = ("on_event", naming.title(said(trigger))), "another `on_event`"
    elif isinstance(trigger, ScheduleTrigger):
        name: object = trigger.name
        key, words = ("on_schedule", str(name)), "another `on_schedule`"
    elif isinstance(trigger, TopicTrigger):
        if ("on_topic", str(trigger.topic)) in seen:
            message = f"the topic {trigger.topic!r} already calls this function"
            yield Problem(f"{path}.topic", message, line)
        seen.add(("on_topic", str(trigger.topic)))
        return
    else:
        return
    if key in seen:
        message = f"the function has {words} of the same name; give it a `name` of its own"
        yield Problem(f"{path}.name", message, line)
    seen.add(key)


def _queue(app: App, function: Function, trigger: QueueTrigger, path: str) -> Iterator[Problem]:
    here, line = f"{path}.queue", line_of(trigger)
    yield from queue_filters(trigger.filters, f"{path}.filters", trigger)
    queues = named(app, "queues")
    queue = next((each for each in queues if getattr(each, "name", None) == trigger.queue), None)
    if queue is None:
        yield unknown_name(here, "queue", trigger.queue, names(app, "queues"), line)
        return
    mine, its = feature_set_of(app, function), feature_set_of(app, queue)
    if mine != its and not getattr(queue, "existing", False):
        message = (
            f"queue {trigger.queue!r} is of the feature set {its!r}, the "
            f"function of {mine!r}; a trigger needs both in one stack"
        )
        yield Problem(here, message, line)
    if isinstance(queue, Queue):
        yield from _queue_limits(trigger, queue, function, here)


def _queue_limits(
    trigger: QueueTrigger, queue: Queue, function: Function, path: str
) -> Iterator[Problem]:
    visibility, timeout = queue.visibility_timeout_seconds, function.timeout_seconds
    known = isinstance(visibility, int) and isinstance(timeout, int) and not queue.existing
    if known and visibility < timeout:
        message = (
            f"the queue shows a message again after {visibility} s, but the function may work on "
            f"it for {timeout} s; raise `visibility_timeout_seconds` of {queue.name!r}"
        )
        yield Problem(path, message, line_of(trigger))
    size, window = trigger.batch_size, trigger.batching_window_seconds
    large = isinstance(size, int) and size > SQS_BATCH_WITHOUT_WINDOW
    if queue.fifo and (large or window):
        message = f"a FIFO queue gives at most {SQS_BATCH_WITHOUT_WINDOW} messages, without waiting"
        yield Problem(path, message, line_of(trigger))
    elif large and window == 0:
        message = f"a batch of {size} needs `batching_window_seconds` of at least 1"
        yield Problem(path, message, line_of(trigger))


def _read_once(trigger: QueueTrigger, readers: dict[object, str], path: str) -> Iterator[Problem]:
    """A queue has one reader: two would take each other's messages away."""
    name: object = trigger.queue
    if isinstance(name, str):
        if name in readers:
            message = f"the queue {name!r} already calls {readers[name]}"
            yield Problem(f"{path}.triggers", message, line_of(trigger))
        readers.setdefault(name, path)


def _topic(app: App, function: Function, trigger: TopicTrigger, path: str) -> Iterator[Problem]:
    here, line = f"{path}.topic", line_of(trigger)
    topics = named(app, "topics")
    topic = next((each for each in topics if getattr(each, "name", None) == trigger.topic), None)
    if topic is None:
        yield unknown_name(here, "topic", trigger.topic, names(app, "topics"), line)
    else:
        yield from reach(app, function, topic, here, "the topic", line, first=True)
        if getattr(topic, "fifo", False):
            message = f"{trigger.topic!r} is FIFO and calls no function; put a FIFO queue between"
            yield Problem(here, message, line)
    yield from filter_policy(trigger.filter, trigger.filter_scope, f"{path}.filter", trigger)
    yield from given_up_to(app, function, trigger, path, fifo=False)


def _schedule(trigger: ScheduleTrigger, path: str) -> Iterator[Problem]:
    line = line_of(trigger)
    expression: object = trigger.expression
    if isinstance(expression, str) and (wrong := mistake(expression)):
        yield Problem(f"{path}.expression", wrong, line)
    zone: object = trigger.timezone
    if not isinstance(zone, str) or _is_timezone(zone):
        return
    # without a database of time zones (Windows) nothing can be said
    if known := available_timezones():
        yield unknown_name(f"{path}.timezone", "time zone", zone, known, line)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True

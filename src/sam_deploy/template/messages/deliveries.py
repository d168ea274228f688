"""Says which AWS services put messages into which queues, on whose behalf. Pure.

Topics and rules, and the triggers made of them, are declared beside the queues that they fill,
but it is the queue's policy that must let them in. Both sides are named by ARN text, so they may
be in different stacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sam_deploy.config import physical
from sam_deploy.config.model import App, EventTrigger, Function, Queue, Rule, Topic, TopicTrigger
from sam_deploy.template.arns import (
    DEFAULT_BUS,
    dead_letter_queue_arn,
    queue_arn,
    rule_arn,
    topic_arn,
)
from sam_deploy.template.document import Json

Service = Literal["sns", "events"]
Incoming: TypeAlias = Mapping[tuple[str, bool], Mapping[Service, list[Json]]]
"""(queue, whether its dead-letter queue is meant) -> service -> ARNs of what sends to it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A topic or a rule, `source`, that sends to a queue, or to its dead-letter queue."""

    service: Service
    source: Json
    """ARN of the topic or the rule."""
    queue: str
    dead: bool = False


def deliveries(app: App, environment: str) -> Iterator[Delivery]:
    """Yield every delivery to a queue in one environment, of all stacks."""
    for topic in app.topics:
        yield from _of_topic(app, topic, environment)
    for rule in app.rules:
        if applies(rule.environments, environment):
            yield from _of_rule(app, rule, environment)
    for function in app.functions:
        yield from _given_up(app, function, environment)


def incoming(app: App, environment: str) -> Incoming:
    """Return all deliveries of one environment by queue and by service, each source once."""
    found: dict[tuple[str, bool], dict[Service, list[Json]]] = {}
    for each in deliveries(app, environment):
        listed = found.setdefault((each.queue, each.dead), {}).setdefault(each.service, [])
        if each.source not in listed:
            listed.append(each.source)
    return found


def applies(environments: Sequence[str], environment: str) -> bool:
    """Whether an environment is among those named, or none is."""
    return not environments or environment in environments


def bus_name(app: App, bus: str | None, environment: str) -> str:
    """Return what AWS calls a bus of the app; the default bus's name when there is none."""
    found = next((each for each in app.event_buses if each.name == bus), None)
    return physical.event_bus_name(app, found, environment) if found else DEFAULT_BUS


def queue_of(app: App, name: str | None) -> Queue | None:
    """Return the queue of that name, if it is one."""
    if not name:
        return None
    return next((each for each in app.queues if each.name == name), None)


def topic_of(app: App, name: str) -> Topic | None:
    """Return the topic of that name, if it is one."""
    return next((each for each in app.topics if each.name == name), None)


def undelivered_to(app: App, rule: Rule, environment: str) -> Json | None:
    """Return the ARN of the queue for what a rule cannot deliver, if it has one.

    The dead-letter queue of the queue that it fills: there people look, and there the alarm is.
    EventBridge takes no FIFO queue for that, and another stack's queue may have none.
    Source: EventBridge user guide, "Using dead-letter queues to process undelivered events".
    """
    if rule.dead_letter_queue:
        own = queue_of(app, rule.dead_letter_queue)
        return queue_arn(own, environment) if own else None
    queue = queue_of(app, rule.to)
    if queue is None or queue.fifo or queue.existing:
        return None
    return dead_letter_queue_arn(queue, environment)


def _of_topic(app: App, topic: Topic, environment: str) -> Iterator[Delivery]:
    arn = topic_arn(app, topic, environment)
    for each in topic.subscriptions:
        if not applies(each.environments, environment):
            continue
        if each.protocol == "sqs":
            yield Delivery("sns", arn, each.endpoint)
        if each.dead_letter_queue:
            yield Delivery("sns", arn, each.dead_letter_queue)


def _of_rule(app: App, rule: Rule, environment: str) -> Iterator[Delivery]:
    name = physical.rule_name(app, rule, environment)
    source = rule_arn(name, bus_name(app, rule.bus, environment))
    if queue_of(app, rule.to):
        yield Delivery("events", source, rule.to)
    if rule.dead_letter_queue:
        yield Delivery("events", source, rule.dead_letter_queue)
    elif undelivered_to(app, rule, environment):
        yield Delivery("events", source, rule.to, dead=True)


def _given_up(app: App, function: Function, environment: str) -> Iterator[Delivery]:
    """Yield what events and topics keep of the calls of a function that failed."""
    for each in function.triggers:
        if not isinstance(each, EventTrigger | TopicTrigger):
            continue
        if not each.dead_letter_queue or not applies(each.environments, environment):
            continue
        if isinstance(each, EventTrigger):
            name = physical.trigger_name(app, function, each, environment)
            source = rule_arn(name, bus_name(app, each.bus, environment))
            yield Delivery("events", source, each.dead_letter_queue)
        elif topic := topic_of(app, each.topic):
            yield Delivery("sns", topic_arn(app, topic, environment), each.dead_letter_queue)

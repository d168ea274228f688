"""Checks queues, topics, event buses and rules: who sends to whom, FIFO, keys, patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from sam_deploy.config.checks.patterns import event_pattern, filter_policy
from sam_deploy.config.checks.reach import given_up_to, reach
from sam_deploy.config.model import App, EventBus, Queue, Rule, ScheduleTrigger, Subscription, Topic
from sam_deploy.config.tree import (
    Problem,
    entries,
    line_of,
    listed,
    named,
    names,
    unknown_name,
)

AWS_KEYS: Final = ("alias/aws/sqs", "alias/aws/sns")
FORMS: Final = (
    ("queues", r"[A-Za-z0-9_-]+(\.fifo)?", "letters, digits, - and _"),
    ("topics", r"[A-Za-z0-9_-]+(\.fifo)?", "letters, digits, - and _"),
    ("event_buses", r"[A-Za-z0-9._/-]+", "letters, digits, . - and _"),
)
"""What AWS takes as names. Source: SQS API CreateQueue, SNS API CreateTopic."""


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in what carries messages between functions."""
    checks: tuple[Callable[[App], Iterator[Problem]], ...] = (
        _forms,
        _queues,
        _topics,
        _subscriptions,
        _event_buses,
        _rules,
    )
    for check in checks:
        yield from check(app)


def _forms(app: App) -> Iterator[Problem]:
    for family, form, words in FORMS:
        for path, each in entries(app, family):
            chosen = getattr(each, "physical_name", None)
            if isinstance(chosen, str) and not re.fullmatch(
                form, chosen.replace("{environment}", "dev")
            ):
                message = f"{chosen!r} has other characters than {words}"
                yield Problem(f"{path}.physical_name", message, line_of(each))
        for path, each in entries(app, family):
            yield from _only_fifo(path, each)


def _only_fifo(path: str, each: object) -> Iterator[Problem]:
    if getattr(each, "fifo", True):
        return
    usual = {"content_based_deduplication": False, "deduplication_scope": "queue"}
    for name, value in usual.items():
        if getattr(each, name, value) != value:
            yield Problem(f"{path}.{name}", "is for FIFO only; add `fifo=True`", line_of(each))


def _queues(app: App) -> Iterator[Problem]:
    fed = {name for name in _fed_by_services(app) if isinstance(name, str)}
    for path, queue in entries(app, "queues"):
        if not isinstance(queue, Queue):
            continue
        if queue.existing:
            for name in ("senders", "readers"):
                if getattr(queue, name):
                    message = "another stack made the queue, and its policy stays as it is there"
                    yield Problem(f"{path}.{name}", message, line_of(queue))
        if queue.kms_key in AWS_KEYS and (queue.name in fed or queue.senders):
            yield _wrong_key(path, queue, "send to it")


def _wrong_key(path: str, each: object, what: str) -> Problem:
    message = (
        f"AWS services cannot {what} with AWS's own key; name a key of yours whose policy lets "
        "them, or leave `kms_key` out"
    )
    return Problem(f"{path}.kms_key", message, line_of(each))


def _fed_by_services(app: App) -> Iterator[object]:
    """Yield the names of queues to which SNS or EventBridge deliver."""
    for topic in named(app, "topics"):
        for each in listed(topic, "subscriptions"):
            if getattr(each, "protocol", "") == "sqs":
                yield getattr(each, "endpoint", None)
            yield getattr(each, "dead_letter_queue", None)
    for rule in named(app, "rules"):
        yield from (getattr(rule, "to", None), getattr(rule, "dead_letter_queue", None))
    for function in named(app, "functions"):
        for trigger in listed(function, "triggers"):
            # the scheduler comes with a role, which AWS's own key lets in
            if not isinstance(trigger, ScheduleTrigger):
                yield getattr(trigger, "dead_letter_queue", None)


def _topics(app: App) -> Iterator[Problem]:
    targets = {str(getattr(rule, "to", "")) for rule in named(app, "rules")}
    for path, topic in entries(app, "topics"):
        if not isinstance(topic, Topic):
            continue
        if topic.kms_key in AWS_KEYS and (topic.publishers or topic.name in targets):
            yield _wrong_key(path, topic, "publish")
        if topic.publishers and topic.fifo:
            message = "AWS services do not publish to FIFO topics"
            yield Problem(f"{path}.publishers", message, line_of(topic))
        if topic.publishers and topic.existing:
            message = "another stack made the topic, and its policy stays as it is there"
            yield Problem(f"{path}.publishers", message, line_of(topic))


def _subscriptions(app: App) -> Iterator[Problem]:
    for path, topic in entries(app, "topics"):
        seen: set[tuple[object, object]] = set()
        for index, each in enumerate(listed(topic, "subscriptions")):
            if not isinstance(topic, Topic) or not isinstance(each, Subscription):
                continue
            here = f"{path}.subscriptions[{index}]"
            key = (str(each.protocol), str(each.endpoint))
            if key in seen:
                yield Problem(here, f"{each.endpoint!r} is subscribed twice", line_of(each))
            seen.add(key)
            yield from _endpoint(app, topic, each, here)
            yield from filter_policy(each.filter, each.filter_scope, f"{here}.filter", each)
            fifo = bool(topic.fifo)
            yield from given_up_to(app, topic, each, here, fifo=fifo)


def _endpoint(app: App, topic: Topic, given: Subscription, path: str) -> Iterator[Problem]:
    endpoint, here, line = given.endpoint, f"{path}.endpoint", line_of(given)
    if given.protocol == "sqs":
        queues = {str(getattr(q, "name", "")): q for q in named(app, "queues")}
        queue = queues.get(str(endpoint))
        if queue is None:
            yield unknown_name(here, "queue", endpoint, names(app, "queues"), line)
            return
        yield from reach(app, topic, queue, here, "the queue", line, first=False)
        fifo = bool(getattr(queue, "fifo", False))
        if fifo != bool(topic.fifo):
            kinds = ("standard", "FIFO")
            message = (
                f"{endpoint!r} is a {kinds[fifo]} queue, {topic.name!r} a {kinds[not fifo]} topic; "
                "order is kept only when both are FIFO"
            )
            yield Problem(here, message, line)
        return
    if topic.fifo:
        yield Problem(f"{path}.protocol", "a FIFO topic delivers to FIFO queues only", line)
    if given.protocol == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(endpoint)):
        yield Problem(here, f"{endpoint!r} is no e-mail address", line)
    if given.protocol == "email" and given.raw:
        yield Problem(f"{path}.raw", "mails are never raw; it is for sqs and https", line)
    if given.protocol == "https" and not str(endpoint).startswith("https://"):
        yield Problem(here, f"{endpoint!r} is no https address", line)


def _event_buses(app: App) -> Iterator[Problem]:
    for path, bus in entries(app, "event_buses"):
        if not isinstance(bus, EventBus):
            continue
        if bus.existing and bus.archive_days is not None:
            message = "another stack made the bus; its archive belongs there, too"
            yield Problem(f"{path}.archive_days", message, line_of(bus))
        if bus.physical_name == "default" and not bus.existing:
            message = "every account has its default bus already; leave `bus` out to use it"
            yield Problem(f"{path}.physical_name", message, line_of(bus))


def _rules(app: App) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, rule in entries(app, "rules"):
        if not isinstance(rule, Rule):
            continue
        if isinstance(rule.name, str):
            if rule.name in seen:
                yield Problem(path, f"the name {rule.name!r} is given twice", line_of(rule))
            seen.add(rule.name)
        yield from _target(app, rule, path)
        yield from event_pattern(app, rule, rule, path)
        yield from given_up_to(app, rule, rule, path, fifo=False)


def _target(app: App, rule: Rule, path: str) -> Iterator[Problem]:
    here, line = f"{path}.to", line_of(rule)
    every = [*named(app, "queues"), *named(app, "topics")]
    target = next((each for each in every if getattr(each, "name", None) == rule.to), None)
    if target is None and rule.to in names(app, "functions"):
        message = f"{rule.to!r} is a function; give it `on_event(...)` among its triggers instead"
        yield Problem(here, message, line)
    elif target is None:
        yield unknown_name(here, "queue or topic", rule.to, names(app, "queues", "topics"), line)
    if target is None:
        return
    yield from reach(app, rule, target, here, f"the {type(target).__name__.lower()}", line)
    fifo = bool(getattr(target, "fifo", False))
    if isinstance(target, Topic) and fifo:
        yield Problem(here, "EventBridge does not publish to FIFO topics", line)
    elif fifo and not rule.message_group:
        message = f"{rule.to!r} is FIFO; say to which `message_group` the events belong"
        yield Problem(here, message, line)
    elif rule.message_group is not None and not fifo:
        message = f"{rule.to!r} is not FIFO, so its messages belong to no group"
        yield Problem(f"{path}.message_group", message, line)

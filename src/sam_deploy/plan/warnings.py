"""Finds what works but may be regretted, unless a reason waives it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App, EventTrigger, Function, QueueTrigger, Rule
from sam_deploy.config.tree import line_of
from sam_deploy.plan.model import Warned

VISIBILITY_FACTOR: Final = 6
"""AWS advises a visibility timeout of six times the function's.
Source: Lambda developer guide, "Using Lambda with Amazon SQS"."""
RULES: Final = frozenset(
    {"visibility-timeout", "default-bus", "key-policy", "existing-queue-policy"}
)
"""What can be waived here; the audit of templates has rules of its own."""


def warnings_of(app: App) -> tuple[Warned, ...]:
    """Return what works but may be regretted, with its place in the configuration."""
    return (*_visibility(app), *_default_bus(app), *_keys(app), *_foreign_queues(app))


def _warned(rule: str, given: Declaration, path: str, message: str) -> Iterator[Warned]:
    """Yield the warning, unless the declaration waives it with a reason."""
    waived: Mapping[str, str] = getattr(given, "waive", {})
    if not waived.get(rule):
        yield Warned(rule, f"deploy.py:{line_of(given)}: {path}", message)


def _visibility(app: App) -> Iterator[Warned]:
    queues = {queue.name: queue for queue in app.queues}
    for function in app.functions:
        for trigger in function.triggers:
            if not isinstance(trigger, QueueTrigger) or queues[trigger.queue].existing:
                continue
            queue = queues[trigger.queue]
            advised = VISIBILITY_FACTOR * function.timeout_seconds
            if queue.visibility_timeout_seconds < advised:
                message = (
                    f"is {queue.visibility_timeout_seconds} s; AWS advises six times the "
                    f"{function.timeout_seconds} s of {function.name}: {advised} s"
                )
                path = f'queues["{queue.name}"].visibility_timeout_seconds'
                yield from _warned("visibility-timeout", queue, path, message)


def _default_bus(app: App) -> Iterator[Warned]:
    """Yield who listens to the account's bus in several environments.

    There an event has no environment: what happens in dev reaches prod's function as well.
    """
    for path, waiver, given in _listeners(app):
        chosen = given.environments or [each.name for each in app.environments]
        if given.bus is None and len(chosen) > 1:
            message = (
                f"every event of the account's default bus arrives in {', '.join(chosen)}; give it "
                "an `EventBus` of the app, or `environments` with one of them"
            )
            yield from _warned("default-bus", waiver, path, message)


def _listeners(app: App) -> Iterator[tuple[str, Rule | Function, Rule | EventTrigger]]:
    """Yield (path, who can waive it, what listens)."""
    for rule in app.rules:
        yield f'rules["{rule.name}"]', rule, rule
    for function in app.functions:
        for index, trigger in enumerate(function.triggers):
            if isinstance(trigger, EventTrigger):
                yield f'functions["{function.name}"].triggers[{index}]', function, trigger


def _keys(app: App) -> Iterator[Warned]:
    """Yield what AWS services can reach only if a key of the user's lets them, too."""
    targets = {rule.to for rule in app.rules}
    for topic in app.topics:
        if topic.kms_key and not topic.existing and (topic.publishers or topic.name in targets):
            yield from _warned("key-policy", topic, f'topics["{topic.name}"].kms_key', _KEY)
    fed = {*_services(app), *(queue.name for queue in app.queues if queue.senders)}
    for queue in app.queues:
        if queue.kms_key and not queue.existing and queue.name in fed:
            yield from _warned("key-policy", queue, f'queues["{queue.name}"].kms_key', _KEY)


_KEY: Final = (
    "AWS services send to it: the key's policy must allow them kms:GenerateDataKey* and "
    "kms:Decrypt, or their messages are lost"
)


def _foreign_queues(app: App) -> Iterator[Warned]:
    """Yield queues of other stacks that topics and rules fill: their policies are not ours."""
    services = _services(app)
    for queue in app.queues:
        if queue.existing and queue.name in services:
            who = " and ".join(f"{service}.amazonaws.com" for service in services[queue.name])
            message = f"exists already; its own policy must let {who} send to it"
            path = f'queues["{queue.name}"]'
            yield from _warned("existing-queue-policy", queue, path, message)


def _services(app: App) -> dict[str, list[str]]:
    """Return which services deliver to each queue."""
    found: dict[str, list[str]] = {}
    queues = {queue.name for queue in app.queues}
    for topic in app.topics:
        for each in topic.subscriptions:
            if each.protocol == "sqs":
                found.setdefault(each.endpoint, []).append("sns")
    for rule in app.rules:
        if rule.to in queues:
            found.setdefault(rule.to, []).append("events")
    return {queue: list(dict.fromkeys(services)) for queue, services in found.items()}

"""What a SAM function itself says of who calls it and what it uses: `Events` and `Policies`.

Source: AWS SAM specification, EventSource and the policy template list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from sam_deploy.export.source import Node, Resource, flat, items, texts

Ends: TypeAlias = tuple[str, str, str]
"""From, to, and what is written at the arrow."""

_SOURCES: Final = {
    "SQS": "Queue",
    "SNS": "Topic",
    "S3": "Bucket",
    "DynamoDB": "Stream",
    "Kinesis": "Stream",
    "Cognito": "UserPool",
}
_APIS: Final = {
    "Api": ("RestApiId", "ServerlessRestApi"),
    "HttpApi": ("ApiId", "ServerlessHttpApi"),
}
_EVENTS: Final = frozenset({"EventBridgeRule", "CloudWatchEvent"})
_SCHEDULES: Final = frozenset({"Schedule", "ScheduleV2"})
SCHEDULE: Final = "schedule: "
"""Begins the name of a schedule that is no resource of its own."""
_VERBS: Final = {"Read": "reads", "SendMessage": "sends", "Publish": "sends", "Invoke": "calls"}


def event_links(function: Resource) -> Iterator[Ends]:
    """Yield a link for every event source of a function."""
    events = function.value("Events")
    for event in (events if isinstance(events, Mapping) else {}).values():
        if not isinstance(event, Mapping):
            continue
        kind, given = flat(event.get("Type")), event.get("Properties")
        properties = given if isinstance(given, Mapping) else {}
        yield from _event(function.logical_id, kind, properties)
    if function.value("FunctionUrlConfig") is not None:
        yield "clients", function.logical_id, "function URL"


def _event(function: str, kind: str, properties: Mapping[str, Node]) -> Iterator[Ends]:
    if kind in _APIS:
        name, implicit = _APIS[kind]
        api = flat(properties.get(name))
        verb = flat(properties.get("Method")).upper() or "ANY"
        yield (api or implicit), function, f"{verb} {flat(properties.get('Path')) or '/'}"
        if not api:
            yield "clients", implicit, ""
    elif kind in _SOURCES:
        yield flat(properties.get(_SOURCES[kind])), function, ""
    elif kind in _SCHEDULES:
        told = properties.get("Schedule") or properties.get("ScheduleExpression")
        yield f"{SCHEDULE}{flat(told)}", function, ""
    elif kind in _EVENTS:
        bus = flat(properties.get("EventBusName")) or "default event bus"
        yield bus, function, "some events"


def policy_links(function: Resource) -> Iterator[Ends]:
    """Yield a link to everything that a function's own policies name."""
    for policy in items(function.value("Policies")):
        if not isinstance(policy, Mapping):
            continue
        verbs = [said for word, said in _VERBS.items() if any(word in name for name in policy)]
        for text in texts(policy):
            if "${" in text:
                yield function.logical_id, text, verbs[0] if verbs else "uses"

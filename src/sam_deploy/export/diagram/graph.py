"""The app as nodes and edges: what is declared once is drawn once, however many environments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.export.diagram.links import GIVEN_UP, Link, links
from sam_deploy.export.diagram.sam_events import SCHEDULE
from sam_deploy.export.source import Resource, Source, named, texts

FAMILIES: Final = {
    "AWS::ApiGatewayV2::Api": ("api", "HTTP API"),
    "AWS::Serverless::HttpApi": ("api", "HTTP API"),
    "AWS::ApiGateway::RestApi": ("api", "REST API"),
    "AWS::Serverless::Api": ("api", "REST API"),
    "AWS::Serverless::Function": ("function", "function"),
    "AWS::Lambda::Function": ("function", "function"),
    "AWS::Serverless::StateMachine": ("function", "state machine"),
    "AWS::SQS::Queue": ("queue", "queue"),
    "AWS::SNS::Topic": ("topic", "topic"),
    "AWS::Events::EventBus": ("bus", "event bus"),
    "AWS::Scheduler::Schedule": ("schedule", "schedule"),
    "AWS::DynamoDB::Table": ("table", "table"),
    "AWS::DynamoDB::GlobalTable": ("table", "global table"),
    "AWS::Serverless::SimpleTable": ("table", "table"),
    "AWS::S3::Bucket": ("bucket", "bucket"),
    "AWS::Cognito::UserPool": ("pool", "user pool"),
    "AWS::CloudFront::Distribution": ("api", "CDN"),
    "AWS::SecretsManager::Secret": ("secret", "secret"),
    "AWS::Kinesis::Stream": ("queue", "stream"),
}
"""Type -> the family, which gives the colour, and the word that is written in the box."""

CLIENTS: Final = "clients"
DEFAULT_BUS: Final = "default event bus"
IMPLICIT: Final = {
    "ServerlessRestApi": ("api", "REST API"),
    "ServerlessHttpApi": ("api", "HTTP API"),
    DEFAULT_BUS: ("bus", "event bus"),
    CLIENTS: ("clients", ""),
}
"""What no template declares, and AWS makes all the same."""
_NAME_PROPERTIES: Final = ("FunctionName", "QueueName", "TableName", "TopicName", "BucketName")
_NAMED_OTHERWISE: Final = {"AWS::Events::EventBus": ("Name",)}
_ALARM: Final = "AWS::CloudWatch::Alarm"
_ACTIONS: Final = ("AlarmActions", "OKActions", "InsufficientDataActions")
_DECLARED: Final = re.compile(r'^[a-z_]+\["([^"]+)"\]$')


@dataclass(frozen=True, slots=True)
class Vertex:
    """One box: `key` is unique in a graph."""

    key: str
    family: str
    word: str
    label: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow between two boxes, and what goes along it."""

    start: str
    end: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One stack: a frame around its boxes."""

    title: str
    regions: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """All that is drawn, in the order of the templates."""

    title: str
    vertices: Mapping[str, Vertex]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]


@dataclass(slots=True)
class _Drawing:
    """What is found while the templates are read."""

    vertices: dict[str, Vertex] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Logical id, or the end of a resource's name -> the key of its box."""
    labels: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def graph_of(title: str, sources: Sequence[Source]) -> Graph:
    """Return the graph of all stacks of an app.

    Resources of several environments that come from one declaration are one box; so are a queue
    and its dead-letter queue. Roles, policies, log groups, alarms with the topics that they alone
    tell, and settings are not drawn.
    """
    drawing = _Drawing()
    members = [[_draw(drawing, each) for each in s.resources.values()] for s in sources]
    for source in sources:
        for link in links(source):
            _connect(drawing, link)
    used = {key for pair in drawing.labels for key in pair}
    unseen = {*IMPLICIT, *_told_by_alarms(drawing, sources)} - used
    vertices = {key: each for key, each in drawing.vertices.items() if key not in unseen}
    groups = [
        Group(source.title, source.regions, tuple(dict.fromkeys(k for k in keys if k in vertices)))
        for source, keys in zip(sources, members, strict=True)
    ]
    edges = tuple(
        Edge(start, end, _joined(labels)) for (start, end), labels in drawing.labels.items()
    )
    return Graph(title, vertices, edges, tuple(groups))


def _told_by_alarms(drawing: _Drawing, sources: Sequence[Source]) -> set[str]:
    """Return the keys of what alarms tell of."""
    alarms = (each for source in sources for each in source.resources.values())
    actions = (each.value(name) for each in alarms if each.kind == _ALARM for name in _ACTIONS)
    names = (name for action in actions for text in texts(action) for name in named(text))
    return {drawing.keys[name] for name in names if name in drawing.keys}


def _draw(drawing: _Drawing, resource: Resource) -> str:
    """Return the key of a resource's box, which is there afterwards; empty when it has none."""
    known = FAMILIES.get(resource.kind)
    if known is None:
        return ""
    family, word = known
    path = resource.origin.path
    key = f"{family} {path}" if path else resource.logical_id
    if key not in drawing.vertices:
        drawing.vertices[key] = Vertex(key, family, word, _label(resource))
    drawing.keys[resource.logical_id] = key
    for name in _NAMED_OTHERWISE.get(resource.kind, _NAME_PROPERTIES):
        text = resource.text(name)
        if text:
            drawing.keys.setdefault(_last(text), key)
    return key


def _label(resource: Resource) -> str:
    declared = _DECLARED.match(resource.origin.path)
    if resource.kind == "AWS::Scheduler::Schedule":
        return resource.text("ScheduleExpression")
    if declared:
        return declared[1]
    return resource.text("Name") if resource.origin.path else resource.logical_id


def _connect(drawing: _Drawing, link: Link) -> None:
    start, end = _found(drawing, link.start), _found(drawing, link.end)
    if start and end and start != end:
        labels = drawing.labels.setdefault((start, end), [])
        # a rule's dead-letter queue is often that of its target, which is the same box
        if link.label not in labels and not (labels and link.label == GIVEN_UP):
            labels.append(link.label)


def _found(drawing: _Drawing, text: str) -> str:
    """Return the key of the box that a logical id, a reference or an ARN leads to."""
    if text in IMPLICIT:
        family, word = IMPLICIT[text]
        drawing.vertices.setdefault(text, Vertex(text, family, word, text))
        return text
    if text.startswith(SCHEDULE):
        drawing.vertices.setdefault(
            text, Vertex(text, "schedule", "schedule", text.removeprefix(SCHEDULE))
        )
        return text
    for name in (text, *named(text)):
        if name in drawing.keys:
            return drawing.keys[name]
    return next((drawing.keys[each] for each in _endings(text) if each in drawing.keys), "")


def _endings(text: str) -> list[str]:
    """Return what may be the name in an ARN: `...:function:Api:dev`, `...:table/users/*`.

    Source: Service Authorization Reference, "Resource types" (`event-bus/${EventBusName}`).
    """
    bucket = text.rpartition(":::")[2].partition("/")[0]
    table = text.partition(":table/")[2].partition("/")[0]
    bus = text.partition(":event-bus/")[2]
    return [table, bucket, bus, *reversed(text.split(":"))]


def _last(text: str) -> str:
    return text.removeprefix("arn:").split(":")[-1]


def plain(text: str) -> str:
    """Return a text without what no file of text may hold: control characters and the like."""
    return "".join(each if each.isprintable() else " " for each in text)


def _joined(labels: Sequence[str]) -> str:
    """Return what is written at an arrow: at most three things."""
    said = [each for each in labels if each]
    shown = said[:3]
    more = f" +{len(said) - 3}" if len(said) > 3 else ""  # noqa: PLR2004 - as the docstring says
    return ", ".join(shown) + more

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.export.diagram import Edge, Graph, Group, Vertex, graph_of, mermaid, svg
from sam_deploy.export.diagram.layout import BOX_HEIGHT, BOX_WIDTH, layout
from sam_deploy.export.source import Source

PICTURES = Path(__file__).parent / "pictures"
CASES = ("alchemiser", "dzgro", "global_table", "messages", "monorepo", "portfolio", "storage")
WRITTEN = """
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
      - DynamoDBReadPolicy: {TableName: {Ref: Table}}
      - SQSSendMessagePolicy: {QueueName: {"Fn::GetAtt": [Jobs, QueueName]}}
      Events:
        List: {Type: Api, Properties: {Path: /orders, Method: get}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Job: {Type: SQS, Properties: {Queue: {"Fn::GetAtt": [Jobs, Arn]}}}
  Table: {Type: AWS::Serverless::SimpleTable}
  Jobs: {Type: AWS::SQS::Queue}
  Joined:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: Worker}, Destination: {Id: Table}, Permissions: [Read, Write]}
"""


def told(graph: Graph) -> set[tuple[str, str, str]]:
    """The arrows as (from, to, what), by what is written in the boxes."""
    return {
        (graph.vertices[each.start].label, graph.vertices[each.end].label, each.label)
        for each in graph.edges
    }


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", ["mmd", "svg"])
def test_a_picture_is_the_golden_one(
    exported: Callable[[str], tuple[str, tuple[Source, ...]]], case: str, form: str
) -> None:
    """The same app gives the same bytes; UPDATE_GOLDEN=1 writes them anew."""
    graph = graph_of(*exported(case))
    text = svg(graph) if form == "svg" else mermaid(graph)
    golden = PICTURES / f"{case}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_a_declaration_is_one_box_for_all_environments(
    exported: Callable[[str], tuple[str, tuple[Source, ...]]],
) -> None:
    """Queues of dev and prod, and their dead-letter queues, are one box with the declared name."""
    graph = graph_of(*exported("messages"))
    queues = [each.label for each in graph.vertices.values() if each.family == "queue"]
    assert ["Orders", "Payments", "GivenUp"] == queues
    assert ("Orders", "Worker", "") in told(graph)
    assert ("Events", "Orders", "OrderPlaced") in told(graph)
    assert ("Invoices", "GivenUp", "given up") in told(graph)


def test_who_puts_events_on_a_bus_has_an_arrow_to_it(
    exported: Callable[[str], tuple[str, tuple[Source, ...]]],
) -> None:
    """`uses=["Bus"]` is a permission on `event-bus/NAME`, and the bus has that name."""
    assert ("Portfolio", "Events", "sends") in told(graph_of(*exported("alchemiser")))


ALARMS = """
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Told: {Type: AWS::SNS::Topic}
  News: {Type: AWS::SNS::Topic}
  Heard: {Type: AWS::SNS::Topic}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmActions: [{Ref: Told}, {Ref: Heard}], OKActions: [{Ref: Told}]}
  Hearing:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: {Ref: Heard}, Endpoint: {"Fn::GetAtt": [Jobs, Arn]}}
"""


def test_a_topic_that_alarms_alone_tell_is_not_drawn(written: Callable[[str], Source]) -> None:
    """Nor are alarms. One that leads somewhere is, and one that nobody uses."""
    graph = graph_of("orders", [written(ALARMS)])
    assert ["Jobs", "News", "Heard"] == [each.label for each in graph.vertices.values()]
    assert ("Jobs", "News", "Heard") == graph.groups[0].members
    assert {("Heard", "Jobs", "")} == told(graph)


def test_what_functions_use_comes_from_their_permissions(
    exported: Callable[[str], tuple[str, tuple[Source, ...]]],
) -> None:
    """Also across stacks: the ams functions write to a bucket of core."""
    arrows = told(graph_of(*exported("dzgro")))
    assert ("Api", "AmazonReports", "sends") in arrows
    assert ("Api", "dzgro-invoice", "reads, writes") in arrows
    assert ("AmsChange", "dzgro-amz-report-data", "writes") in arrows
    assert ("dzgro-report-data", "DzgroReportsS3Trigger", "uploads") in arrows
    assert ("dzgro-api", "Api", "ANY /api/{proxy+}") in arrows


def test_a_sam_template_of_somebody_else_is_drawn_too(written: Callable[[str], Source]) -> None:
    """From `Events`, policy templates and function URLs; what AWS makes by itself is there."""
    assert told(graph_of("orders", [written(WRITTEN)])) == {
        ("clients", "ServerlessRestApi", ""),
        ("ServerlessRestApi", "Orders", "GET /orders"),
        ("rate(1 day)", "Orders", ""),
        ("Orders", "Table", "reads"),
        ("Orders", "Jobs", "sends"),
        ("Worker", "Table", "reads, writes"),
        ("Jobs", "Worker", ""),
        ("clients", "Worker", "function URL"),
    }


NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=24), st.sets(NAMES))
def test_no_two_boxes_lie_on_each_other(pairs: list[tuple[str, str]], framed: set[str]) -> None:
    """Whatever leads to whatever, circles included, every box has a place within the picture."""
    vertices = {name: Vertex(name, "function", "function", name) for name in "abcdefgh"}
    edges = tuple(Edge(a, b) for a, b in dict.fromkeys(pairs) if a != b)
    graph = Graph("all", vertices, edges, (Group("one", (), tuple(sorted(framed))),))
    placed = layout(graph)
    for one, other in itertools.combinations(placed.spots.values(), 2):
        assert abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
    for spot in placed.spots.values():
        assert 0 <= spot.x <= placed.width - BOX_WIDTH
        assert BOX_HEIGHT / 2 <= spot.y <= placed.height - BOX_HEIGHT / 2
    assert len(edges) == len(placed.ways)


@given(st.text(max_size=60))
def test_any_label_makes_a_picture_that_can_be_read(label: str) -> None:
    """The SVG is XML, whatever a resource is called; Mermaid text keeps its lines."""
    graph = Graph(label, {"a": Vertex("a", "queue", "queue", label)}, (), ())
    ET.fromstring(svg(graph))  # noqa: S314 - our own text
    box = next(line for line in mermaid(graph).splitlines() if line.startswith("  n0"))
    assert box.endswith("]]:::queue")

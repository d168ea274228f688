"""The graph as Mermaid text, which GitHub, GitLab and most wikis draw. Pure.

Source: Mermaid, flowchart syntax. Labels are quoted, and quotes in them are written as entities.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy.export.diagram.colours import COLOURS
from sam_deploy.export.diagram.graph import Graph, Vertex, plain

_SHAPES: Final = {
    "function": ("[", "]"),
    "api": ("{{", "}}"),
    "queue": ("[[", "]]"),
    "topic": (">", "]"),
    "bus": ("[/", "/]"),
    "schedule": ("([", "])"),
    "table": ("[(", ")]"),
    "bucket": ("[(", ")]"),
    "pool": ("([", "])"),
    "secret": ("([", "])"),
    "clients": ("((", "))"),
}


def mermaid(graph: Graph) -> str:
    """Return a flowchart from left to right, with a frame for each stack."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    ids = {key: f"n{number}" for number, key in enumerate(graph.vertices)}
    yield "---"
    yield f"title: {_yaml(graph.title)}"
    yield "---"
    yield "flowchart LR"
    framed = {key for group in graph.groups for key in group.members}
    for key, vertex in graph.vertices.items():
        if key not in framed:
            yield f"  {_box(ids[key], vertex)}"
    for number, group in enumerate(graph.groups):
        title = f"{group.title}: {', '.join(group.regions)}" if group.regions else group.title
        yield f'  subgraph g{number}["{_quoted(title)}"]'
        for key in group.members:
            yield f"    {_box(ids[key], graph.vertices[key])}"
        yield "  end"
    for edge in graph.edges:
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        yield f"  {ids[edge.start]} -->{label} {ids[edge.end]}"
    used = dict.fromkeys(vertex.family for vertex in graph.vertices.values())
    for family in used:
        fill, stroke = COLOURS[family]
        yield f"  classDef {family} fill:{fill},stroke:{stroke},color:#1a1a1a"


def _box(name: str, vertex: Vertex) -> str:
    opened, closed = _SHAPES[vertex.family]
    word = f"<br/><small>{vertex.word}</small>" if vertex.word else ""
    return f'{name}{opened}"{_quoted(vertex.label)}{word}"{closed}:::{vertex.family}'


def _quoted(text: str) -> str:
    marks = {"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;"}
    return "".join(marks.get(each, each) for each in plain(text))


def _yaml(text: str) -> str:
    return "'" + plain(text).replace("'", "''") + "'"

"""The graph as an SVG file that needs nothing else: no script, no font, no address. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Final

from sam_deploy.export.diagram.colours import COLOURS
from sam_deploy.export.diagram.graph import Graph, Vertex, plain
from sam_deploy.export.diagram.layout import (
    BOX_HEIGHT,
    BOX_WIDTH,
    MARGIN,
    Frame,
    Spot,
    Way,
    layout,
)

_FONT: Final = "font-family=\"system-ui,-apple-system,'Segoe UI',sans-serif\""
_LABEL_LETTERS: Final = 26
_SMALL_LETTER: Final = 6.2
_BELOW: Final = 14
"""How much lower the words of the way back stand, so that those of the way there can be read."""


def svg(graph: Graph) -> str:
    """Return the picture as SVG 1.1; the same graph gives the same bytes."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    placed = layout(graph)
    width, height = _number(placed.width), _number(placed.height)
    title = _escape(graph.title)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{title}" {_FONT}>'
    )
    yield f"<title>{title}</title>"
    yield f"<desc>{_escape(_described(graph))}</desc>"
    yield (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#5f6b7a"/></marker></defs>'
    )
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    yield (
        f'<text x="{MARGIN / 2:g}" y="{MARGIN + 12}" font-size="18" font-weight="600" '
        f'fill="#1a1a1a">{title}</text>'
    )
    for frame in placed.frames:
        yield from _frame(frame)
    for way in placed.ways:
        yield _arrow(way)
    for key, vertex in graph.vertices.items():
        yield from _box(vertex, placed.spots[key])
    for way in placed.ways:
        if way.edge.label:
            yield _label(way)
    yield "</svg>"


def _described(graph: Graph) -> str:
    """Return the picture in words, for those who do not see it."""
    names = {key: vertex.label for key, vertex in graph.vertices.items()}
    return "; ".join(
        f"{names[edge.start]} to {names[edge.end]}" + (f" ({edge.label})" if edge.label else "")
        for edge in graph.edges
    )


def _frame(frame: Frame) -> Iterator[str]:
    x, y = _number(frame.x), _number(frame.y)
    yield (
        f'<rect x="{x}" y="{y}" width="{_number(frame.width)}" height="{_number(frame.height)}" '
        'rx="10" fill="#f8fafc" stroke="#cbd5e1"/>'
    )
    yield (
        f'<text x="{_number(frame.x + 12)}" y="{_number(frame.y + 22)}" font-size="13" '
        f'font-weight="600" fill="#475569">{_escape(frame.title)}</text>'
    )


def _box(vertex: Vertex, spot: Spot) -> Iterator[str]:
    fill, stroke = COLOURS[vertex.family]
    top = spot.y - BOX_HEIGHT / 2
    middle = _number(spot.x + BOX_WIDTH / 2)
    rounded = 23 if vertex.family in {"clients", "schedule", "pool", "secret"} else 6
    yield (
        f'<rect x="{_number(spot.x)}" y="{_number(top)}" width="{BOX_WIDTH}" '
        f'height="{BOX_HEIGHT}" rx="{rounded}" fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
    )
    y = spot.y if vertex.word else spot.y + 5
    label = _cut(vertex.label, _LABEL_LETTERS)
    yield (
        f'<text x="{middle}" y="{_number(y)}" text-anchor="middle" font-size="13" '
        f'font-weight="600" fill="#1a1a1a">{_escape(label)}{_whole(vertex.label, label)}</text>'
    )
    if vertex.word:
        yield (
            f'<text x="{middle}" y="{_number(y + 15)}" text-anchor="middle" font-size="11" '
            f'fill="{stroke}">{vertex.word}</text>'
        )


def _arrow(way: Way) -> str:
    return (
        f'<path d="{_path(way)}" fill="none" stroke="#5f6b7a" stroke-width="1.3" '
        'marker-end="url(#tip)"/>'
    )


def _path(way: Way) -> str:
    """Return a curve that leaves on the right of a box, and enters the next on its left."""
    leave, enter = (0, BOX_WIDTH) if way.backwards else (BOX_WIDTH, 0)
    first, *rest = way.spots
    x, y = first.x + leave, first.y
    parts = [f"M{_number(x)} {_number(y)}"]
    for number, spot in enumerate(rest, 1):
        to_x = spot.x + enter
        bend = (to_x - x) / 2
        parts.append(
            f"C{_number(x + bend)} {_number(y)} {_number(to_x - bend)} {_number(spot.y)} "
            f"{_number(to_x)} {_number(spot.y)}"
        )
        x, y = to_x, spot.y
        if number < len(rest):  # across the column, where other boxes stand above and below
            x = spot.x + leave
            parts.append(f"L{_number(x)} {_number(y)}")
    return " ".join(parts)


def _label(way: Way) -> str:
    """Return the words at an arrow, where it has come half way to the next column."""
    first, second = way.spots[0], way.spots[1]
    leave, enter = (0, BOX_WIDTH) if way.backwards else (BOX_WIDTH, 0)
    x = (first.x + leave + second.x + enter) / 2
    y = (first.y + second.y) / 2 + (_BELOW if way.backwards else 0)
    shown = _cut(way.edge.label, max(int((way.room - 20) / _SMALL_LETTER), 6))
    return (
        f'<text x="{_number(x)}" y="{_number(y + 3)}" text-anchor="middle" font-size="11" '
        'fill="#334155" stroke="#ffffff" stroke-width="4" paint-order="stroke">'
        f"{_escape(shown)}{_whole(way.edge.label, shown)}</text>"
    )


def _whole(text: str, shown: str) -> str:
    """Return the whole text for those who point at it, when not all of it is shown."""
    return f"<title>{_escape(text)}</title>" if text != shown else ""


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _escape(text: str) -> str:
    return html.escape(plain(text))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

"""Where boxes and arrows go: columns by distance from the callers, one band for each stack. Pure.

The layered method of Sugiyama, Tagawa and Toda (1981): ranks, places for long arrows in the
columns that they cross, then barycentres to lessen crossings. Deterministic: ties keep their order.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.export.diagram.graph import Edge, Graph

BOX_WIDTH: Final = 212
BOX_HEIGHT: Final = 46
ROW: Final = 68
"""From one box to the one below it."""
PASSING: Final = 26
"""The height that an arrow takes in a column that it only crosses."""
HEAD: Final = 40
"""Above the boxes of a band, for its title."""
FOOT: Final = 16
BAND_GAP: Final = 24
MARGIN: Final = 24
_SWEEPS: Final = 12
_LETTER: Final = 6.2
_SMALLEST_GAP: Final = 70
_LARGEST_GAP: Final = 250


@dataclass(frozen=True, slots=True)
class Spot:
    """The middle of a box's or a crossing's left edge, in pixels."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle with a title."""

    title: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow: the spots that it passes, from box to box."""

    edge: Edge
    spots: tuple[Spot, ...]
    backwards: bool
    room: float
    """Pixels between the columns at its beginning: as much as a label may take."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything placed."""

    width: float
    height: float
    spots: Mapping[str, Spot]
    frames: tuple[Frame, ...]
    ways: tuple[Way, ...]


def layout(graph: Graph) -> Layout:
    """Return where everything goes."""
    backwards = _backwards(graph)
    forward = {
        edge: (edge.end, edge.start) if edge in backwards else (edge.start, edge.end)
        for edge in graph.edges
    }
    ranks = _ranks(list(graph.vertices), list(forward.values()))
    chains = {edge: _chain(edge, ends, ranks) for edge, ends in forward.items()}
    for chain in chains.values():
        ranks |= {name: ranks[chain[0]] + step for step, name in enumerate(chain)}
    bands = _bands(graph, chains)
    columns = _ordered(ranks, chains, bands)
    gaps = _gaps(graph, columns, ranks, backwards)
    lefts = [MARGIN + sum(BOX_WIDTH + gap for gap in gaps[:at]) for at in range(len(columns))]
    width = lefts[-1] + BOX_WIDTH + MARGIN if lefts else 2 * MARGIN
    spots, frames, height = _placed(graph, columns, bands, lefts, width)
    ways = tuple(
        Way(
            edge,
            tuple(spots[name] for name in (reversed(chain) if edge in backwards else chain)),
            edge in backwards,
            gaps[min(ranks[edge.start], ranks[edge.end])] if gaps else _SMALLEST_GAP,
        )
        for edge, chain in chains.items()
    )
    return Layout(width, height, {key: spots[key] for key in graph.vertices}, frames, ways)


def _backwards(graph: Graph) -> set[Edge]:
    """Return the edges that close a circle when they are followed in the order of the graph."""
    following: dict[str, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        following[edge.start].append(edge)
    found: set[Edge] = set()
    open_now: set[str] = set()
    seen: set[str] = set()

    def visit(key: str) -> None:
        seen.add(key)
        open_now.add(key)
        for edge in following[key]:
            if edge.end in open_now:
                found.add(edge)
            elif edge.end not in seen:
                visit(edge.end)
        open_now.discard(key)

    callers = {edge.end for edge in graph.edges}
    for key in sorted(graph.vertices, key=lambda each: each in callers):
        if key not in seen:
            visit(key)
    return found


def _ranks(keys: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the column of each: one more than that of the last which leads to it."""
    ranks = dict.fromkeys(keys, 0)
    for _ in keys:
        moved = False
        for start, end in pairs:
            if ranks[end] < ranks[start] + 1:
                ranks[end], moved = ranks[start] + 1, True
        if not moved:
            break
    return ranks


def _chain(edge: Edge, ends: tuple[str, str], ranks: Mapping[str, int]) -> tuple[str, ...]:
    """Return the edge's way: its start, a name in each column it crosses, its end."""
    start, end = ends
    crossed = range(1, ranks[end] - ranks[start])
    return (start, *(f"\0{edge.start}\0{edge.end}\0{step}" for step in crossed), end)


def _bands(graph: Graph, chains: Mapping[Edge, tuple[str, ...]]) -> dict[str, int]:
    """Return the band of each name; 0 is for what stands in no frame, and is the uppermost."""
    bands = dict.fromkeys(graph.vertices, 0)
    for number, group in enumerate(graph.groups, 1):
        bands |= {key: number for key in group.members if bands.get(key) == 0}
    for chain in chains.values():
        band = max(bands[chain[0]], bands[chain[-1]])
        bands |= dict.fromkeys(chain[1:-1], band)
    return bands


def _ordered(
    ranks: Mapping[str, int], chains: Mapping[Edge, tuple[str, ...]], bands: Mapping[str, int]
) -> list[list[str]]:
    """Return the columns, each from top to bottom."""
    columns: list[list[str]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for name, rank in ranks.items():
        columns[rank].append(name)
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for chain in chains.values():
        for left, right in itertools.pairwise(chain):
            after[left].append(right)
            before[right].append(left)
    for column in columns:
        column.sort(key=lambda name: bands[name])
    for sweep in range(_SWEEPS):
        neighbours = before if sweep % 2 == 0 else after
        order = columns if sweep % 2 == 0 else columns[::-1]
        for column in order:
            at = {
                name: (place + 0.5) / len(each)
                for each in columns
                for place, name in enumerate(each)
            }
            means = {
                name: sum(at[each] for each in neighbours[name]) / len(neighbours[name])
                if neighbours[name]
                else at[name]
                for name in column
            }
            column.sort(key=lambda name, means=means: (bands[name], means[name]))  # type: ignore[misc]
    return columns


def _gaps(
    graph: Graph, columns: list[list[str]], ranks: Mapping[str, int], backwards: set[Edge]
) -> list[float]:
    """Return the pixels right of each column but the last: enough for the longest label there."""
    widest = [0.0] * max(len(columns) - 1, 0)
    for edge in graph.edges:
        at = ranks[edge.end if edge in backwards else edge.start]
        if at < len(widest):
            widest[at] = max(widest[at], len(edge.label) * _LETTER)
    return [min(max(each + 44, _SMALLEST_GAP), _LARGEST_GAP) for each in widest]


def _placed(
    graph: Graph,
    columns: list[list[str]],
    bands: Mapping[str, int],
    lefts: list[float],
    width: float,
) -> tuple[dict[str, Spot], tuple[Frame, ...], float]:
    """Return every spot, the frames, and the height of the whole picture."""
    spots: dict[str, Spot] = {}
    frames: list[Frame] = []
    top = float(MARGIN + HEAD)  # the title of the picture stands above
    for band in range(len(graph.groups) + 1):
        held = [[name for name in column if bands[name] == band] for column in columns]
        if not any(held):
            continue
        heights = [sum(map(_height, each)) for each in held]
        inner, head, foot = max(heights), (HEAD if band else 0), (FOOT if band else 0)
        for left, names, height in zip(lefts, held, heights, strict=True):
            y = top + head + (inner - height) / 2
            for name in names:
                spots[name] = Spot(left, y + _height(name) / 2)
                y += _height(name)
        if band:
            group = graph.groups[band - 1]
            where = f": {', '.join(group.regions)}" if group.regions else ""
            high = head + inner + foot
            title = f"{group.title}{where}"
            frames.append(Frame(title, MARGIN / 2, top, width - MARGIN, high))
        top += head + inner + foot + BAND_GAP
    return spots, tuple(frames), top - BAND_GAP + MARGIN


def _height(name: str) -> int:
    return PASSING if name.startswith("\0") else ROW

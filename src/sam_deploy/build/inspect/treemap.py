"""Where the rectangles of a treemap lie: areas as weights, shapes as near to squares as may be.

Pure. Source: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle; its left upper corner is at `x`, `y`."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Width by height."""
        return self.width * self.height


def squarify(weights: Sequence[float], frame: Rectangle) -> list[Rectangle]:
    """Return a rectangle for each weight, in the order given, that together fill the frame.

    Areas are in the proportion of the weights. The shapes are best when weights fall. Weights are
    positive; none, or a frame without area, gives rectangles without area.
    """
    total = sum(weights)
    if total <= 0 or frame.area <= 0:
        return [Rectangle(frame.x, frame.y, 0.0, 0.0) for _ in weights]
    areas = [weight * (frame.area / total) for weight in weights]
    placed: list[Rectangle] = []
    rest = frame
    while len(placed) < len(areas):
        waiting = areas[len(placed) :]
        row = _row(waiting, min(rest.width, rest.height))
        is_last = len(row) == len(waiting)
        rectangles, rest = _lay(row, rest, is_last=is_last)
        placed.extend(rectangles)
    return placed


def _row(areas: Sequence[float], side: float) -> Sequence[float]:
    """Return as many areas as make the shapes of the next row better, not worse."""
    count, worst = 1, _worst(areas[:1], side)
    while count < len(areas):
        next_worst = _worst(areas[: count + 1], side)
        if next_worst > worst:
            break
        count, worst = count + 1, next_worst
    return areas[:count]


def _worst(row: Sequence[float], side: float) -> float:
    """Return the largest ratio of long to short side in a row along `side`."""
    total = sum(row)
    smallest, largest = min(row), max(row)
    if smallest <= 0 or side <= 0:
        return float("inf")
    depth = total / side
    return max((largest / depth) / depth, depth / (smallest / depth))


def _lay(
    row: Sequence[float], frame: Rectangle, *, is_last: bool
) -> tuple[list[Rectangle], Rectangle]:
    """Place a row along the shorter side; return its rectangles and what is left of the frame.

    The last row takes all that is left, so that no gap of rounding stays.
    """
    total = sum(row)
    if frame.width >= frame.height:
        width = frame.width if is_last else min(total / frame.height, frame.width)
        edges = _edges(row, frame.y, frame.height)
        placed = [Rectangle(frame.x, top, width, low - top) for top, low in edges]
        rest = Rectangle(frame.x + width, frame.y, frame.width - width, frame.height)
        return placed, rest
    height = frame.height if is_last else min(total / frame.width, frame.height)
    edges = _edges(row, frame.x, frame.width)
    placed = [Rectangle(left, frame.y, right - left, height) for left, right in edges]
    return placed, Rectangle(frame.x, frame.y + height, frame.width, frame.height - height)


def _edges(row: Sequence[float], start: float, length: float) -> list[tuple[float, float]]:
    """Return where each part of a row begins and ends; neighbours share one edge exactly."""
    total = sum(row)
    marks = [start]
    done = 0.0
    for area in row[:-1]:
        done += area
        marks.append(start + (length * (done / total) if total > 0 else 0.0))
    marks.append(start + length)
    return list(pairwise(marks))

"""Draws bars and a curve as SVG, on logarithmic scales. Pure: figures in, text out.

The pictures carry a title and a description for those who do not see them, follow the reader's
light or dark setting, and say with words whatever they say with colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH: Final = 760
LEFT: Final = 232
RIGHT: Final = 128
ROW: Final = 20
STYLE: Final = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328;
    stroke: #ffffff; stroke-width: 3px; paint-order: stroke }
  .title { font-weight: 600; font-size: 15px } .case { font-weight: 600 } .small { font-size: 12px }
  .muted { fill: #59636e } .grid { stroke: #d1d9e0 } .paper { fill: #ffffff }
  .theirs { fill: #8c959f } .ours { fill: #0969da } .curve { stroke: #0969da; fill: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; stroke: #0d1117 } .muted { fill: #9198a1 } .grid { stroke: #3d444d }
    .paper { fill: #0d1117 } .theirs { fill: #7d8590 } .ours { fill: #4493f8 }
    .curve { stroke: #4493f8 }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """A named figure, in seconds; `remark` stands behind it."""

    name: str
    seconds: float
    ours: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one case."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic scale from values to places on the picture."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (math.log10(value) - math.log10(self.low)) / (
            math.log10(self.high) - math.log10(self.low)
        )
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[float]:
        first, last = round(math.log10(self.low)), round(math.log10(self.high))
        return [10.0**power for power in range(first, last + 1)]


def bars(title: str, description: str, groups: Sequence[Group]) -> str:
    """Return a chart of seconds, one pair or more of bars for each case."""
    figures = [bar.seconds for group in groups for bar in group.bars]
    figures.append(min(figures) / 1.5)  # so that the least has a length
    scale = _scale(figures, LEFT, WIDTH - RIGHT)
    parts: list[str] = []
    y = 56
    top = y
    for group in groups:
        parts.append(_text(16, y + 14, group.title, "case"))
        y += ROW + 2
        for bar in group.bars:
            parts += _bar(bar, scale, y)
            y += ROW
        y += 12
    grid = [_tick(scale, tick, top, y) for tick in scale.ticks]
    return _picture(title, description, y + 34, [*grid, *parts])


def curve(title: str, description: str, points: Sequence[tuple[int, float]], base: float,
          slope: float) -> str:  # fmt: skip
    """Return a curve of seconds over functions, both logarithmic, with the fitted line."""
    left, right, top, bottom = 72, WIDTH - 96, 64, 320
    across = _scale([float(x) for x, _ in points], left, right)
    line = [(x, base + slope * x) for x in _between(across.low, across.high, 40)]
    up = _scale([y for _, y in points], bottom, top)
    parts = [_tick(across, tick, top, bottom, f"{tick:,.0f}") for tick in across.ticks]
    for tick in up.ticks:
        y = up.at(tick)
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts.append(_text(left - 8, y + 4, _seconds(tick), "muted small", "end"))
    path = " ".join(f"{across.at(x)},{up.at(y)}" for x, y in line if y > 0)
    parts.append(
        f'<polyline class="curve" points="{path}" stroke-width="1.5" stroke-dasharray="5 4"/>'
    )
    for x, y in points:
        parts.append(f'<circle class="ours" cx="{across.at(x)}" cy="{up.at(y)}" r="4.5"/>')
        parts.append(_text(across.at(x), up.at(y) - 10, f"{y:.3f} s", "small", "middle"))
    parts.append(_text((left + right) / 2, bottom + 38, "functions", "muted small", "middle"))
    return _picture(title, description, bottom + 54, parts)


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    """Return a scale from the power of ten below all values to the one above."""
    low = 10.0 ** math.floor(math.log10(min(values)))
    high = 10.0 ** math.ceil(math.log10(max(values)))
    return _Scale(low, high if high > low else low * 10, start, end)


def _between(low: float, high: float, steps: int) -> list[float]:
    span = math.log10(high) - math.log10(low)
    return [low * 10 ** (span * step / steps) for step in range(steps + 1)]


def _bar(bar: Bar, scale: _Scale, y: float) -> list[str]:
    end = scale.at(bar.seconds)
    kind = "ours" if bar.ours else "theirs"
    width = max(round(end - scale.start, 1), 1.5)
    told = " · ".join(filter(None, [_seconds(bar.seconds), bar.remark]))
    return [
        _text(scale.start - 8, y + 13, bar.name, "small", "end"),
        _rectangle(kind, scale.start, y + 2, width),
        _text(scale.start + width + 6, y + 13, told, "small"),
    ]


def _rectangle(kind: str, x: float, y: float, width: float) -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{ROW - 5}" rx="2"/>'


def _tick(scale: _Scale, tick: float, top: float, bottom: float, label: str = "") -> str:
    x = scale.at(tick)
    return f'<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>' + _text(
        x, bottom + 16, label or _seconds(tick), "muted small", "middle"
    )


def _seconds(value: float) -> str:
    return f"{value:.3g} s"


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _picture(title: str, description: str, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="img" aria-labelledby="title description">'
    )
    lines = [
        head,
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height:.0f}" rx="6"/>',
        _text(16, 30, title, "title"),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"

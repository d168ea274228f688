"""The moving picture as lines of text of a width. Pure: a tally in, lines out.

    ━━━━━━━━━━━━━━━━────────────  57%  12 s, about 9 s left  Deploying the stacks, region 1/2
      eu-west-1  ━━━━━━━━  8/8  updated
      us-east-1  ━━━━━━──  6/8  execute  12 resources, ApiRole CREATE_COMPLETE

What does not fit is left out from the right, and last of all cut: no line is ever broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from sam_deploy.amounts import duration_text, percent, plural
from sam_deploy.cli.terminal.glyphs import Glyphs, shown
from sam_deploy.progress.tally import Canary, Lane, Tally

BAR_CELLS: Final = ((100, 28), (64, 20), (0, 10))
"""From so many columns on the bar has so many cells."""
LANE_CELLS: Final = 8
WIDE: Final = 64
"""Columns from which on there is room for the bars of regions."""
BESIDE_LANES: Final = 5
"""Rows of the terminal that lanes leave free: the whole, a canary, what is more, the last line."""
SIXTY: Final = 60
EXACT_SECONDS: Final = 20
"""Up to here single seconds are told, then steps of five, then minutes."""
MINUTES_FROM: Final = 90
SHORTEST_SECONDS: Final = 1.0

Part: TypeAlias = tuple[str, str]
"""A text and its style: '', bold, cyan, green, red, yellow."""
Line: TypeAlias = list[Part]


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture is drawn for."""

    width: int
    height: int
    elapsed: float
    glyphs: Glyphs
    encoding: str | None = "utf-8"


def lines(tally: Tally, look: Look) -> list[Line]:
    """Return the picture: the whole, the canary if there is one, and a lane for each region."""
    every = list(tally.lanes.values())
    lanes = _fitting(every, look.height)
    widths = _Widths(
        max((len(each.region) for each in lanes), default=0),
        max((len(each.step) for each in lanes if not each.outcome), default=0),
        max((each.total for each in lanes), default=1),
    )
    drawn = [_head(tally, look)]
    if tally.canary is not None:
        drawn.append(_canary(tally.canary, tally.clock()))
    drawn += [_lane(each, widths, look) for each in lanes]
    if len(lanes) < len(every):
        drawn.append([(f"  and {plural(len(every) - len(lanes), 'region')} more", "")])
    return [_cut(line, look) for line in drawn]


def _fitting(lanes: list[Lane], height: int) -> list[Lane]:
    """Return the lanes there is room for; those that still work are the last to go."""
    room = max(1, height - BESIDE_LANES)
    if len(lanes) <= room:
        return lanes
    working_first = sorted(lanes, key=lambda lane: bool(lane.outcome))[:room]
    return [lane for lane in lanes if lane in working_first]


def _head(tally: Tally, look: Look) -> Line:
    times = f"  {elapsed_text(look.elapsed)}"
    left = left_text(tally.seconds_left)
    if left:
        times += f", {left}"
    if not tally.can_tell:
        return [(f"  {elapsed_text(look.elapsed)}  ".lstrip(), "bold"), (doing(tally), "")]
    percent = tally.percent
    cells = next(cells for columns, cells in BAR_CELLS if look.width >= columns)
    full = cells * percent // 100
    return [
        (look.glyphs.done * full, "green"),
        (look.glyphs.open * (cells - full), ""),
        (f" {percent:3d}%", "bold"),
        (times, ""),
        (f"  {doing(tally)}", ""),
    ]


def elapsed_text(seconds: float) -> str:
    """Return `12 s`, and from a minute on `1:05`."""
    minutes, rest = divmod(int(seconds), SIXTY)
    return f"{minutes}:{rest:02d}" if minutes else f"{rest} s"


def left_text(seconds: float | None) -> str:
    """Return `about 12 s left`; '' when nothing is known or it should be over."""
    if seconds is None or seconds < SHORTEST_SECONDS:
        return ""
    if seconds < EXACT_SECONDS:
        return f"about {seconds:.0f} s left"
    if seconds < MINUTES_FROM:
        return f"about {5 * round(seconds / 5)} s left"
    return f"about {duration_text(SIXTY * round(seconds / SIXTY))} left"


def doing(tally: Tally) -> str:
    """Return what is being done now, in a few words."""
    if tally.built < tally.builds:
        made = tally.built - tally.reused
        counts = f"{tally.built}/{tally.builds}: {made} built, {tally.reused} unchanged"
        return f"{tally.phase} {counts}; {tally.building}".rstrip("; ")
    if tally.moving and not tally.canary:
        return f"{tally.phase}, region {len(tally.served)}/{tally.moving}"
    if tally.lanes and not tally.canary:
        finished = sum(bool(lane.outcome) for lane in tally.lanes.values())
        return f"{tally.phase}, region {finished}/{len(tally.lanes)}"
    return tally.phase or tally.waiting


def _canary(canary: Canary, now: float) -> Line:
    left = max(0, round(canary.ends - now))
    minutes, seconds = divmod(left, SIXTY)
    what = "all goes back in" if canary.holds else "next step in"
    return [
        (f"  {percent(canary.weight)} of the calls, step {canary.step}/{canary.steps}", "bold"),
        (f"; {what} {minutes}:{seconds:02d}", "yellow" if canary.holds else ""),
        (f"; {canary.seen}" if canary.seen else "", ""),
    ]


@dataclass(frozen=True, slots=True)
class _Widths:
    region: int
    step: int
    total: int


def _lane(lane: Lane, widths: _Widths, look: Look) -> Line:
    cells = max(LANE_CELLS, widths.total)
    # a finished lane is full, whatever steps it had no need of
    index = lane.total if lane.outcome and lane.outcome != "failed" else lane.index
    full = cells * index // max(1, lane.total)
    bar = look.glyphs.done * full + look.glyphs.open * (cells - full)
    style = {"": "", "failed": "red"}.get(lane.outcome, "green")
    line = [(f"  {lane.region.ljust(widths.region)}", "cyan")]
    if look.width >= WIDE:
        line.append((f"  {bar}", style))
    line.append((f"  {index}/{lane.total}", ""))
    if lane.outcome:
        return [*line, (f"  {lane.outcome}", style)]
    return [*line, (f"  {lane.step.ljust(widths.step)}", ""), (f"  {_latest(lane)}", "")]


def _latest(lane: Lane) -> str:
    counts = []
    if lane.resources:
        counts.append(plural(lane.resources, "resource"))
    if lane.moved:
        counts.append(plural(lane.moved, "alias", "aliases"))
    return ", ".join([*counts, *([lane.latest] if lane.latest else [])])


def _cut(line: Line, look: Look) -> Line:
    """Return as much of a line as fits, in characters that can be written."""
    room = look.width - 1  # the last column is left free: some terminals break the line there
    found: Line = []
    for text, style in line:
        # what an event brings may have line ends of its own
        flat = shown(" ".join(text.splitlines()), look.encoding)
        if len(flat) > room:
            found.append((flat[: max(0, room - len(look.glyphs.cut))] + look.glyphs.cut, style))
            return found
        found.append((flat, style))
        room -= len(flat)
    while found and not found[-1][0].strip():
        found.pop()
    return found

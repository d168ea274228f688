"""The moving picture: overall progress, and a lane for every region."""

from __future__ import annotations

import time
from typing import Final

import rich.console
from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sam_deploy.cli.console import sentence
from sam_deploy.cli.tally import Lane, Tally
from sam_deploy.events import (
    BuildFinished,
    Event,
    Listing,
    Note,
    PhaseStarted,
    RegionFinished,
    StackEvent,
)
from sam_deploy.steps import STEPS

BAR_WIDTH: Final = 28
DONE, OPEN = "━", "─"


class LiveConsole:
    """Keeps a picture of the tally at the bottom of the terminal, and lines above it."""

    def __init__(
        self, console: rich.console.Console | None = None, *, verbose: bool = False
    ) -> None:
        self._console = console or rich.console.Console(stderr=True, highlight=False)
        self._tally = Tally()
        self._started = time.monotonic()
        self._verbose = verbose
        self._live: Live | None = None

    def report(self, event: Event) -> None:
        """Take the event into the picture; write a line above it for what should stay."""
        self._tally.add(event)
        if self._live is None:
            self._live = Live(
                get_renderable=self._picture,
                console=self._console,
                refresh_per_second=8,
                transient=True,
            )
            self._live.start()
        if self._stays(event):
            # a row that is broken in the middle could not be copied
            whole = isinstance(event, Listing)
            self._console.print(Text(sentence(event, verbose=self._verbose)), soft_wrap=whole)

    def _stays(self, event: Event) -> bool:
        if isinstance(event, BuildFinished):
            return not event.reused or self._verbose
        if isinstance(event, StackEvent):
            return self._verbose or event.status.endswith("_FAILED")
        return isinstance(event, (Note, RegionFinished, Listing)) or (
            self._verbose and not isinstance(event, PhaseStarted)
        )

    def say(self, text: str = "") -> None:
        """Write a line, above the picture while there is one."""
        self._console.print(Text(text), soft_wrap=True)

    def close(self) -> None:
        """Take the picture away; the lines stay."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _picture(self) -> RenderableType:
        tally = self._tally
        elapsed = time.monotonic() - self._started
        head = Table.grid(padding=(0, 1))
        head.add_row(
            ProgressBar(total=100, completed=tally.percent, width=BAR_WIDTH),
            Text(f"{tally.percent:3d}%", style="bold"),
            Text(f"{elapsed:.0f} s"),
            Text(self._doing(), no_wrap=True, overflow="ellipsis"),
        )
        lanes = Table.grid(padding=(0, 1))
        for lane in list(tally.lanes.values()):
            lanes.add_row(*_lane(lane))
        return Group(head, lanes)

    def _doing(self) -> str:
        tally = self._tally
        if tally.built < tally.planned.builds:
            return f"{tally.phase} {tally.built}/{tally.planned.builds} {tally.building}"
        finished = sum(bool(lane.outcome) for lane in tally.lanes.values())
        if tally.lanes:
            return f"{tally.phase}, region {finished}/{len(tally.lanes)}"
        return tally.phase


def _lane(lane: Lane) -> tuple[Text, ...]:
    total = len(STEPS)
    bar = DONE * lane.index + OPEN * (total - lane.index)
    resources = f"{lane.resources} resources, " if lane.resources else ""
    return (
        Text(f"  {lane.region}", style="cyan"),
        Text(bar, style="green" if lane.outcome else ""),
        Text(f"{lane.index}/{total}"),
        Text(lane.step),
        Text(lane.outcome or f"{resources}{lane.latest}", no_wrap=True, overflow="ellipsis"),
    )

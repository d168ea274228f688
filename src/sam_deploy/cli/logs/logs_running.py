"""What `sam-deploy logs` does once it is known which logs are meant: read, query, show."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from sam_deploy import watching
from sam_deploy.cli import wiring
from sam_deploy.cli.logs import logs_screens
from sam_deploy.cli.standing.failed_regions import refuse_failed
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.config.model import App
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.watching import Line, Source

if TYPE_CHECKING:
    from sam_deploy.cli.logs.logs_screens import Layout
    from sam_deploy.cli.wiring import Place


@dataclass(frozen=True, slots=True)
class How:
    """What the options say about the showing of lines."""

    utc: bool
    every: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """Which logs are read and where; the regions that did not answer are left to be told."""

    place: Place
    sources: tuple[Source, ...]
    regions: tuple[str, ...]
    failed: Mapping[str, SamDeployError]
    app: App | None = None
    environment: str = ""

    @property
    def answering(self) -> tuple[Source, ...]:
        """The logs of regions that have not failed."""
        return tuple(each for each in self.sources if each.region not in self.failed)


def read(looked: Looked, span: watching.Range, console: Console, how: How) -> int:
    """Show what was logged in a range of time."""
    stop = Stop()
    sources = looked.answering
    work = functools.partial(watching.read, sources, span, looked.place.aws, stop)
    found = wiring.watched(looked.place, stop, work, console)
    show = shower(looked, span.start_ms, how)
    shown = show(found.lines)
    console.say(logs_screens.summary(shown, len(found.lines) - shown, sources))
    say_note(looked, console)
    refuse_failed({**looked.failed, **found.failed}, looked.regions)
    return 0


def say_note(looked: Looked, console: Console) -> None:
    """Say that other environments' lines are among these, where it is so."""
    note = logs_screens.shared_note(looked.sources, looked.environment)
    if note:
        console.say(note)


class Shower:
    """Writes lines to standard output, and counts them."""

    def __init__(self, layout: Layout, how: How) -> None:
        self._layout, self._how = layout, how

    def __call__(self, lines: Iterable[Line]) -> int:
        """Write the lines that are wanted; return how many."""
        wanted = [each for each in lines if self._how.every or each.kind != "platform"]
        for each in wanted:
            as_text = logs_screens.line_text(each, self._layout)
            click.echo(logs_screens.line_json(each) if self._how.as_json else as_text)
        return len(wanted)


def shower(looked: Looked, start_ms: int, how: How) -> Shower:
    """Return what writes lines: dated when they may be of another day."""
    zone = UTC if how.utc else None
    began = datetime.fromtimestamp(start_ms / 1000, UTC).astimezone(zone)
    dated = began.date() != datetime.now(UTC).astimezone(zone).date()
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    fit = logs_screens.layout(looked.sources, utc=how.utc, dated=dated, colour=colour)
    return Shower(fit, how)


def ask(looked: Looked, question: watching.Question, console: Console, how: How) -> int:
    """Show the answers of an Insights query, of all regions in one table."""
    stop = Stop()
    work = functools.partial(watching.ask, looked.answering, question, looked.place.aws, stop)
    answer = wiring.watched(looked.place, stop, work, console)
    text = logs_screens.answer_text(answer, columns_of())
    click.echo(logs_screens.answer_json(answer) if how.as_json else text)
    say_note(looked, console)
    refuse_failed({**looked.failed, **answer.failed}, looked.regions, answered=True)
    return 0

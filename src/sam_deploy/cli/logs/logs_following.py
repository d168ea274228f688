"""What `sam-deploy logs --follow` does: shows lines as they come, until Ctrl-C."""

from __future__ import annotations

import select
import sys
import time
from typing import Final, TextIO

from sam_deploy import watching
from sam_deploy.aws import LogEvent
from sam_deploy.cli import options
from sam_deploy.cli.logs.logs_running import How, Looked, say_note, shower
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.wiring import Place
from sam_deploy.errors import EXIT_INTERRUPTED, UnreachableError
from sam_deploy.events import Note
from sam_deploy.lanes import Stop
from sam_deploy.watching import Recovered, Source, Trouble

GIVE_UP_SECONDS: Final = 60.0
_BROKEN: Final = getattr(select, "POLLERR", 0)
"""That nobody reads any more, where the system can be asked."""
"""When no region has ever answered by then, following is of no use."""


def follow(looked: Looked, start_ms: int, pattern: str, console: Console, how: How) -> int:
    """Show lines as they come, until Ctrl-C."""
    aws, app = looked.place.aws, looked.app
    stop, show, told = Stop(), shower(looked, start_ms, how), Told(looked)

    def read(source: Source, since_ms: int, stop: Stop) -> list[LogEvent]:
        return watching.read_events(source, watching.Range(since_ms, None, pattern), aws, stop)

    def refresh(source: Source) -> Source:
        return watching.refreshed(app, looked.environment, aws, source) if app else source

    say_note(looked, console)
    console.say("following; Ctrl-C ends it")
    try:
        for news in watching.follow(looked.sources, start_ms, read, refresh, stop):
            if isinstance(news, tuple):
                told.heard = bool(show(news)) or told.heard
            else:
                told.tell(news, console)
            _refuse_dead(looked.place)
            if reader_gone(sys.stdout):
                return 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    finally:
        stop.set()
    return 0


def reader_gone(stream: TextIO) -> bool:
    """Whether nobody reads a pipe any more (`grep -m1`), which is noticed before the next line."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    try:
        poll.register(stream, 0)
    except (OSError, ValueError):
        return False  # no file of the system
    return any(state & _BROKEN for _, state in poll.poll(0))


class Told:
    """Says which regions cannot be read just now, and gives up when none ever could."""

    def __init__(self, looked: Looked) -> None:
        self.heard = False
        self._regions = set(looked.regions)
        self._troubled: set[str] = set()
        self._began = time.monotonic()

    def tell(self, news: Trouble | Recovered, console: Console) -> None:
        """Say it. Raises the error when no region has answered since the beginning."""
        if not isinstance(news, Trouble):
            self._troubled.discard(news.region)
            self.heard = True
            console.say(f"{news.region} answers again; nothing of it is lost")
            return
        self._troubled.add(news.region)
        young = time.monotonic() - self._began < GIVE_UP_SECONDS
        if self._troubled == self._regions and young and not self.heard:
            raise news.error
        said = f"{news.region} cannot be read, and is tried again: {news.error}"
        console.report(Note(said, "warning"))


def _refuse_dead(place: Place) -> None:
    """Raise `UnreachableError` when the embedded cloud has ended."""
    if place.cloud is not None and not place.cloud.alive():
        raise UnreachableError(
            "The embedded cloud has ended",
            why="it was stopped, or it failed; see `.sam-deploy/cloud/`",
            hint=f"run `{options.program()} deploy`, then follow again",
        )

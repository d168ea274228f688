"""What commands write about themselves in `.sam-deploy/runs`, those of other terminals, too."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam_deploy import runs
from sam_deploy.ui.ports import Json
from sam_deploy.ui.progress import Counted

NAME: Final = re.compile(r"\d{8}T\d{6}Z-[a-z0-9][a-z0-9-]*-[0-9a-f]{4}")
READ_MOST_BYTES: Final = 1_000_000
"""Of one log at a time."""
WHOLE_MOST_BYTES: Final = 16_000_000
DEBUG: Final = "debug"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log."""

    run: str
    event: Json
    progress: Json
    """How far the run is after it."""
    at: int
    """Where it ends in the log, in bytes: who has read as far knows it already."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is while its log is silent."""

    run: str
    progress: Json


@dataclass(slots=True)
class _Place:
    """How far a log was read."""

    offset: int
    counted: Counted
    rest: bytes = b""
    told: Json = field(default_factory=dict)
    """The progress that is known of it."""


@dataclass(slots=True)
class Tail:
    """Follows all logs of a project from now on. For one thread at a time."""

    project: Path
    _places: dict[str, _Place] = field(default_factory=dict)
    _begun: bool = False

    def lines(self) -> list[Line]:
        """Return the lines that have come since the last time; the first time: none.

        What libraries log at the level DEBUG is left out: `read` has it.
        """
        found: list[Line] = []
        names = _names(self.project)
        for name in names:
            path = runs.folder_of(self.project) / f"{name}.jsonl"
            try:
                size = path.stat().st_size
            except OSError:
                continue
            place = self._places.get(name)
            if place is None:
                place = self._places[name] = self._begin(path, 0 if self._begun else size)
            if size > place.offset:
                found += self._new(name, path, place)
        self._begun = True
        for gone in self._places.keys() - set(names):
            del self._places[gone]
        return found

    def standing(self, now: float) -> list[Standing]:
        """Return how far the runs under way are at a moment, where that is not known already."""
        found: list[Standing] = []
        for name, place in self._places.items():
            if not place.counted.is_open:
                continue
            progress = place.counted.object(now)
            if progress == place.told:
                continue
            run = runs.read(runs.folder_of(self.project) / f"{name}.jsonl")
            if run is not None and run.running:
                place.told = progress
                found.append(Standing(name, progress))
            else:
                # its process died without a word
                place.counted.is_open = False
        return found

    def _begin(self, path: Path, offset: int) -> _Place:
        """Return where a log is read from; what stands before it counts for its progress."""
        counted = Counted(path.parent)
        if offset and (found := runs.read(path)) and found.running:
            read = _events(path, offset)
            for event in read.events:
                counted.add(event)
            # the half of a line that stands there is read again, with its other half
            offset = read.up_to
        return _Place(offset, counted)

    def _new(self, name: str, path: Path, place: _Place) -> Iterator[Line]:
        try:
            with path.open("rb") as file:
                file.seek(place.offset)
                came = file.read(READ_MOST_BYTES)
        except OSError:
            return
        at = place.offset - len(place.rest)
        place.offset += len(came)
        *whole, place.rest = (place.rest + came).split(b"\n")
        for line in whole:
            at += len(line) + 1
            event = _event(line)
            if event is None:
                continue
            place.counted.add(event)
            if str(event.get("level")).lower() != DEBUG:
                place.told = place.counted.object()
                yield Line(name, event, place.told, at)


def listing(project: Path) -> Json:
    """Return the newest runs, the newest first."""
    found = [_summary(project, name) for name in reversed(_names(project)[-runs.KEPT :])]
    return {"runs": [each for each in found if each is not None]}


def read(project: Path, run: str) -> Json | None:
    """Return a run with all of its events; nothing when there is none of this name."""
    if not NAME.fullmatch(run):
        return None
    summary = _summary(project, run)
    if summary is None:
        return None
    folder = runs.folder_of(project)
    try:
        found = _events(folder / f"{run}.jsonl")
    except OSError:
        return None
    counted = Counted(folder)
    for event in found.events:
        counted.add(event)
    return {
        **summary,
        "events": found.events,
        "read_to": found.up_to,
        "cut_off": found.cut_off,
        "progress": counted.object(time.time() if summary["running"] else None),
    }


@dataclass(frozen=True, slots=True)
class _Read:
    """The last lines of a log: up to which byte, and whether there are more before them."""

    events: list[Json]
    up_to: int
    cut_off: bool


def _events(path: Path, up_to: int | None = None) -> _Read:
    """Return the last whole lines of a log. Raises `OSError`."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size if up_to is None else up_to
        begin = max(0, size - WHOLE_MOST_BYTES)
        file.seek(begin)
        came = file.read(size - begin)
    *whole, rest = came.split(b"\n")
    events = [event for line in whole if (event := _event(line)) is not None]
    return _Read(events, begin + len(came) - len(rest), begin > 0)


def _names(project: Path) -> list[str]:
    try:
        stems = [each.stem for each in runs.folder_of(project).iterdir() if each.suffix == ".jsonl"]
    except OSError:
        return []
    return sorted(each for each in stems if NAME.fullmatch(each))


def _summary(project: Path, run: str) -> Json | None:
    found = runs.read(runs.folder_of(project) / f"{run}.jsonl")
    if found is None:
        return None
    return {
        "run": run,
        "command": found.command,
        "arguments": list(found.arguments),
        "target": found.target,
        "started": found.started,
        "seconds": found.seconds,
        "exit_code": found.exit_code,
        "error": found.error,
        "running": found.running,
    }


def _event(line: bytes) -> Json | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

"""Reads the logs of runs: which there are, how they ended, and what is in them."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sam_deploy import events
from sam_deploy.events import Event
from sam_deploy.runs import timing
from sam_deploy.runs.timing import Past, Took

TAIL_BYTES: Final = 65536
"""Where the last line is looked for; only when it is longer the whole file is read."""
LOOKED_AT: Final = 10
"""No more logs are opened to know how long things take."""
CLOCK_SECONDS: Final = 5.0
"""A process that began later than its run by more than this is another one with the same id."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its log tells it. Without an end it is under way, or its process has died."""

    run: str
    """The log's name without `.jsonl`."""
    command: str
    arguments: tuple[str, ...]
    target: str | None
    started: float
    """Unix seconds."""
    seconds: float | None
    exit_code: int | None
    running: bool
    error: dict[str, Any] | None
    path: Path
    took: Took | None = None
    """What it had to do and how long its parts took."""

    @property
    def outcome(self) -> str:
        """Return a word: done, failed, interrupted, under way or died."""
        if self.exit_code is None:
            return "under way" if self.running else "died"
        return {0: "done", 130: "interrupted"}.get(self.exit_code, "failed")


def listed(folder: Path) -> tuple[Run, ...]:
    """Return the runs of a folder, the newest first; what is no log is left out."""
    paths = sorted(folder.glob("*.jsonl"), reverse=True)
    return tuple(run for path in paths if (run := read(path)) is not None)


def find(folder: Path, name: str) -> tuple[Path, ...]:
    """Return the logs whose name is this, else those whose name has it in it, newest first."""
    if (folder / f"{name}.jsonl").is_file():
        return (folder / f"{name}.jsonl",)
    return tuple(sorted((p for p in folder.glob("*.jsonl") if name in p.stem), reverse=True))


def read(path: Path) -> Run | None:
    """Return how a run began and ended; None when the file is no log of a run."""
    try:
        with path.open("rb") as file:
            start = _object(file.readline())
            end = _last(file.read() if _small(path) else _tail(path))
    except OSError:
        return None
    if start.get("type") != "RunStarted":
        return None
    ended = end if end.get("type") == "RunEnded" else {}
    arguments = start.get("arguments")
    return Run(
        run=path.stem,
        command=str(start.get("command", "")),
        arguments=tuple(map(str, arguments if isinstance(arguments, list) else ())),
        target=start.get("target"),
        started=float(start.get("time", 0)),
        seconds=ended.get("seconds"),
        exit_code=ended.get("exit_code"),
        running=not ended and _lives(start),
        error=ended.get("error"),
        path=path,
        took=timing.took(ended),
    )


def past(folder: Path, command: str, target: str | None) -> Past:
    """Return what earlier runs of a command took that came to a good end, the newest first."""
    said = name_part(command)
    paths = [path for path in folder.glob(f"*-{said}-*.jsonl") if _is_of(path, said)]
    found = (read(path) for path in sorted(paths, reverse=True)[:LOOKED_AT])
    return Past(
        tuple(
            run.took
            for run in found
            if run and run.took and run.took.parts and (run.target, run.exit_code) == (target, 0)
        )
    )


def name_part(command: str) -> str:
    """Return a command as the names of logs have it, such as `shift-advance`."""
    return re.sub("[^a-z0-9]+", "-", command.lower()).strip("-")


def _is_of(path: Path, said: str) -> bool:
    return path.stem.partition("-")[2].rpartition("-")[0] == said


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a log in order; a line that was cut short is left out.

    Raises `OSError` when it cannot be read.
    """
    with path.open("rb") as file:
        for line in file:
            if found := _object(line):
                yield found


def event_of(line: dict[str, Any]) -> Event | None:
    """Return the event that a line is; None for other lines, and for events of other versions."""
    kind = getattr(events, str(line.get("type")), None)
    if not (isinstance(kind, type) and issubclass(kind, Event)):
        return None
    given = {name: _frozen(value) for name, value in line.items() if name not in {"type", "time"}}
    try:
        return kind(**given)
    except TypeError:
        return None


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _small(path: Path) -> bool:
    return path.stat().st_size <= TAIL_BYTES


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-TAIL_BYTES, 2)
        found = file.read()
        if b"\n" in found[:-1]:
            return found
        file.seek(0)
        return file.read()


def _last(data: bytes) -> dict[str, Any]:
    for line in reversed(data.splitlines()):
        if found := _object(line):
            return found
    return {}


def _object(line: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(line)
        if isinstance(found, dict):
            return found
    return {}


def _lives(start: dict[str, Any]) -> bool:
    """Whether the process of a run lives; on another computer that cannot be seen."""
    import psutil  # noqa: PLC0415 - only for a run without an end

    if start.get("host", socket.gethostname()) != socket.gethostname():
        return False
    try:
        process = psutil.Process(int(start["pid"]))
        began = process.create_time()
        return process.status() != psutil.STATUS_ZOMBIE and (
            began <= float(start["time"]) + CLOCK_SECONDS
        )
    except (psutil.Error, KeyError, ValueError, TypeError):
        return False

"""Lines of logs as text and as JSON, and tables of query answers. Pure.

Errors are marked by a word, so that nothing is told by colour alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.amounts import plural
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.watching import Answer, Line, Source

LATEST: Final = "$LATEST"
CONTINUED: Final = "    "
_MARKED: Final = re.compile(r"\[?(ERROR|CRITICAL|FATAL|WARN(ING)?)\b")
_UNSAFE: Final = re.compile(r"\x1b\[(?![0-9;]*m)|\x1b(?!\[)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
"""What moves the cursor or worse; a function may colour its lines, and no more."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are set: widths of their columns, the time zone, colour."""

    region: int
    function: int
    environment: int
    """0: the column is left out, as nothing is known."""
    utc: bool = False
    dated: bool = False
    colour: bool = False


def layout(
    sources: Sequence[Source], *, utc: bool = False, dated: bool = False, colour: bool = False
) -> Layout:
    """Return widths that fit what the sources can bring."""
    functions = [len(each.function) + 4 for each in sources]
    environments = [
        len(",".join(names))
        for each in sources
        for names in ((each.environment,), *each.served.values())
    ]
    return Layout(
        region=max((len(each.region) for each in sources), default=0),
        function=max(functions, default=0),
        environment=max(environments, default=0),
        utc=utc,
        dated=dated,
        colour=colour,
    )


def line_text(line: Line, how: Layout) -> str:
    """Return a line for people; what it has after its first line is indented."""
    first, *more = safe(line.message).splitlines() or [""]
    level = line.level
    if level and not _MARKED.match(first) and not first.startswith("{"):
        first = f"{'ERROR' if level == 'error' else 'WARNING'} {first}"
    who = line.function if line.version in {"", LATEST} else f"{line.function}:{line.version}"
    lead = [time_text(line.timestamp_ms, how), line.region.ljust(how.region)]
    lead.append(who.ljust(how.function))
    if how.environment:
        lead.append(",".join(line.environments).ljust(how.environment))
    text = "\n".join([first, *(CONTINUED + each for each in more)])
    if how.colour:
        return f"{click.style(' '.join(lead), dim=True)} {_coloured(text, line)}"
    return f"{' '.join(lead)} {text}".rstrip()


def _coloured(text: str, line: Line) -> str:
    if line.level:
        return click.style(text, fg="red" if line.level == "error" else "yellow")
    return click.style(text, dim=True) if line.kind == "platform" else text


def safe(message: str) -> str:
    """Return a message without what would steer the terminal."""
    return _UNSAFE.sub("", message.replace("\r\n", "\n").replace("\r", "\n"))


def time_text(timestamp_ms: int, how: Layout) -> str:
    """Return the time of day, in this computer's zone or with a Z in UTC; a date where asked."""
    moment = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    moment = moment if how.utc else moment.astimezone()
    text = f"{moment:%H:%M:%S}.{timestamp_ms % 1000:03d}{'Z' if how.utc else ''}"
    return f"{moment:%Y-%m-%d} {text}" if how.dated else text


def line_json(line: Line) -> str:
    """Return a line as one JSON object on one line. Schema: docs/reference/json.md."""
    moment = datetime.fromtimestamp(line.timestamp_ms / 1000, UTC)
    return json.dumps(
        {
            "time": moment.isoformat(timespec="milliseconds"),
            "region": line.region,
            "function": line.function,
            "version": line.version or None,
            "environment": line.environment or None,
            "environments": list(line.environments),
            "level": line.level or None,
            "kind": line.kind,
            "stream": line.stream,
            "message": line.message.rstrip("\n"),
        },
        ensure_ascii=False,
    )


def summary(shown: int, hidden: int, sources: Sequence[Source]) -> str:
    """Return what was found, and what was left out."""
    functions = plural(len({each.function for each in sources}), "function")
    regions = plural(len({each.region for each in sources}), "region")
    said = f"{plural(shown, 'line') if shown else 'no lines'} of {functions} in {regions}"
    left = f"; {hidden} of START, END and REPORT left out (`--all` shows them)" if hidden else ""
    return said + left


def shared_note(sources: Iterable[Source], environment: str) -> str:
    """Return that others serve the same versions, so that their lines are among these; '' if not.

    Only for a log that several environments share.
    """
    others = {
        name
        for each in sources
        for version in each.versions or ()
        for name in each.served.get(version, ())
        if name != environment
    }
    if not others:
        return ""
    names = ", ".join(sorted(others))
    return (
        f"note: {names} serve{'s' if len(others) == 1 else ''} some of the same versions as "
        f"{environment}; a log does not tell by which alias a version was called, so their lines "
        "are among these"
    )


def answer_text(answer: Answer, columns: int = 0) -> str:
    """Return the rows of a query as a table, with the region in front."""
    if not answer.rows:
        return "no rows"
    rows = [
        [row.region, *(_cell(row.values.get(name, "")) for name in answer.fields)]
        for row in answer.rows
    ]
    return table(["region", *answer.fields], rows, columns)


def _cell(value: str) -> str:
    return " ".join(safe(value).split())


def answer_json(answer: Answer) -> str:
    """Return the rows of a query as a list of objects. Schema: docs/reference/json.md."""
    rows = [
        {"region": row.region, **{name: row.values.get(name) for name in answer.fields}}
        for row in answer.rows
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)

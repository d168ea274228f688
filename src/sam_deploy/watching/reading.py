"""Reads what was logged in a range of time, from all regions side by side."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy import lanes
from sam_deploy.aws import Aws, LogEvent, Logs
from sam_deploy.aws.logs import Page
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.watching.lines import Line, Source, line_of, merged
from sam_deploy.watching.patience import patiently

AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Range:
    """From when to when, in milliseconds since 1970 and inclusive, and which lines.

    `pattern` is CloudWatch's filter pattern.
    """

    start_ms: int
    end_ms: int | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """The lines in the order of time, and the regions that did not answer in full."""

    lines: tuple[Line, ...]
    failed: Mapping[str, SamDeployError]


def read(sources: Sequence[Source], span: Range, aws: Aws, stop: Stop) -> Read:
    """Return the lines of all sources. A region that fails does not keep the others."""
    outcomes = lanes.run(
        {
            index: functools.partial(_read_one, source, span, aws, stop)
            for index, source in enumerate(sources)
        },
        after={},
        at_once=AT_ONCE,
        stop=stop,
    )
    in_order = (outcomes.done[index] for index in sorted(outcomes.done))
    failed = {sources[index].region: error for index, error in outcomes.failed.items()}
    return Read(tuple(merged(in_order)), failed)


def _read_one(source: Source, span: Range, aws: Aws, stop: Stop) -> list[Line]:
    return [line_of(source, each) for each in read_events(source, span, aws, stop)]


def read_events(source: Source, span: Range, aws: Aws, stop: Stop) -> list[LogEvent]:
    """Return the events that a source wants, of all pages and each once, oldest first.

    Raises what AWS says when a page cannot be read: a part is not passed off as the whole.
    """
    logs = Logs(aws, source.region)
    ask = functools.partial(
        logs.page, source.group, span.start_ms, span.end_ms, pattern=span.pattern
    )
    return collected(ask, source, stop)


def collected(ask: Callable[..., Page], source: Source, stop: Stop) -> list[LogEvent]:
    """Return the events of all pages that `ask(token=...)` answers with."""
    found: list[LogEvent] = []
    known: set[str] = set()
    token = ""
    while True:
        page = patiently(functools.partial(ask, token=token), stop)
        stop.check()
        for event in page.events:
            if source.wants(event.stream) and not (event.event_id and event.event_id in known):
                known.add(event.event_id)
                found.append(event)
        if not page.token:
            return sorted(found, key=lambda event: event.timestamp_ms)
        token = page.token

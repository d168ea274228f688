"""Runs a CloudWatch Logs Insights query in every region, and makes one table of the answers."""

from __future__ import annotations

import contextlib
import functools
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy import lanes
from sam_deploy.aws import Aws, AwsCallError, Logs
from sam_deploy.aws.logs import NOT_FOUND, QUERY_GROUPS_MAX
from sam_deploy.errors import SamDeployError, UnreachableError
from sam_deploy.lanes import Stop
from sam_deploy.watching.lines import Source
from sam_deploy.watching.patience import patiently

WAIT_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.5
POINTER: Final = "@ptr"
"""Names a record to GetLogRecord, and tells people nothing."""
TIMESTAMP: Final = "@timestamp"
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Question:
    """An Insights query over a range of time, in seconds since 1970."""

    query: str
    start_s: int
    end_s: int
    wait_seconds: float = WAIT_SECONDS


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer; `values` maps the fields that it has to their text."""

    region: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of all regions, the fields in their order, and the regions without an answer."""

    rows: tuple[Row, ...]
    fields: tuple[str, ...]
    failed: Mapping[str, SamDeployError]


def ask(sources: Sequence[Source], question: Question, aws: Aws, stop: Stop) -> Answer:
    """Return what all regions answer. One that fails or takes too long does not keep the others.

    Logs of which different versions are wanted are asked apart.
    """
    work: dict[tuple[str, int], Callable[[], list[Row]]] = {}
    for index, (region, versions, groups) in enumerate(batches(sources)):
        meant = Question(
            of_versions(question.query, versions),
            question.start_s,
            question.end_s,
            question.wait_seconds,
        )
        work[region, index] = functools.partial(_ask, Logs(aws, region), groups, meant, stop)
    outcomes = lanes.run(work, after={}, at_once=AT_ONCE, stop=stop)
    parts = [outcomes.done[key] for key in work if key in outcomes.done]
    failed = {region: error for (region, _), error in outcomes.failed.items()}
    rows = in_order(parts)
    fields = dict.fromkeys(name for row in rows for name in row.values if name != POINTER)
    return Answer(rows, tuple(fields), failed)


def batches(
    sources: Iterable[Source],
) -> list[tuple[str, frozenset[str] | None, tuple[str, ...]]]:
    """Return (region, versions, log groups) of each query, at most 50 groups in one."""
    gathered: dict[tuple[str, frozenset[str] | None], dict[str, None]] = {}
    for each in sources:
        # nobody can be asked about a function that the environment does not have yet
        if each.versions is None or each.versions:
            gathered.setdefault((each.region, each.versions), {})[each.group] = None
    return [
        (region, versions, tuple(groups)[start : start + QUERY_GROUPS_MAX])
        for (region, versions), groups in gathered.items()
        for start in range(0, len(groups), QUERY_GROUPS_MAX)
    ]


def of_versions(query: str, versions: frozenset[str] | None) -> str:
    """Return the query about streams of these versions only: their names hold it in brackets."""
    if versions is None:
        return query
    either = "|".join(re.escape(each) for each in sorted(versions))
    return rf"filter @logStream like /\[({either})\]/ | {query}"


def _ask(logs: Logs, groups: tuple[str, ...], question: Question, stop: Stop) -> list[Row]:
    query_id = _start(logs, groups, question, stop)
    if not query_id:
        return []
    ended = False
    try:
        state = logs.query_state(query_id)
        deadline = time.monotonic() + question.wait_seconds
        while state.running:
            if time.monotonic() > deadline:
                raise _too_long(logs.region, question.wait_seconds)
            stop.pause(POLL_SECONDS)
            state = patiently(functools.partial(logs.query_state, query_id), stop)
        ended = True
    finally:
        if not ended:
            # a query that runs on is paid for by what it scans
            with contextlib.suppress(SamDeployError):
                logs.stop_query(query_id)
    if state.status != "Complete":
        raise AwsCallError("logs:GetQueryResults", logs.region, state.status, "no answer", "")
    return [Row(logs.region, dict(each)) for each in state.rows]


def _start(logs: Logs, groups: tuple[str, ...], question: Question, stop: Stop) -> str:
    """Start a query over the groups that exist; '' when none does."""
    start = functools.partial(_started, logs, question)
    try:
        return patiently(functools.partial(start, groups), stop)
    except AwsCallError as error:
        if error.code != NOT_FOUND:
            raise
    there = tuple(each for each in groups if logs.exists(each))
    return patiently(functools.partial(start, there), stop) if there else ""


def _started(logs: Logs, question: Question, groups: tuple[str, ...]) -> str:
    return logs.start_query(groups, question.query, question.start_s, question.end_s)


def _too_long(region: str, seconds: float) -> SamDeployError:
    return UnreachableError(
        f"The query in `{region}` was ended",
        why=f"it had no answer after {seconds:.0f} s",
        hint="ask about a shorter time (`--since 10m`) or fewer functions",
    )


def in_order(parts: Sequence[Sequence[Row]]) -> tuple[Row, ...]:
    """Return the rows of all parts in one order of time, if each part is in that order.

    Anything else, such as counts, stays as the regions answer, one after the other.
    """
    rows = [row for part in parts for row in part]
    if not rows or not all(TIMESTAMP in row.values for row in rows):
        return tuple(rows)
    for backwards in (True, False):
        if all(_is_sorted(part, backwards=backwards) for part in parts):
            ordered = sorted(rows, key=lambda row: row.values[TIMESTAMP], reverse=backwards)
            return tuple(ordered)
    return tuple(rows)


def _is_sorted(part: Sequence[Row], *, backwards: bool) -> bool:
    times = [row.values[TIMESTAMP] for row in part]
    return times == sorted(times, reverse=backwards)

"""Writes how long tools take to answer as the section `Start` of BENCHMARKS.md. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench import chart
from bench.goals import amount, times_text
from bench.page import skipped_text, spread_text, table
from bench.results import Case, Results, ratio
from bench.sections import START

OURS: Final = "sam-deploy"
BARS: Final = "docs/pictures/benchmark-start.svg"
METHOD: Final = """\
Each tool in turn (A B A B), after one run that nobody counts; medians, with the least and the \
greatest run in brackets; wall time from the start of the process to its end, at no terminal, \
telemetry and notices off. Whoever asks for a version or for help waits for \
this, and so does every press of TAB."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, in the words of each tool."""

    key: str
    title: str
    words: Mapping[str, tuple[str, ...]]


CASES: Final = (
    Asked(
        "version",
        "--version",
        {OURS: ("--version",), "sam": ("--version",), "cdk": ("--version",),
         "serverless": ("--version",)},
    ),
    Asked(
        "help",
        "--help",
        {OURS: ("--help",), "sam": ("--help",), "cdk": ("--help",), "serverless": ("--help",)},
    ),
    Asked(
        "command-help",
        "deploy --help",
        {OURS: ("deploy", "--help"), "sam": ("deploy", "--help"), "cdk": ("deploy", "--help"),
         "serverless": ("deploy", "--help")},
    ),
)  # fmt: skip


def section(results: Results) -> str:
    """Return the part of BENCHMARKS.md that these results are in."""
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    machine = ", ".join(f"{value} {name}" for name, value in results.machine.items())
    made = (
        "Made by `uv run benchmarks/start.py`.\n\n"
        f"{results.date} · {machine} · {versions} · runs of each: {results.runs}"
    )
    names = _names(results)
    header = ("asked", *names, *(f"{each} / {OURS}" for each in names if each != OURS))
    rows = [_row(case, names) for case in results.cases]
    parts = [
        START,
        made,
        f"![{alternative(results)}]({BARS})",
        table(header, rows),
        METHOD,
        *skipped_text(results.skipped, "### Tools that could not be had"),
    ]
    return "\n\n".join(part for part in parts if part)


def picture(results: Results) -> str:
    """Return the bars: a group for each question, ours last."""
    groups = tuple(
        chart.Group(
            case.title,
            tuple(
                chart.Bar(each.name, median, ours=each.name == OURS)
                for each in sorted(case.series, key=lambda each: each.name == OURS)
                if (median := each.median("seconds")) is not None
            ),
        )
        for case in results.cases
    )
    return chart.bars("From the command to its answer", alternative(results), groups)


def alternative(results: Results) -> str:
    """Return what the bars say, for those who do not see them."""
    told = "; ".join(
        f"{case.title}: "
        + ", ".join(
            f"{each.name} {amount(each.median('seconds') or 0.0, 'seconds')}"
            for each in case.series
        )
        for case in results.cases
    )
    return f"Seconds on a logarithmic scale. {told}"


def _names(results: Results) -> list[str]:
    return list(dict.fromkeys(each.name for case in results.cases for each in case.series))


def _row(case: Case, names: list[str]) -> list[str]:
    times = [spread_text(case, name, "seconds") for name in names]
    return [f"`{case.title}`", *times, *(_ratio(case, each) for each in names if each != OURS)]


def _ratio(case: Case, name: str) -> str:
    found = [case.named(each) for each in (name, OURS)]
    medians = [each.median("seconds") for each in found if each]
    theirs, ours = [*medians, None, None][:2]
    return times_text(ratio(theirs, ours)) if theirs and ours else "-"

"""Writes what promotions took as the section `Promote` of BENCHMARKS.md, and its picture. Pure."""

from __future__ import annotations

from typing import Final

from bench import pictures
from bench.goals import OURS, Goal, outcomes
from bench.page import alternative, case_text, goals_table, skipped_text
from bench.promoting import AFTER_CODE, SAM, SCRIPT, few_name
from bench.results import Results
from bench.sections import PROMOTE

PICTURE: Final = "docs/pictures/benchmark-promote.svg"
GOALS: Final = (
    Goal("promote", "4 regions, promoted after the code is entered", SAM, AFTER_CODE,
         at_most=3),
    Goal("promote", "4 regions, the whole command", SCRIPT, OURS),
    Goal("rollback", "4 regions, rolled back after the question", SCRIPT, AFTER_CODE,
         at_most=3),
    Goal("growth", "20 regions against 4: under twice", few_name(4), few_name(20),
         ratio_at_least=1 / 2),
)  # fmt: skip
METHOD: Final = """\
Seven functions, in each region of an embedded cloud, 50 ms added to every call. `sam-deploy \
promote` is the whole command with an approval file: it takes the lock, reads both environments in \
all regions, compares code and layers, writes journal and audit, moves the aliases, reads them \
again, and puts the release on record. `after the code` is the part that a person waits for once \
the code is entered; `regions differ` is the time between the first write and the end of the last.

The script moves the same aliases and does nothing else: it does not look whether they may be \
moved, does not notice somebody else, keeps no record, and leaves a mixture behind when it fails \
in the middle. `sam deploy` uploads and deploys a stack of the seven functions in each region in \
turn, because SAM has no promotion: its way to production is another deployment."""


def section(results: Results) -> str:
    """Return the part of BENCHMARKS.md that these results are in."""
    reached = outcomes(results, GOALS)
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    machine = ", ".join(f"{value} {name}" for name, value in results.machine.items())
    made = (
        "Made by `uv run benchmarks/promote.py`.\n\n"
        f"{results.date} · {machine} · {versions} · runs of each: {results.runs}, "
        "but where a note says otherwise."
    )
    parts = [
        PROMOTE,
        made,
        *([f"![{alternative(reached)}]({PICTURE})", goals_table(reached)] if reached else []),
        METHOD,
        *(case_text(each) for each in results.cases),
        *skipped_text(results.skipped, "### What could not be promoted"),
    ]
    return "\n\n".join(part for part in parts if part)


def picture(results: Results) -> str | None:
    """Return the bars of every goal in seconds; nothing when no such case ran."""
    return pictures.of_goals(results, GOALS)

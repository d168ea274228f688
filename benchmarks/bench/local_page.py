"""Writes what the laptop does as the section `On the laptop` of BENCHMARKS.md, and its picture.

Pure.
"""

from __future__ import annotations

from typing import Final

from bench import pictures
from bench.goals import OURS, Goal, outcomes
from bench.local_cases import CHALICE, SERVE, UVICORN
from bench.page import alternative, case_text, goals_table, skipped_text
from bench.results import Results
from bench.sections import LOCAL

PICTURE: Final = "docs/pictures/benchmark-local.svg"
GOALS: Final = (
    Goal("latency", "one warm request", UVICORN, at_most=0.005),
    Goal("load", "500 requests a second, 16 connections", CHALICE, at_most=1 / 500),
    Goal("fastapi", "200 requests a second on FastAPI, 16 connections", f"{UVICORN}, FastAPI",
         at_most=1 / 200),
    Goal("saved", "saved file to new answer", SERVE, SERVE, at_most=0.5),
    Goal("start", "the embedded cloud, started again", OURS, OURS, at_most=2),
    Goal("burst", "100 cold connections, the last answer", OURS, OURS, at_most=20),
)  # fmt: skip
METHOD: Final = """\
Everything on one machine: the client takes its share of the cores, too. `sam-deploy` is the \
deployed app behind the gateway: routing, the event as AWS documents it, an alias, a worker \
process with Lambda's runtime API, log and metrics of each call. `sam-deploy serve` is the same \
without the embedded cloud. `chalice local` and uvicorn run the handler in their own process, \
without any of that; uvicorn is what a Python server can do at most.

`sam local start-api` has no figure: it runs functions in Docker and does not start without it."""


def section(results: Results) -> str:
    """Return the part of BENCHMARKS.md that these results are in."""
    reached = outcomes(results, GOALS)
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    machine = ", ".join(f"{value} {name}" for name, value in results.machine.items())
    made = (
        "Made by `uv run benchmarks/local.py`.\n\n"
        f"{results.date} · {machine} · {versions} · runs of each: {results.runs}"
    )
    parts = [
        LOCAL,
        made,
        *([f"![{alternative(reached)}]({PICTURE})", goals_table(reached)] if reached else []),
        METHOD,
        *(case_text(each) for each in results.cases),
        *skipped_text(results.skipped, "### What could not run"),
    ]
    return "\n\n".join(part for part in parts if part)


def picture(results: Results) -> str | None:
    """Return the bars of every goal in seconds; nothing when no such case ran."""
    return pictures.of_goals(results, GOALS)

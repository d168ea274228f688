"""Writes what deployments took as the section `Deploy` of BENCHMARKS.md, and its picture. Pure."""

from __future__ import annotations

from typing import Final

from bench import pictures
from bench.deploy_sides import APART, FEW, MANY, ONE, SAM
from bench.goals import OURS, Goal, amount, outcomes
from bench.page import alternative, case_text, goals_table, skipped_text, table
from bench.results import Case, Results
from bench.sections import DEPLOY

PICTURE: Final = "docs/pictures/benchmark-deploy.svg"
SAVED: Final = 1 / 0.3
"""70 % less, as the requirements say."""
GOALS: Final = (
    Goal("first", "4 regions, first deployment, archives not yet made", SAM,
         at_most=9, ratio_at_least=8),
    Goal("unchanged", "4 regions, nothing changed", SAM, at_most=1.6, ratio_at_least=29),
    Goal("first-one", "1 region, first", SAM, at_most=3, ratio_at_least=7),
    Goal("growth", "20 regions against 4, nothing changed: under twice", FEW, MANY,
         ratio_at_least=1 / 2),
    Goal("slow-unchanged", "4 regions, nothing changed, 200 ms added to every AWS call", SAM,
         ratio_at_least=10),
    Goal("slow-first", "4 regions, first, 200 ms added to every AWS call", SAM,
         ratio_at_least=10),
    Goal("apart", "4 regions in one go against one by one: 70 % less", APART,
         ratio_at_least=SAVED),
    Goal("sent", "bytes sent, 4 regions in one go against one by one: 70 % less", APART, FEW,
         metric="bytes", ratio_at_least=SAVED),
    Goal("sent", "bytes sent, 4 regions against 1: no more", ONE, FEW, metric="bytes",
         ratio_at_least=1),
    Goal("sent", "bytes sent, 20 regions against 1: no more", ONE, MANY, metric="bytes",
         ratio_at_least=1),
)  # fmt: skip
METHOD: Final = """\
Both tools talk to the same embedded cloud at the same address (`AWS_ENDPOINT_URL`), started by \
the benchmark and emptied before each first deployment: `sam deploy` for each region in turn, and \
one `sam-deploy deploy --target aws`, so that nothing of what is special to `--target embedded` \
takes part. It creates resources at once and is next door: the figures are what the tools \
themselves take, and the time that AWS takes comes on top for both. Wall time of whole processes, \
in turn (A B A B), medians with the least and the greatest run in brackets.

`sam deploy` starts from what `sam build` left, in buckets that are there; it makes the zips, \
sends them and creates the stack. `sam-deploy deploy` builds as well: its store has the wheels, \
its project the locks, but there is no archive of this app and no verdict of cfn-lint on its \
template. So it makes the ten archives, checks the template, creates the buckets, sends, copies, \
publishes layers, creates the stacks, and publishes and moves the aliases. Archives carry no \
compiled files (`bytecode="off"`), as those of SAM have none. `template checked before` is the \
same with that verdict known."""


def section(results: Results) -> str:
    """Return the part of BENCHMARKS.md that these results are in."""
    reached = outcomes(results, GOALS)
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    machine = ", ".join(f"{value} {name}" for name, value in results.machine.items())
    made = (
        "Made by `uv run benchmarks/deploy.py`. The app of the build benchmark, with an HTTP API "
        "in front of its FastAPI function and an alias for every function: five functions, five "
        f"layers.\n\n{results.date} · {machine} · {versions} · runs of each: {results.runs}, "
        "but where a note says otherwise."
    )
    parts = [
        DEPLOY,
        made,
        *([f"![{alternative(reached)}]({PICTURE})", goals_table(reached)] if reached else []),
        METHOD,
        *_per_region(results),
        *(case_text(each) for each in results.cases),
        *skipped_text(results.skipped, "### What could not be deployed"),
    ]
    return "\n\n".join(part for part in parts if part)


def picture(results: Results) -> str | None:
    """Return the bars of every goal in seconds; nothing when no such case ran."""
    return pictures.of_goals(results, GOALS)


def _per_region(results: Results) -> list[str]:
    """Return seconds for each region, by how many there are; nothing when nothing was measured."""
    wanted = (
        ("first deployment", (("first-one", 1), ("first", 4), ("many", 20))),
        ("nothing changed", (("unchanged-one", 1), ("unchanged", 4), ("growth", 20))),
    )
    header = ("seconds for each region", "1 region", "4 regions", "20 regions")
    rows = [
        [f"{what}, `{name}`", *(_share(results.case(key), name, count) for key, count in cases)]
        for what, cases in wanted
        for name in (SAM, OURS)
    ]
    if all(set(row[1:]) == {"-"} for row in rows):
        return []
    return ["### Seconds for each region", table(header, rows)]


def _share(case: Case | None, name: str, regions: int) -> str:
    names = (MANY,) if name == OURS and case and not case.named(OURS) else (name,)
    series = next((found for one in names if case and (found := case.named(one))), None)
    seconds = series.median("seconds") if series else None
    return "-" if seconds is None else amount(seconds / regions, "seconds")

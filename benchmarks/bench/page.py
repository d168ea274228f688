"""Writes the results as a page: every goal with its verdict, every figure behind it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bench.goals import Goal, Outcome, amount, outcomes, times_text
from bench.results import Case, Line, Results, fitted, functions_text, ratio

BARS: Final = "docs/pictures/benchmark-build.svg"
CURVE: Final = "docs/pictures/benchmark-growth.svg"
HEADINGS: Final = {"seconds": "seconds", "bytes": "bytes", "peak_bytes": "largest process"}
METHOD: Final = """\
How it is measured: each contender in turn (A B A B), so that a busy minute hits all of them;
medians, with the least and the greatest run in brackets; CPU seconds and the largest process are
the kernel's (`wait4`). Caches are folders of the benchmark's own. All tools run with their
compiled modules in place, telemetry off. `sam build` makes folders and no archives: zipping comes
on top, at `sam deploy`; sam-deploy's times end with finished, checked archives. Unless a row says
otherwise, archives of sam-deploy carry no compiled files (`bytecode="off"`), as the others have
none. Package indexes are reached by each tool's own client, so the cold rows depend on the net."""


def render(results: Results) -> str:
    """Return BENCHMARKS.md."""
    reached = outcomes(results)
    parts = [
        "# Benchmarks",
        _introduction(results),
        f"![{alternative(reached)}]({BARS})",
        "## Goals",
        goals_table(reached),
        *_growth(results.case("growth")),
        "## Every figure",
        METHOD,
        *(case_text(each) for each in results.cases if each.key != "growth"),
        *skipped_text(results.skipped),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; `|` inside a cell is kept from ending it."""
    every = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in every
    )


def spread_text(case: Case, name: str, metric: str) -> str:
    """Return '22.2 s (22.1-22.5)', or '-' where nothing was measured."""
    series = case.named(name)
    middle = series.median(metric) if series else None
    if series is None or middle is None:
        return "-"
    low, high = series.spread(metric)
    if low == high:
        return amount(middle, metric)
    return f"{amount(middle, metric)} ({_bare(low, metric)}-{_bare(high, metric)})"


def growth_points(case: Case) -> list[tuple[int, float]]:
    """Return (functions, seconds), which the series of the growth case are named by."""
    medians = [(int(each.name), each.median("seconds")) for each in case.series]
    return [(functions, seconds) for functions, seconds in medians if seconds is not None]


def growth_line(case: Case) -> Line:
    """Return the line that fits the growth."""
    return fitted([(float(x), y) for x, y in growth_points(case)])


def _bare(value: float, metric: str) -> str:
    return amount(value, metric).rpartition(" ")[0]


def _introduction(results: Results) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    machine = ", ".join(f"{value} {name}" for name, value in results.machine.items())
    return (
        "Made by `uv run benchmarks/build.py`, which installs the others at pinned versions, runs "
        "all of them side by side and writes this page. The app: five functions (one of them "
        "FastAPI on Mangum) and five layers (pymongo, reportlab, mangum, pandas, requests) for "
        "python3.11 on x86_64.\n\n"
        f"{results.date} · {machine} · {versions} · "
        f"{results.runs} runs of each, fewer of what takes minutes."
    )


def alternative(reached: Sequence[Outcome]) -> str:
    """Return what the bars say, for those who do not see them."""
    told = "; ".join(
        f"{each.goal.words}: {_middle(each, ours=False)} against {_middle(each, ours=True)}"
        for each in reached
        if each.goal.metric == "seconds"
    )
    return f"Seconds on a logarithmic scale, the others first, sam-deploy second. {told}"


def _middle(outcome: Outcome, *, ours: bool) -> str:
    series = outcome.ours if ours else outcome.theirs
    return amount(series.median(outcome.goal.metric) or 0.0, outcome.goal.metric)


def goals_table(reached: Sequence[Outcome]) -> str:
    """Return how many goals are reached, and a row for each."""
    header = ("case", "the other", "takes", "sam-deploy", "ratio", "CPU ratio", "goal", "verdict")
    missed = sum(bool(each.problems) for each in reached)
    told = f"{len(reached) - missed} of {len(reached)} goals are reached."
    return f"{told}\n\n{table(header, [_goal_row(each) for each in reached])}"


def _goal_row(outcome: Outcome) -> list[str]:
    goal = outcome.goal
    case = Case("", "", (outcome.theirs, outcome.ours))
    verdict = f"**missed**: {'; '.join(outcome.problems)}" if outcome.problems else "reached"
    return [
        goal.words,
        f"`{goal.theirs}`",
        spread_text(case, goal.theirs, goal.metric),
        spread_text(case, goal.ours, goal.metric),
        times_text(outcome.ratio),
        _cpu_ratio(outcome),
        _asked(goal),
        verdict,
    ]


def _cpu_ratio(outcome: Outcome) -> str:
    theirs, ours = outcome.theirs.median("cpu_seconds"), outcome.ours.median("cpu_seconds")
    if outcome.goal.metric != "seconds" or not theirs or not ours:
        return "-"
    return times_text(ratio(theirs, ours))


def _asked(goal: Goal) -> str:
    parts = []
    if goal.at_most is not None:
        parts.append(f"at most {amount(goal.at_most, goal.metric)}")
    if goal.ratio_at_least is not None:
        parts.append(f"at least {times_text(goal.ratio_at_least)}")
    return ", ".join(parts)


def _growth(case: Case | None) -> list[str]:
    if case is None:
        return []
    points, line = growth_points(case), growth_line(case)
    told = ", ".join(
        f"{functions_text(functions)} {seconds:.3f} s" for functions, seconds in points
    )
    sentence = (
        f"`sam-deploy build` when nothing changed: {told}. Fitted: {line.base:.3f} s and "
        f"{line.slope * 1000:.2f} ms for each function."
    )
    rows = [
        [f"{functions:,}", spread_text(case, str(functions), "seconds"),
         f"{line.at(functions):.3f} s", spread_text(case, str(functions), "cpu_seconds"),
         spread_text(case, str(functions), "peak_bytes")]
        for functions, _ in points
    ]  # fmt: skip
    header = ("functions", "seconds", "the fitted line", "CPU", "largest process")
    picture = f"![Seconds over functions, both logarithmic: {told}]({CURVE})"
    return ["## Growth", sentence, picture, table(header, rows), *_listed(case.notes)]


def case_text(case: Case) -> str:
    """Return a case with every figure."""
    metrics = [m for m in HEADINGS if any(m in each.values for each in case.series)]
    header = ["contender", *(HEADINGS[metric] for metric in metrics)]
    with_cpu = any("cpu_seconds" in each.values for each in case.series)
    if with_cpu:
        header.insert(2, "CPU seconds")
    rows = []
    for each in case.series:
        row = [each.name, *(spread_text(case, each.name, metric) for metric in metrics)]
        if with_cpu:
            row.insert(2, spread_text(case, each.name, "cpu_seconds"))
        rows.append(row)
    return "\n\n".join([f"### {case.title}", table(header, rows), *_listed(case.notes)])


def _listed(notes: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {note}" for note in notes)] if notes else []


def skipped_text(skipped: Sequence[str], heading: str = "## What could not run") -> list[str]:
    """Return what could not run, under a heading; nothing when everything did."""
    return [heading, *_listed(skipped)] if skipped else []

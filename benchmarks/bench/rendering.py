"""How long it takes from `deploy.py` to checked templates, for ten to a thousand functions.

Everything happens in this process: a command adds its own start once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bench import chart, many
from bench.goals import amount
from bench.measure import Run, say, series, timed
from bench.page import spread_text, table
from bench.results import Case, Line, Results, fitted, functions_text
from bench.sections import TEMPLATES
from sam_deploy import config, plan, template

SIZES: Final = (10, 100, 1_000)
PHASES: Final = ("load", "plan", "render", "check")
"""Of all stacks. `check` is everything but cfn-lint."""
TOTAL: Final = "load + plan + render"
ONE_STACK: Final = ("render, one stack", "cfn-lint, one stack", "SAM translator, one stack")
GOAL_SECONDS: Final = 2.0
CURVE: Final = "docs/pictures/benchmark-template.svg"


def rendering(scratch: Path, sizes: Sequence[int], runs: int) -> tuple[Case, ...]:
    """Return a case for each size."""
    return tuple(_case(scratch / str(size), size, runs) for size in sizes)


def _case(folder: Path, functions: int, runs: int) -> Case:
    folder.mkdir(parents=True)
    (folder / "deploy.py").write_text(many.deploy_py(functions), encoding="utf-8")
    every: dict[str, list[Run]] = {name: [] for name in (*PHASES, TOTAL, *ONE_STACK)}
    noted: tuple[str, ...] = ()
    for number in range(runs):
        noted = _once(folder, every, with_others=number < 2)  # noqa: PLR2004 - they take seconds
        total = sum(every[name][-1].seconds for name in PHASES[:3])
        every[TOTAL].append(Run(total))
        say(f"    {functions_text(functions)} {number + 1}/{runs}: {total:.3f} s")
    made = tuple(series(name, found) for name, found in every.items())
    return Case(f"template-{functions}", functions_text(functions), made, noted)


def _once(folder: Path, every: dict[str, list[Run]], *, with_others: bool) -> tuple[str, ...]:
    kept: dict[str, Any] = {}

    def measured(name: str, action: Callable[[], object]) -> None:
        every[name].append(timed(lambda: kept.update({name: action()})))

    measured("load", lambda: config.load(folder))
    app = kept["load"]
    measured("plan", lambda: plan.make(app, folder, plan.Request()))
    stacks = kept["plan"].stacks
    keys = {each.key: f"{'0' * 64}.zip" for each in kept["plan"].builds}
    measured("render", lambda: [template.render(app, stack, keys) for stack in stacks])
    made = list(zip(kept["render"], stacks, strict=True))
    measured("check", lambda: [_found(one, stack.regions) for one, stack in made])
    if any(kept["check"]):
        raise AssertionError(f"the checks refuse what is measured: {kept['check']}")
    one, stack = made[0]
    measured(ONE_STACK[0], lambda: template.render(app, stack, keys))
    if with_others:
        measured(ONE_STACK[1], lambda: template.lint(one, stack.regions[:1]))
        measured(ONE_STACK[2], lambda: _translated(one.body))
    resources = sum(each.resource_count for each, _ in made)
    size = sum(len(each.body.encode()) for each, _ in made)
    most = max(each.resource_count for each, _ in made)
    stacks_text = "1 stack" if len(made) == 1 else f"{len(made)} stacks"
    held = f"{resources:,} resources (at most {most} in a stack)"
    return (f"{stacks_text}, {held}, {size / 1e6:.1f} MB of templates",)


def _found(one: template.Template, regions: Sequence[str]) -> tuple[str, ...]:
    return template.check(one, regions, with_lint=False)


class _NoManagedPolicies:
    """Stands for a call to IAM that the translator would make."""

    def load(self) -> dict[str, str]:
        return {}


def _translated(body: str) -> object:
    """Do what `sam validate` does: read the template and translate it."""
    import yaml  # noqa: PLC0415 - only here
    from samtranslator.translator.transform import transform  # noqa: PLC0415 - takes a second

    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    return transform(yaml.safe_load(body), {}, _NoManagedPolicies())


def section(results: Results) -> str:
    """Return the part of BENCHMARKS.md that these results are in."""
    points = growth_points(results)
    line = growth_line(results)
    told = ", ".join(f"{functions_text(n)} {amount(s, 'seconds')}" for n, s in points)
    largest, seconds = points[-1]
    verdict = "reached" if seconds <= GOAL_SECONDS else "**missed**"
    header = ("functions", *PHASES, TOTAL, "for each function", *ONE_STACK)
    rows = [list(_row(each)) for each in results.cases]
    notes = [f"- {each.title}: {note}" for each in results.cases for note in each.notes]
    method = (
        "Made by `uv run benchmarks/template.py`. From `deploy.py` to the templates of all stacks, "
        "in one process: feature sets of fifty functions with queues, buckets, tables and routes, "
        "two environments, two regions. `check` is every check but cfn-lint. "
        f"{results.date}, {results.runs} runs of each."
    )
    growth = (
        f"Load, plan and render: {told}. Fitted: {line.base:.3f} s and {line.slope * 1000:.2f} ms "
        f"for each function. Goal: {functions_text(largest)} in {GOAL_SECONDS:.0f} s: {verdict}."
    )
    picture = f"![Seconds over functions, both logarithmic: {told}]({CURVE})"
    return "\n\n".join((TEMPLATES, method, growth, picture, table(header, rows), "\n".join(notes)))


def growth_points(results: Results) -> list[tuple[int, float]]:
    """Return (functions, seconds) from `deploy.py` to the templates."""
    found = ((each.key, each.named(TOTAL)) for each in results.cases)
    medians = [(int(key.rpartition("-")[2]), one.median("seconds")) for key, one in found if one]
    return [(functions, seconds) for functions, seconds in medians if seconds is not None]


def growth_line(results: Results) -> Line:
    """Return the line that fits the growth."""
    return fitted([(float(x), y) for x, y in growth_points(results)])


def curve(results: Results) -> str:
    """Return the picture."""
    points, line = growth_points(results), growth_line(results)
    told = ", ".join(f"{functions_text(n)}: {seconds:.3f} s" for n, seconds in points)
    title = f"Load, plan and render: {line.slope * 1000:.2f} ms for each function"
    return chart.curve(title, told, points, line.base, line.slope)


def _row(case: Case) -> Iterator[str]:
    functions = int(case.key.rpartition("-")[2])
    total = case.named(TOTAL)
    yield f"{functions:,}"
    yield from (spread_text(case, name, "seconds") for name in (*PHASES, TOTAL))
    yield f"{1000 * (total.median('seconds') or 0.0) / functions:.2f} ms" if total else "-"
    yield from (spread_text(case, name, "seconds") for name in ONE_STACK)

"""Turns results into the two pictures of the page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench import chart
from bench.goals import GOALS, Goal, outcomes, times_text
from bench.page import growth_line, growth_points
from bench.results import Results, functions_text


def of_goals(results: Results, goals: Sequence[Goal] = GOALS) -> str | None:
    """Return the bars of every goal in seconds; nothing when no such case ran."""
    groups = []
    for each in outcomes(results, goals):
        theirs, ours = each.theirs.median("seconds"), each.ours.median("seconds")
        if each.goal.metric == "seconds" and theirs and ours:
            remark = times_text(each.ratio)
            bars = (
                chart.Bar(each.goal.theirs, theirs),
                chart.Bar(each.goal.ours, ours, ours=True, remark=remark),
            )
            groups.append(chart.Group(each.goal.words, bars))
    if not groups:
        return None
    told = "; ".join(
        f"{group.title}: {', '.join(f'{bar.name} {bar.seconds:.3g} s' for bar in group.bars)}"
        for group in groups
    )
    return chart.bars("Seconds, on a logarithmic scale; shorter is better", told, groups)


def of_growth(results: Results) -> str | None:
    """Return the growth curve; nothing when it was not measured."""
    case = results.case("growth")
    if case is None:
        return None
    points, line = growth_points(case), growth_line(case)
    told = ", ".join(
        f"{functions_text(functions)}: {seconds:.3f} s" for functions, seconds in points
    )
    title = f"Nothing changed: {line.slope * 1000:.2f} ms for each function"
    return chart.curve(title, told, points, line.base, line.slope)

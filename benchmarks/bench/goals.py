"""What the build benchmark was asked to reach, and the verdict on each. Pure.

The figures are those of the build engine's requirements: a ratio to the incumbent, measured in
the same go, and a ceiling of our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.results import Case, Results, Series, ratio

OURS: Final = "sam-deploy"
MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Goal:
    """Ours against theirs in a case: at most so much, and at least so many times less."""

    case: str
    words: str
    theirs: str
    ours: str = OURS
    metric: str = "seconds"
    at_most: float | None = None
    ratio_at_least: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A goal with what was measured. `problems` is empty when it was reached."""

    goal: Goal
    theirs: Series
    ours: Series
    ratio: float
    problems: tuple[str, ...]


GOALS: Final = (
    Goal("cold", "cold: both caches empty, nothing locked", "sam build --parallel",
         at_most=4.4, ratio_at_least=5),
    Goal("warm", "caches warm, outputs and archives removed", "sam build",
         at_most=0.8, ratio_at_least=40),
    Goal("unchanged", "nothing changed", "sam build --cached --parallel",
         at_most=0.3, ratio_at_least=24),
    Goal("one-line", "one source line changed", "sam build --cached --parallel",
         at_most=0.4, ratio_at_least=25),
    Goal("pandas", "pandas layer from fetched wheels", "uv pip install + zip level 6",
         at_most=0.12, ratio_at_least=38),
    Goal("pandas", "pandas layer against copying its bytes once", "copying the bytes",
         ratio_at_least=1 / 3),
    Goal("bytes", "bytes of all archives, as they are", "sam build + zip level 6", metric="bytes",
         at_most=54.8e6, ratio_at_least=0.99),
    Goal("bytes", "bytes of all archives, slimmed", "sam build + zip level 6", metric="bytes",
         ours="sam-deploy, slimmed", at_most=50.5e6, ratio_at_least=1.08),
    Goal("import", "import of the FastAPI handler from the archive", "sam build",
         ratio_at_least=2),
    Goal("memory", "peak memory of the largest process", "sam build", metric="peak_bytes",
         at_most=100 * MEBIBYTE),
)  # fmt: skip


def outcomes(results: Results, goals: Sequence[Goal] = GOALS) -> list[Outcome]:
    """Return the verdict on every goal whose case ran."""
    return [found for goal in goals if (found := _outcome(goal, results.case(goal.case)))]


def _outcome(goal: Goal, case: Case | None) -> Outcome | None:
    theirs, ours = (case.named(name) if case else None for name in (goal.theirs, goal.ours))
    if theirs is None or ours is None:
        return None
    before, now = theirs.median(goal.metric), ours.median(goal.metric)
    if before is None or now is None:
        return None
    times = ratio(before, now)
    problems = []
    if goal.at_most is not None and now > goal.at_most:
        problems.append(f"{amount(now, goal.metric)} is above {amount(goal.at_most, goal.metric)}")
    if goal.ratio_at_least is not None and times < goal.ratio_at_least:
        problems.append(f"{times_text(times)} is below {times_text(goal.ratio_at_least)}")
    return Outcome(goal, theirs, ours, times, tuple(problems))


def amount(value: float, metric: str) -> str:
    """Return a figure with its unit: 4.21 ms, 0.243 s, 22.2 s, 54.5 MB, 96 MiB."""
    if metric == "bytes":
        return f"{value / 1e6:.1f} MB"
    if metric == "peak_bytes":
        return f"{value / MEBIBYTE:.0f} MiB"
    if value < 0.01:  # noqa: PLR2004 - digits that mean something
        return f"{value * 1000:.2f} ms"
    return f"{value:.3f} s" if value < 1 else f"{value:.1f} s"


def times_text(times: float) -> str:
    """Return a ratio with as many digits as mean something: 0.33x, 4.2x, 38x."""
    if times < 1.995:  # noqa: PLR2004 - below two, hundredths matter
        return f"{times:.2f}x"
    return f"{times:.1f}x" if times < 10 else f"{times:.0f}x"  # noqa: PLR2004 - two digits

"""A release plan as the page shows it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sam_deploy.promotion import Flip, ReleasePlan
from sam_deploy.ui.ports import Json

FACTS = {
    "made_of": "commit",
    "code_sha256": "code",
    "memory_mb": "memory",
    "timeout_seconds": "timeout",
    "runtime": "runtime",
    "role": "role",
    "layers": "layers",
}
"""Field of a version -> what people call it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan, and what the terminal says of it in words."""

    plan: ReleasePlan
    lines: tuple[str, ...] = ()
    """What it does beside the aliases: stacks, what stays, how calls go over."""
    changes: tuple[str, ...] = ()
    """What changes in its stacks; details are indented."""


def plan_object(shown: Shown, warnings: Sequence[str]) -> Json:
    """Return what a plan will do: a row for each alias that moves, and the rest in words."""
    plan = shown.plan
    rows = [_row(each) for each in plan.moves]
    return {
        "rows": rows,
        "lines": list(shown.lines),
        "changes": list(shown.changes),
        "digest": plan.short,
        "warnings": [*warnings, *_own(plan)],
        "source": plan.source,
        "regions": list(plan.regions),
        "unchanged": len(plan.flips) - len(rows),
        "steps": [round(each * 100, 3) for each in plan.strategy.weights],
        "stacks": [
            {"stack": each.stack, "region": each.region, "way": each.way} for each in plan.stacks
        ],
    }


def _own(plan: ReleasePlan) -> list[str]:
    """Return what a plan itself warns about."""
    found = [f"{each} is left out: it stays as it is, and will differ" for each in plan.without]
    if plan.only:
        found.append(f"limited to {', '.join(plan.only)}: everything else stays as it is")
    return [*found, *plan.warnings]


def _row(flip: Flip) -> Json:
    before, after = flip.before, flip.after
    return {
        "function": flip.name,
        "region": flip.region,
        "before": before.number or None,
        "after": after.number,
        "changed": [
            name for fact, name in FACTS.items() if getattr(before, fact) != getattr(after, fact)
        ],
        "commit_before": before.made_of or None,
        "commit_after": after.made_of or None,
    }

"""What a promotion says of stacks that it deploys, and how it proves what they serve. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import plural

if TYPE_CHECKING:
    from sam_deploy.promotion import ReleasePlan

SHORT: Final = 12
"""Letters of a hash (base64, as Lambda tells it)."""


def before(plan: ReleasePlan) -> list[str]:
    """Return what a plan does before any alias moves; nothing in the shared topology."""
    if not plan.stacks:
        return []
    lines = [f"{each}: code {code}, as {plan.source} serves it" for each, code in _codes(plan)]
    changed = [each for each in plan.stacks if each.way != "none"]
    names = list(dict.fromkeys(each.stack for each in changed))
    if changed:
        lines.append(
            f"{plural(len(changed), 'stack')} ({', '.join(names)}) first; aliases move when all "
            "of them stand"
        )
    new = list(dict.fromkeys(region for region, _ in plan.new))
    if new:
        lines.append(
            f"{plan.environment} is new in {', '.join(new)}: an alias that comes with its stack "
            "serves at once, region by region"
        )
    return [*lines, ""]


def proof(plan: ReleasePlan) -> list[str]:
    """Return what shows that each function has the code of its source; nothing when shared."""
    if not plan.stacks:
        return []
    return [
        "",
        *(
            f"  {each}: code {code} in every region, as in {plan.source}"
            for each, code in _codes(plan)
        ),
    ]


def _codes(plan: ReleasePlan) -> list[tuple[str, str]]:
    codes = {each.function: each.after.code_sha256[:SHORT] for each in plan.flips}
    return list(codes.items())

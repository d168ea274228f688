"""Holds what a release plan says against what Lambda says.

The plan comes from whoever asks. So the mail tells what was found here, and nothing that is only
in the plan can mislead the person who reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sam_deploy.broker.function.plans import (
    PENDING_VERSION,
    AskedPlan,
    Lambdas,
    PlannedMove,
    SeenVersion,
)
from sam_deploy.broker.function.rows import BrokerRefusal
from sam_deploy.broker.function.settings import BrokerSettings


def held_against(
    plan: AskedPlan,
    lambdas: Lambdas,
    settings: BrokerSettings,
    *,
    begun: bool,
    at_once: Callable[..., Iterable[Any]] = map,
) -> None:
    """What a plan says of versions is what Lambda says. Raises `BrokerRefusal` when it is not.

    Only what the environment before serves may be promoted. `begun`: it was agreed to before, so
    its aliases may be on their way.
    """
    problems = at_once(
        lambda move: _wrong(move, lambdas, begun) or _untested(move, lambdas, settings, begun),
        plan.moves,
    )
    wrong = [each for each in problems if each]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise BrokerRefusal(
            "refused",
            "The plan is not what the broker has found",
            f"{wrong[0]}{more}",
            "run the same command again: it makes a new plan",
        )


def _wrong(move: PlannedMove, lambdas: Lambdas, begun: bool) -> str:  # noqa: FBT001 - see above
    where = f"`{move.function}` in `{move.region}`"
    if move.after == PENDING_VERSION:
        return ""  # its stack comes first; `moves.py` looks at the code of what it has made
    alias = lambdas.alias(move.region, move.function, move.alias)
    if alias is None:
        return f"{where} has no alias `{move.alias}`"
    on_its_way = begun and alias.version in {move.before, move.after}
    if alias.routing != (move.before, move.weights) and not on_its_way:
        return f"{where}: `{move.alias}` serves version {alias.version}, not {move.before}"
    version = lambdas.version(move.region, move.function, move.after)
    if version is None:
        return f"{where} has no version {move.after}"
    if version.code != move.code:
        return f"{where}: version {move.after} holds other code than the plan says"
    if move.commit and move.commit.rstrip("+") not in version.description:
        return f"{where}: version {move.after} does not say that it is of commit {move.commit[:12]}"
    return ""


def _untested(
    move: PlannedMove,
    lambdas: Lambdas,
    settings: BrokerSettings,
    begun: bool,  # noqa: FBT001 - see above
) -> str:
    """Return that a version is not the one that the environment before serves."""
    if begun:
        return ""  # what comes before may have moved on since somebody agreed
    where = f"`{move.function}` in `{move.region}`"
    source = settings.sources.get(move.alias, "")
    if source:
        before = lambdas.alias(move.region, move.function, source)
        if before is not None and before.routing == (move.after, ()):
            return ""
        serves = f"serves version {before.version}" if before else "does not exist"
        return f"{where}: `{source}` {serves}, not {move.after} alone"
    function, name = settings.origins[move.alias][move.function]
    before = lambdas.alias(move.region, function, name)
    version = lambdas.version(move.region, function, before.version) if before else None
    if before is None or before.weights or version is None:
        return f"{where}: `{name}` of `{function}` does not serve one version"
    if not is_same(version, move.code, move.commit):
        return f"{where}: `{name}` of `{function}` serves other code than the plan says"
    return ""


def is_same(version: SeenVersion, code: str, commit: str) -> bool:
    """Whether a version holds that code, and says that it is of that commit."""
    return bool(code) and version.code == code and commit.rstrip("+") in version.description

"""Decides which guarded alias may be moved to which version. Pure, but for the reads it is given.

Allowed are: what an alias serves anyway (another description), what it served just before, what it
has served before (a rollback), and what an agreed plan says of it, while that is good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sam_deploy.broker.function.held import is_same
from sam_deploy.broker.function.plans import PENDING_VERSION, Routing, SeenAlias, SeenVersion
from sam_deploy.broker.function.rows import BrokerRefusal

SET_MOST = 500
"""Versions that are remembered of an alias; the oldest go first."""


@dataclass(frozen=True, slots=True)
class AskedMove:
    """One alias, and what it shall be. Without a revision the one that is read here counts."""

    region: str
    function: str
    alias: str
    to: Routing
    description: str
    revision_id: str
    digest: str
    """Of the plan that it belongs to; '' for a rollback."""

    @property
    def versions(self) -> frozenset[str]:
        """Every version that would be served."""
        version, weights = self.to
        return frozenset({version, *(other for other, _ in weights)})


def allowed_by(
    move: AskedMove,
    current: SeenAlias,
    known: Mapping[str, Any],
    plan: Mapping[str, Any] | None,
    now: float,
    seen: Callable[[str], SeenVersion | None],
) -> str:
    """Return why a guarded alias may be moved; raise `BrokerRefusal` when it may not.

    `known` is the alias's row, `plan` the row of the plan with `move.digest`, and `seen` tells
    what a version is.
    """
    if move.to == current.routing:
        return "as it is"
    if move.to == routing_read(known.get("undo")):
        return "back"
    version, weights = move.to
    if not weights and version in known.get("served", ()):
        return "served before"
    why = _not_planned(move, plan, now, seen)
    if not why:
        return "plan"
    raise BrokerRefusal(
        "refused",
        f"The broker does not move `{move.alias}` of `{move.function}` in `{move.region}` to "
        f"version {version}",
        why,
        f"`sam-deploy promote {move.alias}` asks for a code",
    )


def _not_planned(
    move: AskedMove,
    plan: Mapping[str, Any] | None,
    now: float,
    seen: Callable[[str], SeenVersion | None],
) -> str:
    """Return why no plan allows a move; '' when one does."""
    if not move.digest:
        return "it never served that, and no plan was named that says so"
    if plan is None:
        return "the broker knows no such plan"
    if not plan.get("agreed"):
        return "nobody has agreed to its plan yet"
    if now >= float(plan.get("good_until", 0)):
        return "its plan was agreed to, but is too old by now"
    planned = plan.get("moves", {}).get(f"{move.region}/{move.function}/{move.alias}")
    if planned is None:
        return "its plan does not move this alias"
    for version in sorted(move.versions - {planned["before"]}):
        if not _is_after(version, planned, seen):
            return f"its plan is {planned['before']} -> {planned['after']}"
    return ""


def _is_after(
    version: str, planned: Mapping[str, Any], seen: Callable[[str], SeenVersion | None]
) -> bool:
    if planned["after"] != PENDING_VERSION:
        return version == str(planned["after"])
    # published after the plan was agreed to: the same code of the same commit is the same thing
    found = seen(version) if version.isdigit() else None
    return found is not None and is_same(found, planned["code"], planned.get("commit", ""))


def moved_on(known: Mapping[str, Any], current: SeenAlias, to: Routing) -> dict[str, Any]:
    """Return an alias's row for the moment before it is moved from what it serves to `to`.

    What it serves now can be gone back to: `served` has the version, `undo` the weights, too.
    `set` are the versions that the broker has set, for `came_around`.
    """
    row = dict(known)
    # before its first move here nobody can say that somebody came around the broker
    row["set"] = _with(known.get("set") or [current.version], to[0])
    if to == current.routing:
        return row
    row["served"] = _with(known.get("served", []), current.version)
    row["undo"] = [current.version, [list(each) for each in current.weights]]
    return row


def _with(versions: list[str], version: str) -> list[str]:
    return [*(each for each in versions if each != version), version][-SET_MOST:]


def routing_read(found: Any) -> Routing | None:  # noqa: ANN401 - as JSON has it
    """Return a routing from a row; nothing when there is none."""
    if not found:
        return None
    version, weights = found
    return str(version), tuple((str(other), float(part)) for other, part in weights)


def came_around(known: Mapping[str, Any] | None, current: SeenAlias | None) -> bool:
    """Whether an alias serves what the broker has never set it to: somebody went past it."""
    if not known or not known.get("set"):
        return False  # never moved by the broker
    return current is not None and current.version not in known["set"]

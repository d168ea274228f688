"""Reads a release plan, and tells it. What it says is held against Lambda in `held.py`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sam_deploy.broker.function.rows import BrokerRefusal
from sam_deploy.broker.function.settings import BrokerSettings

PENDING_VERSION: Final = "new"
"""Stands for a version that is published later, when its stack stands: known by its code."""
SHORT_COMMIT: Final = 7
LINE_MOST: Final = 120
"""Letters of what the mail tells of a plan in its own words."""
DAY_OF_STEPS: Final = 86_400 * 7
"""A plan in steps is good for no longer than a week, whatever its steps add up to."""
Routing = tuple[str, tuple[tuple[str, float], ...]]
"""A version, and the weights of others."""


@dataclass(frozen=True, slots=True)
class SeenAlias:
    """An alias as Lambda tells it."""

    version: str
    weights: tuple[tuple[str, float], ...]
    description: str
    revision_id: str

    @property
    def routing(self) -> Routing:
        """What it serves."""
        return self.version, self.weights


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A published version as Lambda tells it. `code` is its SHA-256 in base64."""

    code: str
    description: str


class Lambdas(Protocol):
    """Lambda in all regions."""

    def alias(self, region: str, function: str, name: str) -> SeenAlias | None:
        """Return an alias (GetAlias)."""

    def version(self, region: str, function: str, number: str) -> SeenVersion | None:
        """Return a version (GetFunctionConfiguration)."""

    def move(
        self, region: str, function: str, name: str, to: Routing, description: str, revision: str
    ) -> SeenAlias:
        """Move an alias (UpdateAlias). Raises `BrokerRefusal` with the code of Lambda."""


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """One alias that a plan moves. `code` is that of the version after, in base64."""

    region: str
    function: str
    alias: str
    before: str
    after: str
    code: str
    commit: str
    weights: tuple[tuple[str, float], ...]
    """Before, of others than `before`."""

    @property
    def key(self) -> str:
        """Which alias it is."""
        return alias_key(self.region, self.function, self.alias)

    def kept(self) -> dict[str, Any]:
        """Return what the table keeps of it."""
        kept = {"before": self.before, "after": self.after}
        return {**kept, "code": self.code, "commit": self.commit}


@dataclass(frozen=True, slots=True)
class AskedPlan:
    """A release plan, as far as a broker reads it."""

    digest: str
    environment: str
    caller: str
    moves: tuple[PlannedMove, ...]
    steps: tuple[float, ...]
    """Fractions of calls before the last step."""
    step_seconds: float
    without: tuple[str, ...]


def alias_key(region: str, function: str, alias: str) -> str:
    """Return the name of an alias in rows."""
    return f"{region}/{function}/{alias}"


def plan_read(text: str, settings: BrokerSettings, account: str) -> AskedPlan:
    """Return a plan. Raises `BrokerRefusal` for one that is not this app's, or is no plan."""
    try:
        found = json.loads(text)
        plan = _asked(text, found)
        about = (str(found["app"]), str(found["account"]), str(found["act"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _not_asked("what was sent is no release plan", type(error).__name__) from error
    if text != json.dumps(found, sort_keys=True, separators=(",", ":")):
        raise _not_asked("the plan is not in its canonical form", "its digest would mean nothing")
    if about != (settings.app, account, "promote"):
        wanted = f"promote `{settings.app}` in {account}"
        raise _not_asked("the plan is not for this broker", f"it does not {wanted}")
    for move in plan.moves:
        if move.alias != plan.environment:
            raise _not_asked(f"the plan moves `{move.alias}`", "it says that it moves another one")
        if not settings.guards(move.region, move.function, move.alias):
            raise BrokerRefusal(
                "refused",
                f"The broker does not know `{move.function}` in `{move.region}`",
                "it came after the broker's template was written",
                "write the template again (`sam-deploy broker template`), and deploy it",
            )
        # where environments share functions, every version that can be promoted has a number
        pending = move.after == PENDING_VERSION and move.alias not in settings.sources
        named = move.after.isdigit() or pending
        if not (named and (move.before.isdigit() or not move.before)):
            raise _not_asked("the plan names no version", f"`{move.key}`: `{move.after[:20]}`")
    if not plan.moves:
        raise _not_asked("the plan moves nothing", "there is nothing to agree to")
    return plan


def _asked(text: str, found: dict[str, Any]) -> AskedPlan:
    strategy = found["strategy"]
    return AskedPlan(
        digest=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        environment=str(found["environment"]),
        caller=_line(found["caller"]),
        moves=tuple(
            _planned(each)
            for each in found["flips"]
            if each["before"]["number"] != each["after"]["number"] or each["weights"]
        ),
        steps=tuple(float(each) for each in strategy["weights"]),
        step_seconds=float(strategy["every_seconds"]) + float(strategy["hold_seconds"]),
        without=tuple(_line(each) for each in found["without"]),
    )


def _planned(flip: dict[str, Any]) -> PlannedMove:
    after = flip["after"]
    return PlannedMove(
        region=str(flip["region"]),
        function=str(flip["function"]),
        alias=str(flip["alias"]),
        before=_line(flip["before"]["number"]),
        after=str(after["number"]),
        code=str(after["code_sha256"]),
        commit=_line(after["commit"]),
        weights=tuple((str(version), float(part)) for version, part in flip["weights"]),
    )


def _line(given: object) -> str:
    """Return a text as one short line: more could look like another part of the mail."""
    return " ".join(str(given).split())[:LINE_MOST]


def _not_asked(what: str, why: str) -> BrokerRefusal:
    return BrokerRefusal(
        "refused",
        f"The broker takes no such plan: {what}",
        why,
        "use the sam-deploy that has written the broker's template",
    )


def plan_lines(plan: AskedPlan, around: Sequence[str], until: str) -> tuple[str, ...]:
    """Return what the mail says of a plan: a line a function, then what is special.

    `around` are the aliases that were moved past the broker, `until` the end of the plan.
    """
    lines = []
    for function in dict.fromkeys(each.function for each in plan.moves):
        moves = [each for each in plan.moves if each.function == function]
        ways = {(each.before, each.after) for each in moves}
        commits = dict.fromkeys(_short(each.commit) for each in moves if each.commit)
        commit = f" (commit {', '.join(commits)})" if commits else ""
        if len(ways) == 1:
            ((before, after),) = ways
            lines.append(f"{function}: version {before} -> {after}{commit}")
        else:
            each_way = ", ".join(f"{m.region} {m.before} -> {m.after}" for m in moves)
            lines.append(f"{function}: {each_way}{commit}")
    if plan.steps:
        lines.append(f"in steps: {', '.join(f'{each * 100:g}%' for each in plan.steps)}, then all")
    lines += [f"{each} is left out" for each in plan.without]
    lines += [f"WARNING: {each}" for each in around]
    lines.append(f"once agreed to, the broker carries it out until {until}")
    return tuple(lines)


def _short(commit: str) -> str:
    return commit[:SHORT_COMMIT] + ("+" if commit.endswith("+") else "")


def seconds_of_steps(plan: AskedPlan) -> float:
    """Return how long the steps of a plan take at most."""
    return min(len(plan.steps) * max(0.0, plan.step_seconds), DAY_OF_STEPS)

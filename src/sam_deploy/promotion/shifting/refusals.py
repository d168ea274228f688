"""What forbids a shift from the start: said at once, before anything is written."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sam_deploy.amounts import percent
from sam_deploy.aws import Alarms, Aws, Functions
from sam_deploy.config.model import App
from sam_deploy.errors import SamDeployError
from sam_deploy.promotion.model import Strategy
from sam_deploy.promotion.planning import LATEST
from sam_deploy.promotion.reading import Seen, Sight
from sam_deploy.promotion.shifting.judge import FIRING
from sam_deploy.template.watching import alarm_names

AT_ONCE: Final = 32
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a shift begins on: the alarms that are watched, and what is in the way."""

    alarms: Names
    problems: tuple[str, ...] = ()
    firing: tuple[tuple[str, str], ...] = ()
    """(region, alarm) that fire, and are let be (`Strategy.with_alarm`)."""


def look(app: App, environment: str, sight: Sight, strategy: Strategy, aws: Aws) -> Ground:
    """Return the alarms to watch, and everything that forbids the shift. Reads only."""
    regions = dict.fromkeys(each.spot.region for each in sight.seen)
    named = alarm_names(app, environment)
    alarms = {region: tuple(named.get(region, ())) for region in regions}
    moving = [each for each in sight.seen if _moves(each)]
    problems = [*_brokered(app), *_unwatched(environment, alarms, strategy)]
    problems += [problem for each in moving for problem in _spot_problems(each)]
    found = _alarms(alarms, aws)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        provisioned = pool.map(functools.partial(_provisioned, aws, environment), moving)
        problems += [each for each in provisioned if each]
    problems += [*found.problems]
    if not strategy.with_alarm:
        problems += [
            f"alarm `{name}` fires in `{region}`: end what it tells, or, when this release is the "
            "fix, add `--force-with-alarm`"
            for region, name in found.firing
        ]
    return Ground(alarms, tuple(problems), found.firing)


def _moves(seen: Seen) -> bool:
    """Whether the spot will serve another version, as far as it could be read."""
    if seen.failed is not None or seen.alias is None or seen.comes is None:
        return False
    return seen.alias.version != seen.comes.version


def _brokered(app: App) -> Iterator[str]:
    if app.promotion is not None and app.promotion.broker:
        yield (
            "the schedules that take a canary back need a role that may move aliases, and with a "
            "broker nobody else may: promote at once, with `--check` if need be"
        )


def _unwatched(environment: str, alarms: Names, strategy: Strategy) -> Iterator[str]:
    if not any(alarms.values()) and not strategy.check:
        yield (
            f"nothing watches {environment}: give it alarms in `deploy.py` "
            '(`Environment(..., alarms="normal")`) and deploy, or add `--check`'
        )


def _spot_problems(seen: Seen) -> Iterator[str]:
    where = f"`{seen.spot.name}` in `{seen.spot.region}`"
    alias, serves, comes = seen.alias, seen.serves, seen.comes
    if alias is None or comes is None:
        return
    if alias.version == LATEST:
        yield f"{where}: `{alias.name}` points at {LATEST}, which cannot share its calls"
    if alias.weights:
        shares = ", ".join(f"version {name}: {percent(part)}" for name, part in alias.weights)
        yield f"{where}: `{alias.name}` serves several versions already (also {shares})"
    if serves is not None and serves.role != comes.role:
        yield (
            f"{where}: version {comes.version} has another execution role than {serves.version}, "
            "and Lambda shares calls between versions of one role only; promote it at once"
        )


def _provisioned(aws: Aws, environment: str, seen: Seen) -> str:
    name = seen.alias.name if seen.alias else environment
    try:
        count = Functions(aws, seen.spot.region).provisioned(seen.spot.function, name)
    except SamDeployError as error:
        return f"`{seen.spot.region}` cannot be read: {error}"
    if not count:
        return ""
    return (
        f"`{seen.spot.name}` in `{seen.spot.region}`: `{name}` has provisioned concurrency "
        f"({count}), which an alias with two versions cannot have; promote it at once"
    )


def _alarms(names: Names, aws: Aws) -> Ground:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(functools.partial(_region, aws), names.items()))
    return Ground(
        names,
        tuple(problem for each in found for problem in each.problems),
        tuple(firing for each in found for firing in each.firing),
    )


def _region(aws: Aws, watched: tuple[str, Sequence[str]]) -> Ground:
    region, names = watched
    if not names:
        return Ground({})
    try:
        states = {each.name: each for each in Alarms(aws, region).states(names)}
    except SamDeployError as error:
        return Ground({}, (f"the alarms of `{region}` cannot be read: {error}",))
    missing = tuple(
        f"alarm `{name}` does not exist in `{region}`: deploy the app there, or promote without "
        "steps once, where its stack comes with a promotion"
        for name in names
        if name not in states
    )
    firing = tuple((region, name) for name, each in states.items() if each.state == FIRING)
    return Ground({}, missing, firing)

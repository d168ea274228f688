"""Gives the aliases of a new environment what its predecessor serves, before they are reachable.

CloudFormation makes an alias at the first version of its function, the oldest code. An alias that
has been moved carries a mark in its description; one that has not, and that joins a stack which
stands, starts here (docs/concepts/aliases.md).
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sam_deploy import naming
from sam_deploy.aws import Alias, Aws, Functions
from sam_deploy.config import physical
from sam_deploy.config.model import App
from sam_deploy.deploy import Added
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.events import Note, Report
from sam_deploy.release.move import AT_ONCE, Move, Moved, move

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class Seed:
    """A new alias, and the version that it starts with: the one that `source` serves."""

    region: str
    function: str
    """The function's name on AWS, such as ApiFunction."""
    environment: str
    source: str
    version: str


@dataclass(frozen=True, slots=True)
class _Place:
    region: str
    function: str
    environments: tuple[str, ...]
    """Those whose alias of this function joins."""


def seeds(app: App, joined: Sequence[Added], aws: Aws) -> tuple[Seed, ...]:
    """Return the version that each new alias starts with, function by function. Writes nothing.

    Raises `RefusedError` when an alias that is to be followed is not there, or does not serve
    exactly one version.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(functools.partial(_decide, app, aws), _places(app, joined))
        return tuple(seed for each in found for seed in each)


def seed(wanted: Sequence[Seed], aws: Aws, *, report: Report) -> tuple[Moved, ...]:
    """Every new alias serves the version of its predecessor, and its description says so.

    An alias whose description says that it has been moved is left alone. Raises `IncompleteError`
    when an alias is not there or could not be moved.
    """
    pairs = dict.fromkeys((each.environment, each.source) for each in wanted)
    for environment, source in pairs:
        report(Note(f"{environment} is new: it starts with what {source} serves"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        before = list(pool.map(functools.partial(_alias, aws), wanted))
    moved: list[Moved] = []
    for environment, source in pairs:
        moves = [
            Move(each.region, each.function, alias, each.version, always=True)
            for each, alias in zip(wanted, before, strict=True)
            if (each.environment, each.source) == (environment, source) and not alias.description
        ]
        moved += move(moves, aws, mark=f"seeded from {source}", report=report)
    return tuple(moved)


def _places(app: App, joined: Sequence[Added]) -> Iterator[_Place]:
    ids = [
        (function, environment.name, naming.alias_id(function.name, environment.name))
        for function in app.functions
        for environment in app.environments
    ]
    for each in joined:
        here: dict[str, list[str]] = {}
        for function, environment, alias_id in ids:
            if alias_id in each.joining.aliases:
                name = physical.function_name(app, function, environment)
                here.setdefault(name, []).append(environment)
        for name, environments in here.items():
            yield _Place(each.region, name, tuple(environments))


def _decide(app: App, aws: Aws, place: _Place) -> list[Seed]:
    found = {each.name: each for each in Functions(aws, place.region).aliases(place.function)}
    aliases = {e.name: found.get(naming.alias_name(e.name)) for e in app.environments}
    new = [name for name in place.environments if not (a := aliases[name]) or not a.description]
    before = {each.name: each.promote_from for each in app.environments}
    return [
        Seed(place.region, place.function, name, source, _exact(place, source, aliases[source]))
        for name in new
        if (source := _source(name, before, new, place))
    ]


def _source(
    name: str, before: Mapping[str, str | None], new: Collection[str], place: _Place
) -> str:
    """Return the nearest environment before this one that is not new, else the first after it."""
    earlier = before[name]
    while earlier is not None:
        if earlier not in new:
            return earlier
        earlier = before[earlier]
    there = [each for each in before if each not in new]
    if not there:
        raise RefusedError(
            f"Every environment is new to `{place.function}` in `{place.region}`",
            why="there is none whose versions they could start with",
            hint="keep one of the environments that are deployed until the new ones have started",
        )
    return min(there, key=lambda each: _steps(each, before))


def _steps(name: str, before: Mapping[str, str | None]) -> int:
    """Return how many promotions lead to an environment."""
    earlier = before[name]
    return 0 if earlier is None else 1 + _steps(earlier, before)


def _exact(place: _Place, source: str, alias: Alias | None) -> str:
    """Return the one version that an alias serves."""
    what = f"`{place.function}` in `{place.region}` cannot start a new environment from {source}"
    if alias is None:
        raise RefusedError(
            what,
            why=f"it has no alias `{source}`",
            hint=f"deploy without the new environment first; that makes `{source}` whole",
        )
    if alias.weights:
        shares = ", ".join(f"version {version}: {share:.0%}" for version, share in alias.weights)
        raise RefusedError(
            what,
            why=f"alias `{source}` serves several versions ({alias.version}; {shares})",
            hint="finish or abort the shift first, then run the same command again",
        )
    if alias.version == LATEST:
        raise RefusedError(
            what,
            why=f"alias `{source}` points at {LATEST}, which is no version",
            hint=f"move `{source}` to a version first, then run the same command again",
        )
    return alias.version


def _alias(aws: Aws, each: Seed) -> Alias:
    alias = Functions(aws, each.region).alias(each.function, naming.alias_name(each.environment))
    if alias is None:
        raise IncompleteError(
            f"`{each.function}` in `{each.region}` has no alias `{each.environment}`",
            why="the stack says that it has made it",
            state=f"nothing can reach {each.environment} yet; every other one is as before",
            hint=f"take `{each.environment}` out of `deploy.py`, deploy, and add it again",
        )
    return alias

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
from sam_deploy.amounts import percent
from sam_deploy.aws import Alias, Aws, Functions
from sam_deploy.deploy import Added
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.events import Note, Report
from sam_deploy.manifest import Manifest
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


def seeds(manifest: Manifest, joined: Sequence[Added], aws: Aws) -> tuple[Seed, ...]:
    """Return the version that each new alias starts with, function by function. Writes nothing.

    Raises `RefusedError` when an alias that is to be followed is not there, or does not serve
    exactly one version.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(functools.partial(_decide, manifest, aws), _places(manifest, joined))
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
            Move(
                each.region,
                each.function,
                alias,
                each.version,
                f"seeded from {source}",
                always=True,
            )
            for each, alias in zip(wanted, before, strict=True)
            if (each.environment, each.source) == (environment, source) and not alias.description
        ]
        moved += move(moves, aws, report=report)
    return tuple(moved)


def _places(manifest: Manifest, joined: Sequence[Added]) -> Iterator[_Place]:
    for each in joined:
        for function in manifest.functions_of(each.stack):
            environments = tuple(
                environment
                for environment, alias_id in function.aliases.items()
                if alias_id in each.joining.aliases
            )
            if environments:
                yield _Place(each.region, function.function_name, environments)


def _decide(manifest: Manifest, aws: Aws, place: _Place) -> list[Seed]:
    found = {each.name: each for each in Functions(aws, place.region).aliases(place.function)}
    before = manifest.predecessors
    aliases = {name: found.get(naming.alias_name(name)) for name in before}
    new = [name for name in place.environments if not (a := aliases[name]) or not a.description]
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
        shares = ", ".join(
            f"version {version}: {percent(share)}" for version, share in alias.weights
        )
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

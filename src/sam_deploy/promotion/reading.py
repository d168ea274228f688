"""Reads what a promotion is decided from: aliases and versions of all functions in all regions.

Touches Lambda, and writes nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from sam_deploy import naming
from sam_deploy.aws import Alias, Aws, Functions, FunctionState, Layers
from sam_deploy.config import physical
from sam_deploy.config.model import App
from sam_deploy.config.tree import feature_set_of
from sam_deploy.errors import SamDeployError
from sam_deploy.promotion.model import Version
from sam_deploy.release.origin import commit_in

AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Spot:
    """One function in one region. `source_function` differs in the isolated topology."""

    name: str
    """As in `deploy.py`."""
    region: str
    function: str
    """On AWS, in the environment that is changed."""
    source_function: str = ""
    """On AWS, in the environment that it comes from."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a spot serves now, and what its source serves. Nothing where there is no alias."""

    spot: Spot
    alias: Alias | None = None
    serves: FunctionState | None = None
    """The version that the alias serves."""
    source: Alias | None = None
    comes: FunctionState | None = None
    """The version that the source serves."""
    failed: SamDeployError | None = None
    """Why the region could not be read."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that was seen, in the order of the app; `contents` tells what layers hold."""

    seen: tuple[Seen, ...]
    contents: Mapping[str, str] = field(default_factory=dict)
    """ARN of a layer version -> its content's hash; the ARN itself when that is not known."""

    def content(self, arns: Sequence[str]) -> tuple[str, ...]:
        """Return what makes layers of two regions the same or not."""
        return tuple(self.contents.get(arn, arn) for arn in arns)


def spots(
    app: App, environment: str, source: str, only: Collection[str], without: Collection[str]
) -> tuple[Spot, ...]:
    """Return every function in every region of its feature set, in the order of `deploy.py`."""
    regions = {each.name: each.regions for each in app.feature_sets}
    return tuple(
        Spot(
            function.name,
            region,
            physical.function_name(app, function, environment),
            physical.function_name(app, function, source) if source else "",
        )
        for function in app.functions
        if not only or function.name in only
        for region in _home_first(app, regions[str(feature_set_of(app, function))])
        if region not in without
    )


def _home_first(app: App, regions: Sequence[str]) -> list[str]:
    return sorted(regions, key=lambda each: each != app.home_region)


def read(places: Sequence[Spot], environment: str, source: str, aws: Aws) -> Sight:
    """Return what all spots serve. A region that does not answer is told with its spots."""
    if not places:
        return Sight(())
    with ThreadPoolExecutor(min(AT_ONCE, len(places))) as pool:
        look = functools.partial(_look, environment, source, aws)
        seen = tuple(pool.map(look, places))
    states = [(each.spot.region, state) for each in seen for state in (each.serves, each.comes)]
    return Sight(seen, contents(states, aws))


def contents(states: Iterable[tuple[str, FunctionState | None]], aws: Aws) -> dict[str, str]:
    """Return ARN -> description of the layers of versions, each with its region."""
    layers = sorted(
        {
            (region, arn.rsplit(":", 1)[0].rsplit(":", 1)[-1])
            for region, state in states
            if state is not None
            for arn in state.layers
        }
    )
    found: dict[str, str] = {}
    if layers:
        with ThreadPoolExecutor(min(AT_ONCE, len(layers))) as pool:
            for each in pool.map(functools.partial(_contents, aws), layers):
                found |= each
    return found


def _look(environment: str, source: str, aws: Aws, spot: Spot) -> Seen:
    try:
        functions = Functions(aws, spot.region)
        found = {each.name: each for each in functions.aliases(spot.function)}
        alias = found.get(naming.alias_name(environment))
        serves = functions.state(spot.function, alias.version) if alias else None
        if not source:
            return Seen(spot, alias, serves)
        if spot.source_function != spot.function:
            found = {each.name: each for each in functions.aliases(spot.source_function)}
        other = found.get(naming.alias_name(source))
        same = (
            other is not None
            and alias is not None
            and spot.source_function == spot.function
            and other.version == alias.version
        )
        comes = (
            (serves if same else functions.state(spot.source_function, other.version))
            if other
            else None
        )
        return Seen(spot, alias, serves, other, comes)
    except SamDeployError as error:
        return Seen(spot, failed=error)


def _contents(aws: Aws, layer: tuple[str, str]) -> dict[str, str]:
    region, name = layer
    try:
        found = Layers(aws, region).versions(name)
    except SamDeployError:
        return {}  # a layer of another account: its ARN stands for it
    return {each.arn: each.description for each in found if each.description}


def version_of(state: FunctionState | None) -> Version:
    """Return a version as a plan has it; an empty one when it does not exist."""
    if state is None:
        return Version()
    return Version(
        number=state.version,
        code_sha256=state.code_sha256,
        commit=commit_in(state.description),
        size_bytes=state.size_bytes,
        memory_mb=state.memory_mb,
        timeout_seconds=state.timeout_seconds,
        role=state.role,
        layers=state.layers,
    )

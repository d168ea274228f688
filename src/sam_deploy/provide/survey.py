"""Reads the layer versions of an app in every region, what refers to them, and removes some."""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, CloudFormation, FunctionLayers, Functions, Layers, Stack
from sam_deploy.config import physical
from sam_deploy.config.model import App
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.provide.archives import CALLS_AT_ONCE
from sam_deploy.provide.layers import content_hash
from sam_deploy.provide.prune import Version, users_of

T = TypeVar("T")
REGIONS_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Survey:
    """The layer versions of a region with their users, and the stacks that they belong to."""

    region: str
    versions: tuple[Version, ...]
    """Layers in the order of `deploy.py`, newest versions first."""
    stacks: tuple[Stack, ...]
    """The app's own, and those that name one of these versions."""


def survey(
    app: App,
    aws: Aws,
    regions: Sequence[str],
    *,
    function_versions: int | None = None,
    stop: Stop,
) -> tuple[Survey, ...]:
    """Return what there is in each region. Reads only; raises when one cannot be read."""
    look = functools.partial(_look, app, aws, function_versions)
    outcomes = _in_every(regions, look, stop)
    if outcomes.failed:
        raise next(iter(outcomes.failed.values()))
    return tuple(outcomes.done[region] for region in regions)


def sizes(versions: Sequence[Version], aws: Aws) -> dict[str, int]:
    """Return how large the archives are, in bytes, by ARN; one that has just gone has none."""

    def size(each: Version) -> int | None:
        return Layers(aws, each.region).size_bytes(each.name, each.version)

    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        found = zip(versions, pool.map(size, versions), strict=True)
        return {each.arn: bytes_ for each, bytes_ in found if bytes_ is not None}


def refuse_unsettled(surveys: Sequence[Survey]) -> None:
    """Raise `RefusedError` unless every stack is in a *_COMPLETE state.

    A stack that is at work may go back to the version that it named before, and one that is stuck
    must: without that it can never be repaired.
    """
    unsettled = [
        f"`{stack.name}` in `{each.region}` is {stack.status}"
        for each in surveys
        for stack in each.stacks
        if not _settled(stack)
    ]
    if unsettled:
        raise RefusedError(
            "No layer version is removed while a stack may need it",
            why="; ".join(unsettled),
            hint="wait until it has ended, or repair it: `sam-deploy deploy` says how",
        )


def remove(versions: Sequence[Version], aws: Aws, *, stop: Stop) -> tuple[Version, ...]:
    """Remove these versions, regions side by side, and return them.

    Raises `IncompleteError` when some could not be removed; the others are gone.
    """
    gone: list[Version] = []
    lock = threading.Lock()

    def delete(region: str) -> None:
        for each in versions:
            if each.region == region:
                stop.check()
                Layers(aws, region).delete(each.name, each.version)
                with lock:
                    gone.append(each)

    outcomes = _in_every(tuple(dict.fromkeys(v.region for v in versions)), delete, stop)
    if outcomes.failed:
        raise _incomplete(versions, gone, outcomes.failed)
    return tuple(each for each in versions if each in gone)


def _in_every(
    regions: Sequence[str], act: Callable[[str], T], stop: Stop
) -> lanes.Outcomes[str, T]:
    work = {region: functools.partial(act, region) for region in regions}
    return lanes.run(work, after={}, at_once=REGIONS_AT_ONCE, stop=stop)


def _look(app: App, aws: Aws, function_versions: int | None, region: str) -> Survey:
    layers = Layers(aws, region)
    stored = tuple(
        Version(
            layer=layer.name,
            name=name,
            region=region,
            version=each.version,
            arn=each.arn,
            created=each.created,
            sha256=content_hash(each.description),
        )
        for layer in app.layers
        for name in [naming.layer_name(app.name, layer.name)]
        for each in layers.versions(name)
    )
    arns = {each.arn for each in stored}
    functions = _functions(app, layers, arns)
    named = {each.function for each in functions if arns.intersection(each.layer_arns)}
    gateway = Functions(aws, region)
    aliases = {name: gateway.aliases(name) for name in sorted(named)}
    stacks = CloudFormation(aws, region).stacks()
    users = users_of(functions, aliases, stacks, function_versions=function_versions)
    versions = tuple(dataclasses.replace(v, users=users.get(v.arn, ())) for v in stored)
    own = _own_stacks(app, region)
    by_name = {user.name for v in versions for user in v.users if user.kind == "stack"}
    return Survey(region, versions, tuple(s for s in stacks if s.name in own | by_name))


def _functions(app: App, layers: Layers, arns: set[str]) -> tuple[FunctionLayers, ...]:
    """Return every function version of the region that may have one of these layers.

    All functions of the account are asked for, since other apps may use them, too. Those of the
    app are asked one by one as well: a function that has just lost its layers still has versions.
    """
    every = layers.of_all_functions()
    own = {
        physical.function_name(app, function, environment.name)
        for function in app.functions
        for environment in app.environments
    }
    using = {each.function for each in every if arns.intersection(each.layer_arns)}
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        closer = pool.map(layers.of_function, sorted(own | using))
        found = [*every, *(each for those in closer for each in those)]
    return tuple(dict.fromkeys(found))


def _own_stacks(app: App, region: str) -> set[str]:
    environments = {physical.owner(app, each.name) for each in app.environments}
    return {
        physical.stack_name(app, feature_set, environment)
        for feature_set in app.feature_sets
        if region in feature_set.regions
        for environment in environments
    }


def _settled(stack: Stack) -> bool:
    return stack.status.endswith("_COMPLETE")


def _incomplete(
    versions: Sequence[Version], gone: Sequence[Version], failed: Mapping[str, SamDeployError]
) -> IncompleteError:
    left = len(versions) - len(gone)
    removed = ", ".join(f"{each.name}:{each.version} in {each.region}" for each in gone)
    return IncompleteError(
        f"{left} of {len(versions)} layer versions were not removed",
        why="; ".join(f"{region}: {error}" for region, error in failed.items()),
        state=f"removed: {removed or 'none'}; nothing in use was touched",
        hint="correct the cause and run the same command again; it removes what is left",
    )

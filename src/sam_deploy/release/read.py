"""Reads which version every environment serves: functions x regions x environments."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sam_deploy import naming
from sam_deploy.aws import Aws, Functions
from sam_deploy.config import physical
from sam_deploy.config.model import App, Function
from sam_deploy.config.tree import feature_set_of
from sam_deploy.release import marks
from sam_deploy.release.move import AT_ONCE


@dataclass(frozen=True, slots=True)
class Served:
    """One function in one region and environment; `version` is empty when not deployed."""

    function: str
    feature_set: str
    region: str
    environment: str
    version: str
    weights: tuple[tuple[str, float], ...] = ()
    """Other versions and their fraction of the calls, 0-1."""
    hot: bool = False
    """It is code of `deploy --watch`, which no stack has (`release/marks.py`)."""
    function_name: str = ""
    """As on AWS, such as ApiFunction."""


def read(app: App, aws: Aws, regions: tuple[str, ...] = ()) -> tuple[Served, ...]:
    """Return what is served, ordered as in `deploy.py`. `regions`: all when empty."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(functools.partial(read_one, app, aws), places_of(app, regions))
        return tuple(each for served in found for each in served)


def places_of(app: App, regions: tuple[str, ...]) -> list[tuple[Function, str]]:
    """Return the functions and where each is, ordered as in `deploy.py`."""
    by_name = {each.name: each.regions for each in app.feature_sets}
    return [
        (function, region)
        for function in app.functions
        for region in by_name[str(feature_set_of(app, function))]
        if not regions or region in regions
    ]


def read_one(app: App, aws: Aws, place: tuple[Function, str]) -> list[Served]:
    """Return what one function serves in one region, by environment: a call or two."""
    function, region = place
    functions = Functions(aws, region)
    # one name for all environments in the shared topology, so that it is asked for once
    aliases = {
        name: {alias.name: alias for alias in functions.aliases(name)}
        for name in {physical.function_name(app, function, each.name) for each in app.environments}
    }
    rows = []
    for environment in app.environments:
        name = physical.function_name(app, function, environment.name)
        alias = aliases[name].get(naming.alias_name(environment.name))
        rows.append(
            Served(
                function=function.name,
                feature_set=str(feature_set_of(app, function)),
                region=region,
                environment=environment.name,
                version=alias.version if alias else "",
                weights=alias.weights if alias else (),
                hot=alias is not None and marks.is_hot(alias),
                function_name=name,
            )
        )
    return rows

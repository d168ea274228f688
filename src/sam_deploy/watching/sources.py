"""Which logs are meant: the functions of an app or of a stack, region by region.

In the shared topology the environments share a function, and so its log. What tells them apart is
the version in the name of a log stream, and which environments serve that version now.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from sam_deploy import naming
from sam_deploy.aws import Alias, Aws, CloudFormation, Functions
from sam_deploy.config import physical
from sam_deploy.config.model import App, Function
from sam_deploy.config.tree import CONFIG_FILE, SHOWN_NAMES, feature_set_of, nearest
from sam_deploy.errors import ConfigError, SamDeployError
from sam_deploy.watching.lines import Source

AT_ONCE: Final = 12
FUNCTION_TYPE: Final = "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which logs are asked for; empty for all."""

    functions: tuple[str, ...] = ()
    environment: str = ""
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The logs, and the regions that did not answer, each with its reason."""

    sources: tuple[Source, ...]
    failed: Mapping[str, SamDeployError]


def regions_of(app: App) -> tuple[str, ...]:
    """Return every region of the app, the home region first."""
    every = [region for each in app.feature_sets for region in each.regions]
    return tuple(dict.fromkeys(sorted(every, key=lambda region: region != app.home_region)))


def of_app(app: App, wanted: Wanted) -> tuple[Source, ...]:
    """Return the logs of an app's functions, without what is known to AWS alone.

    Raises `ConfigError` for an unknown function, environment or region. A function answers to its
    name in `deploy.py` and to that in Lambda.
    """
    known = [each.name for each in app.environments]
    check_named("environment", [wanted.environment] if wanted.environment else [], known)
    check_named("region", wanted.regions, regions_of(app))
    environments = [wanted.environment] if wanted.environment else known
    chosen = [each for each in app.functions if each.name in _functions(app, wanted.functions)]
    regions = {each.name: each.regions for each in app.feature_sets}
    found = tuple(
        source
        for region in wanted.regions or regions_of(app)
        for function in chosen
        if region in regions[str(feature_set_of(app, function))]
        for source in _sources(app, function, environments, region)
    )
    if not found:
        raise ConfigError(
            "No function is deployed there",
            why=f"{', '.join(wanted.functions) or 'the app'} is not for "
            f"{', '.join(wanted.regions) or 'any region'}",
            hint=f"choose regions of its feature set in `{CONFIG_FILE}`",
        )
    return found


def _functions(app: App, names: Sequence[str]) -> set[str]:
    """Return the functions that are meant: all of them when none is named."""
    usual = {each.name: each.name for each in app.functions}
    in_lambda = {
        physical.function_name(app, function, environment.name): function.name
        for function in app.functions
        for environment in app.environments
    }
    check_named("function", [each for each in names if each not in in_lambda], usual)
    return {usual.get(each) or in_lambda[each] for each in names} or set(usual)


def _sources(
    app: App, function: Function, environments: Sequence[str], region: str
) -> tuple[Source, ...]:
    isolated = app.topology == "isolated"
    names = {physical.function_name(app, function, each): each for each in environments}
    return tuple(
        Source(
            region=region,
            function=function.name,
            group=f"/aws/lambda/{name}",
            environment=environment if isolated else "",
            physical=name,
        )
        for name, environment in names.items()
    )


def check_named(
    what: str,
    names: Iterable[str],
    known: Iterable[str],
    where: str = CONFIG_FILE,
    beside: tuple[str, ...] = (),
) -> None:
    """Raise `ConfigError` for a name that is not known, with the one that comes nearest.

    `beside` are names that need no declaration.
    """
    declared = list(known)
    every = [*declared, *beside]
    for name in names:
        if name in every:
            continue
        near = nearest(name, every)
        more = ", ..." if len(every) > SHOWN_NAMES else ""
        listed = ", ".join(every[:SHOWN_NAMES]) + more
        has = ", ".join(declared[:SHOWN_NAMES]) + more
        also = f"; beside these there is {', '.join(beside)}" if beside else ""
        raise ConfigError(
            f"There is no {what} `{name}`",
            why=f"`{where}` has {has or 'none'}{also}",
            hint=_choice(what, near, listed, where),
        )


def _choice(what: str, near: str, listed: str, where: str) -> str:
    if near:
        return f"did you mean `{near}`?"
    return f"choose one of {listed}" if listed else f"declare the {what} in `{where}` first"


def with_versions(app: App, sources: Sequence[Source], environment: str, aws: Aws) -> Found:
    """Return the logs with who serves which version now; only of one environment when asked.

    Nothing is asked where every environment has functions of its own. Where a region does not
    answer, nothing is wanted yet of a log that several environments share.
    """
    if app.topology == "isolated":
        return Found(tuple(sources), {})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(functools.partial(_asked, app, environment, aws), sources))
    failed: dict[str, SamDeployError] = {}
    found: list[Source] = []
    for source, answer in zip(sources, answers, strict=True):
        if isinstance(answer, Source):
            found.append(answer)
        else:
            failed[source.region] = answer
            found.append(replace(source, versions=frozenset()) if environment else source)
    return Found(tuple(found), failed)


def _asked(app: App, environment: str, aws: Aws, source: Source) -> Source | SamDeployError:
    try:
        return refreshed(app, environment, aws, source)
    except SamDeployError as error:
        return error


def refreshed(app: App, environment: str, aws: Aws, source: Source) -> Source:
    """Return a log with who serves which version now. Source: ListAliases."""
    if app.topology == "isolated":
        return source
    return serving(app, source, Functions(aws, source.region).aliases(source.physical), environment)


def serving(app: App, source: Source, aliases: Iterable[Alias], environment: str) -> Source:
    """Return a log with who serves which version, weights of a canary included.

    Versions that were wanted before stay so: what they wrote until an alias moved is wanted, too.
    """
    by_name = {each.name: each for each in aliases}
    served: dict[str, tuple[str, ...]] = {}
    for each in app.environments:
        alias = by_name.get(naming.alias_name(each.name))
        for version in _versions(alias) if alias else ():
            served[version] = (*served.get(version, ()), each.name)
    now = frozenset(version for version, names in served.items() if environment in names)
    versions = (source.versions or frozenset()) | now if environment else None
    return replace(source, served=served, versions=versions)


def _versions(alias: Alias) -> tuple[str, ...]:
    return tuple(dict.fromkeys([alias.version, *(version for version, _ in alias.weights)]))


def of_stack(stack: str, regions: Sequence[str], names: Sequence[str], aws: Aws) -> Found:
    """Return the logs of the functions in a stack; regions without the stack have none.

    A function answers to its logical id and to its name in Lambda. Raises `ConfigError` for one
    that no region has.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(functools.partial(_of_stack, stack, aws), regions))
    sources = [source for answer in answers if isinstance(answer, tuple) for source in answer]
    failed = {
        region: answer
        for region, answer in zip(regions, answers, strict=True)
        if isinstance(answer, SamDeployError)
    }
    known = dict.fromkeys(each.function for each in sources)
    if sources:
        in_lambda = {each.physical for each in sources}
        check_named("function", [each for each in names if each not in in_lambda], known, stack)
    chosen = [each for each in sources if not names or {each.function, each.physical} & set(names)]
    return Found(tuple(chosen), failed)


def _of_stack(stack: str, aws: Aws, region: str) -> tuple[Source, ...] | SamDeployError:
    try:
        functions = Functions(aws, region)
        return tuple(
            Source(
                region=region,
                function=each.logical_id,
                group=functions.log_group(each.physical_id) or f"/aws/lambda/{each.physical_id}",
                physical=each.physical_id,
            )
            for each in CloudFormation(aws, region).resources(stack) or ()
            if each.resource_type == FUNCTION_TYPE and each.physical_id
        )
    except SamDeployError as error:
        return error

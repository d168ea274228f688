"""Decides which stacks a request means: by feature set, region, environment and topology. Pure."""

from __future__ import annotations

import difflib

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App, FeatureSet
from sam_deploy.config.physical import LOCAL
from sam_deploy.config.tree import first_environment
from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import Request, StackPlan


def stacks_of(app: App, request: Request) -> tuple[StackPlan, ...]:
    """Return the stacks to deploy, each with the regions that were asked for.

    Raises `ConfigError` for an unknown feature set, region or environment.
    """
    if request.environment == LOCAL.name:
        return (_local_stack(app, request),)
    environment = _environment(app, request)
    stacks = (_stack(app, each, request, environment) for each in _feature_sets(app, request))
    return tuple(stack for stack in stacks if stack.regions)


def _feature_sets(app: App, request: Request) -> tuple[FeatureSet, ...]:
    known = {each.name: each for each in app.feature_sets}
    for name in request.feature_sets:
        if name not in known:
            raise _unknown("feature set", name, list(known))
    regions = [region for each in app.feature_sets for region in each.regions]
    for region in request.regions:
        if region not in regions:
            raise _unknown("region", region, sorted(set(regions)))
    wanted = request.feature_sets or tuple(known)
    chosen = tuple(each for each in app.feature_sets if each.name in wanted)
    served = list(dict.fromkeys(region for each in chosen for region in each.regions))
    elsewhere = [region for region in request.regions if region not in served]
    if elsewhere:
        raise ConfigError(
            f"`{', '.join(wanted)}` is not deployed to {', '.join(elsewhere)}",
            why=f"its regions are {', '.join(served)}",
            hint="choose one of these regions, or another feature set",
        )
    return chosen


def _unknown(what: str, name: str, known: list[str]) -> ConfigError:
    near = difflib.get_close_matches(name, known, n=1)
    return ConfigError(
        f"There is no {what} `{name}`",
        why=f"`deploy.py` has {', '.join(known)}",
        hint=f"did you mean `{near[0]}`?" if near else f"choose one of {', '.join(known)}",
    )


def _environment(app: App, request: Request) -> str:
    """Return whose stacks are meant; empty where all environments share them."""
    known = [each.name for each in app.environments]
    if request.environment and request.environment not in known:
        raise _unknown("environment", request.environment, known)
    if app.topology == "isolated":
        return request.environment or first_environment(app)
    if request.environment:
        raise ConfigError(
            f"`{request.environment}` has no stack of its own",
            why="in the shared topology all environments are in the same stacks",
            hint="leave `--environment` out; code comes to later environments by promotion",
        )
    return ""


def _local_stack(app: App, request: Request) -> StackPlan:
    """Return the stack of buckets and queues, in the home region (R230, R231)."""
    if request.feature_sets or set(request.regions) - {app.home_region}:
        raise ConfigError(
            "The local environment is one stack in the home region",
            why="it holds the buckets and queues of the whole app",
            hint="leave feature sets and regions out",
        )
    first = app.feature_sets[0].name
    return StackPlan(
        name=naming.stack_name(app.name, first, first=True, environment=LOCAL.name),
        feature_set=first,
        regions=(app.home_region,),
        environments=(LOCAL.name,),
        first_region=app.home_region,
        topology="local",
    )


def _stack(app: App, feature_set: FeatureSet, request: Request, environment: str) -> StackPlan:
    ordered = sorted(feature_set.regions, key=lambda region: region != app.home_region)
    every = tuple(each.name for each in app.environments)
    return StackPlan(
        name=physical.stack_name(app, feature_set, environment),
        feature_set=feature_set.name,
        regions=tuple(r for r in ordered if not request.regions or r in request.regions),
        environments=(environment,) if environment else every,
        first_region=ordered[0],
        topology=app.topology,
    )

"""Makes the plan: the units to build, the stacks of each feature set, and every offline check."""

from __future__ import annotations

from pathlib import Path

from sam_deploy import naming
from sam_deploy.config.model import App
from sam_deploy.config.tree import first_environment
from sam_deploy.errors import ConfigError
from sam_deploy.plan.collisions import find_collisions
from sam_deploy.plan.limits import find_long_names
from sam_deploy.plan.model import Plan, Request, StackPlan
from sam_deploy.plan.stacks import stacks_of
from sam_deploy.plan.units import layers_of, units_of
from sam_deploy.plan.warnings import warnings_of


def make(app: App, project: Path, request: Request) -> Plan:
    """Return what to build and to deploy.

    Raises `ConfigError` for an unknown feature set or region, and when two resources would have
    one name.
    """
    stacks = stacks_of(app, request)
    collisions = find_collisions(app)
    if collisions:
        raise ConfigError(
            "Two resources would have the same name",
            why="AWS would refuse one of them, or let one take the other's place",
            hint="rename one of each pair in `deploy.py`; nothing was changed",
            problems=tuple(collisions),
        )
    long_names = find_long_names(app)
    if long_names:
        raise ConfigError(
            "A name would be too long for AWS",
            why="environment and region are part of it",
            hint="shorten it in `deploy.py`; nothing was changed",
            problems=tuple(long_names),
        )
    return Plan(
        name=app.name,
        home_region=app.home_region,
        project=project,
        stacks=stacks,
        environment=_moved(app, stacks),
        layers=layers_of(app),
        tags={"Project": naming.title(app.name), **app.tags},
        builds=units_of(app, project, _built(stacks), request.host_target),
        warnings=warnings_of(app),
    )


def _moved(app: App, stacks: tuple[StackPlan, ...]) -> str:
    """Return the environment whose alias this deployment moves; a local stack has none."""
    if any(stack.topology == "local" for stack in stacks):
        return ""
    isolated = [stack.environments[0] for stack in stacks if stack.topology == "isolated"]
    return isolated[0] if isolated else first_environment(app)


def _built(stacks: tuple[StackPlan, ...]) -> set[str]:
    """Return the feature sets whose functions are built: a local stack has none."""
    return {stack.feature_set for stack in stacks if stack.topology != "local"}

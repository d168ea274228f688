"""Makes the plan: the units to build, the stacks of each feature set, and every offline check."""

from __future__ import annotations

import difflib
from pathlib import Path

from sam_deploy import naming
from sam_deploy.config.model import App, FeatureSet, Function, Layer, QueueTrigger
from sam_deploy.config.text import Slim
from sam_deploy.config.tree import feature_set_of, line_of
from sam_deploy.errors import ConfigError
from sam_deploy.plan.collisions import find_collisions
from sam_deploy.plan.limits import find_long_names
from sam_deploy.plan.model import (
    BuildUnit,
    NodeUnit,
    Plan,
    Request,
    StackPlan,
    Target,
    Unit,
    Warned,
)
from sam_deploy.plan.runtime import is_node, runtime_files
from sam_deploy.plan.targets import aws_target

MEGABYTE = 1_000_000
VISIBILITY_FACTOR = 6
"""AWS advises a visibility timeout of six times the function's.
Source: Lambda developer guide, "Using Lambda with Amazon SQS"."""


def make(app: App, project: Path, request: Request) -> Plan:
    """Return what to build and to deploy.

    Raises `ConfigError` for an unknown feature set or region, and when two resources would have
    one name.
    """
    chosen = _feature_sets(app, request)
    stacks = tuple(_stack(app, each, request) for each in chosen)
    stacks = tuple(stack for stack in stacks if stack.regions)
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
        layers=_layers(app),
        tags={"Project": naming.title(app.name), **app.tags},
        builds=_builds(app, project, {stack.feature_set for stack in stacks}, request.host_target),
        warnings=tuple(_warnings(app)),
    )


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


def _stack(app: App, feature_set: FeatureSet, request: Request) -> StackPlan:
    first = app.feature_sets[0].name == feature_set.name
    ordered = sorted(feature_set.regions, key=lambda region: region != app.home_region)
    return StackPlan(
        name=naming.stack_name(app.name, feature_set.name, first=first),
        feature_set=feature_set.name,
        regions=tuple(r for r in ordered if not request.regions or r in request.regions),
        environments=tuple(each.name for each in app.environments),
    )


def functions_of(app: App, feature_set: str) -> tuple[Function, ...]:
    """Return the functions that a feature set's stack holds, in the order of `deploy.py`."""
    return tuple(each for each in app.functions if feature_set_of(app, each) == feature_set)


def _builds(
    app: App, project: Path, feature_sets: set[str], host: Target | None
) -> tuple[Unit, ...]:
    functions = [each for name in feature_sets for each in functions_of(app, name)]
    order = {each.name: number for number, each in enumerate(app.functions)}
    functions.sort(key=lambda each: order[each.name])
    used = {name for function in functions for name in function.layers}
    layers = [layer for layer in app.layers if layer.name in used]
    return (
        *(_layer_unit(app, project, layer, host) for layer in layers),
        *(_function_unit(app, project, function, host) for function in functions),
    )


def _layers(app: App) -> dict[str, tuple[str, ...]]:
    return {
        f"function/{function.name}": tuple(f"layer/{name}" for name in function.layers)
        for function in app.functions
    }


def _layer_unit(app: App, project: Path, layer: Layer, host: Target | None) -> BuildUnit:
    return BuildUnit(
        key=f"layer/{layer.name}",
        name=layer.name,
        kind="layer",
        archive=layer.archive or naming.layer_archive(layer.name, local=bool(layer.source)),
        target=host or aws_target(app.runtime, app.architecture),
        source=(project / layer.source).resolve() if layer.source else None,
        requirements=tuple(layer.requirements),
        requirements_file=_under(project, layer.requirements_file),
        include=(*app.include, *layer.include),
        exclude=(*app.exclude, *layer.exclude),
        slim=_slim(app, layer),
        bytecode=app.bytecode,
        managed=app.managed,
        budget_bytes=_budget(layer),
    )


def _function_unit(app: App, project: Path, function: Function, host: Target | None) -> Unit:
    runtime = function.runtime or app.runtime
    if is_node(runtime):
        return _node_unit(app, project, function, runtime)
    return BuildUnit(
        key=f"function/{function.name}",
        name=function.name,
        kind="function",
        archive=f"{function.name}.zip",
        target=host or aws_target(runtime, function.architecture or app.architecture),
        source=(project / function.source).resolve(),
        handler=function.handler,
        requirements=tuple(function.requirements),
        requirements_file=_under(project, function.requirements_file),
        include=(*app.include, *function.include),
        exclude=(*app.exclude, *function.exclude),
        extra_files=runtime_files(app, function),
        slim=_slim(app, function),
        bytecode=app.bytecode,
        managed=app.managed,
        budget_bytes=_budget(function),
    )


def _node_unit(app: App, project: Path, function: Function, runtime: str) -> NodeUnit:
    bundle = function.bundle
    return NodeUnit(
        key=f"function/{function.name}",
        name=function.name,
        archive=f"{function.name}.zip",
        runtime=runtime,
        source=(project / function.source).resolve(),
        handler=function.handler,
        minify=bundle.minify if bundle else True,
        source_maps=bundle.source_maps if bundle else False,
        external=tuple(bundle.external) if bundle else ("@aws-sdk/*",),
        include=(*app.include, *function.include),
        exclude=(*app.exclude, *function.exclude),
        budget_bytes=_budget(function),
    )


def _slim(app: App, declared: Layer | Function) -> tuple[Slim, ...]:
    return tuple(app.slim if declared.slim is None else declared.slim)


def _budget(declared: Layer | Function) -> int | None:
    return declared.budget_mb * MEGABYTE if declared.budget_mb else None


def _under(project: Path, file: str | None) -> Path | None:
    return (project / file).resolve() if file else None


def _warnings(app: App) -> list[Warned]:
    """Return what works but may be regretted, unless the queue waives it with a reason."""
    queues = {queue.name: queue for queue in app.queues}
    found = []
    for function in app.functions:
        for trigger in function.triggers:
            if not isinstance(trigger, QueueTrigger):
                continue
            queue = queues[trigger.queue]
            advised = VISIBILITY_FACTOR * function.timeout_seconds
            if queue.visibility_timeout_seconds < advised and not queue.waive.get(
                "visibility-timeout"
            ):
                message = (
                    f"is {queue.visibility_timeout_seconds} s; AWS advises six times the "
                    f"{function.timeout_seconds} s of {function.name}: {advised} s"
                )
                path = f'queues["{queue.name}"].visibility_timeout_seconds'
                found.append(
                    Warned("visibility-timeout", f"deploy.py:{line_of(queue)}: {path}", message)
                )
    return found

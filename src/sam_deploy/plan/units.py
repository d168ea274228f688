"""Makes the units to build of the functions and layers that the stacks need. Pure."""

from __future__ import annotations

from pathlib import Path

from sam_deploy import naming
from sam_deploy.config.model import App, Function, Layer
from sam_deploy.config.text import Slim
from sam_deploy.config.tree import feature_set_of
from sam_deploy.plan.model import BuildUnit, NodeUnit, Target, Unit
from sam_deploy.plan.runtime import facts, is_node, runtime_files
from sam_deploy.plan.targets import aws_target

MEGABYTE = 1_000_000


def functions_of(app: App, feature_set: str) -> tuple[Function, ...]:
    """Return the functions that a feature set's stack holds, in the order of `deploy.py`."""
    return tuple(each for each in app.functions if feature_set_of(app, each) == feature_set)


def units_of(
    app: App, project: Path, feature_sets: set[str], host: Target | None
) -> tuple[Unit, ...]:
    """Return the layers and functions of these feature sets, for a host or for Lambda."""
    functions = [each for name in feature_sets for each in functions_of(app, name)]
    order = {each.name: number for number, each in enumerate(app.functions)}
    functions.sort(key=lambda each: order[each.name])
    used = {name for function in functions for name in function.layers}
    layers = [layer for layer in app.layers if layer.name in used]
    return (
        *(_layer_unit(app, project, layer, host) for layer in layers),
        *(_function_unit(app, project, function, host) for function in functions),
    )


def layers_of(app: App) -> dict[str, tuple[str, ...]]:
    """Return the keys of each function's layers by the key of the function."""
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
        return _node_unit(app, project, function, runtime, on_host=host is not None)
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


def _node_unit(
    app: App, project: Path, function: Function, runtime: str, *, on_host: bool
) -> NodeUnit:
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
        facts=facts(app, function),
        host=on_host,
    )


def _slim(app: App, declared: Layer | Function) -> tuple[Slim, ...]:
    return tuple(app.slim if declared.slim is None else declared.slim)


def _budget(declared: Layer | Function) -> int | None:
    return declared.budget_mb * MEGABYTE if declared.budget_mb else None


def _under(project: Path, file: str | None) -> Path | None:
    return (project / file).resolve() if file else None

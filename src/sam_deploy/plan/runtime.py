"""The runtime module that goes into every function, with what it must know of the app.

A function learns its environment per call (aliases of one version share warm processes), so the
archive carries the names of what it uses in every environment, and no environment of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources
from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App, Bucket, Function, Secret
from sam_deploy.config.pool_ids import id_sources, pools_used_by
from sam_deploy.config.remembered import remembered
from sam_deploy.config.tree import split_use
from sam_deploy.plan.model import ExtraFile

HANDLER: Final = "sam_deploy_runtime.shim.handler"
"""The `Handler` of every Python function; it calls the user's own."""
NAMED_BY_TRIGGERS: Final = ("queue", "bucket", "pool", "topic", "table", "bus")
"""Fields of triggers that name a resource of the app."""

NameIn = Callable[[str], str]
"""The physical name in an environment."""


def is_node(runtime: str) -> bool:
    """Whether a runtime runs JavaScript."""
    return runtime.startswith("nodejs")


def template_handler(app: App, function: Function) -> str:
    """Return the `Handler` that the template names: our shim, or the bundle's export."""
    if is_node(function.runtime or app.runtime):
        return f"index.{function.handler.rpartition('.')[2]}"
    return HANDLER


def runtime_files(app: App, function: Function) -> tuple[ExtraFile, ...]:
    """Return the runtime module's files and the `app.json` of one Python function."""
    content = facts(app, function) + "\n"
    return (*_module_files(), ExtraFile("sam_deploy_runtime/app.json", content.encode()))


@cache
def _module_files() -> tuple[ExtraFile, ...]:
    folder = resources.files("sam_deploy_runtime")
    files = sorted(each.name for each in folder.iterdir() if each.name.endswith(".py"))
    return tuple(
        ExtraFile(f"sam_deploy_runtime/{name}", (folder / name).read_bytes()) for name in files
    )


def facts(app: App, function: Function) -> str:
    """Return what a function knows of the app, as JSON: the same in all environments and regions.

    Only what this function reads and uses, so that the rest of the app does not change its archive.
    """
    secrets = _secrets(app)
    known = {
        "app": app.name,
        "home_region": app.home_region,
        "topology": app.topology,
        "handler": function.handler,
        "environments": [each.name for each in app.environments],
        "log_levels": {each.name: each.log_level for each in app.environments},
        "settings": sorted(set(function.settings)),
        "secrets": sorted(secrets & set(function.settings)),
        "resources": _resources(app, function),
    }
    return json.dumps(known, indent=1, sort_keys=True)


def _resources(app: App, function: Function) -> dict[str, object]:
    """Return kind and names of what the function uses, is called by, and calls."""
    used = {split_use(use)[0] for use in function.uses}
    for trigger in function.triggers:
        named = (getattr(trigger, field, None) for field in NAMED_BY_TRIGGERS)
        used |= {name for name in named if isinstance(name, str)}
    functions, resources = _functions(app), _named(app)
    found = {name: _called(app, functions[name]) for name in function.invokes if name in functions}
    # a resource and a function may share a name; `uses` and triggers mean the resource
    found |= {name: resources[name]() for name in used if name in resources}
    for pool in pools_used_by(app, function):
        found[pool.name] = {**resources[pool.name](), **id_sources(pool)}
    return {name: found[name] for name in sorted(found)}


def _called(app: App, function: Function) -> dict[str, object]:
    """Return a function as it is invoked: by the alias of the environment."""

    def alias(environment: str) -> str:
        name = physical.function_name(app, function, environment)
        return f"{name}:{naming.alias_name(environment)}"

    return _entry(app, "function", alias)


@remembered
def _secrets(app: App) -> frozenset[str]:
    return frozenset(each.name for each in app.settings if isinstance(each, Secret))


@remembered
def _functions(app: App) -> Mapping[str, Function]:
    return {each.name: each for each in app.functions}


@remembered
def _named(app: App) -> Mapping[str, Callable[[], dict[str, object]]]:
    """Return what makes the entry of each resource of the app that has a name in AWS."""
    found: dict[str, Callable[[], dict[str, object]]] = {}
    for queue in app.queues:
        found[queue.name] = partial(_entry, app, "queue", partial(physical.queue_name, queue))
    for bucket in app.buckets:
        found[bucket.name] = partial(_bucket, app, bucket)
    for table in app.tables:
        found[table.name] = partial(_entry, app, "table", partial(physical.table_name, app, table))
    for topic in app.topics:
        found[topic.name] = partial(_entry, app, "topic", partial(physical.topic_name, app, topic))
    for bus in app.event_buses:
        found[bus.name] = partial(_entry, app, "bus", partial(physical.event_bus_name, app, bus))
    for pool in app.user_pools:
        name_in = partial(physical.user_pool_name, pool)
        found[pool.name] = partial(_entry, app, "user_pool", name_in)
    return found


def _bucket(app: App, bucket: Bucket) -> dict[str, object]:
    entry = _entry(app, "bucket", partial(physical.bucket_name, bucket))
    return {**entry, "regional": physical.is_regional(bucket)}


def _entry(app: App, kind: str, name_in: NameIn) -> dict[str, object]:
    return {"kind": kind, "names": {each.name: name_in(each.name) for each in app.environments}}

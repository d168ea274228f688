"""The runtime module that goes into every Python function, with what it must know of the app.

A function learns its environment per call (aliases of one version share warm processes), so the
archive carries the names of what it uses in every environment, and no environment of its own.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import App, Function, QueueTrigger, UploadTrigger, UserPoolTrigger
from sam_deploy.config.tree import split_use
from sam_deploy.plan.model import ExtraFile

HANDLER: Final = "sam_deploy_runtime.shim.handler"
"""The `Handler` of every Python function; it calls the user's own."""


def is_node(runtime: str) -> bool:
    """Whether a runtime runs JavaScript."""
    return runtime.startswith("nodejs")


def template_handler(app: App, function: Function) -> str:
    """Return the `Handler` that the template names: our shim, or the bundle's export."""
    if is_node(function.runtime or app.runtime):
        return f"index.{function.handler.rpartition('.')[2]}"
    return HANDLER


def runtime_files(app: App, function: Function) -> tuple[ExtraFile, ...]:
    """Return the runtime module's files and the `app.json` of one function."""
    content = json.dumps(_facts(app, function), indent=1, sort_keys=True) + "\n"
    return (*_module_files(), ExtraFile("sam_deploy_runtime/app.json", content.encode()))


@cache
def _module_files() -> tuple[ExtraFile, ...]:
    folder = resources.files("sam_deploy_runtime")
    files = sorted(each.name for each in folder.iterdir() if each.name.endswith(".py"))
    return tuple(
        ExtraFile(f"sam_deploy_runtime/{name}", (folder / name).read_bytes()) for name in files
    )


def _facts(app: App, function: Function) -> dict[str, object]:
    names = {split_use(use)[0] for use in function.uses}
    for trigger in function.triggers:
        if isinstance(trigger, QueueTrigger):
            names.add(trigger.queue)
        elif isinstance(trigger, UploadTrigger):
            names.add(trigger.bucket)
        elif isinstance(trigger, UserPoolTrigger):
            names.add(trigger.pool)
    return {
        "app": app.name,
        "home_region": app.home_region,
        "topology": "shared",
        "handler": function.handler,
        "environments": [each.name for each in app.environments],
        "resources": {name: _resource(app, name) for name in sorted(names)},
    }


def _resource(app: App, name: str) -> dict[str, object]:
    environments = [each.name for each in app.environments]
    if any(queue.name == name for queue in app.queues):
        kind, physical = "queue", [naming.queue_name(name, each) for each in environments]
    elif any(bucket.name == name for bucket in app.buckets):
        kind, physical = "bucket", [naming.bucket_name(name, each) for each in environments]
    else:
        kind, physical = "user_pool", [naming.user_pool_name(name, each) for each in environments]
    return {"kind": kind, "names": dict(zip(environments, physical, strict=True))}

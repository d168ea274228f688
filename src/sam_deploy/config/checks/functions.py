"""Checks what functions say of other things: layers, triggers, routes, uses.

Works on the tree as declared, like `references.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import (
    App,
    Function,
    UploadTrigger,
    UserPoolTrigger,
)
from sam_deploy.config.tree import (
    RESOURCES,
    Problem,
    entries,
    feature_set_of,
    line_of,
    named,
    names,
    nearest,
    split_use,
    texts,
    unknown_name,
)


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in what the functions refer to."""
    checks: tuple[Callable[[App], Iterator[Problem]], ...] = (_functions, _handled_once)
    for check in checks:
        yield from check(app)


def _functions(app: App) -> Iterator[Problem]:
    layers = names(app, "layers")
    resources = names(app, *RESOURCES)
    for path, each in entries(app, "functions"):
        if not isinstance(each, Function):
            continue
        for name in texts(each.layers):
            if name not in layers:
                yield unknown_name(f"{path}.layers", "layer", name, layers, line_of(each))
        for use in texts(each.uses):
            if split_use(use)[0] not in resources:
                yield _unknown_use(f"{path}.uses", use, resources, line_of(each))
        yield from _foreign_pools(app, each, path)
        yield from _runtime(app, each, path)
        for key in each.environment if isinstance(each.environment, dict) else ():
            if str(key).startswith(("AWS_", "LAMBDA_", "SAM_DEPLOY_")):
                message = f"the variable {key!r} is reserved"
                yield Problem(f"{path}.environment", message, line_of(each))
        yield from _triggers(app, each, path)


def _unknown_use(path: str, use: str, resources: list[str], line: int) -> Problem:
    """Say what is wrong with an entry of `uses`: the resource's name, or what follows it."""
    name, dot, mode = use.partition(".")
    if dot and name in resources:
        near = nearest(mode.lower(), ("read", "write"))
        ways = f"there is {name}, {name}.read, {name}.write"
        hint = f"did you mean '{name}.{near}'?" if near else ways
        return Problem(path, f"unknown use {use!r}; {hint}", line)
    return unknown_name(path, "resource", split_use(use)[0], resources, line)


def _runtime(app: App, function: Function, path: str) -> Iterator[Problem]:
    """Layers are built for the app's runtime and architecture, and only Node is bundled."""
    own = (function.runtime or app.runtime, function.architecture or app.architecture)
    if texts(function.layers) and own != (app.runtime, app.architecture):
        message = (
            f"runs on {own[0]} ({own[1]}), but layers are built for {app.runtime} "
            f"({app.architecture}); give it `requirements` instead"
        )
        yield Problem(f"{path}.layers", message, line_of(function))
    if isinstance(own[0], str) and own[0].startswith("nodejs"):
        for name in ("requirements", "requirements_file", "slim"):
            if getattr(function, name):
                message = f"`{name}` is for Python; Node dependencies are in `package.json`"
                yield Problem(f"{path}.{name}", message, line_of(function))
    elif function.bundle is not None:
        message = f"only Node functions are bundled, and its runtime is {own[0]}"
        yield Problem(f"{path}.bundle", message, line_of(function))


def _foreign_pools(app: App, function: Function, path: str) -> Iterator[Problem]:
    """A pool's ARN is known in its own stack only, unlike those of queues and buckets."""
    wanted = {split_use(use)[0] for use in texts(function.uses)}
    for pool in named(app, "user_pools"):
        name = getattr(pool, "name", None)
        here = isinstance(name, str) and name in wanted
        if here and feature_set_of(app, pool) != feature_set_of(app, function):
            message = f"the user pool {name!r} is of another feature set; its ARN is unknown here"
            yield Problem(f"{path}.uses", message, line_of(function))


def _triggers(app: App, function: Function, path: str) -> Iterator[Problem]:
    families: dict[type[Declaration], tuple[str, str, str]] = {
        UploadTrigger: ("bucket", "buckets", "bucket"),
        UserPoolTrigger: ("pool", "user_pools", "user pool"),
    }
    listed = function.triggers if isinstance(function.triggers, (list, tuple)) else ()
    for index, trigger in enumerate(listed):
        if type(trigger) not in families:
            continue
        attribute, family, what = families[type(trigger)]
        name, line = getattr(trigger, attribute), line_of(trigger)
        here = f"{path}.triggers[{index}].{attribute}"
        found = next((e for e in named(app, family) if getattr(e, "name", None) == name), None)
        if found is None:
            yield unknown_name(here, what, name, names(app, family), line)
            continue
        if getattr(found, "existing_ids", None):
            message = (
                f"the user pool {name!r} exists already: its triggers are part of the pool, which "
                "only the stack that made it can change"
            )
            yield Problem(here, message, line)
            continue
        if feature_set_of(app, found) != feature_set_of(app, function):
            message = (
                f"{what} {name!r} is of the feature set {feature_set_of(app, found)!r}, the "
                f"function of {feature_set_of(app, function)!r}; a trigger needs both in one stack"
            )
            yield Problem(here, message, line)


def _handled_once(app: App) -> Iterator[Problem]:
    """A moment of a pool has one function at most."""
    seen: dict[tuple[str, ...], str] = {}
    for path, function in entries(app, "functions"):
        listed = getattr(function, "triggers", ())
        for trigger in listed if isinstance(listed, (list, tuple)) else ():
            for key, words in _moments(trigger):
                if key in seen:
                    message = f"{words} already calls {seen[key]}"
                    yield Problem(f"{path}.triggers", message, line_of(trigger))
                seen.setdefault(key, path)


def _moments(trigger: object) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(trigger, UserPoolTrigger) and isinstance(trigger.pool, str):
        for kind in texts(trigger.kinds):
            yield (trigger.pool, kind), f"{kind} of the user pool {trigger.pool!r}"

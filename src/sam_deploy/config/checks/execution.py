"""Checks how functions run: variables, networks, concurrency, destinations, whom they call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App, AsyncInvoke, Function, FunctionUrl, Queue, Topic, Vpc
from sam_deploy.config.tree import (
    Problem,
    entries,
    feature_set_of,
    line_of,
    named,
    names,
    split_use,
    texts,
    unknown_name,
)

WRITTEN_ONLY = ("topics", "event_buses")
"""Families of which nothing can be read."""


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in how functions run and whom they reach."""
    checks: tuple[Callable[[App, Function, str], Iterator[Problem]], ...] = (
        _variables,
        _networks,
        _concurrency,
        _destinations,
        _called,
        _modes,
        _address,
    )
    for path, function in entries(app, "functions"):
        if isinstance(function, Function):
            for check in checks:
                yield from check(app, function, path)


def _variables(app: App, function: Function, path: str) -> Iterator[Problem]:
    """A value per environment: a function of all environments has one set of variables (C17)."""
    variables = function.environment if isinstance(function.environment, dict) else {}
    for name, value in variables.items():
        if not isinstance(value, Mapping):
            continue
        here = f'{path}.environment["{name}"]'
        if app.topology != "isolated":
            message = (
                "has a value per environment, but all environments share the function; read it "
                f'by `setting({name!r})`, or choose `topology="isolated"`'
            )
            yield Problem(here, message, line_of(function))
            continue
        known = names(app, "environments")
        for environment in value:
            if environment not in known:
                yield unknown_name(here, "environment", environment, known, line_of(function))
        missing = [each for each in known if each not in value]
        if missing:
            message = f"has no value for {', '.join(missing)}"
            yield Problem(here, message, line_of(function))


def _networks(app: App, function: Function, path: str) -> Iterator[Problem]:
    vpc = function.vpc
    if not isinstance(vpc, Vpc):
        return
    owner = feature_set_of(app, function)
    wanted = [
        region
        for each in named(app, "feature_sets")
        if getattr(each, "name", None) == owner
        for region in texts(getattr(each, "regions", ()))
    ]
    for argument in ("subnets", "security_groups"):
        given = getattr(vpc, argument)
        given = given if isinstance(given, Mapping) else {}
        missing = [region for region in wanted if not given.get(region)]
        if missing:
            message = f"names none in {', '.join(missing)}, where the function is deployed"
            yield Problem(f"{path}.vpc.{argument}", message, line_of(vpc))


def _concurrency(app: App, function: Function, path: str) -> Iterator[Problem]:
    provisioned = function.provisioned_concurrency
    provisioned = provisioned if isinstance(provisioned, Mapping) else {}
    known = names(app, "environments")
    for environment in provisioned:
        if environment not in known:
            here = f"{path}.provisioned_concurrency"
            yield unknown_name(here, "environment", environment, known, line_of(function))
    numbers = [each for each in provisioned.values() if isinstance(each, int)]
    reserved = function.reserved_concurrency
    if isinstance(reserved, int) and sum(numbers) > reserved:
        message = f"is {reserved}, but {sum(numbers)} are provisioned"
        yield Problem(f"{path}.reserved_concurrency", message, line_of(function))


def _destinations(app: App, function: Function, path: str) -> Iterator[Problem]:
    asynchronous = function.asynchronous
    if not isinstance(asynchronous, AsyncInvoke):
        return
    found: dict[str, Declaration] = {
        str(getattr(each, "name", "")): each
        for family in ("queues", "topics")
        for each in named(app, family)
    }
    for argument in ("on_failure", "on_success"):
        name = getattr(asynchronous, argument)
        here, line = f"{path}.asynchronous.{argument}", line_of(asynchronous)
        if not isinstance(name, str):
            continue
        if name not in found:
            yield unknown_name(here, "queue or topic", name, found, line)
        elif isinstance(found[name], (Queue, Topic)) and getattr(found[name], "fifo", False):
            message = f"{name!r} is FIFO, which Lambda cannot send to"
            yield Problem(here, message, line)


def _called(app: App, function: Function, path: str) -> Iterator[Problem]:
    known = names(app, "functions")
    for name in texts(function.invokes):
        if name not in known:
            yield unknown_name(f"{path}.invokes", "function", name, known, line_of(function))


def _modes(app: App, function: Function, path: str) -> Iterator[Problem]:
    written = names(app, *WRITTEN_ONLY)
    for use in texts(function.uses):
        name, mode = split_use(use)
        if mode == "read" and name in written:
            message = f"{use!r}: nothing is read from a topic or an event bus; use {name!r}"
            yield Problem(f"{path}.uses", message, line_of(function))


def _address(app: App, function: Function, path: str) -> Iterator[Problem]:
    """An address for everybody is a decision, so it needs a reason in words."""
    del app
    url, waived = function.url, function.waive
    waived = waived if isinstance(waived, Mapping) else {}
    if isinstance(url, FunctionUrl) and url.auth == "NONE" and "function-url" not in waived:
        message = (
            "lets everybody call the function; if that is meant, say why: "
            '`waive={"function-url": "..."}`'
        )
        yield Problem(f"{path}.url.auth", message, line_of(url))

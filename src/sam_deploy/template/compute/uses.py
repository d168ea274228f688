"""Reads from a function's declaration what it works with, and how. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sam_deploy.config.model import Function, QueueTrigger, TableTrigger
from sam_deploy.config.tree import split_use

Mode = Literal["all", "read", "write"]


def modes_of(function: Function) -> dict[str, Mode]:
    """Return how the function uses each resource of the app, by name."""
    uses = [split_use(use) for use in function.uses] + list(_implied(function))
    read = {name for name, mode in uses if mode in {"read", "all"}}
    write = {name for name, mode in uses if mode in {"write", "all"}}
    return {
        name: "all" if name in read and name in write else "read" if name in read else "write"
        for name, _ in uses
    }


def destinations(function: Function) -> tuple[str, ...]:
    """Return the queues and topics that Lambda itself sends to, in the function's name."""
    found = (
        [function.asynchronous.on_failure, function.asynchronous.on_success]
        if (function.asynchronous)
        else []
    )
    found += [each.on_failure for each in function.triggers if isinstance(each, TableTrigger)]
    return tuple(dict.fromkeys(name for name in found if name))


def _implied(function: Function) -> Iterator[tuple[str, str]]:
    """Yield what Lambda does in the function's name: reads its queues, tells its destinations."""
    for trigger in function.triggers:
        if isinstance(trigger, QueueTrigger):
            yield trigger.queue, "read"
    for name in destinations(function):
        yield name, "write"

"""Which command goes on with what a journal says was not finished. Pure."""

from __future__ import annotations

import shlex
from typing import Final

from sam_deploy.deploy.journal import Entry

UNHEALTHY: Final = "unhealthy"
"""Outcome of a stack that stands, and whose new versions did not answer: they were put back."""


def is_unhealthy(entry: Entry) -> bool:
    """Whether a deployment ended because what it brought did not work."""
    return any(each.outcome == UNHEALTHY for each in entry.places.values())


def way_on(entry: Entry) -> tuple[str, ...]:
    """Return the command, without the program: `resume` brings the same code again.

    Where that code did not work a new deployment does, which takes the place of this one.
    """
    if entry.kind == "destroy":
        return tuple(shlex.split(entry.command))
    return ("deploy",) if entry.kind == "deploy" and is_unhealthy(entry) else ("resume",)

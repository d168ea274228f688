"""Checks what one declaration says of another, one file per theme.

They work on the tree as declared, so that their mistakes are found together with wrong values:
whatever has not the right form is left to `validate.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sam_deploy.config.checks import (
    execution,
    functions,
    health,
    http,
    identity,
    messages,
    names,
    promotion,
    references,
    routes,
    storage,
    tables,
    triggers,
)
from sam_deploy.config.model import App
from sam_deploy.config.tree import Problem

THEMES: Final[tuple[Callable[[App], Iterator[Problem]], ...]] = (
    references.problems,
    functions.problems,
    triggers.problems,
    messages.problems,
    execution.problems,
    names.problems,
    identity.problems,
    routes.problems,
    http.problems,
    health.problems,
    storage.problems,
    tables.problems,
    promotion.problems,
)


def find_problems(app: App) -> list[Problem]:
    """Return every mistake that shows only when declarations are seen together."""
    return [problem for theme in THEMES for problem in theme(app)]


__all__ = ["find_problems"]

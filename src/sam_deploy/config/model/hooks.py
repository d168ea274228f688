"""Commands of the user's own around promotions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.text import EnvironmentName

Moment = Literal[
    "before-promote",
    "after-promote",
    "before-rollback",
    "after-rollback",
    "canary-step",
]


@declaration
class Hook(Declaration):
    """A command that is run around promotions, with what happens as JSON on standard input.

    A `before-` hook that fails keeps the promotion from beginning; any other one only warns.
    """

    moment: Moment
    command: Annotated[Sequence[str], Len(1)]
    """Program and arguments, run in the project's folder without a shell."""
    environments: Sequence[EnvironmentName] = ()
    """Only for these; for all when empty."""
    timeout_seconds: Annotated[int, Interval(ge=1, le=900)] = 60

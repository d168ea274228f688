"""What a shift asks of the world around it, so that tests can be that world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from sam_deploy.promotion.model import Flip
from sam_deploy.promotion.shifting.judge import Answer, Seen
from sam_deploy.promotion.shifting.requests import Ask


class Looks(Protocol):
    """Sees alarms and calls."""

    def begin(self, since: float) -> None:
        """Count from here on."""

    def look(self) -> Seen:
        """Return what there is to see."""


class Asked(Protocol):
    """Hears what people ask for in other terminals."""

    def pending(self) -> Ask | None:
        """Return a request without an answer."""

    def answer(self, ask: Ask, words: str, *, done: bool) -> None:
        """Answer it."""


Check: TypeAlias = Callable[[tuple[Flip, ...], float], tuple[Answer, ...]]
Tell: TypeAlias = Callable[[str, Mapping[str, object]], object]
"""An event and its facts go to the audit."""
Over: TypeAlias = Callable[[], bool]
"""Whether it has come to its end."""
Hooks: TypeAlias = Callable[[Mapping[str, object]], Over]
"""Begins the hooks of a step, which is told as the journal has it."""


def no_hooks(facts: Mapping[str, object]) -> Over:
    """Begin nothing."""
    del facts
    return lambda: True

"""How it is seen that a stack's API works. A value that travels with the rendered template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HealthNeed:
    """A call that must be answered well before more regions are deployed."""

    path: str
    outputs: Mapping[str, str]
    """Environment -> output of the stack with the address of its stage."""

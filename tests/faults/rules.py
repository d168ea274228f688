"""What is to become of which call: the product's faults, and what only a test does to a process.

`Rule(When("lambda", "UpdateAlias"), LoseAnswer())`: aliases are moved, and nobody is told.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sam_deploy.local.faults import rules
from sam_deploy.local.faults.rules import (
    Answer,
    CutBody,
    Delay,
    Drop,
    Fail,
    LoseAnswer,
    Rewrite,
    Rule,
    Strip,
    When,
    is_read,
)

__all__ = [
    "Action",
    "Aged",
    "Answer",
    "CutBody",
    "Delay",
    "Drop",
    "Fail",
    "Kill",
    "LoseAnswer",
    "Moment",
    "Rewrite",
    "Rule",
    "Signal",
    "Strip",
    "When",
    "is_read",
]

Moment: TypeAlias = Literal["before", "after"]
"""Of a call: before it is carried out, or after it was and before its answer."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The proxy's victim gets SIGKILL before the call is carried out, or before it is answered."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Signal:
    """The proxy's victim gets signals, such as those of Ctrl-C; then the call is carried out.

    `then_seconds` is how long that takes after the last one.
    """

    number: int = signal.SIGINT
    times: int = 1
    every_seconds: float = 0.5
    then_seconds: float = 0.5


@dataclass(frozen=True, slots=True)
class Aged:
    """The answer has it that what is read was written so many seconds earlier than it was."""

    seconds: float


Action: TypeAlias = rules.Action | Aged | Kill | Signal

"""What somebody is asked to agree to, and what the answer was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SHOWN_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Subject:
    """A release plan as people are shown it, and the digest that stands for all of it."""

    act: str
    """Such as 'Promote to prod', 'Roll back prod'."""
    app: str
    environment: str
    account: str
    caller: str
    """ARN of who asks."""
    regions: tuple[str, ...]
    lines: tuple[str, ...]
    """One per function: 'ApiFunction: version 46 -> 47 (commit 1a2b3c4)'."""
    digest: str
    """SHA-256 of the release plan, in hex."""

    @property
    def plan(self) -> str:
        """The plan's id as screens and mails show it."""
        return self.digest[:SHOWN_DIGITS]


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody has agreed to the plan with this digest."""

    how: Literal["code", "file"]
    by: str
    """To whom the code was sent, or who made the file."""
    digest: str
    at: str
    """UTC, ISO 8601."""

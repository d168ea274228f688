"""One code of AWS, explained. Values only; imports nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AwsCode:
    """A code as AWS writes it. `causes` and `steps` are sentences without a full stop."""

    code: str
    of: str
    """Who says it, such as CloudFormation."""
    meaning: str
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    also: tuple[str, ...] = ()
    """Other codes that mean the same; they are found and explained as this one."""

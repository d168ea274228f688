"""What a rule is: a name, why it exists, what to do, and the function that finds it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from sam_deploy.template.checks.audit.view import Entry, View
from sam_deploy.template.checks.finding import Severity


class Hit(NamedTuple):
    """Where a rule objects to something. `severity` is given when it differs from the rule's."""

    logical_id: str
    where: str
    message: str
    severity: Severity | None = None


Hits: TypeAlias = Iterator[Hit]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that no template should have without a reason."""

    id: str
    """In kebab-case; what a waiver names."""
    severity: Severity
    why: str
    fix: str
    check: Callable[[View], Hits]


def rule(
    rule_id: str, severity: Severity, *, why: str, fix: str
) -> Callable[[Callable[[View], Hits]], Rule]:
    """Make a function that yields hits a rule."""

    def made(check: Callable[[View], Hits]) -> Rule:
        return Rule(rule_id, severity, why, fix, check)

    return made


def hit(entry: Entry, where: str, message: str, severity: Severity | None = None) -> Hit:
    """Object to a property of a resource."""
    return Hit(entry.logical_id, where, message, severity)

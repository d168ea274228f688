"""One thing that is wrong with a template, and the line that tells it. Pure.

Every check speaks this language, and every line starts with what in `deploy.py` caused it:
logical ids are what AWS sees, not what the user has written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sam_deploy.config.tree import CONFIG_FILE
from sam_deploy.template.render import Origin

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. Errors block a deployment, unless they are waived."""

    rule: str
    severity: Severity
    logical_id: str
    """The resource; empty for the template as a whole."""
    where: str
    """Where in it: `PolicyDocument.Statement[0].Action`."""
    message: str
    path: str = ""
    """What in `deploy.py` caused it: `functions["Api"]`."""
    line: int = 0
    """Its line there; 0 when unknown."""
    environment: str = ""
    """The environment that the resource belongs to; empty for what all of them share."""
    waived_reason: str = ""
    """Why it does not apply here; empty when it does."""

    @property
    def blocks(self) -> bool:
        """Whether it keeps the template from being deployed."""
        return self.severity == "error" and not self.waived_reason

    def __str__(self) -> str:
        """`deploy.py:120: functions["Api"] (ApiFunction.Timeout): message (rule)`."""
        return f"{self.place}: {self.message} ({self.rule})"

    @property
    def place(self) -> str:
        """`deploy.py:120: functions["Api"] (ApiFunction.Timeout)`."""
        inside = ".".join(part for part in (self.logical_id, self.where) if part) or "template"
        line = f"{CONFIG_FILE}:{self.line}: " if self.line else ""
        return f"{line}{self.path} ({inside})" if self.path else f"{line}{inside}"


def found(
    rule: str,
    severity: Severity,
    at: tuple[str, str],
    message: str,
    origins: Mapping[str, Origin],
) -> Finding:
    """Return a finding `at` (logical id, property), with what caused the resource."""
    logical_id, where = at
    origin = origins.get(logical_id)
    if origin is None:
        return Finding(rule, severity, logical_id, where, message)
    return Finding(
        rule,
        severity,
        logical_id,
        where,
        message,
        path=origin.path,
        line=origin.line,
        environment=origin.environment,
    )


def dotted(parts: object) -> str:
    """Return `Events.Queue.Properties[0]` of a path's keys and numbers."""
    text = ""
    for part in parts if isinstance(parts, (list, tuple)) else ():
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")

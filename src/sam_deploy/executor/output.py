"""Reads what `sam deploy` prints, line by line, into events, changes and the error. Pure.

The tables are sliced by the places of their column titles. They are asked for so wide
(`environment.COLUMNS`) that only a very long reason is broken; it is put together again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from sam_deploy.aws import Change
from sam_deploy.events import Event, StackEvent, Waiting

CHANGE_SET_SECONDS: Final = 300.0
STACK_SECONDS: Final = 3600.0
NO_CHANGES: Final = "No changes to deploy"
_EVENTS: Final = ("ResourceStatus", "ResourceType", "LogicalResourceId", "ResourceStatusReason")
_CHANGES: Final = ("Operation", "LogicalResourceId", "ResourceType", "Replacement")
_ACTIONS: Final = {"+ Add": "Add", "* Modify": "Modify", "- Delete": "Remove"}
_DASHES: Final = re.compile(r"-{20,}")
_STATUS: Final = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_ERROR: Final = "Error:"
_AFTER_ERROR: Final = ("Traceback", "An unexpected error was encountered")


@dataclass(slots=True)
class Reader:
    """What has been read so far. `feed` it every line."""

    region: str
    stack: str
    events: list[StackEvent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    no_changes: bool = False
    error: str = ""
    """What the SAM CLI said last about its failure, on one line."""
    _columns: tuple[str, ...] = ()
    _starts: tuple[int, ...] = ()
    _ruled: bool = False
    _in_error: bool = False

    def feed(self, line: str) -> Event | None:
        """Take a line; return what is worth telling about it."""
        line = line.rstrip()
        if self._columns:
            return self._row(line)
        if self._in_error or line.startswith(_ERROR):
            self._failure(line)
        elif tuple(line.split()) in {_EVENTS, _CHANGES}:
            self._columns = tuple(line.split())
            self._starts = tuple(line.index(title) for title in self._columns)
            self._ruled = False
        elif NO_CHANGES in line:
            self.no_changes = True
        return self._waiting(line)

    def cause(self) -> StackEvent | None:
        """Return the first failing event; what follows it are its consequences."""
        failed = (each for each in self.events if each.status.endswith("_FAILED"))
        return next((each for each in failed if "cancelled" not in each.reason.lower()), None)

    def _failure(self, line: str) -> None:
        if line.startswith(_ERROR):
            self._in_error, self.error = True, ""
            line = line.removeprefix(_ERROR)
        if line.startswith(_AFTER_ERROR):
            self._in_error = False
        else:
            self.error = f"{self.error} {line.strip()}".strip()

    def _waiting(self, line: str) -> Waiting | None:
        if line.startswith("Waiting for changeset to be created"):
            return Waiting(f"the change set of `{self.stack}`", CHANGE_SET_SECONDS, self.region)
        if "Waiting for stack create/update to complete" in line:
            return Waiting(f"`{self.stack}` (CloudFormation)", STACK_SECONDS, self.region)
        return None

    def _row(self, line: str) -> Event | None:
        if _DASHES.fullmatch(line):
            # the first rule is below the titles, the second one ends the table
            if self._ruled:
                self._columns = ()
            self._ruled = True
            return None
        ends = (*self._starts[1:], None)
        cells = tuple(
            line[start:end].strip() for start, end in zip(self._starts, ends, strict=True)
        )
        if self._columns == _EVENTS:
            return self._event(cells)
        self._change(cells)
        return None

    def _event(self, cells: tuple[str, ...]) -> StackEvent | None:
        status, kind, logical_id, reason = cells
        if found := _STATUS.match(status):
            event = StackEvent(
                self.region, self.stack, logical_id, kind, found[0], "" if reason == "-" else reason
            )
            self.events.append(event)
            return event
        if not status and self.events:
            last = self.events[-1]
            self.events[-1] = replace(
                last,
                logical_id=last.logical_id + logical_id,
                resource_type=last.resource_type + kind,
                reason=f"{last.reason} {reason}".strip(),
            )
        return None

    def _change(self, cells: tuple[str, ...]) -> None:
        action, logical_id, kind, replacement = cells
        if action in _ACTIONS:
            replaced = "" if replacement == "N/A" else replacement
            self.changes.append(Change(_ACTIONS[action], logical_id, kind, replaced))
        elif not action and self.changes:
            last = self.changes[-1]
            self.changes[-1] = replace(
                last,
                logical_id=last.logical_id + logical_id,
                resource_type=last.resource_type + kind,
            )

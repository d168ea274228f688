"""The broker's memory: rows of a table, each changed by compare and swap."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

CHANGES_MOST: Final = 20
"""Tries of one change, while others change the same row."""
ROW_BYTES_MOST: Final = 380_000
"""DynamoDB takes 400 KB."""


class BrokerRefusal(Exception):  # noqa: N818 - the broker refuses; it has not failed
    """What was asked for is not done. `kind`: refused, approval, unknown, void, or an AWS code."""

    def __init__(self, kind: str, what: str, why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.kind, self.what, self.why, self.hint = kind, what, why, hint


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number of changes, and what it says. `ends`: when it may go, Unix seconds."""

    changes: int
    body: dict[str, Any]
    ends: int = 0


class Rows(Protocol):
    """The table. Reads see what was written last."""

    def get(self, key: str) -> Row | None:
        """Return a row; nothing when there is none."""

    def put(self, key: str, row: Row) -> bool:
        """Write it if the row there has one change less (none when this is its first)."""


def changed(
    rows: Rows, key: str, edit: Callable[[dict[str, Any]], dict[str, Any]], ends: float = 0
) -> dict[str, Any]:
    """Return what a row says once `edit` was applied to it, whoever else changes it meanwhile."""
    for _ in range(CHANGES_MOST):
        before = rows.get(key)
        after = edit(json.loads(json.dumps(before.body if before else {})))
        if before is not None and after == before.body:
            return after
        if len(json.dumps(after)) > ROW_BYTES_MOST:
            raise BrokerRefusal(
                "refused",
                "The plan is too large for the broker",
                "its aliases do not fit into a row of DynamoDB (400 KB)",
                "promote in parts: `--only FUNCTION`",
            )
        keep = max(int(ends), before.ends if before else 0)
        if rows.put(key, Row(before.changes + 1 if before else 1, after, keep)):
            return after
    raise BrokerRefusal(
        "TooManyRequestsException",
        "Too many callers change the same thing at once",
        f"`{key}` was changed {CHANGES_MOST} times meanwhile",
        "run the same command again",
    )

"""The faults in force: which of them a call meets, and how often they did something.

All faults that fit a call take part: their latencies add up, and of those that fail it the one
that was added first decides. Safe from all threads.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sam_deploy.local.faults.fault import Fault, InForce
from sam_deploy.local.faults.rules import Action, Delay

if TYPE_CHECKING:
    from sam_deploy.local.faults.calls import Known


@dataclass(slots=True)
class _Entry:
    shown: InForce
    numbers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Calls of each service, operation and region."""


class Table:
    """Faults by id, in the order in which they were added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._last = 0

    def __bool__(self) -> bool:
        """Whether any fault is in force."""
        return bool(self._entries)

    def add(self, fault: Fault) -> InForce:
        """The fault is in force; no id is given twice."""
        with self._lock:
            self._last += 1
            shown = InForce(f"f{self._last}", fault)
            self._entries[shown.id] = _Entry(shown)
            return shown

    def remove(self, ids: set[str] | None) -> list[InForce]:
        """Return those of these faults that were in force, all for None; they are no more."""
        with self._lock:
            gone = [name for name in self._entries if ids is None or name in ids]
            return [self._entries.pop(name).shown for name in gone]

    def faults(self) -> list[InForce]:
        """Return what is in force, and what each has done so far."""
        with self._lock:
            return [each.shown for each in self._entries.values()]

    def decide(self, call: Known) -> Action | None:
        """Return what is done with a call; nothing when no fault does anything to it."""
        with self._lock:
            seconds, failure = 0.0, None
            for entry in self._entries.values():
                found = _met(entry, call, fails=failure is None)
                if found is not None:
                    seconds += entry.shown.fault.latency_seconds
                    failure = failure or found[0]
        return Delay(seconds, failure) if seconds else failure


def _met(entry: _Entry, call: Known, *, fails: bool) -> tuple[Action | None] | None:
    """Count a call; return how it fails, in a tuple, or nothing when the fault does not fit it."""
    shown, fault = entry.shown, entry.shown.fault
    done = max(shown.failed, shown.delayed)
    if not fault.when.fits(call) or (fault.times is not None and done >= fault.times):
        return None
    key = (call.service, call.operation, call.region)
    entry.numbers[key] += 1
    failure = fault.failure(call, entry.numbers[key]) if fails else None
    entry.shown = replace(
        shown,
        calls=shown.calls + 1,
        failed=shown.failed + (failure is not None),
        delayed=shown.delayed + bool(fault.latency_seconds),
    )
    return (failure,)

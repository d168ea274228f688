"""How a shift stands, for people in other terminals. Reads without a lock, and writes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sam_deploy.aws import Aws
from sam_deploy.deploy import lock as locks
from sam_deploy.deploy import promotions
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.lock import Documents, Held
from sam_deploy.deploy.owner import is_dead
from sam_deploy.promotion import book as books
from sam_deploy.promotion.model import ReleasePlan
from sam_deploy.promotion.shifting.judge import Seen
from sam_deploy.promotion.shifting.watcher import Watcher

QUIET_SECONDS: Final = 90.0
"""Without a heartbeat for so long (three of them), a process may be dead."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A shift under way: its plan, how far it is, and who watches it."""

    entry: Entry
    plan: ReleasePlan
    held: Held | None
    """The lock; nothing when nobody holds it."""
    now: float
    seen: Seen | None = None

    @property
    def release(self) -> Mapping[str, str]:
        """What the journal says of the shift."""
        return self.entry.release

    @property
    def step(self) -> int:
        """The step under way, from 1 on; 0 before the first."""
        return int(self.release.get(books.STEP, "0"))

    @property
    def steps(self) -> int:
        """How many there are, the last one with all calls among them."""
        return len(self.plan.strategy.weights) + 1

    @property
    def returning(self) -> bool:
        """Whether everything is being taken back."""
        return self.release.get(books.PHASE) == "returning"

    @property
    def watched(self) -> bool:
        """Whether somebody watches it who shows that he lives."""
        held = self.held
        if held is None or is_dead(held.owner):
            return False
        return held.silence(self.now) <= QUIET_SECONDS

    @property
    def silent_seconds(self) -> float:
        """How long whoever holds the lock has shown no sign of life."""
        return self.held.silence(self.now) if self.held else 0.0

    def left(self, name: str) -> float:
        """Return the seconds until a time that the journal has, such as `until`; 0 when past."""
        moment = seconds_of(self.release.get(name, ""))
        return max(0.0, moment - self.now)


def seconds_of(text: str) -> float:
    """Return a journal's time as Unix seconds; 0 for none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return found.astimezone(UTC).timestamp()


def read(
    documents: Documents, app: str, *, now: Callable[[], float] = time.time
) -> Standing | None:
    """Return the shift under way; nothing when there is none. Raises as `book.kept`."""
    entry = promotions.read(documents, app)
    if not entry.is_open:
        return None
    plan = books.kept(documents, entry)
    if not plan.strategy.shifts:
        return None
    return Standing(entry, plan, locks.look(documents, app), now())


def recent(
    documents: Documents, app: str, within_seconds: float, *, now: Callable[[], float] = time.time
) -> Standing | None:
    """Return the shift under way, or the last one when it ended within so many seconds."""
    entry = promotions.read(documents, app)
    ended = now() - seconds_of(entry.updated)
    if not entry.manifest or not (
        entry.is_open or (entry.state == "done" and ended <= within_seconds)
    ):
        return None
    plan = books.kept(documents, entry)
    if not plan.strategy.shifts:
        return None
    held = locks.look(documents, app) if entry.is_open else None
    return Standing(entry, plan, held, now())


def look(standing: Standing, aws: Aws) -> Seen:
    """Return the alarms, and the calls of the new versions since the step began.

    By whole minutes: those in the minute in which the step began count, too.
    """
    plan = standing.plan
    without = set(standing.release.get(books.WITHOUT, "").split())
    alarms = {
        region: names
        for region, names in (plan.strategy.alarms or {}).items()
        if region not in without
    }
    flips = [each for each in plan.moves if each.region not in without]
    watcher = Watcher(aws, alarms, flips)
    return watcher.all_since(seconds_of(standing.release.get(books.SINCE, "")))

"""Remembers the schedules of regions that a canary was ended without, and deletes them later.

Nobody could reach them there. One that is not deleted runs at its time, and writes the version of
before its canary, whatever is served by then. So the journal hands them on from promotion to
promotion, and the next one of the environment deletes them before it moves an alias.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sam_deploy.aws import Aws, Schedules
from sam_deploy.aws.schedules import OLDEST_SECONDS
from sam_deploy.deploy.journal import Entry
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.promotion import book as books
from sam_deploy.promotion.shifting.guard import guarded, name_of
from sam_deploy.promotion.shifting.turned import utc

if TYPE_CHECKING:
    from sam_deploy.promotion.engine import Engine

AT_ONCE: Final = 32
OVER_SECONDS: Final = OLDEST_SECONDS + 60.0
"""So long after its time a schedule may still write: Scheduler repeats a call that failed."""


@dataclass(frozen=True, slots=True)
class Left:
    """A schedule that may stand: of which environment, where, and when it runs (UTC)."""

    environment: str
    region: str
    name: str
    until: str

    def __str__(self) -> str:
        return f"{self.environment}|{self.region}|{self.name}|{self.until}"

    def is_over(self, now: float) -> bool:
        """Whether it can write nothing any more, at `now` (Unix seconds)."""
        moment = datetime.fromisoformat(self.until).astimezone(UTC).timestamp()
        return now > moment + OVER_SECONDS


def read(entry: Entry) -> tuple[Left, ...]:
    """Return what a journal says of schedules that were left behind."""
    return tuple(Left(*each.split("|")) for each in entry.release.get(books.LEFT, "").split())


def written(left: Collection[Left]) -> str:
    """Return it as the journal has it."""
    return " ".join(dict.fromkeys(map(str, left)))


def of(engine: Engine, without: Collection[str]) -> tuple[Left, ...]:
    """Return what is left behind when a promotion is gone on with without some regions."""
    release, plan = engine.book.entry.release, engine.plan
    until = release.get(books.UNTIL, "")
    if not until:
        return ()
    regions = guarded(engine) & set(without)
    return tuple(
        Left(plan.environment, each.region, name_of(engine.book.id, each.function), until)
        for each in plan.moves
        if each.region in regions
    )


def handed_on(before: Entry, environment: str, without: Collection[str]) -> tuple[Left, ...]:
    """Return what a promotion that begins has not deleted: of others, and where it cannot."""
    return tuple(
        each for each in read(before) if each.environment != environment or each.region in without
    )


def clear(
    before: Entry,
    environment: str,
    without: Collection[str],
    aws: Aws,
    *,
    now: Callable[[], float] = time.time,
) -> None:
    """No schedule of before writes an alias of the environment, but in regions left out.

    Raises `RefusedError` when one cannot be deleted that may still run. Source: DeleteSchedule.
    """
    kept = set(handed_on(before, environment, without))
    mine = [each for each in read(before) if each not in kept]
    if not mine:
        return
    with ThreadPoolExecutor(min(AT_ONCE, len(mine))) as pool:
        problems = [
            each for each in pool.map(lambda left: _clear_one(left, aws, now), mine) if each
        ]
    if problems:
        raise RefusedError(
            f"A schedule of an earlier canary can still take {environment} back",
            why=problems[0],
            state="nothing was changed",
            problems=tuple(problems) if len(problems) > 1 else (),
            hint=f"run the same command again when it can be deleted, or after {_last(mine)}",
        )


def _clear_one(left: Left, aws: Aws, now: Callable[[], float]) -> str:
    try:
        Schedules(aws, left.region).delete(left.name)
    except SamDeployError as error:
        if left.is_over(now()):
            return ""
        return f"`{left.name}` in `{left.region}` runs at {left.until}, and stays: {error}"
    return ""


def _last(left: Collection[Left]) -> str:
    moments = (datetime.fromisoformat(each.until).timestamp() for each in left)
    return utc(max(moments) + OVER_SECONDS)


def told(left: Collection[Left]) -> Iterator[tuple[str, str]]:
    """Yield (region, what may still happen there)."""
    for region in dict.fromkeys(each.region for each in left):
        until = max(each.until for each in left if each.region == region)
        text = (
            f"its schedules can still write the old version, at {until}; the next promotion or "
            "rollback that reaches it deletes them first"
        )
        yield region, text

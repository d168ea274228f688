"""Carries out a release plan: all aliases in all regions, or none.

    forward   the home region first, then all others side by side; each write behind its fence
    verify    every alias is read again
    back      what was written goes back to what it was; this never turns forward again
    fence     every alias is written unchanged under a new epoch, so that a process that was put
              aside, and wakes up late, knows no RevisionId that is good any more

Every write but those of `back` goes by a RevisionId that was read before the journal was written
last: who was put aside meanwhile has lost it. `back` may be done by two at once: both do the same.

It is atomic in its outcome, not for who reads meanwhile: for the time of the writes (`window`)
regions differ. Touches Lambda aliases, and nothing else.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from sam_deploy.aws import Alias
from sam_deploy.errors import SamDeployError
from sam_deploy.events import AliasMoved, Report
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.promotion import telling, whose
from sam_deploy.promotion.aliases import Aliases, MovedError, Wanted, write
from sam_deploy.promotion.book import Book, superseded
from sam_deploy.promotion.marks import FENCE
from sam_deploy.promotion.model import Flip, Key, ReleasePlan

AT_ONCE: Final = 64
FENCE_TRIES: Final = 8
S = TypeVar("S")
T = TypeVar("T")
Weights = tuple[tuple[str, float], ...]


class SideBySide(Protocol):
    """Does a piece of work for each item, and returns what came of each, in order."""

    def __call__(self, work: Callable[[S], T], items: Sequence[S]) -> list[T]:
        """Return the results in the order of the items."""


def in_threads(work: Callable[[S], T], items: Sequence[S]) -> list[T]:
    """Do the work of all items at once."""
    if not items:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(items))) as pool:
        return list(pool.map(work, items))


@dataclass(slots=True)
class Window:
    """The time in which regions may have differed: from the first write to the end of the last."""

    first: float = 0.0
    last: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it was."""
        return max(0.0, self.last - self.first)


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of taking everything back."""

    foreign: tuple[Alias | None, ...] = ()
    """What somebody else has written meanwhile, and is left as it is."""
    moved: tuple[MovedError, ...] = ()
    failed: Mapping[Key, SamDeployError] = field(default_factory=dict)
    """What could not be written or read: the promotion stays open."""


@dataclass(slots=True)
class Engine:
    """One plan, and how far it is. `revisions` holds what this process may write over."""

    plan: ReleasePlan
    aliases: Aliases
    book: Book
    stop: Stop
    report: Report
    side_by_side: SideBySide = in_threads
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    without: frozenset[str] = frozenset()
    """Regions that are given up on: neither read nor written."""
    at: tuple[int, int] = (1, 1)
    """The step of a shift that it is in, and how many there are: only told."""
    revisions: dict[Key, str] = field(default_factory=dict)
    touched: set[Key] = field(default_factory=set)
    """What this process has written, or may have."""
    window: Window = field(default_factory=Window)

    def __post_init__(self) -> None:
        self.revisions = {each.key: each.revision_id for each in self.plan.moves}

    @property
    def moves(self) -> tuple[Flip, ...]:
        """What is written."""
        return tuple(each for each in self.plan.moves if each.region not in self.without)

    @property
    def flips(self) -> tuple[Flip, ...]:
        """What is looked at in the end."""
        return tuple(each for each in self.plan.flips if each.region not in self.without)

    def forward(self, weight: float = 1.0) -> None:
        """Every alias sends this fraction of its calls (0-1) to its new version.

        The home region goes first: what fails there has touched no other. Raises the first error;
        the caller takes everything back then.
        """
        self.window = Window()
        home = [each for each in self.moves if each.region == self.plan.home_region]
        others = [each for each in self.moves if each.region != self.plan.home_region]
        for flips in (home, others):
            with telling.moving(self.report, flips, weight, self.at):
                results = self.side_by_side(lambda flip: self._forward_one(flip, weight), flips)
                for each in results:
                    if each is not None:
                        raise each

    def _forward_one(self, flip: Flip, weight: float) -> SamDeployError | StoppedError | None:
        if self.stop.is_set():
            return self.stop.why or StoppedError()
        mark = str(self.book.mark(flip.after.number))
        wanted = (
            Wanted(flip.after.number, (), mark)
            if weight >= 1
            else Wanted(flip.before.number, ((flip.after.number, weight),), mark)
        )
        try:
            self._write(flip, wanted)
        except SamDeployError as error:
            return error
        self.report(
            AliasMoved(
                flip.region,
                flip.function,
                flip.alias,
                flip.after.number,
                flip.before.number,
                min(weight, 1.0),
            )
        )
        return None

    def _write(self, flip: Flip, wanted: Wanted) -> None:
        self.touched.add(flip.key)
        self.window.first = self.window.first or self.clock()
        try:
            revision = write(self.aliases, flip, wanted, self.revisions[flip.key], self.pause)
        except MovedError as error:
            raise self._superseded(error) or error from error
        self.revisions[flip.key] = revision
        self.window.last = max(self.window.last, self.clock())

    def _superseded(self, error: MovedError) -> SamDeployError | None:
        """Return the error of a process that was put aside: a later epoch of its own promotion."""
        return superseded(None) if error.found and self._later(error.found) else None

    def verify(self) -> None:
        """Every alias of the plan serves what it shall, alone. Raises what is not so."""
        with telling.verifying(self.report, self.flips, self.at):
            for each in self.side_by_side(self._verify_one, self.flips):
                if each is not None:
                    raise each

    def _verify_one(self, flip: Flip) -> SamDeployError | None:
        try:
            found = self.aliases.get(flip)
        except SamDeployError as error:
            return error
        if found is not None and (found.version, found.weights) == (flip.after.number, ()):
            return None
        moved = MovedError(flip, found)
        return self._superseded(moved) or moved

    def back(self) -> Returned:
        """Every alias that this promotion has written serves again what it served before.

        What somebody else has written is left as it is. Does not listen to Ctrl-C.
        """
        results = self.side_by_side(self._back_one, self.moves)
        moved = tuple(each for each in results if isinstance(each, MovedError))
        failed = {
            flip.key: each
            for flip, each in zip(self.moves, results, strict=True)
            if each is not None and not isinstance(each, MovedError)
        }
        return Returned(tuple(each.found for each in moved), moved, failed)

    def _back_one(self, flip: Flip) -> SamDeployError | None:
        try:
            for _ in range(FENCE_TRIES):
                found = self.aliases.get(flip)
                if found is None:
                    return MovedError(flip, None)
                if self._later(found):
                    return superseded(None)
                if not self._ours(flip, found):
                    there = whose.as_before(flip, found)
                    if there and (found.revision_id != flip.revision_id or not self._doubt(flip)):
                        return None  # never written, or written by somebody to what it shall be
                    if not there:
                        return MovedError(flip, found)
                try:
                    wanted = Wanted(flip.before.number, flip.weights, flip.description)
                    write(self.aliases, flip, wanted, found.revision_id, self.pause)
                except MovedError:
                    continue  # look again: it may be a late write of an earlier attempt
                return None
            return MovedError(flip, found)
        except SamDeployError as error:
            return error

    def _doubt(self, flip: Flip) -> bool:
        """Whether a write of ours may still be on its way, although the alias shows none.

        It is written once more then, which takes away the revision that such a write needs.
        """
        return flip.key in self.touched

    def _ours(self, flip: Flip, found: Alias) -> bool:
        """Whether this promotion has written the alias last, in whichever epoch."""
        return whose.is_ours(self.book.mark(FENCE), flip, found)

    def _later(self, found: Alias) -> bool:
        """Whether somebody has gone on with this promotion: then this process writes no more."""
        return whose.is_later(self.book.mark(FENCE), found)

    def fence(self) -> Mapping[Key, SamDeployError]:
        """No process of an earlier epoch can write any alias of this promotion any more.

        Each is written unchanged, with a mark of this epoch. Returns what could not be; an alias
        that somebody else has moved needs none, as its revision is new already.

        Between look and write the journal says that this still is the last epoch. So whoever goes
        on later looks later, and takes the revision away that this process writes with: what it
        holds is of no use as soon as it was put aside itself. Raises `SupersededError`.
        """
        waiting, failed = self.moves, dict[Key, SamDeployError]()
        for _ in range(FENCE_TRIES):
            looks = self.side_by_side(self._look, waiting)
            self.book.note()
            seen = dict(zip((each.key for each in waiting), looks, strict=True))
            fence_one = functools.partial(self._fence_one, seen)
            results = self.side_by_side(fence_one, waiting)
            came = {f.key: e for f, e in zip(waiting, results, strict=True) if e is not None}
            failed |= {key: e for key, e in came.items() if not isinstance(e, MovedError)}
            # the process that was put aside still wrote: look again
            waiting = tuple(e.flip for e in came.values() if isinstance(e, MovedError))
            if not waiting:
                return failed
        return failed | came

    def _look(self, flip: Flip) -> Alias | SamDeployError | None:
        try:
            return self.aliases.get(flip)
        except SamDeployError as error:
            return error

    def _fence_one(
        self, seen: Mapping[Key, Alias | SamDeployError | None], flip: Flip
    ) -> SamDeployError | None:
        found = seen[flip.key]
        if isinstance(found, SamDeployError):
            return found
        if found is not None and self._later(found):
            return superseded(None)
        if found is None or not self._known(flip, found):
            return None
        mark = str(self.book.mark(whose.fence_mark(found)))
        wanted = Wanted(found.version, found.weights, mark)
        try:
            self.revisions[flip.key] = write(
                self.aliases, flip, wanted, found.revision_id, self.pause
            )
        except SamDeployError as error:
            return error
        self.touched.add(flip.key)
        return None

    def _known(self, flip: Flip, found: Alias) -> bool:
        """Whether the alias is as before, or as this promotion has written it."""
        return self._ours(flip, found) or whose.as_before(flip, found)

"""Decides what a look at a step means: go on, wait, hold, or take everything back. Pure.

No data never means that all is well: what cannot be read, an alarm that knows nothing yet, and too
few calls hold a step; when its time to hold is over, everything goes back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from sam_deploy.promotion.model import Flip, Key, Strategy

ALL: Final = "*"
"""Among `Strategy.quiet`: every function may pass without calls."""
OK: Final = "OK"
FIRING: Final = "ALARM"
UNKNOWN: Final = "INSUFFICIENT_DATA"
MISSING: Final = "missing"
NEVER_TOLD: Final = "AWS/DynamoDB"
"""Alarms on its metrics know nothing until something was throttled: missing data is ignored there,
whatever the alarm says. Source: CloudWatch user guide, "How alarms treat missing data"."""

Act: TypeAlias = Literal["wait", "hold", "check", "go", "back"]
"""wait: its time is not over. hold: it is, and something is not known. check: all is well but for
the check, which was not asked. go: the next step. back: everything goes back."""
Kind: TypeAlias = Literal["alarm", "no data", "calls", "check", "errors"]


@dataclass(frozen=True, slots=True)
class Watched:
    """An alarm at one look; `state` as CloudWatch has it, or `missing`."""

    region: str
    name: str
    state: str
    since: str = ""
    reason: str = ""
    namespace: str = ""

    @property
    def quiet(self) -> bool:
        """Whether it says that nothing is wrong."""
        return self.state == OK or (self.state == UNKNOWN and self.namespace == NEVER_TOLD)


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls of a new version since the step began, and how many of them failed."""

    calls: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check said of one function in one region; `good` is nothing when it said nothing."""

    region: str
    function: str
    good: bool | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look has shown. What is not in it was not seen."""

    alarms: tuple[Watched, ...] = ()
    counts: Mapping[Key, Counted] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    """Region -> why it could not be read."""
    answers: tuple[Answer, ...] | None = None
    """Of the check; nothing when it was not asked."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step is where it is. `where` tells reasons of one kind apart."""

    kind: Kind
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look means."""

    act: Act
    reasons: tuple[Reason, ...] = ()

    @property
    def words(self) -> str:
        """The reasons in one line."""
        return "; ".join(each.text for each in self.reasons)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a step is in its time, and what people have said about it."""

    elapsed_seconds: float
    excused: Collection[tuple[str, str]] = ()
    """(region, alarm): they fired before it began, and this is the fix."""
    hurried: bool = False
    """Somebody asks to end the waiting, for time and for calls."""


def judge(strategy: Strategy, flips: Sequence[Flip], seen: Seen, moment: Moment) -> Verdict:
    """Return what a look means for the step under way. `flips` are the aliases that move."""
    bad = (*_firing(seen, moment), *_failing(strategy, flips, seen), *_refused(seen))
    if bad:
        return Verdict("back", bad)
    missing = tuple(_unknown(seen, moment))
    if not moment.hurried:
        missing += tuple(_few(strategy, flips, seen))
    over = moment.hurried or moment.elapsed_seconds >= strategy.every_seconds
    if over and not missing:
        if strategy.check and seen.answers is None:
            return Verdict("check")
        missing = tuple(_silent(seen))
        if not missing:
            return Verdict("go")
    if moment.elapsed_seconds >= strategy.every_seconds + strategy.hold_seconds:
        return Verdict("back", missing)
    return Verdict("hold" if over else "wait", missing)


def _firing(seen: Seen, moment: Moment) -> Iterator[Reason]:
    for each in seen.alarms:
        if each.state == FIRING and (each.region, each.name) not in moment.excused:
            since = f" since {each.since}" if each.since else ""
            why = f": {each.reason}" if each.reason else ""
            text = f"alarm `{each.name}` fires in `{each.region}`{since}{why}"
            yield Reason("alarm", f"{each.region} {each.name}", text)


def _failing(strategy: Strategy, flips: Sequence[Flip], seen: Seen) -> Iterator[Reason]:
    """Yield the functions of which every call has failed: no alarm is needed to know that."""
    for flip in flips:
        found = seen.counts.get(flip.key, Counted())
        if found.calls >= max(1, strategy.min_requests) and found.errors >= found.calls:
            text = (
                f"all {found.calls} calls of version {flip.after.number} of `{flip.function}` in "
                f"`{flip.region}` have failed"
            )
            yield Reason("errors", f"{flip.region} {flip.function}", text)


def _refused(seen: Seen) -> Iterator[Reason]:
    for each in seen.answers or ():
        if each.good is False:
            text = f"the check says no to `{each.function}` in `{each.region}`: {each.words}"
            yield Reason("check", f"{each.region} {each.function}", text)


def _silent(seen: Seen) -> Iterator[Reason]:
    for each in seen.answers or ():
        if each.good is None:
            text = f"the check of `{each.function}` in `{each.region}` says nothing: {each.words}"
            yield Reason("check", f"{each.region} {each.function}", text)


def _unknown(seen: Seen, moment: Moment) -> Iterator[Reason]:
    for region, why in seen.unread.items():
        yield Reason("no data", region, f"`{region}` cannot be read: {why}")
    for each in seen.alarms:
        if each.quiet or (each.region, each.name) in moment.excused:
            continue
        says = "does not exist" if each.state == MISSING else "has no data"
        text = f"alarm `{each.name}` in `{each.region}` {says}"
        yield Reason("no data", f"{each.region} {each.name}", text)


def _few(strategy: Strategy, flips: Sequence[Flip], seen: Seen) -> Iterator[Reason]:
    if ALL in strategy.quiet:
        return
    for flip in flips:
        if flip.name in strategy.quiet or flip.region in seen.unread:
            continue
        calls = seen.counts.get(flip.key, Counted()).calls
        if calls < strategy.min_requests:
            where = f"`{flip.function}` in `{flip.region}`"
            text = f"{where} has {calls} of {strategy.min_requests} calls"
            yield Reason("calls", f"{flip.region} {flip.function}", text)

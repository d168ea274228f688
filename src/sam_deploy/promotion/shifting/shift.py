"""Carries a shift from its first step to its last: a part of the calls, a look, the next part.

    check     the new version answers, before anybody is sent to it
    step      hooks, watched meanwhile  ->  on record  ->  schedules pushed  ->  aliases written
              ->  watched until all is well, from the moment when its weights were set
    last      all calls on the new version, read back, schedules deleted, read back again

Whatever fails raises, and whoever called takes everything back. A process that dies pushes the
schedules no more, and they take everything back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from sam_deploy.errors import SamDeployError
from sam_deploy.events import Note, ShiftStep
from sam_deploy.promotion import book as books
from sam_deploy.promotion.aliases import MovedError
from sam_deploy.promotion.book import SupersededError
from sam_deploy.promotion.engine import Engine
from sam_deploy.promotion.shifting.guard import Guard
from sam_deploy.promotion.shifting.judge import FIRING, OK, Moment, Seen, Verdict, judge
from sam_deploy.promotion.shifting.pace import Pace
from sam_deploy.promotion.shifting.requests import Ask
from sam_deploy.promotion.shifting.seams import Asked, Check, Hooks, Looks, Tell, no_hooks
from sam_deploy.promotion.shifting.standing import seconds_of
from sam_deploy.promotion.shifting.telling import Telling
from sam_deploy.promotion.shifting.turned import (
    TurnedError,
    aborted,
    judged,
    lapsed,
    restored,
    utc,
)

HOOK_SECONDS: Final = 1.0
"""How often it is looked whether a step's hooks have ended."""


@dataclass(slots=True)
class Shift:
    """One shift, and how far it is."""

    engine: Engine
    looks: Looks
    guard: Guard
    asked: Asked
    check: Check
    audit: Tell
    pace: Pace
    still: Callable[[], bool] = lambda: True
    """Whether the journal is still this promotion's, and open."""
    hooks: Hooks = no_hooks
    now: Callable[[], float] = time.time
    _until: float = 0.0
    """When the schedules run: Unix seconds."""
    _excused: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    _telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        self._telling = Telling(self.engine.report, self.now)

    @property
    def steps(self) -> tuple[float, ...]:
        """What the new version serves in each step (0-1); all of it in the last one."""
        return (*self.engine.plan.strategy.weights, 1.0)

    def run(self) -> None:
        """Every alias serves its new version alone. Raises what the caller takes back for.

        `SupersededError` and `LeftError` are not for that: somebody else has gone on, or all is
        done but for a schedule.
        """
        release = self.engine.book.entry.release
        first = int(release.get(books.STEP, "0"))
        strategy = self.engine.plan.strategy
        if not first and strategy.check:
            self._before_traffic()
        if not strategy.shifts:
            self.engine.forward()
            self.engine.verify()
            return
        try:
            self.guard.prepare()
            self._until = seconds_of(release.get(books.UNTIL, ""))
            self._excuse(release.get(books.EXCUSED))
            for number in range(max(first, 1), len(self.steps) + 1):
                self._step(number)
        except SupersededError:
            # whoever went on has schedules of the same names, until the journal is closed
            if not self.still():
                self.guard.remove()
            raise
        except MovedError as error:
            raise restored(error) or error from error

    def _before_traffic(self) -> None:
        self.engine.report(Note("asking the check about the new version, before any traffic"))
        answers = self.check(self.engine.moves, 0.0)
        bad = [each for each in answers if not each.good]
        for each in bad[:1]:
            more = f", and to {len(bad) - 1} more" if len(bad) > 1 else ""
            raise TurnedError(
                f"The check does not agree to `{each.function}` in `{each.region}`{more}",
                why=each.words,
                hint="no call was sent to the new version; correct the cause, then promote again",
            )

    def _excuse(self, known: str | None) -> None:
        """Alarms that fire before the first step are let be, where that was asked for."""
        if not self.engine.plan.strategy.with_alarm:
            return
        if known is None:
            firing = [each for each in self.looks.look().alarms if each.state == FIRING]
            self._excused = frozenset((each.region, each.name) for each in firing)
            self.audit("with alarm", {"alarms": sorted(map(list, self._excused))})
        else:
            self._excused = frozenset(_pair(each) for each in known.split())
        for region, name in sorted(self._excused):
            self.engine.report(Note(f"alarm `{name}` fires: let be until it is OK", region=region))

    def _step(self, number: int) -> None:
        """The aliases carry the step's weight, and its time was good. Raises what was not."""
        last, weight = number == len(self.steps), self.steps[number - 1]
        self._hooked(number)
        begun, bake = self.now(), self._bake_seconds(number)
        facts = self._facts(number, begun)
        self._until = begun + bake + self.pace.grace_seconds
        self.engine.book.phase("shifting", **facts)
        self.audit("step", {**facts, "promotion": self.engine.book.id})
        self.guard.push(self._until)
        self.looks.begin(begun)
        self.engine.at = step = (number, len(self.steps))
        self.engine.forward(weight)
        regions = tuple(dict.fromkeys(each.region for each in self.engine.moves))
        self.engine.report(ShiftStep(*step, weight, regions, bake, utc(self._until)))
        if last:
            self._last()
        else:
            self._bake(number, self.now())

    def _bake_seconds(self, number: int) -> float:
        return 0.0 if number == len(self.steps) else self.engine.plan.strategy.every_seconds

    def _facts(self, number: int, begun: float) -> dict[str, str]:
        """Return what the journal has of a step that begins at `begun` (Unix seconds)."""
        ends = begun + self._bake_seconds(number)
        facts = {
            books.STEP: str(number),
            books.WEIGHT: f"{self.steps[number - 1]:g}",
            books.SINCE: utc(begun),
            books.ENDS: utc(ends),
            books.UNTIL: utc(ends + self.pace.grace_seconds),
        }
        if self.engine.plan.strategy.with_alarm:
            facts[books.EXCUSED] = " ".join(f"{r}={name}" for r, name in sorted(self._excused))
        return facts

    def _hooked(self, number: int) -> None:
        """The step's hooks have ended, and all was well meanwhile. Raises what was not.

        The weights are still those of the step before: they are watched, and its schedules pushed.
        """
        served = int(self.engine.book.entry.release.get(books.STEP, "0"))
        facts = self._facts(number, self.now())
        over = self.hooks({**facts, "environment": self.engine.plan.environment})
        look_at = self.now()
        while not over():
            if self.now() >= look_at:
                self._watch(served)
                look_at = self.now() + self.pace.poll_seconds
            self.engine.stop.pause(min(HOOK_SECONDS, self.pace.poll_seconds))
        self._refuse_lapsed()

    def _watch(self, number: int) -> None:
        """One look while nothing is waited for but a hook, with the weights of step `number`."""
        self._refuse_lapsed()
        self._keep(self.now(), 0.0)
        ask = self._request(number)
        if ask is not None:
            self.asked.answer(ask, "refused: a hook of the next step runs", done=False)
        _, verdict = self._look(max(number, 1), Moment(0.0, self._excused))
        if verdict.act == "back":
            raise judged(verdict, over=False)

    def _last(self) -> None:
        """All is on the new version, and no schedule is left that would take it back."""
        self.engine.verify()
        self.guard.remove()
        # one may have run in the moment before it was deleted
        self.engine.verify()

    def _bake(self, number: int, begun: float) -> None:
        ends = begun + self.engine.plan.strategy.every_seconds
        while True:
            now = self.now()
            self._refuse_lapsed()
            self._keep(now, ends)
            ask = self._request(number)
            hurried = ask is not None and ask.act == "advance"
            seen, verdict = self._look(number, Moment(now - begun, self._excused, hurried))
            if ask is not None:
                self._answered(ask, verdict, seen)
            left = self._left(verdict, begun, now)
            where = (number, len(self.steps), self.steps[number - 1])
            self._telling.tell(where, verdict, seen, self.engine.moves, left)
            if verdict.act == "back":
                raise judged(verdict, over=now >= ends)
            if verdict.act == "go":
                return
            wait = self.pace.poll_seconds
            self.engine.stop.pause(min(wait, ends - now) if now < ends else wait)

    def _refuse_lapsed(self) -> None:
        if self._until and self.now() >= self._until:
            raise lapsed(utc(self._until))

    def _left(self, verdict: Verdict, begun: float, looked: float) -> float:
        """Return the seconds of a step's time, and of its hold once that is over."""
        if verdict.act == "go":
            return 0.0  # the next step begins: neither is waited for
        strategy = self.engine.plan.strategy
        ends = begun + strategy.every_seconds
        return (ends if looked < ends else ends + strategy.hold_seconds) - self.now()

    def _keep(self, now: float, ends: float) -> None:
        """The schedules stand well ahead of us and of the step's end, also when it is held."""
        ahead = max(now, ends)
        if not self._until or self._until - ahead > self.pace.grace_seconds / 2:
            return  # before the first step no schedule stands
        until = ahead + self.pace.grace_seconds
        self.engine.book.note(**{books.UNTIL: utc(until)})
        try:
            stood = self.guard.push(until)
        except SamDeployError as error:
            # until they run there is time to try again; then everything is taken back
            self.engine.report(Note(f"a schedule could not be pushed: {error}", "warning"))
            return
        if not stood:
            raise lapsed(utc(self._until))
        self._until = until

    def _look(self, number: int, moment: Moment) -> tuple[Seen, Verdict]:
        plan, flips = self.engine.plan, self.engine.moves
        seen = self.looks.look()
        self._recover(seen)
        moment = replace(moment, excused=self._excused)
        verdict = judge(plan.strategy, flips, seen, moment)
        if verdict.act == "check":
            answers = self.check(flips, self.steps[number - 1])
            seen = replace(seen, answers=answers)
            verdict = judge(plan.strategy, flips, seen, moment)
        return seen, verdict

    def _recover(self, seen: Seen) -> None:
        """An alarm that was let be counts again once it was OK."""
        fine = {(each.region, each.name) for each in seen.alarms if each.state == OK}
        back = self._excused & fine
        if back:
            self._excused -= back
            names = " ".join(f"{region}={name}" for region, name in sorted(self._excused))
            self.engine.book.note(**{books.EXCUSED: names})
            for region, name in sorted(back):
                text = f"alarm `{name}` is OK now: from here on it counts"
                self.engine.report(Note(text, region=region))

    def _request(self, number: int) -> Ask | None:
        ask = self.asked.pending()
        if ask is None:
            return None
        if ask.act == "abort":
            self.audit("abort", {"who": ask.who, "host": ask.host, "step": str(number)})
            self.asked.answer(ask, "everything is being taken back", done=True)
            raise aborted(ask)
        if ask.step != str(number):
            self.asked.answer(ask, f"step {ask.step} is over: this is step {number}", done=False)
            return None
        return ask

    def _answered(self, ask: Ask, verdict: Verdict, seen: Seen) -> None:
        if verdict.act == "go":
            counts = {"/".join(key): each.calls for key, each in seen.counts.items()}
            facts = {"who": ask.who, "host": ask.host, "step": ask.step, "calls": counts}
            self.audit("advance", facts)
            self.engine.report(Note(f"{ask.who} on {ask.host} ends this step's waiting"))
            self.asked.answer(ask, "the next step begins", done=True)
            return
        self.asked.answer(ask, f"refused: {verdict.words}", done=False)
        self.engine.report(Note(f"{ask.who} asked to advance: refused, {verdict.words}"))


def _pair(text: str) -> tuple[str, str]:
    region, _, name = text.partition("=")
    return region, name

"""Whatever is asked of the broker, in whatever order, by whoever may call it."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.unit.broker.conftest import API, HOME, JOBS, OTHER, Place, plan_of

from sam_deploy.promotion.model import ReleasePlan, Strategy

PLACES = ((HOME, API), (OTHER, API), (HOME, JOBS))
VERSIONS = st.sampled_from(["1", "2", "3", "4", "5"])
ANYTHING = st.sampled_from(["1", "2", "3", "4", "5", "77", "$LATEST", "", "new"])
SHARES = st.lists(st.tuples(ANYTHING, st.sampled_from([0.1, 0.5])), max_size=2, unique=True)
WAITS = st.sampled_from([1, 599, 600, 899, 900, 3_599, 3_600, 86_400])
CANARY = Strategy(weights=(0.1,), every_seconds=60)


class Callers(RuleBasedStateMachine):
    """Plans are begun, codes entered and guessed, aliases asked for, time passes."""

    @initialize()
    def begin_anew(self) -> None:
        """Everything serves version 1, and nobody has asked for anything."""
        self.broker = Place()
        self.plans: list[ReleasePlan] = []
        self.codes: dict[str, str] = {}
        self.fine: dict[tuple[str, str, str], set[str]] = {}
        """Alias -> versions of plans that somebody has agreed to with the right code."""

    def _plan(self, number: int) -> ReleasePlan | None:
        return self.plans[number % len(self.plans)] if self.plans else None

    @rule(after=VERSIONS, some=st.sets(st.sampled_from(PLACES), min_size=1), step=st.booleans())
    def begin(self, after: str, some: set[tuple[str, str]], *, step: bool) -> None:
        """Ask for the code of a plan that is true."""
        (first, *_), how = sorted(some), CANARY if step else None
        before, shares = self.broker.served(*first)
        if not shares:
            self._begin(plan_of(after, before, tuple(sorted(some)), str(len(self.plans)), how))

    @rule(after=ANYTHING, before=ANYTHING, some=st.sets(st.sampled_from(PLACES)))
    def begin_a_lie(self, after: str, before: str, some: set[tuple[str, str]]) -> None:
        """Ask for the code of any plan."""
        self._begin(plan_of(after, before, tuple(sorted(some)), str(len(self.plans))))

    def _begin(self, plan: ReleasePlan) -> None:
        if "refused" not in self.broker.begin(plan):
            self.plans.append(plan)
            self.codes[plan.digest] = self.broker.mailbox.code

    @rule(number=st.integers(0, 9))
    def begin_again(self, number: int) -> None:
        """Ask for another code of a plan."""
        plan = self._plan(number)
        if plan and "refused" not in self.broker.begin(plan):
            self.codes[plan.digest] = self.broker.mailbox.code

    @rule(number=st.integers(0, 9), of=st.integers(0, 9))
    def confirm_other(self, number: int, of: int) -> None:
        """Enter a code that was mailed for any plan."""
        plan, other = self._plan(number), self._plan(of)
        if plan is not None and other is not None:
            self._confirm(plan, self.codes[other.digest])

    @rule(number=st.integers(0, 9))
    def confirm(self, number: int) -> None:
        """Enter the code of a plan."""
        plan = self._plan(number)
        if plan is not None:
            self._confirm(plan, self.codes[plan.digest])

    def _confirm(self, plan: ReleasePlan, code: str) -> None:
        if self.broker.confirm(plan, code).get("outcome") == "right":
            assert self.codes[plan.digest] == code
            for each in plan.moves:
                key = (each.region, each.function, each.alias)
                self.fine.setdefault(key, set()).update({each.before.number, each.after.number})

    @rule(number=st.integers(0, 9), guess=st.integers(0, 999_999))
    def guess(self, number: int, guess: int) -> None:
        """Guess at a code."""
        plan = self._plan(number)
        code = f"{guess:06d}"
        if plan and code != self.codes[plan.digest]:
            assert "right" != self.broker.confirm(plan, code).get("outcome")

    @rule(
        version=ANYTHING, weights=SHARES, where=st.sampled_from(PLACES), number=st.integers(-1, 9)
    )
    def move(
        self, version: str, weights: list[tuple[str, float]], where: tuple[str, str], number: int
    ) -> None:
        """Ask for anything, with the digest of any plan, or of none."""
        plan = self._plan(number) if number >= 0 else None
        self._move(where, version, tuple(weights), plan.digest if plan else "")

    @rule(number=st.integers(0, 9), where=st.sampled_from(PLACES), part=st.sampled_from([0, 0.1]))
    def move_by_plan(self, number: int, where: tuple[str, str], part: float) -> None:
        """Ask for what a plan says, agreed to or not, of one of its aliases or of another one."""
        plan = self._plan(number)
        if plan is None:
            return
        flip = plan.flips[0]
        weights = ((flip.after.number, part),) if part else ()
        version = flip.before.number if part else flip.after.number
        self._move(where, version, weights, plan.digest)

    def _move(
        self,
        where: tuple[str, str],
        version: str,
        weights: tuple[tuple[str, float], ...],
        digest: str,
    ) -> None:
        region, function = where
        key = (region, function, "prod")
        allowed = self.broker.aliases.history[key] | self.fine.get(key, set())
        self.broker.move(version, weights=weights, digest=digest, region=region, function=function)
        serves, shares = self.broker.served(region, function)
        assert {serves, *(other for other, _ in shares)} <= allowed

    @rule(seconds=WAITS)
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.broker.now += seconds

    @invariant()
    def codes_are_few(self) -> None:
        """No more mails than the limits allow in a day (20), and all its days."""
        days = (self.broker.now - 1_800_000_000.0) // 86_400 + 1
        assert len(self.broker.mailbox.letters) <= 20 * days


@pytest.mark.long
class TestCallers(Callers.TestCase):  # type: ignore[misc]
    """No sequence of calls moves prod to what nobody agreed to, and what it never served."""

    settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

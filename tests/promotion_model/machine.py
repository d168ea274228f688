"""One command after the other, with faults, and with what others do in between: by hypothesis."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.promotion_model import checks
from tests.promotion_model.cloud import ENVIRONMENTS, FUNCTIONS, REGIONS, Cloud, arrive
from tests.promotion_model.commands import PARTS, Operator, beginning, released
from tests.promotion_model.process import FAULTS, Died, Fault, Process

from sam_deploy.promotion.session import Parts

MOST_CALLS: Final = 40
STEPS: Final = 25
AT_ONCE: Final = 2
"""Times that `resume` may be needed at the end: what a fault left, and nothing more."""
fault = st.one_of(st.just((0, "")), st.tuples(st.integers(1, MOST_CALLS), st.sampled_from(FAULTS)))
target = st.sampled_from(ENVIRONMENTS[1:])
place = st.tuples(st.sampled_from(REGIONS), st.sampled_from(FUNCTIONS), target)


class Releasing(RuleBasedStateMachine):
    """At its end nothing is mixed, whatever has happened; `resume` is all that is needed."""

    parts: ClassVar[Parts] = PARTS

    def __init__(self) -> None:
        super().__init__()
        self.start = self.cloud = Cloud()
        self.trace: list[str] = []
        self.wrong: list[str] = []
        self.newest = 3
        self.seconds = 0.0

    @initialize(has_releases=st.booleans())
    def begin(self, *, has_releases: bool) -> None:
        """Environments serve different versions."""
        self.start = released() if has_releases else beginning()
        self.cloud = self.start.copied()

    @rule(environment=target, only=st.sampled_from(((), ("Api",))), at=fault)
    def promote(self, environment: str, only: tuple[str, ...], at: tuple[int, Fault]) -> None:
        """Somebody promotes."""
        self._run(at, lambda operator: operator.promote(environment, only))

    @rule(environment=target, at=fault)
    def rollback(self, environment: str, at: tuple[int, Fault]) -> None:
        """Somebody rolls back."""
        self._run(at, lambda operator: operator.rollback(environment))

    @precondition(lambda self: self.is_open)
    @rule(abort=st.booleans(), at=fault)
    def resume(self, at: tuple[int, Fault], *, abort: bool) -> None:
        """Somebody goes on, or takes back."""
        self._run(at, lambda operator: operator.resume(abort=abort))

    @precondition(lambda self: not self.is_open)
    @rule(behind=st.booleans())
    def deploy(self, *, behind: bool) -> None:
        """A deployment moves dev; with one region behind nothing can be promoted from there."""
        self.newest += 1
        self.cloud.publish(str(self.newest))
        for region in REGIONS[: 1 if behind else 2]:
            for function in FUNCTIONS:
                where = (region, function, ENVIRONMENTS[0])
                self.cloud.point(where, str(self.newest), by=checks.DEPLOYMENT)

    @precondition(lambda self: not self.is_open)
    @rule(
        region=st.sampled_from(REGIONS), function=st.sampled_from(FUNCTIONS), kept=st.integers(0, 2)
    )
    def prune(self, region: str, function: str, kept: int) -> None:
        """Old versions that no alias serves are deleted, in one region only."""
        versions = self.cloud.versions[region, function]
        for number in versions[: len(versions) - kept]:
            self.cloud.delete_version(region, function, number)

    @rule(where=place, own=st.booleans())
    def drift(self, where: tuple[str, str, str], *, own: bool) -> None:
        """Somebody moves an alias by hand: to a version of theirs, or to one that there is.

        To every other one of theirs without a description, which keeps the mark that is there.
        """
        self.newest += 1
        if own:
            self.cloud.publish(str(self.newest))
        versions = self.cloud.versions[where[:2]]
        description = None if own and self.newest % 2 else "by hand"
        self.cloud.point(where, versions[-1], description=description)

    @rule(seconds=st.sampled_from((-7200.0, 60.0, 7200.0)))
    def clock(self, seconds: float) -> None:
        """Time goes by, or the clock is set back."""
        self.seconds += seconds

    @rule()
    def arrive(self) -> None:
        """What was sent and not waited for is carried out now."""
        arrive(self.cloud)

    @property
    def is_open(self) -> bool:
        """Whether a promotion has not come to its end."""
        return checks.is_open(self.cloud)

    def teardown(self) -> None:
        """Go on until nothing is unfinished; then everything must hold."""
        arrive(self.cloud)
        for _ in range(AT_ONCE):
            if self.is_open:
                self._run((0, ""), lambda operator: operator.resume())
        wrong = [*self.wrong, *checks.problems(self.start, self.cloud)]
        assert [] == wrong, "\n".join([*wrong, *self.trace])

    def _run(self, at: tuple[int, Fault], work: Callable[[Operator], object]) -> None:
        def fate(number: int, call: str, *, writes: bool) -> Fault:
            del call, writes
            return at[1] if number == at[0] else ""

        process = Process(f"p{len(self.trace)}", self.cloud, fate, trace=self.trace)
        operator = Operator(process, self.parts, now=lambda: time.time() + self.seconds)
        operator.unlock()
        with suppress(Died):
            work(operator)
            self.wrong += [w for each in operator.came for w in checks.told(each, self.cloud)]


def run(
    count: int, *, pinned: bool, shrink: bool = True, machine: type[Releasing] = Releasing
) -> None:
    """Run so many machines, the same ones when `pinned`. Raises what the smallest bad one says.

    It is not looked for without `shrink`: that takes long.
    """
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count,
            stateful_step_count=STEPS,
            phases=phases,
            derandomize=pinned,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

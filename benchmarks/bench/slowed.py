"""The same deployments with every call to AWS made slower, as if the cloud were far away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bench import proxy
from bench.deploy_sides import SAM, UNITS, Sides
from bench.goals import OURS
from bench.measure import Contender, Run, interleaved, series
from bench.results import Case, Series

DELAY_SECONDS: Final = 0.2
SAM_RUNS: Final = 1
"""A run takes a minute or two; the rest of the page shows how little they differ."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """Runs through a proxy, with what each contender sent in its last one."""

    through: proxy.Proxy
    calls: dict[str, int] = field(default_factory=dict)
    sent_bytes: dict[str, int] = field(default_factory=dict)

    def run(self, name: str, action: Callable[[str], Run]) -> Run:
        self.through.forget()
        found = action(self.through.url)
        self.calls[name] = len(self.through.calls)
        self.sent_bytes[name] = self.through.sent_bytes
        return found

    def notes(self) -> tuple[str, ...]:
        told = (
            f"`{name}`: {calls} calls, {self.sent_bytes[name] / 1e6:.1f} MB sent with them"
            for name, calls in self.calls.items()
        )
        return (*told, f"`{SAM}` ran once")


def slowed(sides: Sides, runs: int) -> tuple[Case, ...]:
    """The few regions with nothing changed and for the first time, each call so much later."""
    few, sam, regions = sides.few, sides.sam, sides.regions
    behind = f"{DELAY_SECONDS * 1000:.0f} ms added to every call"
    with proxy.running(sides.emulator.endpoint, DELAY_SECONDS) as through:
        sides.deployed()
        counted = _Counted(through)
        made = _compared(
            counted,
            runs,
            lambda url: sam.in_turn(regions, "no changes", endpoint=url),
            lambda url: few.deploy("no changes", built=0, endpoint=url),
        )
        unchanged = Case(
            "slow-unchanged",
            f"{sides.sizes.few} regions, nothing changed, {behind}",
            made,
            counted.notes(),
        )
        counted = _Counted(through)
        made = _compared(
            counted,
            runs,
            lambda url: sam.in_turn(regions, "created", endpoint=url),
            lambda url: few.deploy("created", built=UNITS, endpoint=url),
            (sides.emptied, lambda: sides.emptied_for(few)),
        )
        first = Case(
            "slow-first", f"{sides.sizes.few} regions, first deployment, {behind}", made,
            counted.notes(),
        )  # fmt: skip
    return unchanged, first


def _compared(
    counted: _Counted,
    runs: int,
    theirs: Callable[[str], Run],
    mine: Callable[[str], Run],
    prepare: tuple[Callable[[], None], Callable[[], None]] = (lambda: None, lambda: None),
) -> tuple[Series, ...]:
    prepare[0]()
    once = series(SAM, [counted.run(SAM, theirs) for _ in range(SAM_RUNS)])
    contender = Contender(OURS, lambda: counted.run(OURS, mine), prepare[1])
    return once, *interleaved([contender], runs)

"""The same app, deployed by `sam deploy` and by `sam-deploy deploy` against one emulator.

One region, four and twenty; for the first time and with nothing changed; and what leaves this
computer for all that. With every call to AWS made slower: `slowed.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench import stacks
from bench.deploy_sides import (
    APART,
    CHECKED,
    ONE,
    POLL_SECONDS,
    SAM,
    SAM_AT_ONCE,
    SAM_POLLING,
    UNITS,
    Sides,
)
from bench.goals import OURS
from bench.measure import Contender, Run, interleaved, series
from bench.results import Case, Series
from bench.stacks import OurStack


def first(sides: Sides, runs: int, notes: tuple[str, ...]) -> Case:
    """The few regions for the first time, archives not yet made."""
    few, regions = sides.few, sides.regions
    made = interleaved(
        [
            Contender(SAM, lambda: sides.sam.in_turn(regions, "created"), sides.emptied),
            Contender(
                OURS,
                lambda: few.deploy("created", built=UNITS),
                lambda: sides.emptied_for(few),
            ),
            Contender(
                CHECKED,
                lambda: few.deploy("created", built=UNITS),
                lambda: sides.emptied_for(few, checked=True),
            ),
        ],
        runs,
    )
    sides.emulator.empty()
    at_once = sides.deployed()
    more = (series(SAM_AT_ONCE, [at_once]),) if at_once else ()
    title = f"{sides.sizes.few} regions, first deployment, archives not yet made"
    return Case("first", title, (*made, *more), (*notes, *_single(more)))


def unchanged(sides: Sides, runs: int) -> Case:
    """The few regions with nothing changed."""
    sides.deployed()
    regions = sides.regions
    made = interleaved(
        [
            Contender(SAM, lambda: sides.sam.in_turn(regions, "no changes")),
            Contender(OURS, lambda: sides.few.deploy("no changes", built=0)),
        ],
        runs,
    )
    at_once = series(SAM_AT_ONCE, [sides.sam.at_once(regions, "no changes")])
    title = f"{sides.sizes.few} regions, nothing changed"
    return Case("unchanged", title, (*made, at_once), _single([at_once]))


def first_one(sides: Sides, runs: int) -> Case:
    """One region for the first time, archives not yet made."""
    region, one = sides.regions[0], sides.one
    made = interleaved(
        [
            Contender(SAM, lambda: sides.sam.deploy(region, "created"), sides.emptied),
            Contender(
                SAM_POLLING,
                lambda: sides.sam.deploy(region, "created", poll_seconds=POLL_SECONDS),
                sides.emptied,
            ),
            Contender(
                OURS, lambda: one.deploy("created", built=UNITS), lambda: sides.emptied_for(one)
            ),
            Contender(
                CHECKED,
                lambda: one.deploy("created", built=UNITS),
                lambda: sides.emptied_for(one, checked=True),
            ),
        ],
        runs,
    )
    return Case("first-one", "1 region, first deployment, archives not yet made", made)


def unchanged_one(sides: Sides, runs: int) -> Case:
    """One region with nothing changed."""
    sides.deployed()
    sides.one.deploy(None)
    made = interleaved(
        [
            Contender(SAM, lambda: sides.sam.deploy(sides.regions[0], "no changes")),
            Contender(OURS, lambda: sides.one.deploy("no changes", built=0)),
        ],
        runs,
    )
    return Case("unchanged-one", "1 region, nothing changed", made)


def many(sides: Sides, runs: int) -> tuple[Case, ...]:
    """More regions: for the first time, and with nothing changed beside the few."""
    sizes = sides.sizes
    firsts = interleaved(
        [
            Contender(
                sizes.many_name,
                lambda: sides.many.deploy("created", built=UNITS),
                lambda: sides.emptied_for(sides.many),
            )
        ],
        runs,
    )
    growth = interleaved(
        [
            _again(sizes.few_name, sides.few),
            _again(sizes.many_name, sides.many),
        ],
        runs,
    )
    return (
        Case("many", f"{sizes.many} regions, first deployment", firsts),
        Case("growth", f"{sizes.few} and {sizes.many} regions, nothing changed", growth),
    )


def apart(sides: Sides, runs: int) -> Case:
    """The few regions in one go, against as many deployments that share nothing."""

    def in_turn() -> Run:
        done = []
        for each in sides.apart:
            each.forget_archives()
            done.append(each.deploy("created", built=UNITS))
        return stacks.added(done)

    made = interleaved(
        [
            Contender(APART, in_turn, sides.emulator.empty),
            Contender(
                OURS,
                lambda: sides.few.deploy("created", built=UNITS),
                lambda: sides.emptied_for(sides.few),
            ),
        ],
        runs,
    )
    title = f"{sides.sizes.few} regions in one go and one by one, first deployment"
    note = "one by one: every region makes, checks and sends everything again, as a loop would"
    return Case("apart", title, made, (note,))


def sent(sides: Sides) -> Case:
    """Bytes of archives that leave this computer, by the number of regions."""
    found = []
    sizes = sides.sizes
    every = ((ONE, sides.one), (sizes.few_name, sides.few), (sizes.many_name, sides.many))
    for name, stack in every:
        sides.emulator.empty()
        stack.deploy("created")
        found.append(_bytes(name, stack.sent_bytes))
    sides.emulator.empty()
    total = 0
    for stack in sides.apart:
        stack.deploy("created")
        total += stack.sent_bytes
    note = "as `deploy --json` tells; what is copied from bucket to bucket does not pass here"
    return Case("sent", "Bytes of archives sent", (*found, _bytes(APART, total)), (note,))


def _again(name: str, stack: OurStack) -> Contender:
    """Deploy when the last deployment was the same.

    After one of the other project, the dashboard would have to show other regions.
    """
    return Contender(name, lambda: stack.deploy("no changes", built=0), lambda: _prepare(stack))


def _prepare(stack: OurStack) -> None:
    stack.deploy(None)


def _bytes(name: str, value: int) -> Series:
    return Series(name, {"bytes": (float(value),)})


def _single(once: Sequence[Series]) -> tuple[str, ...]:
    return tuple(f"`{each.name}` ran once" for each in once)

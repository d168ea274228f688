from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.promotion_model.clients import MemoryAws
from tests.promotion_model.cloud import AliasWritten
from tests.promotion_model.commands import documents, no_pause, one_by_one
from tests.promotion_model.process import Fault, Process
from tests.unit.promotion.conftest import World

from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.journal import Entry, Read
from sam_deploy.errors import SamDeployError
from sam_deploy.events import AliasMoved, Event
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.promotion.aliases import LambdaAliases, MovedError
from sam_deploy.promotion.book import Book, SupersededError
from sam_deploy.promotion.engine import Engine, in_threads
from sam_deploy.promotion.model import Flip, ReleasePlan, Version

HERE, THERE = "eu-west-1", "us-east-1"
MARK = "sd:0123:1:2"
BEFORE = Read()


@pytest.fixture
def plan(plan: ReleasePlan, world: World) -> ReleasePlan:
    """All aliases of prod from version 1 to 2."""
    flips = tuple(
        Flip(region, function, function, name, Version("1"), Version("2"), alias.revision, "old")
        for (region, function, name), alias in world.cloud.aliases.items()
        if name == "prod"
    )
    return replace(plan, flips=flips)


class Bench:
    """An engine in a world, and what it reports. `fate` is asked at each of its calls."""

    def __init__(
        self,
        world: World,
        plan: ReleasePlan,
        epoch: int = 1,
        before: Read = BEFORE,
        **more: object,
    ) -> None:
        self.world = world
        self.faults: Iterator[Fault] = iter(())
        self.writes_only = False
        self.process = Process("p", world.cloud, self._fate, trace=world.trace)
        self.heard: list[Event] = []
        self.stop = Stop()
        self.book = Book(documents(self.process), "shop", before, Entry("0123", epoch))
        self.engine = Engine(
            plan,
            LambdaAliases(MemoryAws(world.cloud, self.process)),
            self.book,
            self.stop,
            self.heard.append,
            side_by_side=one_by_one,
            pause=no_pause,
            **more,  # type: ignore[arg-type] # as given
        )

    def _fate(self, number: int, call: str, *, writes: bool) -> Fault:
        del number, call
        return next(self.faults, "") if writes or not self.writes_only else ""

    def after(self, calls: int, fault: Fault, times: int = 1) -> None:
        """After so many more calls, something happens to each of the next ones."""
        self.faults = iter([*[""] * calls, *[fault] * times])  # type: ignore[list-item]

    @property
    def written(self) -> list[tuple[str, str, str]]:
        """Region, version and mark of each write, in their order."""
        return [
            (each.place[0], each.after.version, each.after.description)
            for each in self.world.cloud.effects
            if isinstance(each, AliasWritten)
        ]


@pytest.fixture
def bench(world: World, plan: ReleasePlan) -> Bench:
    """An engine that has not begun."""
    return Bench(world, plan)


def test_all_aliases_go_forward_the_home_region_first(bench: Bench, world: World) -> None:
    """What fails at home has touched no other region; each has a mark of its own (R182)."""
    bench.engine.forward()
    assert [HERE, HERE, THERE, THERE] == [region for region, _, _ in bench.written]
    assert {("2", MARK)} == {(version, mark) for _, version, mark in bench.written}
    assert {"2"} == world.serves()
    assert 4 == sum(isinstance(each, AliasMoved) for each in bench.heard)
    assert bench.engine.window.seconds > 0
    bench.engine.verify()


def test_a_part_of_the_calls_goes_forward(bench: Bench, world: World) -> None:
    """The old version stays the alias's own, the new one gets the weight."""
    bench.engine.forward(0.25)
    assert {"1(('2', 0.25),)"} == world.serves()
    assert {("1", "2", 0.25)} == {
        (each.previous, each.version, each.weight)
        for each in bench.heard
        if isinstance(each, AliasMoved)
    }
    with pytest.raises(MovedError):
        bench.engine.verify()
    bench.engine.forward(1.0)
    assert {"2"} == world.serves()


@pytest.mark.fault(11)
def test_weights_of_an_old_shift_are_taken_away(world: World, plan: ReleasePlan) -> None:
    """Fault 11: UpdateAlias without an empty map would keep them."""
    for flip in plan.flips:
        world.cloud.point((*flip.key, flip.alias), "1", **{"3": 0.1})
    flips = tuple(
        replace(
            flip,
            weights=(("3", 0.1),),
            revision_id=world.cloud.aliases[*flip.key, flip.alias].revision,
        )
        for flip in plan.flips
    )
    bench = Bench(world, replace(plan, flips=flips))
    bench.engine.forward()
    bench.engine.verify()
    assert {"2"} == world.serves()
    bench.engine.back()
    assert {"1(('3', 0.1),)"} == world.serves()


@pytest.mark.fault(2)
def test_what_fails_at_home_touches_no_other_region(bench: Bench) -> None:
    """Fault 2: the first error is raised, and the others are not begun."""
    bench.after(0, "denied")
    with pytest.raises(SamDeployError, match="lambda:UpdateAlias"):
        bench.engine.forward()
    assert [HERE] == [region for region, _, _ in bench.written]


def test_who_is_asked_to_stop_begins_nothing_more(bench: Bench) -> None:
    """The reason is raised, when there is one."""
    bench.stop.set()
    with pytest.raises(StoppedError):
        bench.engine.forward()
    assert [] == bench.written
    bench.stop.why = SamDeployError("the lock is lost")
    with pytest.raises(SamDeployError, match="the lock is lost"):
        bench.engine.forward()


@pytest.mark.fault(4)
def test_verify_sees_what_somebody_has_moved(bench: Bench, world: World, plan: ReleasePlan) -> None:
    """Fault 4: also an alias that this promotion only looks at."""
    bench.engine.forward()
    flip = plan.flips[-1]
    world.cloud.point((*flip.key, flip.alias), "3", description="by hand")
    with pytest.raises(MovedError, match="was moved by someone else"):
        bench.engine.verify()


def test_back_restores_version_and_words(bench: Bench, world: World) -> None:
    """What was written serves what it served, and says what it said."""
    bench.engine.forward()
    back = bench.engine.back()
    assert ((), (), {}) == (back.foreign, back.moved, back.failed)
    assert {"1"} == world.serves()
    assert {"old"} == {version[2] for version in bench.written[4:]}


def test_back_leaves_alone_what_was_never_written(bench: Bench) -> None:
    """There is nothing to restore, and no call to make."""
    bench.engine.back()
    assert [] == bench.written


@pytest.mark.fault(4)
@pytest.mark.parametrize("description", ["by hand", None])
def test_back_leaves_what_somebody_else_has_set(
    bench: Bench, world: World, plan: ReleasePlan, description: str | None
) -> None:
    """Fault 4: it is told, and stays; also where our mark is still on it."""
    bench.engine.forward()
    flip = plan.flips[0]
    world.cloud.point((*flip.key, flip.alias), "3", description=description)
    back = bench.engine.back()
    assert [flip] == [each.flip for each in back.moved]
    assert ["3"] == [each.version for each in back.foreign if each]
    assert {"1", "3"} == world.serves()


def test_back_takes_the_revision_away_that_a_late_write_needs(bench: Bench, world: World) -> None:
    """A write without an answer may still arrive: the alias is written once more, unchanged."""
    bench.writes_only = True
    bench.after(0, "late", times=20)
    with pytest.raises(SamDeployError):
        bench.engine.forward()
    bench.after(0, "")
    bench.engine.back()
    assert {"1"} == world.serves()
    for _, act in world.cloud.in_flight:
        with pytest.raises(Exception, match="PreconditionFailed"):
            act()
    assert {"1"} == world.serves()


def test_back_tells_what_it_could_not_write(bench: Bench) -> None:
    """By alias; the promotion stays open then."""
    bench.engine.forward()
    bench.after(0, "denied", times=2)
    back = bench.engine.back()
    assert 2 == len(back.failed)
    assert all(isinstance(each, SamDeployError) for each in back.failed.values())


@pytest.mark.fault(5)
def test_after_the_fence_no_earlier_attempt_writes(world: World, plan: ReleasePlan) -> None:
    """Fault 5: the first one wakes up, and neither goes forward nor back."""
    first = Bench(world, plan)
    first.book.phase("flipping")
    left = journals.read(documents(first.process), "shop.release")
    second = Bench(world, plan, epoch=2, before=left)
    assert {} == second.engine.fence()
    assert {"1"} == world.serves()
    before = len(first.written)
    with pytest.raises(SupersededError, match="superseded"):
        first.engine.forward()
    assert 4 == len(first.engine.back().failed)
    assert before == len(first.written)
    second.engine.forward()
    second.engine.verify()
    assert {"2"} == world.serves()
    with pytest.raises(SupersededError):
        first.engine.forward()


def test_a_fence_needs_the_journal(world: World, plan: ReleasePlan) -> None:
    """Between look and write it is asked whether this still is the last attempt."""
    bench = Bench(world, plan)
    bench.book.phase("flipping")
    world.cloud.put("other", "journal/shop.release.json", Entry("4567", 9).written(), None,
                    absent=False)  # fmt: skip
    with pytest.raises(SupersededError):
        bench.engine.fence()
    assert [] == bench.written


def test_a_fence_leaves_what_somebody_else_has_moved(
    bench: Bench, world: World, plan: ReleasePlan
) -> None:
    """Its revision is new already; forward then meets it, and stops."""
    flip = plan.flips[0]
    world.cloud.point((*flip.key, flip.alias), "3", description="by hand")
    assert {} == bench.engine.fence()
    assert "by hand" == world.cloud.aliases[*flip.key, flip.alias].description
    with pytest.raises(MovedError):
        bench.engine.forward()


def test_a_fence_leaves_what_was_moved_by_hand_under_our_mark(
    bench: Bench, world: World, plan: ReleasePlan
) -> None:
    """UpdateAlias without a description keeps the one that is there: it says nothing of who."""
    bench.book.phase("flipping")
    bench.engine.forward()
    flip = plan.flips[0]
    world.cloud.point((*flip.key, flip.alias), "3", description=None)
    left = journals.read(documents(bench.process), "shop.release")
    again = Bench(world, plan, epoch=2, before=left)
    again.engine.fence()
    with pytest.raises(MovedError):
        again.engine.forward()
    assert "3" == world.cloud.aliases[*flip.key, flip.alias].version


def test_a_fence_tells_what_it_could_not_read(bench: Bench, plan: ReleasePlan) -> None:
    """A region that does not answer cannot be gone on with."""
    bench.after(0, "unsent")
    failed = bench.engine.fence()
    assert [plan.flips[0].key] == list(failed)


def test_regions_that_are_given_up_on_are_not_touched(world: World, plan: ReleasePlan) -> None:
    """Neither read nor written, in any direction."""
    bench = Bench(world, plan, without=frozenset({THERE}))
    bench.engine.fence()
    bench.engine.forward()
    bench.engine.verify()
    bench.engine.back()
    assert {HERE} == {region for region, _, _ in bench.written}
    assert not [each for each in world.trace if "Alias" in each and THERE in each]


def test_threads_return_what_came_in_order() -> None:
    """Whichever ends first; nothing for nothing."""
    assert [2, 4, 6] == in_threads(lambda each: each * 2, [1, 2, 3])
    assert [] == in_threads(lambda each: each, [])

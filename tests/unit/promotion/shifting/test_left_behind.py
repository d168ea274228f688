"""Schedules of regions that a canary was ended without, and canaries that may make none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from botocore.exceptions import EndpointConnectionError
from tests.promotion_model.cloud import Cloud, refused
from tests.promotion_model.commands import PARTS, Operator, app, beginning, documents, expire_lock
from tests.promotion_model.process import Died, Fault, Process, never
from tests.promotion_model.shifting import Answers, Kept, ShiftingAws

from sam_deploy.deploy import promotions
from sam_deploy.deploy.journal import Entry
from sam_deploy.errors import RefusedError, RolledBackError, SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.promotion import Promoting, Request, Strategy, promote
from sam_deploy.promotion import resume as resuming
from sam_deploy.promotion.book import Book, Phase
from sam_deploy.promotion.shifting import left_behind

HERE, THERE = "eu-west-1", "us-east-1"
CANARY = Strategy((0.1,), 21_600.0, 1.0, 0, ("*",), "true")
"""One step of six hours, agreed to by a command that always succeeds."""


class Killed(Stop):
    """The process dies when it waits for the first time."""

    def pause(self, seconds: float) -> None:
        """Be killed."""
        del seconds
        raise Died


def nothing(operation: str, region: str) -> Exception | None:
    """Let every call to Scheduler succeed."""
    del operation, region


def silent(operation: str, region: str) -> Exception | None:
    """Let Scheduler of one region not answer."""
    del operation
    return EndpointConnectionError(endpoint_url="scheduler") if region == THERE else None


class Canaries:
    """A cloud with schedules, and commands that are run on it."""

    def __init__(self) -> None:
        self.cloud: Cloud = beginning()
        self.schedules: Kept = {}
        self._count = 0

    def to(self, fails: Answers = nothing, *, down: bool = False, **more: object) -> Promoting:
        """Return where a command goes; with `down` nothing in one region answers."""

        def fate(number: int, call: str, *, writes: bool) -> Fault:
            del number, writes
            return "unsent" if THERE in call else ""

        self._count += 1
        process = Process(f"p{self._count}", self.cloud, fate if down else never)
        to = Operator(process).to("promote", expired=True)
        aws = ShiftingAws(self.cloud, process, self.schedules, silent if down else fails)
        return replace(to, aws=aws, **more)  # type: ignore[arg-type]

    def begun(self) -> None:
        """A canary was killed in its first step, in which every alias has its share."""
        with suppress(Died):
            promote(self.to(stop=Killed()), app(), Request("prod", (), CANARY))
        assert 4 == len(self.schedules)
        expire_lock(self.cloud)

    def given_up(self) -> None:
        """It is taken back without the region that does not answer."""
        left = promotions.read(documents(Process("reader", self.cloud)), app().name)
        request = resuming.Request((left.id, left.epoch), abort=True, without=(THERE,))
        resuming.resume(self.to(down=True), app(), request)

    def serves(self) -> set[str]:
        """The versions of prod."""
        return {each.version for key, each in self.cloud.aliases.items() if key[2] == "prod"}


@pytest.fixture
def canaries() -> Canaries:
    """A cloud in which prod serves 1, and staging 2; a canary was ended without a region."""
    made = Canaries()
    made.begun()
    made.given_up()
    assert {THERE} == {region for region, _ in made.schedules}
    return made


def test_the_next_release_deletes_what_was_left_behind(canaries: Canaries) -> None:
    """Hours later it would write the old version, in that region alone."""
    assert promote(canaries.to(), app(), Request("prod")).release is not None
    assert {"2"} == canaries.serves()
    assert {} == canaries.schedules
    left = promotions.read(documents(Process("reader", canaries.cloud)), app().name)
    assert () == left_behind.read(left)


def test_what_cannot_be_deleted_forbids_a_release(canaries: Canaries) -> None:
    """The region answers, but Scheduler does not: nothing is moved, and it is said until when."""
    with pytest.raises(RefusedError, match="can still take prod back") as caught:
        promote(canaries.to(silent), app(), Request("prod"))
    assert 2 == len(caught.value.problems)
    assert "or after 20" in caught.value.hint
    assert {"1"} <= canaries.serves()
    assert 2 == len(canaries.schedules)


def test_another_environment_is_not_held_up_and_hands_it_on(canaries: Canaries) -> None:
    """What was left behind is prod's: a release of staging leaves it in the journal."""
    assert promote(canaries.to(silent), app(), Request("staging")).release is not None
    assert 2 == len(canaries.schedules)
    assert promote(canaries.to(), app(), Request("prod")).release is not None
    assert {} == canaries.schedules


def test_what_moves_nothing_in_a_region_hands_on_what_is_left_there() -> None:
    """A rollback without the region that is down: the release after it deletes them."""
    left = left_behind.Left("prod", THERE, "sd-1-ApiFunction", "2026-01-02T03:04:05Z")
    entry = Entry(release={"left": left_behind.written((left, left))})
    assert (left,) == left_behind.read(entry)
    assert (left,) == left_behind.handed_on(entry, "prod", (THERE,))
    assert (left,) == left_behind.handed_on(entry, "staging", ())
    assert () == left_behind.handed_on(entry, "prod", (HERE,))


@pytest.mark.parametrize(("later", "is_over"), [(0.0, False), (359.0, False), (361.0, True)])
def test_a_schedule_is_over_some_minutes_after_its_time(later: float, *, is_over: bool) -> None:
    """Scheduler repeats a call that failed for five minutes."""
    left = left_behind.Left("prod", THERE, "sd-1-ApiFunction", "2026-01-02T03:04:05Z")
    at = 1_767_323_045.0
    assert is_over is left.is_over(at + later)


@pytest.mark.parametrize("operation", ["UpdateSchedule", "CreateSchedule"])
def test_who_may_make_no_schedules_gets_everything_back(operation: str) -> None:
    """Nothing was moved, none stands, and DeleteSchedule is denied as well: nothing is locked."""
    made = Canaries()

    def denied(asked: str, region: str) -> Exception | None:
        del region
        named = asked in {operation, "DeleteSchedule"}
        return refused(asked, "AccessDeniedException", "not authorized") if named else None

    with pytest.raises(RolledBackError) as caught:
        promote(made.to(denied), app(), Request("prod", (), CANARY))
    assert operation in caught.value.why
    assert {"1"} == made.serves()
    assert not promotions.read(documents(Process("reader", made.cloud)), app().name).is_open
    assert promote(made.to(), app(), Request("prod")).release is not None


def test_where_one_region_is_denied_only_the_others_are_deleted() -> None:
    """The first region's schedules stood already when the second one's were denied."""
    made = Canaries()

    def denied(asked: str, region: str) -> Exception | None:
        return refused(asked, "AccessDeniedException", "no") if region == THERE else None

    with pytest.raises(RolledBackError):
        promote(made.to(denied), app(), Request("prod", (), CANARY))
    assert {} == made.schedules
    assert not promotions.read(documents(Process("reader", made.cloud)), app().name).is_open


def test_a_region_that_was_denied_is_guarded_once_it_is_not() -> None:
    """Killed before all is taken back, and resumed by somebody who may: none is forgotten."""
    made = Canaries()

    def denied(asked: str, region: str) -> Exception | None:
        return refused(asked, "AccessDeniedException", "no") if region == THERE else None

    class DyingBook(Book):
        def phase(self, phase: Phase, **more: str) -> None:
            """Be killed as soon as taking back is to be put on record."""
            if phase == "returning":
                raise Died
            super().phase(phase, **more)

    dying = replace(PARTS, book=DyingBook)
    with suppress(Died):
        promote(made.to(denied, parts=dying), app(), Request("prod", (), CANARY))
    assert {HERE} == {region for region, _ in made.schedules}
    expire_lock(made.cloud)
    left = promotions.read(documents(Process("reader", made.cloud)), app().name)
    with suppress(Died):
        resuming.resume(made.to(stop=Killed()), app(), resuming.Request((left.id, left.epoch)))
    assert {HERE, THERE} == {region for region, _ in made.schedules}
    expire_lock(made.cloud)
    left = promotions.read(documents(Process("reader", made.cloud)), app().name)
    resuming.resume(made.to(), app(), resuming.Request((left.id, left.epoch), abort=True))
    assert {} == made.schedules


def test_a_schedule_that_stays_is_told_with_the_cause() -> None:
    """Where one stands and cannot be deleted, it is said why everything was taken back, too."""
    made = Canaries()

    def stuck(asked: str, region: str) -> Exception | None:
        if asked == "DeleteSchedule":
            return refused(asked, "AccessDeniedException", "no")
        late = asked == "CreateSchedule" and region == THERE
        return EndpointConnectionError(endpoint_url="scheduler") if late else None

    with pytest.raises(SamDeployError) as caught:
        promote(made.to(stuck), app(), Request("prod", (), CANARY))
    assert 7 == caught.value.exit_code
    assert "everything was taken back, since:" in caught.value.why

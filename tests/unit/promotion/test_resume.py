from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from tests.promotion_model.commands import JOURNAL, Came, app
from tests.promotion_model.process import Died, Fault
from tests.unit.promotion.conftest import REGIONS, World

from sam_deploy.errors import ConfigError, IncompleteError, RefusedError, SamDeployError
from sam_deploy.promotion import resume as resuming
from sam_deploy.promotion.resume import FRESH_SECONDS, Request, Resumed

HALF = ("UpdateAlias", 3)
"""The call before which a part of the aliases is moved."""
COMMITTED = ("PutObject releases/", 2)
"""The call that puts a release on record, after the journal has said that it will be."""


def died(world: World, at: tuple[str, int], fault: Fault = "dies before") -> None:
    """A promotion to prod that died at a call."""
    with suppress(Died):
        world.somebody({at: fault}).promote("prod")


def resumed(world: World, *, abort: bool = False, now: Callable[[], float] = time.time) -> Came:
    """What came of going on; the dead process holds no lock."""
    operator = world.somebody(now=now)
    operator.unlock()
    came = operator.resume(abort=abort)
    assert came is not None
    return came


@pytest.mark.fault(1)
@pytest.mark.parametrize(("abort", "version"), [(False, "2"), (True, "1")])
def test_a_half_done_promotion_is_finished_or_taken_back(
    world: World, *, abort: bool, version: str
) -> None:
    """Fault 1: all new, or all as before (R182)."""
    died(world, HALF)
    assert {"1", "2"} == world.serves()
    came = resumed(world, abort=abort)
    assert came.error is None
    assert {version} == world.serves()
    state = "" if not abort else "all 4 aliases serve what they served before, in every region"
    assert isinstance(came.done, Resumed)
    assert state == came.done.state


@pytest.mark.fault(1)
def test_nothing_else_is_done_while_one_is_unfinished(world: World) -> None:
    """Fault 1: exit 7 with both ways on, and nothing is written."""
    died(world, HALF)
    for begin in ("promote", "rollback"):
        operator = world.somebody()
        operator.unlock()
        came = getattr(operator, begin)("prod")
        assert isinstance(came.error, IncompleteError)
        assert "A promote of prod was not finished" == came.error.what
        assert "`sam-deploy resume` finishes it" in came.error.hint
    assert {"1", "2"} == world.serves()


def test_what_is_on_record_is_not_taken_back(world: World) -> None:
    """Only the record was missing: `--abort` writes it, moves nothing, and says so."""
    died(world, COMMITTED)
    assert "committed" == json.loads(world.cloud.documents[JOURNAL])["release"]["phase"]
    before = len([line for line in world.trace if "UpdateAlias" in line])
    came = resumed(world, abort=True)
    assert isinstance(came.done, Resumed)
    assert came.done.was_committed
    assert came.done.done is not None
    assert came.done.done.release is not None
    assert "prod-2" == came.done.done.release.id
    assert {"2"} == world.serves()
    assert before == len([line for line in world.trace if "UpdateAlias" in line])


@pytest.mark.parametrize("seconds", [FRESH_SECONDS + 60, -FRESH_SECONDS - 60])
def test_an_old_approval_is_asked_for_again(world: World, seconds: float) -> None:
    """Before anything goes forward; a clock that was set back counts as well."""
    died(world, HALF)
    asked: list[object] = []
    operator = world.somebody(now=lambda: time.time() + seconds)
    operator.approve = lambda _session, plan: asked.append(plan) or "again"  # type: ignore[func-returns-value]
    operator.unlock()
    operator.resume()
    assert 1 == len(asked)
    assert {"2"} == world.serves()
    assert "again" == json.loads(world.cloud.documents[JOURNAL])["release"]["approval"]


@pytest.mark.parametrize(
    ("abort", "seconds"), [(False, FRESH_SECONDS - 60), (True, 10 * FRESH_SECONDS)]
)
def test_a_fresh_approval_is_enough(world: World, *, abort: bool, seconds: float) -> None:
    """Also nobody is asked who takes it back, however old it is."""
    died(world, HALF)
    operator = world.somebody(now=lambda: time.time() + seconds)

    def asked(session: object, plan: object) -> str:
        raise AssertionError((session, plan))

    operator.approve = asked
    operator.unlock()
    came = operator.resume(abort=abort)
    assert came is not None
    assert came.error is None


def test_what_was_not_meant_is_refused(world: World) -> None:
    """Somebody else has gone on since it was shown: exit 5, nothing is written."""
    died(world, HALF)
    entry = json.loads(world.cloud.documents[JOURNAL])
    operator = world.somebody()
    operator.unlock()
    for meant in ((entry["id"], entry["epoch"] + 1), ("other", entry["epoch"])):
        with pytest.raises(RefusedError, match="Somebody else has gone on meanwhile"):
            resuming.resume(operator.to("resume"), app(), Request(meant))
    assert entry == json.loads(world.cloud.documents[JOURNAL])


def test_a_region_that_cannot_be_fenced_leaves_it_open(world: World) -> None:
    """Exit 7, nothing is moved, and the region can be left out."""
    died(world, HALF)
    operator = world.unlucky("UpdateAlias", "denied")
    operator.unlock()
    came = operator.resume()
    assert came is not None
    assert isinstance(came.error, IncompleteError)
    assert "The promote cannot be gone on with yet" == came.error.what
    assert "`--without-region eu-west-1` goes on without it" in came.error.hint
    assert {"1", "2"} == world.serves()


@pytest.mark.parametrize("abort", [False, True])
def test_a_region_can_be_given_up_on(world: World, *, abort: bool) -> None:
    """It stays as it is, which is said; the rest comes to one end."""
    died(world, HALF)
    operator = world.somebody()
    operator.unlock()
    came = operator.resume(abort=abort, without=("us-east-1",))
    assert came is not None
    assert isinstance(came.done, Resumed)
    assert ({"1"} if abort else {"1", "2"}) == world.serves()
    if abort:
        assert (
            "`us-east-1` was left out, and may serve either; all others serve what they served "
            "before"
        ) == came.done.state
    else:
        assert came.done.done is not None
        assert came.done.done.release is not None
        assert ("us-east-1",) == came.done.done.release.left_out
        assert ("eu-west-1",) == came.done.done.release.regions
    last = [json.loads(body) for key, body in sorted(world.cloud.documents.items())
            if key.startswith("audit/shop/0")][-1]  # fmt: skip
    assert ["us-east-1"] == last["facts"]["without"]


@pytest.mark.parametrize(
    ("without", "error", "text"),
    [
        (("us-east-9",), ConfigError, "is not about `us-east-9`"),
        (("eu-west-1", "us-east-1"), RefusedError, "Not every region can be left out"),
    ],
)
def test_only_some_of_its_regions_can_be_given_up_on(
    world: World, without: tuple[str, ...], error: type[SamDeployError], text: str
) -> None:
    """A release that is served nowhere is none; it can be given up, though."""
    died(world, HALF)
    operator = world.somebody()
    operator.unlock()
    came = operator.resume(without=without)
    assert came is not None
    assert isinstance(came.error, error)
    assert text in str(came.error)
    again = world.somebody()
    again.unlock()
    given_up = again.resume(abort=True, without=REGIONS)
    assert given_up is not None
    assert given_up.error is None
    assert again.resume() is None


def test_another_account_is_refused(world: World) -> None:
    """A plan is carried out where it was made."""
    died(world, HALF)
    key = json.loads(world.cloud.documents[JOURNAL])["manifest"]
    plan = world.cloud.documents.pop(key).replace(b"000000000000", b"111111111111")
    from sam_deploy.promotion import model  # noqa: PLC0415 - only here

    changed = model.read(plan, "")
    world.cloud.documents[changed.key] = changed.written()
    body = world.cloud.documents[JOURNAL].replace(key.encode(), changed.key.encode())
    world.cloud.documents[JOURNAL] = body
    came = resumed(world)
    assert isinstance(came.error, RefusedError)
    assert "The unfinished promotion belongs to another account" == came.error.what

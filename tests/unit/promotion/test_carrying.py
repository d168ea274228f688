from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from tests.promotion_model.cloud import AliasWritten, DocumentWritten
from tests.promotion_model.commands import JOURNAL, Came, Operator
from tests.promotion_model.process import Fault
from tests.unit.promotion.conftest import World

from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError, SamDeployError
from sam_deploy.lanes import StoppedError

FLIP = "UpdateAlias"


def promoted(world: World, faults: Mapping[tuple[str, int], Fault]) -> Came:
    """A promotion to prod with faults at its calls."""
    return world.somebody(faults).promote("prod")


def flips(world: World) -> list[str]:
    """What was written, as lines of the trace."""
    return [line for line in world.trace if "UpdateAlias" in line]


def test_what_is_written_is_on_record_before(world: World) -> None:
    """The approval is audited and the journal is open before the first alias moves (R189)."""
    assert promoted(world, {}).error is None
    effects = world.cloud.effects
    first = next(i for i, e in enumerate(effects) if isinstance(e, AliasWritten))
    before = [e for e in effects[:first] if isinstance(e, DocumentWritten) and e.body]
    events = [json.loads(e.body)["event"] for e in before if "/0" in e.key and "audit" in e.key]
    assert ["planned", "approved", "found"] == events
    journal = json.loads(next(e.body for e in before if e.key == JOURNAL) or b"")
    assert ("open", "flipping") == (journal["state"], journal["release"]["phase"])


@pytest.mark.fault(2)
@pytest.mark.parametrize("at", range(4))
def test_a_write_that_is_denied_takes_everything_back(world: World, at: int) -> None:
    """Fault 2: exit 4 with action and region; the journal is closed."""
    came = promoted(world, {(FLIP, at + 1): "denied"})
    assert isinstance(came.error, RolledBackError)
    assert "prod was not promoted: 0/4 aliases" == came.error.what
    region = "eu-west-1" if at < 2 else "us-east-1"
    assert f"may not call `lambda:UpdateAlias` in `{region}`" in came.error.why
    assert "all 4 aliases serve what they served before, in every region" == came.error.state
    assert {"1"} == world.serves()
    assert "returned" == json.loads(world.cloud.documents[JOURNAL])["release"]["outcome"]


@pytest.mark.fault(2)
def test_what_cannot_be_taken_back_stays_open_and_never_turns(world: World) -> None:
    """Fault 2: exit 7, `returning`; `resume` only goes back, and says why it all began."""
    came = promoted(world, {(FLIP, 4): "denied", (FLIP, 5): "denied"})
    assert isinstance(came.error, IncompleteError)
    assert "The promote of prod failed, and could not be taken back" == came.error.what
    assert "sam-deploy resume" in came.error.hint
    assert {"1", "2"} == world.serves()
    again = world.somebody().resume()
    assert again is not None
    assert again.error is None
    assert getattr(again.done, "was_returning", False)
    assert {"1"} == world.serves()


@pytest.mark.fault(4)
def test_somebody_elses_change_is_kept(world: World) -> None:
    """Fault 4: exit 5; the others are as before, and it is named what is not."""

    def meanwhile(session: object, plan: object) -> str:
        del session, plan
        world.cloud.point(("us-east-1", "ApiFunction", "prod"), "3", description="by hand")
        return ""

    operator = world.somebody()
    operator.approve = meanwhile
    came = operator.promote("prod")
    assert isinstance(came.error, RefusedError)
    assert "prod was not changed, since somebody else has changed it" == came.error.what
    assert (
        "`ApiFunction` in `us-east-1` is left as somebody else has set it; all others serve what "
        "they served before"
    ) == came.error.state
    assert {"1", "3"} == world.serves()


def stopped_at_the_first_flip(world: World, why: SamDeployError | None) -> Operator:
    """Somebody whose command is asked to stop when the first alias is written."""
    operator = world.somebody()

    def fate(number: int, call: str, *, writes: bool) -> Fault:
        del number, writes
        if call.startswith(FLIP):
            operator.stop.set(why)
        return ""

    operator.process.fate = fate
    return operator


def test_ctrl_c_takes_everything_back(world: World) -> None:
    """It ends as an interruption, with everything as it was, and says so."""
    came = stopped_at_the_first_flip(world, None).promote("prod")
    assert isinstance(came.error, StoppedError)
    assert came.error.state.startswith("it was taken back: all ")
    assert "aliases serve what they served before, in every region" in came.error.state
    assert {"1"} == world.serves()
    assert "done" == json.loads(world.cloud.documents[JOURNAL])["state"]


def test_who_loses_the_lock_takes_everything_back(world: World) -> None:
    """Nobody has gone on yet: what was begun is undone, and the reason told."""
    lost = IncompleteError("This command has lost its lock")
    came = stopped_at_the_first_flip(world, lost).promote("prod")
    assert isinstance(came.error, SamDeployError)
    assert "This command has lost its lock" in came.error.why
    assert {"1"} == world.serves()


def test_a_record_that_cannot_be_written_is_made_up_for(world: World) -> None:
    """Exit 7: every alias serves the new release, which `resume` puts on record."""
    came = promoted(world, {("PutObject releases/", 2): "denied"})
    assert isinstance(came.error, IncompleteError)
    assert (
        "All aliases serve the new release, but that could not be put on record" == came.error.what
    )
    assert {"2"} == world.serves()
    assert world.somebody().resume() is not None
    assert {"2"} == world.serves()
    assert "committed" == json.loads(world.cloud.documents[JOURNAL])["release"]["outcome"]


def test_nothing_to_do_is_not_carried_out(world: World) -> None:
    """No approval, no journal, no alias."""
    assert promoted(world, {}).error is None
    writes = len(flips(world))
    operator = world.somebody()

    def asked(session: object, plan: object) -> str:
        raise AssertionError((session, plan))

    operator.approve = asked
    came = operator.promote("prod")
    assert came.error is None
    assert getattr(came.done, "release", "") is None
    assert writes == len(flips(world))


def test_what_was_declined_changes_nothing(world: World) -> None:
    """The journal stays closed."""
    operator = world.somebody()

    def declined(session: object, plan: object) -> str:
        del session, plan
        raise RefusedError("Nothing was promoted")

    operator.approve = declined
    assert isinstance(operator.promote("prod").error, RefusedError)
    assert JOURNAL not in world.cloud.documents
    assert [] == flips(world)

"""SIGKILL at a few calls; the campaign does it at all (`tests/campaigns/promotion_kills.py`)."""

from __future__ import annotations

import signal

import pytest
from tests.campaigns import promotion_kills
from tests.campaigns.promotion_kills import SCENES
from tests.faults.kill import Chosen
from tests.faults.place import DEPLOY
from tests.faults.promoting import ABORT, EAST, HOME, PROMOTE, RESUME, ROLLBACK, Stage
from tests.faults.rules import Kill, When


@pytest.mark.slow
@pytest.mark.fault(1)
def test_a_promotion_killed_between_two_regions_is_finished_by_one_command(stage: Stage) -> None:
    """Fault 1: it is half done; `resume` brings the other region (R182)."""
    stage.place.proxy.add(When("lambda", "UpdateAlias", HOME), Kill("after"), times=1)
    file = stage.approved()
    ran = stage.place.run(*PROMOTE, "--approval-file", str(file))
    assert (-signal.SIGKILL, ["2", "1"]) == (ran.code, stage.serves())
    again = stage.place.run(*RESUME)
    assert (0, ["2", "2"]) == (again.code, stage.serves()), again.err
    assert [] == stage.problems()


@pytest.mark.long
@pytest.mark.fault(1)
def test_a_half_done_promotion_is_known_to_every_command(stage: Stage) -> None:
    """Fault 1: what writes is refused with 7, what reads says it first; then it is taken back."""
    stage.half()
    before = stage.aliases()
    for command in (PROMOTE, ROLLBACK, DEPLOY):
        more = ("--approval-file", str(stage.approved())) if command == PROMOTE else ()
        refused = stage.place.run(*command, *more)
        # what is deployed here is none of a stack, which a deployment has to say as well
        assert refused.code == 7 or (refused.code, command) == (5, DEPLOY), refused.err
        said = " ".join(refused.err.split())
        assert "A promote of prod was not finished" in said
        assert "resume --abort" in said
    status = stage.place.run("status", "--target", "aws")
    assert "promote" in status.err, status.err
    assert before == stage.aliases()
    ran = stage.place.run(*ABORT)
    assert (0, ["1", "1"]) == (ran.code, stage.serves()), ran.err
    assert [] == stage.problems()


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SCENES)
def test_a_kill_at_any_call_is_mended_by_one_resume(stage: Stage, name: str) -> None:
    """Fault 1: around each write of an alias, forwards and backwards, and at the end."""
    scene = SCENES[name]
    for number, moment, way in ((28, "before", "resume"), (33, "after", "resume --abort")):
        wrong, _, _ = promotion_kills.one(stage, scene, Chosen(number, moment, way))
        assert [] == wrong


@pytest.mark.long
@pytest.mark.fault(2)
def test_a_compensation_that_fails_goes_only_back(stage: Stage) -> None:
    """Fault 2: exit 7, `returning`; `resume` never turns forward, and says what had failed."""
    refused = promotion_kills.REFUSED
    flip = When("lambda", "UpdateAlias", EAST)
    stage.place.proxy.add(flip, refused)
    stage.place.proxy.add(When("lambda", "UpdateAlias", HOME), refused, skip=1)
    ran = stage.promote()
    assert (7, ["2", "1"]) == (ran.code, stage.serves()), ran.err
    assert "returning" == stage.journal()["release"]["phase"]
    stage.place.proxy.clear()
    again = stage.place.run(*RESUME)
    assert (4, ["1", "1"]) == (again.code, stage.serves()), again.err
    assert "had failed, and is taken back now" in again.err
    assert [] == stage.problems()


@pytest.mark.long
@pytest.mark.fault(1)
def test_what_was_committed_is_put_on_record_and_not_taken_back(stage: Stage) -> None:
    """Fault 1: it died before its record was written: `--abort` writes it, and ends with 5."""
    record = When("s3", "PutObject", HOME, "releases/tiny/prod/000002")
    stage.place.proxy.add(record, Kill("before"), times=1)
    assert -signal.SIGKILL == stage.promote().code
    assert ("open", "committed") == (
        stage.journal()["state"],
        stage.journal()["release"]["phase"],
    )
    assert ["found"] == [each.act for each in stage.releases()]
    stage.place.proxy.clear()
    ran = stage.place.run(*ABORT)
    assert 5 == ran.code, ran.err
    assert "was finished, and not taken back" in " ".join(ran.err.split())
    assert [] == stage.place.proxy.made(When("lambda", "UpdateAlias"))
    assert ["2", "2"] == stage.serves()
    assert ["found", "promote"] == [each.act for each in stage.releases()]
    assert [] == stage.problems()

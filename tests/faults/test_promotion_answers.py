"""Answers that get lost on the way: to each kind of write of promotions, rollbacks and resumes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.faults.promoting import ABORT, EAST, HOME, PROMOTE, RESUME, ROLLBACK, Stage
from tests.faults.rules import Action, Drop, LoseAnswer, When

pytestmark = pytest.mark.long

WRITES = {
    "the alias at home": When("lambda", "UpdateAlias", HOME),
    "the alias elsewhere": When("lambda", "UpdateAlias", EAST),
    "the lock": When("s3", "PutObject", HOME, "locks/"),
    "the plan": When("s3", "PutObject", HOME, "promotions/"),
    "the approval": When("s3", "PutObject", HOME, "approvals/"),
    "the journal": When("s3", "PutObject", HOME, "journal/"),
    "the audit": When("s3", "PutObject", HOME, "audit/tiny/0"),
    "its pointer": When("s3", "PutObject", HOME, "audit/tiny/head"),
    "the release": When("s3", "PutObject", HOME, "releases/"),
    "the end of the lock": When("s3", "DeleteObject", HOME, "locks/"),
}
PROMOTED = ["planned", "approved", "found", "committed"]


def promote(stage: Stage) -> Sequence[str]:
    """A promotion that may go ahead."""
    return (*PROMOTE, "--approval-file", str(stage.approved()))


def assert_as_quiet(stage: Stage, version: str, acts: list[str], events: list[str]) -> None:
    """What an undisturbed run leaves: nothing is there twice."""
    assert [version, version] == stage.serves()
    assert [] == stage.problems()
    assert acts == [each.act for each in stage.releases()]
    assert events == stage.events()


@pytest.mark.fault(3)
@pytest.mark.parametrize("action", [LoseAnswer(), Drop()], ids=["lost", "dropped"])
@pytest.mark.parametrize("name", WRITES)
def test_a_promotion_loses_one_answer(stage: Stage, name: str, action: Action) -> None:
    """Fault 3: it is read back: exit 0, each alias is moved once, each line is there once."""
    command = promote(stage)
    rule = stage.place.proxy.add(WRITES[name], action, times=1)
    ran = stage.place.run(*command)
    assert (0, 1) == (ran.code, rule.hits), ran.err
    assert_as_quiet(stage, "2", ["found", "promote"], PROMOTED)
    marks = {alias["Description"] for alias in stage.aliases().values()}
    assert 1 == len(marks)
    moved = [call for call in stage.place.proxy.calls if call.name == "lambda:UpdateAlias"]
    repeated = isinstance(action, Drop) and "alias" in name
    assert 2 + repeated == len(moved)


@pytest.mark.fault(3)
@pytest.mark.parametrize("skip", [0, 1])
def test_all_kinds_of_writes_lose_an_answer_at_once(stage: Stage, skip: int) -> None:
    """Fault 3: whatever a command is: the first or the second of each kind, in one run."""
    for command, version, acts in (
        (promote(stage), "2", ["found", "promote"]),
        (ROLLBACK, "1", ["found", "promote", "rollback"]),
    ):
        before = stage.events()
        stage.place.proxy.clear()
        for each in WRITES.values():
            stage.place.proxy.add(each, LoseAnswer(), times=1, skip=skip)
        ran = stage.place.run(*command)
        assert 0 == ran.code, ran.err
        new = PROMOTED if not before else ["planned", "approved", "committed"]
        assert_as_quiet(stage, version, acts, [*before, *new])


@pytest.mark.fault(3)
@pytest.mark.parametrize("skip", [0, 1, 2])
@pytest.mark.parametrize(
    ("command", "version", "last"), [(RESUME, "2", "committed"), (ABORT, "1", "returned")]
)
def test_what_goes_on_loses_answers_as_well(
    stage: Stage, command: Sequence[str], version: str, last: str, skip: int
) -> None:
    """Fault 3: the fence, the way forward, and the way back."""
    stage.died_half()
    before = stage.events()
    for each in WRITES.values():
        stage.place.proxy.add(each, LoseAnswer(), times=1, skip=skip)
    ran = stage.place.run(*command)
    assert 0 == ran.code, ran.err
    acts = ["found", "promote"] if last == "committed" else ["found"]
    assert [version, version] == stage.serves()
    assert acts == [each.act for each in stage.releases()]
    found = ["found"] if last == "committed" else []
    assert ["resumed", *found, last] == stage.events()[len(before) :]
    assert "done" == stage.journal()["state"]

"""SIGKILL at a few calls; the campaigns do it at every one (`tests/campaigns/deploy_kills.py`)."""

from __future__ import annotations

import signal

import pytest
from tests.campaigns import deploy_kills
from tests.faults import world
from tests.faults.place import DEPLOY, Place
from tests.faults.rules import Kill, Moment, When

pytestmark = pytest.mark.long


@pytest.mark.fault(34)
@pytest.mark.parametrize(
    ("operation", "moment"),
    [
        ("CreateChangeSet", "before"),
        ("CreateChangeSet", "after"),
        ("ExecuteChangeSet", "before"),
        ("ExecuteChangeSet", "after"),
    ],
)
@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_a_kill_around_a_change_set_leaves_none(
    faulty: Place, region: str, operation: str, moment: Moment
) -> None:
    """Fault 34: the next run uses or removes its own change sets, also of a stack in review."""
    faulty.proxy.add(When("cloudformation", operation, region), Kill(moment), times=1)
    assert -signal.SIGKILL == faulty.deploy().code
    faulty.proxy.calm()
    again = faulty.run(*DEPLOY)
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


@pytest.mark.fault(34)
@pytest.mark.timeout(900)
def test_a_kill_at_any_call_is_mended_by_one_command() -> None:
    """Fault 34: eight kills from the first to the last call, gone on with in every way."""
    said: list[str] = []
    assert () == deploy_kills.run(8, said.append, workers=1).failures, said

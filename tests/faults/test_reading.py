"""Reads that fail while CloudFormation works: throttled, refused, late."""

from __future__ import annotations

import pytest
from tests.faults import world
from tests.faults.place import Place
from tests.faults.rules import Fail, When

pytestmark = pytest.mark.slow

EXECUTED = When("cloudformation", "ExecuteChangeSet")
READ = When("cloudformation", "DescribeStacks")
THROTTLED = Fail("Throttling", "Rate exceeded")
EXPIRED = Fail("ExpiredToken", "The security token included in the request is expired", 403)


@pytest.mark.fault(27)
def test_a_stack_that_cannot_be_read_for_a_moment_has_not_failed(faulty: Place) -> None:
    """Fault 27: three throttled reads after the execution are passed over."""
    rule = faulty.proxy.add(READ, THROTTLED, times=3, after=EXECUTED)
    ran = faulty.deploy()
    assert (0, 3) == (ran.code, rule.hits), ran.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


@pytest.mark.fault(28)
def test_credentials_that_expire_while_waiting_are_not_taken_for_the_end(faulty: Place) -> None:
    """Fault 28: exit 8, in which region; the same command with new ones completes."""
    faulty.proxy.add(READ, EXPIRED, after=EXECUTED)
    ran = faulty.deploy()
    assert 8 == ran.code, ran.err
    assert "did not accept the credentials in `eu-west-1`" in ran.err
    assert "Traceback" not in ran.err
    faulty.proxy.calm()
    again = faulty.deploy()
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)

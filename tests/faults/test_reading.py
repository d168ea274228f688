"""Reads that fail while CloudFormation works: throttled, refused, late."""

from __future__ import annotations

import pytest
from tests.faults import world
from tests.faults.place import Place
from tests.faults.rules import Fail, When

pytestmark = pytest.mark.long

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


@pytest.mark.fault(27)
def test_reads_go_on_however_long_aws_throttles_them(faulty: Place) -> None:
    """Fault 27: twelve in a row are more than the SDK's own tries, and still no failure."""
    rule = faulty.proxy.add(READ, THROTTLED, times=12, after=EXECUTED)
    ran = faulty.deploy()
    assert (0, 12) == (ran.code, rule.hits), ran.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


@pytest.mark.fault(28)
def test_credentials_that_expire_while_waiting_are_not_taken_for_the_end(faulty: Place) -> None:
    """Fault 28: exit 8, in which region; the same command with new ones completes."""
    faulty.proxy.add(READ, EXPIRED, after=EXECUTED)
    ran = faulty.deploy()
    assert 8 == ran.code, ran.err
    assert "The credentials expired while `tiny-sam` in `eu-west-1`" in ran.err
    assert "Traceback" not in ran.err
    faulty.proxy.calm()
    again = faulty.deploy()
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


@pytest.mark.fault(28)
def test_who_waits_with_expired_credentials_learns_that_aws_goes_on(faulty: Place) -> None:
    """Fault 28: the error says that CloudFormation goes on there, and how to continue."""
    faulty.proxy.add(READ, EXPIRED, after=EXECUTED)
    ran = faulty.deploy()
    assert 8 == ran.code, ran.err
    words = " ".join(ran.err.partition("error:")[2].split())
    assert "CloudFormation" in words
    assert "eu-west-1" in words
    assert "sam-deploy" in words


@pytest.mark.fault(28)
def test_credentials_that_can_be_renewed_are(faulty: Place) -> None:
    """Fault 28: one refusal is answered by asking the session once more; nobody notices."""
    rule = faulty.proxy.add(READ, EXPIRED, times=1, after=EXECUTED)
    ran = faulty.deploy()
    assert (0, 1) == (ran.code, rule.hits), ran.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


@pytest.mark.fault(29)
@pytest.mark.parametrize("operation", ["PublishVersion", "UpdateAlias"])
def test_an_update_in_progress_is_waited_for(faulty: Place, operation: str) -> None:
    """Fault 29: Lambda's 409, which the SDK never tries again, is awaited and tried again."""
    assert 0 == faulty.deploy().code
    conflict = Fail("ResourceConflictException", "An update is in progress", 409)
    with faulty.edited("functions/Hello/handler.py", "{GREETING} ", "{GREETING}, "):
        rule = faulty.proxy.add(When("lambda", operation), conflict, times=2)
        ran = faulty.deploy()
    assert (0, 2) == (ran.code, rule.hits), ran.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)

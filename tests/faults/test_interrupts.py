"""Ctrl-C once and twice, a terminal that goes away, and a question nobody says yes to."""

from __future__ import annotations

import pytest
from tests.faults import world
from tests.faults.place import DEPLOY, Place, Ran
from tests.faults.rules import Signal, When
from tests.faults.terminal import at_terminal

pytestmark = pytest.mark.long

EXECUTE = When("cloudformation", "ExecuteChangeSet", "eu-west-1")
TO_AWS = ("deploy", "--target", "aws", "--progress", "plain")
MOMENTS = [("s3", "PutObject"), ("lambda", "PublishLayerVersion"), ("cloudformation", "Execute*")]


def assert_completes(place: Place) -> Ran:
    """The same command brings everything to where one quiet deployment would have."""
    place.proxy.calm()
    again = place.run(*DEPLOY)
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(place), place.proxy.calls)
    return again


@pytest.mark.fault(56)
@pytest.mark.parametrize(("service", "operation"), MOMENTS)
def test_ctrl_c_lets_the_calls_under_way_end(faulty: Place, service: str, operation: str) -> None:
    """Fault 56: exit 130, what to do next, and no stack that had not begun."""
    faulty.proxy.add(When(service, operation, "eu-west-1"), Signal(), times=1)
    ran = faulty.deploy()
    assert 130 == ran.code, ran.err
    assert "Traceback" not in ran.err
    assert "Ctrl-C again ends at once" in ran.err
    assert "run the same command again" in ran.err
    begun = faulty.proxy.made(When("cloudformation", "ExecuteChangeSet"))
    assert {each.known.region for each in begun} <= {"eu-west-1"}
    assert_completes(faulty)


@pytest.mark.fault(56)
@pytest.mark.parametrize(("service", "operation"), MOMENTS)
def test_a_second_ctrl_c_ends_at_once(faulty: Place, service: str, operation: str) -> None:
    """Fault 56: it does not wait for the call under way; the next run goes on from there."""
    twice = Signal(times=2, then_seconds=15)
    faulty.proxy.add(When(service, operation, "eu-west-1"), twice, times=1)
    ran = faulty.deploy()
    assert 130 == ran.code, ran.err
    assert ran.seconds < 14.5
    assert "Traceback" not in ran.err
    assert_completes(faulty)


@pytest.mark.fault(56)
def test_a_terminal_that_goes_away_is_an_interruption_like_any(faulty: Place) -> None:
    """Fault 56: the window is closed while stacks are made; the same command completes."""
    with at_terminal(faulty, *TO_AWS, "--auto-approve") as terminal:
        terminal.until("change set")
        terminal.hang_up()
        assert 0 != terminal.end()
    assert_completes(faulty)


def test_whoever_does_not_say_yes_has_changed_no_stack(faulty: Place) -> None:
    """At a terminal the changes are shown before the question; no is exit 5, and leaves nothing."""
    with at_terminal(faulty, *TO_AWS) as terminal:
        terminal.until("(yes/no)")
        terminal.type("no")
        assert 5 == terminal.end(), terminal.said
    assert [] == faulty.proxy.made(When("cloudformation", "ExecuteChangeSet"))
    for region in faulty.regions:
        formation = faulty.client("cloudformation", region)
        assert [] == formation.describe_stacks()["Stacks"]
    assert_completes(faulty)

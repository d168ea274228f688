"""How AWS is waited for, by a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy.aws import AwsCallError, ExpiredError, UnansweredError
from sam_deploy.aws.errors import SERVER_FAULTS, THROTTLED
from sam_deploy.deploy.patience import (
    FIRST_POLL_SECONDS,
    GROWTH,
    JITTER,
    SLOWEST_POLL_SECONDS,
    Patience,
)
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import Event, Waiting
from sam_deploy.lanes import Stop, StoppedError

LIMIT = 600.0


class _Clock(Stop):
    """Time passes only in pauses."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        """Move the clock; raise when stopped."""
        self.pauses.append(seconds)
        self.now += seconds
        super().pause(0)


@pytest.fixture
def clock() -> _Clock:
    """A monotonic clock at 1,000 seconds."""
    return _Clock()


def until(clock: _Clock, look: Callable[[], str | None], heard: list[Event] | None = None) -> str:
    told = [] if heard is None else heard
    patience = Patience("eu-west-1", told.append, clock, lambda: clock.now)
    return patience.until(look, "the stack", LIMIT)


def failing(clock: _Clock, error: SamDeployError, seconds: float) -> Callable[[], str | None]:
    """Fails until so many seconds have passed, then finds."""
    start = clock.now

    def look() -> str | None:
        if clock.now - start < seconds:
            raise error
        return "found"

    return look


def refused(code: str) -> AwsCallError:
    return AwsCallError("cloudformation:DescribeStacks", "eu-west-1", code, "as asked", "")


TRANSIENT = [UnansweredError("no answer"), *map(refused, sorted(THROTTLED | SERVER_FAULTS))]


@pytest.mark.parametrize("error", TRANSIENT, ids=str)
@pytest.mark.fault(27)
def test_reads_that_fail_never_end_the_wait_before_its_limit(
    clock: _Clock, error: SamDeployError
) -> None:
    """R221, Fault 27: a look that was throttled, or got no answer, says nothing about the stack."""
    assert "found" == until(clock, failing(clock, error, LIMIT - 10))


@pytest.mark.fault(27)
def test_the_limit_says_what_was_in_the_way(clock: _Clock) -> None:
    """Fault 27: exit code 7 with the last trouble; CloudFormation goes on by itself."""
    with pytest.raises(IncompleteError) as raised:
        until(clock, failing(clock, refused("Throttling"), LIMIT * 2))
    error = raised.value
    assert "Waited 600 s for the stack in `eu-west-1`" == error.what
    assert "Throttling" in error.why
    assert "CloudFormation goes on by itself" == error.state
    assert "run the same command again; it goes on from there" == error.hint


def test_the_limit_of_what_answers_but_does_not_end(clock: _Clock) -> None:
    """Trouble that has passed is not told; the wait ends a pause after the limit at most."""
    looks = iter([refused("Throttling")])

    def look() -> str | None:
        for error in looks:
            raise error

    with pytest.raises(IncompleteError) as raised:
        until(clock, look)
    assert "it has neither succeeded nor failed" == raised.value.why
    assert LIMIT <= clock.now - 1000 <= LIMIT + SLOWEST_POLL_SECONDS * (1 + JITTER)


@pytest.mark.parametrize(
    "error", [refused("ValidationError"), ExpiredError("old"), IncompleteError("stuck")], ids=str
)
def test_every_other_error_ends_it_at_once(clock: _Clock, error: SamDeployError) -> None:
    """They will not pass by themselves."""
    with pytest.raises(type(error)) as raised:
        until(clock, failing(clock, error, LIMIT))
    assert error is raised.value
    assert [] == clock.pauses


def test_a_stop_ends_it_at_the_next_pause(clock: _Clock) -> None:
    """After the look that is under way."""
    looks = []

    def look() -> str | None:
        looks.append("look")
        clock.set()
        return None

    with pytest.raises(StoppedError):
        until(clock, look)
    assert ["look"] == looks


def test_what_is_there_is_found_without_a_pause(clock: _Clock) -> None:
    """Nobody waits for what has happened."""
    assert "found" == until(clock, lambda: "found")
    assert [] == clock.pauses


def test_an_answer_that_is_false_is_an_answer(clock: _Clock) -> None:
    """Only None says that there is none yet."""
    assert "" == until(clock, lambda: "")


def test_pauses_grow_to_a_limit_and_are_never_in_step(clock: _Clock, heard: list[Event]) -> None:
    """R221, R213: from 0.1 s to 3 s, each a fifth off at most; told once, when it is slow."""
    until(clock, failing(clock, UnansweredError("no answer"), 120), heard)
    ideal = FIRST_POLL_SECONDS
    for pause in clock.pauses:
        assert ideal * (1 - JITTER) <= pause <= ideal * (1 + JITTER)
        ideal = min(ideal * GROWTH, SLOWEST_POLL_SECONDS)
    slow = [each for each in clock.pauses if each > 2]
    assert len(slow) > 10
    assert len({round(each, 6) for each in slow}) > len(slow) // 2
    (told,) = [each for each in heard if isinstance(each, Waiting)]
    assert ("the stack", "eu-west-1") == (told.what, told.region)
    assert LIMIT - 30 < told.at_most_seconds < LIMIT

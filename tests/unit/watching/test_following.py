from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from sam_deploy.aws import AwsCallError, LogEvent
from sam_deploy.errors import SamDeployError, UnreachableError
from sam_deploy.lanes import Stop
from sam_deploy.watching.following import (
    Lane,
    News,
    Recovered,
    Trouble,
    follow,
    poll_seconds,
)
from sam_deploy.watching.lines import Line, Source

HERE, THERE = "eu-west-1", "us-east-1"
Read = Callable[[Source, int, Stop], list[LogEvent]]


def source(region: str = HERE, name: str = "Api") -> Source:
    return Source(region, name, f"/aws/lambda/{name}")


def same(each: Source) -> Source:
    return each


def throttled() -> AwsCallError:
    return AwsCallError("logs:FilterLogEvents", HERE, "ThrottlingException", "slow down", "")


def lane(read: Read, *sources: Source) -> Lane:
    return Lane(HERE, sources or (source(),), 0, read, same, Stop())


def messages(news: list[News]) -> list[str]:
    return [line.message for each in news if isinstance(each, tuple) for line in each]


class Answers:
    """Answers readings with what a test says: events so far, or an error."""

    def __init__(self, *answers: list[LogEvent] | SamDeployError) -> None:
        self.answers = list(answers)

    def __call__(self, _source: Source, since_ms: int, _stop: Stop) -> list[LogEvent]:
        """Give the next answer."""
        answer = self.answers.pop(0)
        if isinstance(answer, SamDeployError):
            raise answer
        return [each for each in answer if each.timestamp_ms >= since_ms]


def test_throttling_is_no_news_and_loses_nothing() -> None:
    """A refused reading is made up for by the next one (R270, Fault: throttling)."""
    one, two = LogEvent("s", 1, "one"), LogEvent("s", 2, "two")
    following = lane(Answers([one], throttled(), throttled(), [one, two]))
    assert [["one"], [], [], ["two"]] == [messages(following.round()) for _ in range(4)]


def test_a_region_that_fails_is_told_once_and_again_when_it_answers() -> None:
    """Not with every reading; and what was logged meanwhile comes then (R270)."""
    down = UnreachableError("no answer")
    one, two = LogEvent("s", 1, "one"), LogEvent("s", 2, "two")
    following = lane(Answers([one], down, down, [one, two], [one, two]))
    found = [following.round() for _ in range(5)]
    assert [Trouble(HERE, down)] == found[1]
    assert [] == found[2]
    assert (["two"], Recovered(HERE)) == (messages(found[3]), found[3][-1])
    assert [] == found[4]


def test_one_log_that_fails_does_not_keep_the_others_of_its_region() -> None:
    """Lines and the trouble are told together."""

    def read(each: Source, _since_ms: int, _stop: Stop) -> list[LogEvent]:
        if each.function == "Bad":
            raise UnreachableError("no answer")
        return [LogEvent("s", 1, "well")]

    found = lane(read, source(name="Bad"), source(name="Good")).round()
    assert (["well"], True) == (messages(found), isinstance(found[-1], Trouble))


def test_versions_are_asked_for_again_so_that_a_promotion_is_followed() -> None:
    """From then on the lines of the new version are wanted."""

    def read(each: Source, _since_ms: int, _stop: Stop) -> list[LogEvent]:
        return [LogEvent("s", 1, ",".join(sorted(each.versions or ())))]

    def refresh(each: Source) -> Source:
        return Source(each.region, each.function, each.group, versions=frozenset({"2"}))

    following = Lane(HERE, [source()], 0, read, refresh, Stop())
    assert ["2"] == messages(following.round(refresh=True))


def test_regions_are_followed_side_by_side_until_stopped() -> None:
    """One that hangs does not keep the lines of another (R270)."""
    stop, hang = Stop(), threading.Event()

    def read(each: Source, _since_ms: int, _stop: Stop) -> list[LogEvent]:
        if each.region == THERE:
            hang.wait(10)
        return [LogEvent("s", 1, each.region)]

    seen: list[Line] = []
    try:
        for news in follow([source(), source(THERE)], 0, read, same, stop):
            seen += news if isinstance(news, tuple) else ()
            if seen:
                stop.set()
    finally:
        hang.set()
    assert [HERE] == [each.region for each in seen]


def test_a_bug_in_a_lane_is_raised_where_it_is_told() -> None:
    """A thread does not die in silence."""

    def read(_source: Source, _since_ms: int, _stop: Stop) -> list[LogEvent]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(follow([source()], 0, read, same, Stop()))


def test_many_logs_are_read_less_often() -> None:
    """So that a region's quota is left to others, too."""
    assert (1.0, 10.0, 30.0) == tuple(map(poll_seconds, (1, 50, 1000)))

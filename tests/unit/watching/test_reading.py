from __future__ import annotations

import pytest

from sam_deploy.aws import AwsCallError, LogEvent
from sam_deploy.aws.logs import Page
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.watching.lines import Source
from sam_deploy.watching.patience import pause_seconds
from sam_deploy.watching.reading import collected


def refused(code: str) -> AwsCallError:
    return AwsCallError("logs:FilterLogEvents", "eu-west-1", code, "no", "")


class Pages:
    """Pages by token, and errors that come before some of them."""

    def __init__(self, pages: dict[str, Page], errors: dict[str, AwsCallError]) -> None:
        self.pages, self.errors = pages, errors

    def __call__(self, *, token: str) -> Page:
        """Return the page of a token."""
        if token in self.errors:
            raise self.errors.pop(token)
        return self.pages[token]


def event(at: int, event_id: str, version: str = "1") -> LogEvent:
    return LogEvent(f"d/[{version}]x", at, f"{event_id} at {at}", event_id)


def test_all_pages_are_read_also_behind_an_empty_one_and_a_throttled_one() -> None:
    """A page may be empty and have a next one; a refused page is asked for again (R270)."""
    first, second = event(2, "a"), event(1, "b")
    pages = {"": Page((first,), "t1"), "t1": Page((), "t2"), "t2": Page((second, first))}
    ask = Pages(pages, {"t2": refused("ThrottlingException")})
    found = collected(ask, Source("eu-west-1", "Api", "g"), Stop())
    assert [second, first] == found


def test_another_refusal_ends_the_reading() -> None:
    """A part is not passed off as the whole."""
    ask = Pages({"": Page((event(1, "a"),), "t")}, {"t": refused("InvalidParameterException")})
    with pytest.raises(AwsCallError, match="InvalidParameterException"):
        collected(ask, Source("eu-west-1", "Api", "g"), Stop())


def test_only_the_wanted_versions_are_kept() -> None:
    """The others are another environment's."""
    page = Page((event(1, "a", "1"), event(2, "b", "2")))
    source = Source("eu-west-1", "Api", "g", versions=frozenset({"2"}))
    assert ["b"] == [each.event_id for each in collected(Pages({"": page}, {}), source, Stop())]


def test_a_reading_ends_when_it_is_stopped() -> None:
    """Ctrl-C is heard between pages."""
    stop = Stop()
    stop.set()
    with pytest.raises(StoppedError):
        collected(Pages({"": Page()}, {}), Source("eu-west-1", "Api", "g"), stop)


def test_pauses_grow_and_stay_bounded() -> None:
    """Half a second, doubled, 16 s at most."""
    assert [0.5, 1.0, 16.0, 16.0] == [pause_seconds(each) for each in (1, 2, 6, 60)]

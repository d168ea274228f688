from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.promotion.model import Flip, Strategy, Version
from sam_deploy.promotion.shifting.judge import (
    Act,
    Answer,
    Counted,
    Moment,
    Seen,
    Watched,
    judge,
)

STRATEGY: Final = Strategy(weights=(0.1,), every_seconds=60, hold_seconds=120, min_requests=10)
FLIPS: Final = tuple(
    Flip(region, f"{name}Function", name, "prod", Version("1"), Version("2"), "r")
    for region in ("eu-west-1", "us-east-1")
    for name in ("Api", "Mailer")
)
FINE: Final = Seen(
    alarms=(Watched("eu-west-1", "Errors", "OK"), Watched("us-east-1", "Errors", "OK")),
    counts={each.key: Counted(10, 0) for each in FLIPS},
)


def act(
    seen: Seen = FINE, *, strategy: Strategy = STRATEGY, elapsed: float = 60, hurried: bool = False
) -> Act:
    return judge(strategy, FLIPS, seen, Moment(elapsed, hurried=hurried)).act


def with_alarm(state: str, namespace: str = "AWS/Lambda") -> Seen:
    changed = Watched("us-east-1", "Errors", state, "12:00", "5 of 5", namespace)
    return replace(FINE, alarms=(FINE.alarms[0], changed))


@pytest.mark.parametrize(("elapsed", "expected"), [(0, "wait"), (59.9, "wait"), (60, "go")])
def test_a_step_lasts_its_time(elapsed: float, expected: Act) -> None:
    """All is well: the next step begins when the time is over, and not before."""
    assert expected == act(elapsed=elapsed)


@pytest.mark.parametrize("elapsed", [0, 60, 500])
def test_an_alarm_takes_everything_back_at_once(elapsed: float) -> None:
    """Whichever region it is in, and however long the step has still to go (R205)."""
    verdict = judge(STRATEGY, FLIPS, with_alarm("ALARM"), Moment(elapsed))
    assert "back" == verdict.act
    assert "alarm `Errors` fires in `us-east-1` since 12:00: 5 of 5" == verdict.words


@pytest.mark.fault(9)
@pytest.mark.parametrize(
    "seen",
    [
        with_alarm("INSUFFICIENT_DATA"),
        with_alarm("missing"),
        replace(FINE, unread={"us-east-1": "AccessDenied"}),
        replace(FINE, counts={}),
        replace(FINE, counts={**FINE.counts, FLIPS[0].key: Counted(9, 0)}),
    ],
    ids=["no data", "missing", "unreadable", "no calls", "too few calls"],
)
def test_no_data_never_means_that_all_is_well(seen: Seen) -> None:
    """It waits, then holds, and goes back when the time to hold is over (R201)."""
    assert ["wait", "hold", "hold", "back"] == [
        act(seen, elapsed=elapsed) for elapsed in (59, 60, 179, 180)
    ]


def test_an_alarm_that_cannot_know_before_it_fires_is_quiet() -> None:
    """DynamoDB's alarms ignore missing data, whatever they say: a table is seldom throttled."""
    assert "go" == act(with_alarm("INSUFFICIENT_DATA", "AWS/DynamoDB"))
    assert "back" == act(with_alarm("ALARM", "AWS/DynamoDB"))


def test_a_quiet_function_may_pass() -> None:
    """`--quiet Mailer` needs no calls of it; `--quiet all` needs none at all."""
    silent = {key: Counted() if key[1] == "MailerFunction" else c for key, c in FINE.counts.items()}
    seen = replace(FINE, counts=silent)
    assert "hold" == act(seen)
    assert "go" == act(seen, strategy=replace(STRATEGY, quiet=("Mailer",)))
    assert "hold" == act(replace(FINE, counts={}), strategy=replace(STRATEGY, quiet=("Mailer",)))
    assert "go" == act(replace(FINE, counts={}), strategy=replace(STRATEGY, quiet=("*",)))
    assert "go" == act(replace(FINE, counts={}), strategy=replace(STRATEGY, min_requests=0))


def test_a_quiet_function_whose_region_cannot_be_read_holds() -> None:
    """That nobody calls it is one thing, that nobody knows is another."""
    seen = Seen(FINE.alarms, {}, {"us-east-1": "no answer"})
    assert "hold" == act(seen, strategy=replace(STRATEGY, quiet=("*",)))


def test_a_function_all_of_whose_calls_fail_goes_back() -> None:
    """No threshold of an alarm is needed for that; a few failures are left to the alarms."""
    worst = replace(FINE, counts={**FINE.counts, FLIPS[0].key: Counted(10, 10)})
    assert "back" == act(worst, elapsed=1)
    some = replace(FINE, counts={**FINE.counts, FLIPS[0].key: Counted(10, 9)})
    assert "go" == act(some)
    few = replace(FINE, counts={**FINE.counts, FLIPS[0].key: Counted(9, 9)})
    assert "hold" == act(few)


def test_the_check_is_asked_last() -> None:
    """Only when everything else is well, so that it is not run every few seconds."""
    strategy = replace(STRATEGY, check="./smoke")
    assert "wait" == act(strategy=strategy, elapsed=59)
    assert "check" == act(strategy=strategy)
    assert "hold" == act(with_alarm("INSUFFICIENT_DATA"), strategy=strategy)


@pytest.mark.parametrize(
    ("good", "elapsed", "expected"),
    [(True, 60, "go"), (False, 60, "back"), (None, 60, "hold"), (None, 180, "back")],
)
def test_the_check_decides(good: bool | None, elapsed: float, expected: Act) -> None:  # noqa: FBT001
    """Yes goes on, no goes back, and no answer holds, as long as it may."""
    answers = (Answer("eu-west-1", "ApiFunction", good, "words"),)
    seen = replace(FINE, answers=answers)
    assert expected == act(seen, strategy=replace(STRATEGY, check="./smoke"), elapsed=elapsed)


def test_who_hurries_gives_up_time_and_calls_but_no_alarm() -> None:
    """`shift advance` is a person who takes it on himself; it never goes past an alarm."""
    assert "go" == act(replace(FINE, counts={}), elapsed=1, hurried=True)
    assert "back" == act(with_alarm("ALARM"), elapsed=1, hurried=True)
    assert "hold" == act(with_alarm("INSUFFICIENT_DATA"), elapsed=1, hurried=True)
    assert "check" == act(strategy=replace(STRATEGY, check="x"), elapsed=1, hurried=True)


def test_an_alarm_that_is_let_be_does_not_count() -> None:
    """It fired before, and this release is the fix; another one counts."""
    moment = Moment(60, excused={("us-east-1", "Errors")})
    assert "go" == judge(STRATEGY, FLIPS, with_alarm("ALARM"), moment).act
    both = replace(FINE, alarms=tuple(replace(each, state="ALARM") for each in FINE.alarms))
    assert "back" == judge(STRATEGY, FLIPS, both, moment).act


@given(
    st.lists(
        st.sampled_from(["OK", "ALARM", "INSUFFICIENT_DATA", "missing"]), min_size=2, max_size=2
    ),
    st.lists(st.integers(0, 20), min_size=4, max_size=4),
    st.booleans(),
    st.floats(0, 400),
)
def test_it_goes_on_only_when_everything_is_known_to_be_well(
    states: list[str],
    calls: list[int],
    unread: bool,  # noqa: FBT001 - hypothesis gives it by name
    elapsed: float,
) -> None:
    """Whatever is seen, whenever: no step begins on an alarm, on no data or on too few calls."""
    seen = Seen(
        tuple(replace(each, state=state) for each, state in zip(FINE.alarms, states, strict=True)),
        {flip.key: Counted(count) for flip, count in zip(FLIPS, calls, strict=True)},
        {"us-east-1": "no answer"} if unread else {},
    )
    well = states == ["OK", "OK"] and min(calls) >= 10 and not unread and elapsed >= 60
    assert well == (act(seen, elapsed=elapsed) == "go")
    assert ("ALARM" in states) <= (act(seen, elapsed=elapsed) == "back")

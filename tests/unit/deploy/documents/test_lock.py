"""One deployment at a time, whatever gets lost on the way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import Record
from sam_deploy.deploy.lock import EXPIRES_SECONDS, Held, key_of, locked, look
from sam_deploy.deploy.owner import Owner
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop, StoppedError

Documents = Any
Owners = Callable[..., Owner]
NOW = 1_800_000_000.0
KEY = "locks/shop.json"
QUICK = 0.005
"""Seconds between heartbeats, where a test is about them."""


def hold(documents: Documents, owner: Owner, **given: Any) -> Any:
    return locked(documents, "shop", owner, given.pop("stop", Stop()), now=lambda: NOW, **given)


def lie(documents: Documents, owner: Owner, beat: float = NOW) -> None:
    """Somebody's lock lies there."""
    documents.create(KEY, Held(owner, beat).written())


def awaited(wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not wanted():
        assert time.monotonic() < deadline, "it did not happen within 5 s"
        time.sleep(0.001)


def alive(owner: Owner) -> Owner:
    """Somebody on another machine, of whom nobody here can say that he is dead."""
    return replace(owner, machine="another:1", host="elsewhere", pid=4711)


def dead(owner: Owner) -> Owner:
    """A process of this machine that began before time: its id is used by another one now."""
    return replace(owner, process_started=1.0)


def test_nobody_holds_it_before_and_after(documents: Documents, owner: Owners) -> None:
    """While it is held, everybody can read by whom; another app has a lock of its own."""
    mine = owner()
    assert look(documents, "shop") is None
    with hold(documents, mine):
        held = look(documents, "shop")
        assert held is not None
        assert (mine, NOW) == (held.owner, held.beat)
        with locked(documents, "other", owner(), Stop()):
            assert {KEY, key_of("other")} == set(documents.there)
    assert {} == documents.there


def test_it_goes_also_when_the_work_fails(documents: Documents, owner: Owners) -> None:
    """The next command can begin at once."""
    with pytest.raises(ValueError, match="as asked"), hold(documents, owner()):
        raise ValueError("as asked")
    assert {} == documents.there


@pytest.mark.fault(12)
def test_of_many_at_once_one_wins(documents: Documents, owner: Owners) -> None:
    """Fault 12: the others are told who it is."""
    start, leave = threading.Barrier(16), threading.Event()
    won, refused = [], []

    def contend() -> None:
        mine = alive(owner())
        start.wait()
        try:
            with hold(documents, mine):
                won.append(mine.id)
                leave.wait(5)
        except RefusedError as error:
            refused.append(error)

    threads = [threading.Thread(target=contend) for _ in range(16)]
    for each in threads:
        each.start()
    awaited(lambda: len(refused) == 15)
    leave.set()
    for each in threads:
        each.join()
    assert 1 == len(won)
    assert all(won[0] in each.hint for each in refused)
    assert {} == documents.there


@pytest.mark.fault(49)
def test_a_held_lock_says_who_holds_it_and_since_when(documents: Documents, owner: Owners) -> None:
    """Fault 49: command, caller, host, process, start; and the way to end it."""
    theirs = alive(owner("sam-deploy destroy"))
    lie(documents, theirs)
    with pytest.raises(RefusedError) as raised, hold(documents, owner()):
        pytest.fail("it was held")
    error = raised.value
    assert (5, "`sam-deploy destroy` is at work on this app") == (error.exit_code, error.what)
    assert (
        f"started {theirs.started} by arn:aws:iam::123456789012:user/ann on elsewhere "
        "(process 4711)"
    ) == error.why
    assert f"sam-deploy unlock {theirs.id}" in error.hint
    assert documents.there[KEY].body == Held(theirs, NOW).written()


@pytest.mark.fault(49)
def test_a_silent_holder_is_told_as_such(documents: Documents, owner: Owners) -> None:
    """Fault 49: then `resume` may go on."""
    lie(documents, alive(owner()), NOW - EXPIRES_SECONDS - 1)
    with pytest.raises(RefusedError) as raised, hold(documents, owner()):
        pytest.fail("it was held")
    assert raised.value.why.endswith("; no sign of life for 301 s")
    assert "sam-deploy resume" in raised.value.hint


@pytest.mark.parametrize("call", ["create", "replace"])
def test_a_lock_whose_answer_was_lost_is_ours(
    documents: Documents, owner: Owners, call: str
) -> None:
    """Made, or taken over: the repeated write meets its own work, and is not refused by it."""
    if call == "replace":
        lie(documents, dead(owner()))
    documents.losing = [call]
    mine = owner()
    with hold(documents, mine):
        held = look(documents, "shop")
        assert held is not None
        assert mine == held.owner
    assert {} == documents.there


@pytest.mark.fault(49)
def test_a_dead_owner_of_this_machine_is_taken_over(documents: Documents, owner: Owners) -> None:
    """Fault 49: killed with -9; nobody has to unlock anything."""
    lie(documents, dead(owner()))
    mine = owner()
    with hold(documents, mine):
        held = look(documents, "shop")
        assert held is not None
        assert mine == held.owner


@pytest.mark.fault(49)
def test_an_owner_of_another_machine_is_never_taken_for_dead(
    documents: Documents, owner: Owners
) -> None:
    """Fault 49: also when a process of that id is not here."""
    lie(documents, replace(dead(owner()), machine="another:1"))
    with pytest.raises(RefusedError), hold(documents, owner()):
        pytest.fail("it was held")


@pytest.mark.parametrize(
    ("silent", "take", "taken"),
    [
        (EXPIRES_SECONDS + 1, True, True),
        (EXPIRES_SECONDS + 1, False, False),
        (EXPIRES_SECONDS, True, False),
        (0, True, False),
    ],
)
@pytest.mark.fault(49)
def test_an_expired_lock_is_taken_only_by_who_may(
    documents: Documents, owner: Owners, silent: float, *, take: bool, taken: bool
) -> None:
    """Fault 49: time alone takes nobody's lock away, and `resume` takes none of the living."""
    lie(documents, alive(owner()), NOW - silent)
    if taken:
        with hold(documents, owner(), take_expired=take):
            assert KEY in documents.there
        return
    with pytest.raises(RefusedError), hold(documents, owner(), take_expired=take):
        pytest.fail("it was held")


@pytest.mark.parametrize("apart", [-900.0, 900.0])
@pytest.mark.parametrize(
    ("age", "taken"), [(0.0, False), (EXPIRES_SECONDS, False), (EXPIRES_SECONDS + 1, True)]
)
@pytest.mark.fault(49)
def test_how_long_a_holder_is_silent_is_told_by_one_clock(
    documents: Documents, owner: Owners, apart: float, age: float, *, taken: bool
) -> None:
    """Fault 49: that of S3; the two computers' may be 15 minutes apart, before or after."""
    lie(documents, alive(owner()), NOW + apart)
    documents.there[KEY] = replace(documents.there[KEY], age_seconds=age)
    if taken:
        with hold(documents, owner(), take_expired=True):
            assert KEY in documents.there
        return
    with pytest.raises(RefusedError) as raised, hold(documents, owner(), take_expired=True):
        pytest.fail("it was held")
    assert "no sign of life" not in raised.value.why


@pytest.mark.fault(49)
def test_a_refusal_tells_the_silence_by_that_clock(documents: Documents, owner: Owners) -> None:
    """Fault 49: whatever the holder's own has written."""
    lie(documents, alive(owner()), NOW)
    documents.there[KEY] = replace(documents.there[KEY], age_seconds=400.0)
    with pytest.raises(RefusedError, match="no sign of life for 400 s"), hold(documents, owner()):
        pytest.fail("it was held")


def test_a_clock_that_is_ahead_makes_no_negative_silence(owner: Owners) -> None:
    """Where S3 told no times."""
    assert 0 == Held(owner(), NOW + 60).silence(NOW)


def test_of_two_who_take_over_one_wins(documents: Documents, owner: Owners) -> None:
    """The takeover is bound to the state that was seen."""
    lie(documents, alive(owner()), 0)
    first, second = alive(owner()), alive(owner())
    with (
        hold(documents, first, take_expired=True),
        pytest.raises(RefusedError) as raised,
        hold(documents, second, take_expired=True),
    ):
        pytest.fail("it was held")
    assert first.id in raised.value.hint


def test_a_lock_that_changes_hands_again_and_again_is_not_fought_for(
    documents: Documents, owner: Owners
) -> None:
    """Released by another one just before each look: after three tries it is told."""

    class Fleeting(type(documents)):  # type: ignore[misc] # the fixture's class
        def create(self, key: str, body: bytes) -> str | None:
            del key, body

    with pytest.raises(RefusedError) as raised, hold(Fleeting(), owner()):
        pytest.fail("it was held")
    assert "begin at the same moment" in raised.value.what


@pytest.mark.parametrize("ignored", ["create", "replace"])
@pytest.mark.fault(50)
def test_storage_that_ignores_conditions_is_refused(
    documents: Documents, owner: Owners, ignored: str
) -> None:
    """Fault 50: If-None-Match or If-Match has no effect there: no deployment, and no lock left."""
    documents.ignoring = {ignored}
    with pytest.raises(RefusedError) as raised, hold(documents, owner()):
        pytest.fail("it was held")
    assert (5, "The artifact bucket does not honour conditional writes") == (
        raised.value.exit_code,
        raised.value.what,
    )
    assert {} == documents.there


def test_a_lock_that_cannot_be_understood_is_refused(documents: Documents, owner: Owners) -> None:
    """Another version wrote it: it may well be at work."""
    documents.create(KEY, b'{"schema": 2}')
    with pytest.raises(RefusedError) as raised, hold(documents, owner()):
        pytest.fail("it was held")
    assert "`locks/shop.json` cannot be read" in raised.value.what
    assert "sam-deploy unlock" in raised.value.hint


def test_heartbeats_show_that_the_holder_lives(documents: Documents, owner: Owners) -> None:
    """Each one with a new time, and the lock is let go of all the same."""
    times = iter(range(1_000_000))
    stop = Stop()
    with locked(
        documents, "shop", owner(), stop, now=lambda: float(next(times)), beat_seconds=QUICK
    ):
        awaited(lambda: json.loads(documents.there[KEY].body)["beat"] >= 3)
    assert not stop.is_set()
    assert {} == documents.there


@pytest.mark.parametrize("how", ["losing", "unanswered"])
def test_a_heartbeat_whose_answer_was_lost_loses_nothing(
    documents: Documents, owner: Owners, how: str
) -> None:
    """Also when nobody repeats it: the next one finds our own lock, and goes on from there."""
    stop = Stop()
    with hold(documents, owner(), stop=stop, beat_seconds=QUICK):
        setattr(documents, how, ["replace"])
        awaited(lambda: not getattr(documents, how))
        before = documents.calls.count("replace")
        awaited(lambda: documents.calls.count("replace") > before + 2)
    assert not stop.is_set()
    assert {} == documents.there


def test_a_lost_last_heartbeat_leaves_no_lock_behind(documents: Documents, owner: Owners) -> None:
    """What lies there is ours by its owner, whatever the state that we knew."""
    mine = owner()
    with hold(documents, mine):
        documents.there[KEY] = Record(Held(mine, NOW + 30).written(), '"newer"')
    assert {} == documents.there


@pytest.mark.parametrize("body", [None, b"{}"])
def test_a_lost_lock_stops_the_work(
    documents: Documents, owner: Owners, body: bytes | None
) -> None:
    """Ended by `unlock`, or taken by what we cannot read: at the next pause, with why."""
    stop = Stop()
    with hold(documents, owner(), stop=stop, beat_seconds=QUICK):
        if body is None:
            del documents.there[KEY]
        else:
            documents.there[KEY] = Record(body, '"theirs"')
        awaited(stop.is_set)
        with pytest.raises(StoppedError):
            stop.check()
    assert stop.why is not None
    assert (7, "This command has lost its lock") == (stop.why.exit_code, stop.why.what)
    assert "nothing more was begun" in stop.why.state
    assert (body is None) == (KEY not in documents.there)


@pytest.mark.fault(5)
def test_only_our_own_lock_is_taken_away(documents: Documents, owner: Owners) -> None:
    """Fault 5: who took over keeps it when the one who slept wakes and ends."""
    theirs, stop = Record(Held(alive(owner()), NOW).written(), '"theirs"'), Stop()
    with hold(documents, owner(), stop=stop, beat_seconds=QUICK):
        documents.there[KEY] = theirs
        awaited(stop.is_set)
    assert {KEY: theirs} == documents.there

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.errors import RolledBackError, SamDeployError, UnreachableError
from sam_deploy.lanes import Outcomes, Stop, StoppedError, run

SECONDS = 10.0
"""How long a test waits for what must happen at once."""


class Ledger:
    """Notes when work begins and ends, and how much of it was under way at the same time."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.together = 0
        self.most = 0
        self._lock = threading.Lock()

    def work(self, name: str, act: Callable[[], object] = lambda: None) -> Callable[[], str]:
        """Work that notes itself, and returns its name."""

        def done() -> str:
            with self._lock:
                self.notes.append(f"begin {name}")
                self.together += 1
                self.most = max(self.most, self.together)
            try:
                act()
            finally:
                with self._lock:
                    self.together -= 1
                    self.notes.append(f"end {name}")
            return name

        return done


def fail() -> None:
    raise RolledBackError("no")


def test_everything_is_done_and_returned_by_key() -> None:
    """The result of each piece is found under its key."""
    work = {name: Ledger().work(name) for name in "abc"}
    expected = Outcomes({"a": "a", "b": "b", "c": "c"}, {}, ())
    assert expected == run(work, after={}, at_once=3, stop=Stop())


def test_nothing_to_do_is_done_at_once() -> None:
    """An empty plan is no error."""
    assert Outcomes({}, {}, ()) == run({}, after={}, at_once=3, stop=Stop())


def test_what_waits_begins_after_what_it_waits_for() -> None:
    """The home region ends before the others begin."""
    ledger = Ledger()
    work = {name: ledger.work(name) for name in ("others", "home")}
    run(work, after={"others": ["home"]}, at_once=8, stop=Stop())
    assert ["begin home", "end home", "begin others", "end others"] == ledger.notes


def test_regions_really_run_side_by_side() -> None:
    """Each waits until all have begun: one after the other they would never end."""
    barrier = threading.Barrier(4, timeout=SECONDS)
    work = {number: lambda: barrier.wait() * 0 for number in range(4)}
    outcomes = run(work, after={}, at_once=4, stop=Stop())
    assert {0: 0, 1: 0, 2: 0, 3: 0} == outcomes.done


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 2), (0, 1)])
def test_no_more_than_allowed_run_together(at_once: int, most: int) -> None:
    """`--sequential` is one at a time; nonsense is one, too."""
    ledger, pause = Ledger(), threading.Event()
    work = {number: ledger.work(str(number), lambda: pause.wait(0.01)) for number in range(6)}
    run(work, after={}, at_once=at_once, stop=Stop())
    assert most == ledger.most


def test_a_failure_stops_only_what_waits_for_it() -> None:
    """The gatekeeper failed: the regions behind it are not started, the other stack is done."""
    ledger = Ledger()
    work = {
        "gate": ledger.work("gate", fail),
        "behind": ledger.work("behind"),
        "far behind": ledger.work("far behind"),
        "beside": ledger.work("beside"),
    }
    after = {"behind": ["gate"], "far behind": ["behind", "beside"]}
    outcomes = run(work, after=after, at_once=4, stop=Stop())
    assert {"beside": "beside"} == outcomes.done
    assert ["no"] == [str(error) for error in outcomes.failed.values()]
    assert ("behind", "far behind") == outcomes.not_started


def test_all_failures_are_collected() -> None:
    """One failing region does not hide another."""
    work = {name: Ledger().work(name, fail) for name in "ab"}
    outcomes = run(work, after={}, at_once=1, stop=Stop())
    assert {"a", "b"} == set(outcomes.failed)


def test_a_bug_is_raised_when_the_others_have_ended() -> None:
    """Other errors than ours are bugs; what runs beside is not left behind."""
    ledger, begun = Ledger(), threading.Event()

    def bug() -> None:
        begun.wait(SECONDS)
        raise ZeroDivisionError

    work = {"bug": ledger.work("bug", bug), "good": ledger.work("good", begun.set)}
    with pytest.raises(ZeroDivisionError):
        run(work, after={}, at_once=2, stop=Stop())
    assert {"end bug", "end good"} <= set(ledger.notes)


def test_a_bug_asks_the_others_to_stop() -> None:
    """They end at their next pause instead of going on for an hour."""
    stop, waiting = Stop(), threading.Event()

    def patient() -> None:
        waiting.set()
        stop.pause(SECONDS * 60)

    def bug() -> None:
        waiting.wait(SECONDS)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run({"bug": bug, "patient": patient}, after={}, at_once=2, stop=stop)
    assert stop.is_set()


def test_stopping_ends_pauses_and_starts_nothing_more() -> None:
    """What was pausing ends at once, what waited never begins, and nothing counts as a result."""
    stop, ledger = Stop(), Ledger()
    work = {
        "first": ledger.work("first", stop.set),
        "pausing": ledger.work("pausing", lambda: stop.pause(SECONDS * 60)),
        "never": ledger.work("never"),
    }
    with pytest.raises(StoppedError):
        run(work, after={"never": ["first"]}, at_once=2, stop=stop)
    assert {"begin first", "end first", "begin pausing", "end pausing"} == set(ledger.notes)


def test_stopping_for_a_reason_raises_the_reason() -> None:
    """The embedded cloud died: that is the error, not the refused connections that follow."""
    stop, death = Stop(), UnreachableError("The embedded cloud died")
    with pytest.raises(UnreachableError) as raised:
        run({"a": lambda: stop.set(death), "b": fail}, after={}, at_once=1, stop=stop)
    assert death is raised.value


def test_the_first_reason_to_stop_counts() -> None:
    """A later one is a consequence."""
    stop = Stop()
    first = SamDeployError("first")
    stop.set(first)
    stop.set(SamDeployError("second"))
    stop.set()
    assert first is stop.why


def test_a_pause_ends_by_itself_or_raises() -> None:
    """Without a stop it only waits; with one it raises at once."""
    stop = Stop()
    stop.pause(0)
    stop.set()
    with pytest.raises(StoppedError):
        stop.pause(SECONDS * 60)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(edges=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))), at_once=st.integers(1, 8))
def test_every_order_is_kept(edges: set[tuple[int, int]], at_once: int) -> None:
    """Whatever waits for whatever: each piece once, after all those it waits for."""
    after = {node: [early for early, late in edges if late == node > early] for node in range(8)}
    order: list[int] = []
    work = {node: lambda node=node: order.append(node) for node in reversed(range(8))}
    outcomes = run(work, after=after, at_once=at_once, stop=Stop())
    assert set(range(8)) == set(outcomes.done)
    assert list(range(8)) == sorted(order)
    assert all(order.index(early) < order.index(node) for node in after for early in after[node])


@pytest.mark.fault(30)
def test_a_halt_lets_what_runs_come_to_its_end() -> None:
    """Fault 30: nothing new begins; what has begun is awaited, and nothing is raised."""
    halt, stop = Stop(), Stop()
    both, ended = threading.Barrier(2), []

    def halting() -> None:
        both.wait(5)
        halt.set()

    def patient() -> None:
        both.wait(5)
        stop.pause(0.05)
        ended.append("patient")

    work = {"halting": halting, "patient": patient, "later": lambda: ended.append("later")}
    outcomes = run(work, after={"later": ["halting"]}, at_once=2, stop=stop, halt=halt)
    assert (["patient"], {"halting", "patient"}) == (ended, set(outcomes.done))
    assert (("later",), False) == (outcomes.not_started, stop.is_set())

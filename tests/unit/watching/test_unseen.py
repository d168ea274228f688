from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.aws import LogEvent
from sam_deploy.watching.unseen import Unseen

LATE_MS = 50
arrivals = st.lists(
    st.tuples(
        st.integers(0, 400),  # when it was logged
        st.integers(0, LATE_MS),  # how much later it can be read
        st.sampled_from(["a", "b"]),  # its stream
        st.sampled_from(["same", "other"]),  # its text
    ),
    max_size=60,
)


@given(
    arriving=arrivals,
    polls=st.lists(st.integers(0, 500), max_size=30).map(sorted),
    with_ids=st.booleans(),
)
def test_following_loses_nothing_and_tells_nothing_twice(
    arriving: list[tuple[int, int, str, str]], polls: list[int], *, with_ids: bool
) -> None:
    """Whatever arrives late, shares a millisecond or a text, is told exactly once (R270).

    Polls come at any time. With ids or without, and with ids that appear later, as the embedded
    cloud has it.
    """
    unseen, told = Unseen(0, LATE_MS), Counter[tuple[str, int, str]]()
    for number, now in enumerate([*polls, 1000]):
        there = [
            LogEvent(stream, at, text, f"id{index}" if with_ids and number % 2 else "")
            for index, (at, delay, stream, text) in enumerate(arriving)
            if at + delay <= now and at >= unseen.start_ms
        ]
        told.update((each.stream, each.timestamp_ms, each.message) for each in unseen.new(there))
    assert Counter((stream, at, text) for at, _, stream, text in arriving) == told


def test_memory_holds_only_what_is_read_again() -> None:
    """A day of following does not fill the memory."""
    unseen = Unseen(0, LATE_MS)
    for at in range(0, 10_000, 10):
        assert 1 == len(unseen.new([LogEvent("s", at, "m")]))
    assert 9_990 - LATE_MS == unseen.start_ms
    assert len(unseen._told) <= LATE_MS // 10 + 1  # noqa: SLF001 - memory is the claim


def test_what_aws_leaves_out_of_one_answer_is_not_told_again() -> None:
    """An answer that is short once makes no doubles afterwards."""
    unseen, event = Unseen(0, LATE_MS), LogEvent("s", 5, "m")
    assert [[event], [], []] == [unseen.new(each) for each in ([event], [], [event])]

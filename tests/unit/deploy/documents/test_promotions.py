"""What others are told of a promotion that is not at its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from sam_deploy.deploy import promotions
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.lock import Held, refusal
from sam_deploy.deploy.owner import Owner

UNTIL: Final = "2026-11-28T12:07:00Z"
AT: Final = 1_795_867_620.0
"""The same in Unix seconds."""
SHIFT: Final = Entry(
    kind="promote",
    state="open",
    environment="prod",
    command="promote prod --canary 50",
    who="ann",
    host="desk",
    started="2026-11-28T12:00:00Z",
    release={"phase": "shifting", "step": "1", "weight": "0.5", "until": UNTIL},
)
OWNER: Final = Owner("id", "promote prod", "ann", "desk", "", 7, 0.0, "2026-11-28T12:00:00Z")


def test_before_its_time_the_schedules_are_announced() -> None:
    """Half of the calls go to the new version, until somebody goes on or they run."""
    expected = (
        f"step 1: 50% of the calls go to the new versions; taken back at {UNTIL} if nobody goes on "
        "with it"
    )
    assert expected == promotions.progress(SHIFT, AT - 1)


@pytest.mark.fault(7)
def test_after_its_time_they_have_run() -> None:
    """Nothing is said to come that was."""
    expected = (
        "step 1: 50% of the calls went to the new versions, until its schedules took it back at "
        f"{UNTIL}, since nobody watched"
    )
    assert expected == promotions.progress(SHIFT, AT)


def test_a_time_that_cannot_be_read_is_announced_as_it_stands() -> None:
    """A journal of another version: nothing is claimed."""
    odd = replace(SHIFT, release={**SHIFT.release, "until": "noon"})
    assert "taken back at noon if" in promotions.progress(odd, AT)


def test_a_canary_that_is_watched_is_taken_back_by_shift_abort() -> None:
    """`resume` would be refused: it is at work."""
    said = promotions.open_in_words(SHIFT, running=True)
    assert "is under way: step 1" in said
    assert "`shift abort` takes it back" in said
    assert "resume" not in said
    assert "`resume` finishes it" in promotions.open_in_words(SHIFT, running=False)


def test_a_promotion_at_work_is_waited_for() -> None:
    """It takes seconds, and has no `shift abort`."""
    flips = replace(SHIFT, release={"phase": "flipping"})
    said = promotions.open_in_words(flips, running=True)
    assert "nothing else is changed until it has ended" in said
    assert "shift" not in said.partition("\n")[2]


@pytest.mark.parametrize(
    ("running", "what", "hint"),
    [
        (True, "A promote of prod is under way", "shift abort"),
        (False, "A promote of prod was not finished", "sam-deploy resume"),
    ],
)
def test_a_refusal_names_the_way_that_is_open(running: bool, what: str, hint: str) -> None:  # noqa: FBT001
    """Exit 7, both."""
    error = promotions.unfinished(SHIFT, running=running)
    assert (what, 7) == (error.what, error.exit_code)
    assert hint in error.hint


def test_who_meets_the_lock_of_a_canary_learns_how_to_take_it_back() -> None:
    """Unless its process is silent, which hears nobody."""
    held = Held(OWNER, 0.0, age_seconds=1.0)
    assert "shift abort" in refusal(held, 0.0, shifting=True).hint
    assert "unlock" not in refusal(held, 0.0, shifting=True).hint
    assert "shift" not in refusal(held, 0.0).hint
    silent = replace(held, age_seconds=1000.0)
    assert "sam-deploy resume" in refusal(silent, 0.0, shifting=True).hint

"""What `resume` says when nothing is left to go on with."""

from __future__ import annotations

import pytest

from sam_deploy.cli.identity import Identity
from sam_deploy.cli.releasing.resume_command import last_of, nothing_left
from sam_deploy.deploy.journal import Entry

WHO = Identity("shop", "eu-west-1", "python3.13")
DEPLOYED = Entry(
    "d1", command="deploy", started="2026-11-29T09:00:00Z", updated="2026-11-29T09:05:00Z"
)


@pytest.mark.parametrize(
    ("outcome", "words"), [("returned", "was taken back"), ("committed", "came to its end")]
)
def test_it_speaks_of_what_ended_last(outcome: str, words: str) -> None:
    """After `resume --abort` that is the promotion, and not the deployment before it."""
    promoted = Entry(
        "p1",
        kind="promote",
        command="promote prod",
        started="2026-11-29T09:10:00Z",
        updated="2026-11-29T09:12:00Z",
        release={"outcome": outcome},
    )
    for entries in ((DEPLOYED, promoted), (promoted, DEPLOYED)):
        assert (
            f"Nothing to resume: `promote prod`, begun 2026-11-29T09:10:00Z, {words}"
            == nothing_left(last_of(*entries), WHO)
        )


def test_without_a_promotion_it_speaks_of_the_deployment() -> None:
    """And without both of nothing."""
    assert "Nothing to resume: `deploy`, begun 2026-11-29T09:00:00Z, came to its end" == (
        nothing_left(last_of(DEPLOYED, Entry()), WHO)
    )
    assert "Nothing to resume: no deployment of shop is on record here" == (
        nothing_left(last_of(Entry(), Entry()), WHO)
    )

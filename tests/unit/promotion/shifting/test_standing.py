from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import pytest

from sam_deploy.cli.releasing import shift_screens
from sam_deploy.deploy.owner import Owner, this_process
from sam_deploy.promotion import book as books
from sam_deploy.promotion.model import Strategy
from sam_deploy.promotion.shifting import standing
from sam_deploy.promotion.shifting.judge import Counted, Seen, Watched

Stage: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

STRATEGY = Strategy(weights=(0.1, 0.5), every_seconds=60, hold_seconds=120, min_requests=10)
RELEASE = {
    "phase": "shifting",
    "step": "2",
    "weight": "0.5",
    "since": "1970-01-12T13:46:40Z",
    "ends": "1970-01-12T13:47:40Z",
    "until": "1970-01-12T13:49:40Z",
}
SEEN = Seen(
    alarms=(
        Watched("eu-west-1", "Errors", "OK"),
        Watched("us-east-1", "Errors", "INSUFFICIENT_DATA"),
    ),
    counts={("eu-west-1", "ApiFunction"): Counted(42, 3)},
)
ELSEWHERE = replace(this_process("promote prod", "anna"), host="desk", machine="other")


def stood(
    stage: Stage, *, strategy: Strategy = STRATEGY, owner: Owner | None = ELSEWHERE, beat: float = 0
) -> standing.Standing | None:
    """Leave a shift of that kind behind, its holder heard of `beat` seconds ago, and read it."""
    shift = stage.shift(strategy)
    entry = replace(
        shift.engine.book.entry,
        kind="promote",
        command="promote prod",
        who="anna",
        host="desk",
        environment="prod",
        manifest=shift.engine.plan.key,
        release=RELEASE,
    )
    bucket = stage.memory
    bucket.documents["journal/orders.release.json"] = entry.written()
    books.keep(bucket, shift.engine.plan)
    if owner is not None:
        lock = {"owner": asdict(owner), "beat": stage.clock.now() - beat}
        bucket.documents["locks/orders.json"] = json.dumps(lock).encode()
    return standing.read(bucket, "orders", now=stage.clock.now)


def test_a_promotion_without_steps_is_no_shift(stage: Stage) -> None:
    """It lasts for seconds: there is nothing to look at."""
    assert stood(stage, strategy=Strategy()) is None


@pytest.mark.parametrize(
    ("owner", "beat", "watched"),
    [(ELSEWHERE, 10, True), (ELSEWHERE, 100, False), (None, 0, False)],
    ids=["alive", "silent", "gone"],
)
def test_it_is_known_whether_somebody_watches(
    stage: Stage,
    owner: Owner | None,
    beat: float,
    watched: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """Whoever holds the lock shows every half minute that he lives."""
    found = stood(stage, owner=owner, beat=beat)
    assert found is not None
    assert watched == found.watched
    assert ("nobody watches it" in shift_screens.watcher_text(found)) == (not watched)


def test_a_process_of_this_computer_that_is_gone_is_known_at_once(stage: Stage) -> None:
    """Nobody needs to wait for a heartbeat that does not come."""
    dead = replace(this_process("promote prod", "anna"), pid=2**22 + 1)
    found = stood(stage, owner=dead)
    assert found is not None
    assert not found.watched


def test_how_it_stands_is_one_screen(stage: Stage) -> None:
    """Step, weights, who watches, the deadline, calls by function and region, and alarms."""
    found = stood(stage, beat=12)
    assert found is not None
    text = shift_screens.standing_text(found, SEEN, "sam-deploy")
    assert text.splitlines() == [
        "prod: step 2/3, 50% of the calls since 1970-01-12T13:46:40Z; 1 min left",
        "watched by `promote prod` by anna on desk, heard of 12 s ago",
        "the schedules take it back at 1970-01-12T13:49:40Z, in 3 min, unless pushed forward",
        "",
        "function     region     from  to  calls  failed",
        "-----------  ---------  ----  --  -----  ------",
        "ApiFunction  eu-west-1  1     2   42     3",
        "ApiFunction  us-east-1  1     2   ?      ?",
        "",
        "1/2 alarms OK",
        "  us-east-1 Errors: INSUFFICIENT_DATA",
        "",
        "next: sam-deploy shift advance",
        "      sam-deploy shift abort",
    ]


def test_when_nobody_watches_the_screen_says_what_to_do(stage: Stage) -> None:
    """Go on, or take it back; and what happens when nobody does anything."""
    found = stood(stage, owner=None)
    assert found is not None
    text = shift_screens.standing_text(found, SEEN, "sam-deploy")
    assert text.endswith("next: sam-deploy resume\n      sam-deploy resume --abort")
    stage.clock.seconds += 500
    late = standing.read(stage.memory, "orders", now=stage.clock.now)
    assert late is not None
    assert "have taken it back at" in shift_screens.deadline_text(late)


def test_the_document_says_the_same(stage: Stage) -> None:
    """For machines, with nothing where nothing is known."""
    found = stood(stage)
    assert found is not None
    document = shift_screens.standing_json(found, SEEN)["shift"]
    assert (2, 3, 0.5, True) == tuple(
        document[name] for name in ("step", "steps", "weight", "watched")
    )
    assert [(42, 3), (None, None)] == [
        (each["calls"], each["errors"]) for each in document["functions"]
    ]

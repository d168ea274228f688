from __future__ import annotations

from typing import Any, TypeAlias

import pytest

from sam_deploy.aws import Alias
from sam_deploy.promotion.shifting import interrupted

Stage: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
SHARED = (("2", 0.5),)


@pytest.mark.parametrize(
    ("version", "weights", "mark", "step", "expected"),
    [
        ("1", (), "", 1, False),
        ("1", (), "sd:abc123:1:fence", 1, False),
        ("1", SHARED, "sd:abc123:1:fence", 1, False),
        ("1", SHARED, "sd:abc123:1:2", 2, False),
        ("2", (), "sd:abc123:1:2", 3, False),
        ("1", (), "sd:abc123:1:restored", 1, True),
        ("1", (), "sd:abc123:1:restored", 3, True),
        ("1", (), "sd:abc123:2:fence", 2, True),
        ("1", (), "sd:ffffff:9:restored", 1, False),
    ],
)
def test_what_a_schedule_has_taken_back_is_seen(
    stage: Stage,
    version: str,
    weights: tuple[tuple[str, float], ...],
    mark: str,
    step: int,
    expected: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """By its mark, or since an alias has lost the weight that an earlier step gave it.

    In the first step an alias without weight may be one that was not written yet.
    """
    flip = stage.shift().engine.moves[0]
    found = Alias("prod", version, "r", weights, mark)
    assert expected == interrupted.is_back(flip, found, "abc123", step)


def test_a_fence_does_not_hide_that_a_schedule_ran(stage: Stage) -> None:
    """`resume` writes every alias under a new epoch; what was taken back is still seen after."""
    shift = stage.shift(release={"step": "1", "phase": "shifting"})
    stage.memory.write(("us-east-1", "ApiFunction"), "1", (), "sd:abc123:1:restored")
    assert {} == shift.engine.fence()
    assert "sd:abc123:1:restored" == stage.memory.aliases["us-east-1", "ApiFunction"].description
    assert "sd:abc123:1:fence" == stage.memory.aliases["eu-west-1", "ApiFunction"].description
    said = interrupted.restored(shift.engine)
    assert "taken back `ApiFunction` in `us-east-1`" in said


def test_nothing_is_said_when_nothing_was_taken_back(stage: Stage) -> None:
    """Then it is gone on with."""
    shift = stage.shift(release={"step": "2", "phase": "shifting"})
    for key in list(stage.memory.aliases):
        stage.memory.write(key, "1", SHARED, "sd:abc123:1:2")
    assert "" == interrupted.restored(shift.engine)

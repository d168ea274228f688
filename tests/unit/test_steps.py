from __future__ import annotations

import pytest

from sam_deploy.events import Event, StepFinished, StepStarted
from sam_deploy.steps import STEPS, step


def test_a_region_has_the_eight_documented_steps() -> None:
    """R211, in this order."""
    assert (
        "bucket",
        "artifacts",
        "layers",
        "certificates",
        "change set",
        "execute",
        "domains",
        "release",
    ) == STEPS


def test_a_step_tells_its_beginning_and_what_came_of_it(heard: list[Event]) -> None:
    """Number, total and place are the same in both events."""
    with step(heard.append, "layers", "eu-west-1", "shop-sam") as under_way:
        under_way.detail = "2 published"
    assert [
        StepStarted("eu-west-1", "shop-sam", "layers", 3, 8),
        StepFinished("eu-west-1", "shop-sam", "layers", 3, 8, "2 published"),
    ] == heard


def test_a_step_that_fails_does_not_end(heard: list[Event]) -> None:
    """The error tells what happened; a finished step would count as done."""
    with pytest.raises(ZeroDivisionError), step(heard.append, "bucket", "eu-west-1"):
        raise ZeroDivisionError
    assert [StepStarted("eu-west-1", "", "bucket", 1, 8)] == heard

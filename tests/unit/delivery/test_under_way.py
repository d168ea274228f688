"""What falls behind before anything is begun."""

from __future__ import annotations

import pytest

from sam_deploy.aws import UnansweredError
from sam_deploy.delivery import under_way
from sam_deploy.deploy import Live, Survey
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Needs

HOME, EAST = "eu-west-1", "us-east-1"
MANIFEST = Manifest(
    name="shop",
    home_region=HOME,
    environment="dev",
    stacks=(
        StackPlan("core", "core", (HOME, EAST), ("dev",)),
        StackPlan("extra", "extra", (EAST,), ("dev",)),
    ),
    templates={},
    needs=Needs("shop", HOME, (HOME, EAST), (), ()),
)


@pytest.mark.fault(30)
@pytest.mark.parametrize("silent", ["core", "extra"])
def test_a_region_of_which_one_stack_is_not_known_falls_behind_whole(silent: str) -> None:
    """Fault 30: its other stack is not deployed alone, and nothing is looked up that is not there.

    The other region goes on.
    """
    error = UnansweredError("no answer")
    places = [place for place in MANIFEST.places if place != (silent, EAST)]
    survey = Survey({place: Live() for place in places}, {(silent, EAST): error})
    assert {("core", EAST): error, ("extra", EAST): error} == under_way.lost(MANIFEST, survey)


def test_where_everything_answers_nothing_is_lost() -> None:
    """The everyday case."""
    survey = Survey({place: Live() for place in MANIFEST.places}, {})
    assert {} == under_way.lost(MANIFEST, survey)

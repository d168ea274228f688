"""What is said to be live when stacks of a promotion could not all be deployed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import AwsCallError
from sam_deploy.deploy import Deployment, Place, StackOutcome
from sam_deploy.deploy.journal import Entry, PlaceEntry, PlaceState
from sam_deploy.errors import IncompleteError, RolledBackError, SamDeployError
from sam_deploy.promotion.left_over import aborted, failed
from sam_deploy.promotion.model import PENDING, Flip, ReleasePlan, StackChange, Version, read

HOME, EAST = "eu-west-1", "us-east-1"
HERE, THERE = ("shop-prod", HOME), ("shop-prod", EAST)
BACK = RolledBackError("was not updated", why="no room")
REFUSED = AwsCallError("cloudformation:ExecuteChangeSet", HOME, "ValidationError", "no", "")


def flip(region: str, number: str = "3") -> Flip:
    after = Version(PENDING, "hash")
    return Flip(region, "ApiProdFunction", "Api", "prod", Version(number), after, "r")


def plan(*new: str) -> ReleasePlan:
    return ReleasePlan(
        act="promote",
        app="shop",
        account="1",
        caller="arn",
        home_region=HOME,
        environment="prod",
        source="dev",
        regions=(HOME, EAST),
        flips=tuple(flip(each, "" if each in new else "3") for each in (HOME, EAST)),
        nonce="n",
        tool_version="1",
        stacks=tuple(StackChange("shop-prod", each, "update", ("Modify A ",)) for each in (HOME,)),
        manifest="m",
        allowed=("A",),
        new=tuple((each, "ApiProdFunction") for each in new),
    )


def deployment(done: dict[Place, Any], broken: dict[Place, SamDeployError]) -> Deployment:
    outcomes = {each: StackOutcome(*each, said, (), {}, 1.0) for each, said in done.items()}
    others = tuple(each for each in (HERE, THERE) if each not in {**done, **broken})
    return Deployment(outcomes, broken, others)


def entry(state: PlaceState) -> Entry:
    return Entry(state="open", places={" ".join(each): PlaceEntry(state) for each in (HERE, THERE)})


@pytest.mark.parametrize("error", [BACK, REFUSED])
def test_what_was_taken_back_in_the_first_region_is_as_before(error: SamDeployError) -> None:
    """Exit 4: no other region was begun."""
    found = failed(plan(), deployment({}, {HERE: error}), entry("failed"))
    assert isinstance(found, RolledBackError)
    assert "no stack and no alias was changed: prod serves what it served before" in found.state


@pytest.mark.parametrize(
    ("done", "error", "state"),
    [
        ({HERE: "updated"}, BACK, "failed"),
        ({}, IncompleteError("stands, but what follows it failed"), "failed"),
        ({}, REFUSED, "executing"),
    ],
)
def test_what_was_changed_anywhere_or_may_still_change_is_left_open(
    done: dict[Place, Any], error: SamDeployError, state: PlaceState
) -> None:
    """Exit 7, and both ways on."""
    broken = {THERE if done else HERE: error}
    found = failed(plan(), deployment(done, broken), entry(state))
    assert isinstance(found, IncompleteError)
    assert "no alias was moved: prod serves what it served before" in found.state
    assert "sam-deploy resume --abort" in found.hint


def test_regions_that_are_new_are_told_apart() -> None:
    """An alias that comes with its stack serves at once: that is no secret."""
    found = failed(plan(HOME, EAST), deployment({HERE: "created"}, {THERE: BACK}), entry("failed"))
    assert (
        "no alias was moved: prod served nobody before; new, and serving the new code already: "
        f"{HOME}; new, and not there yet: {EAST}; new configuration: `shop-prod` in `{HOME}`; "
        f"not: `shop-prod` in `{EAST}`" == found.state
    )


def test_what_was_given_up_says_what_stays() -> None:
    """Stacks are not taken back: they keep what they got, and CloudFormation may be at work."""
    told = aborted(plan(), [HERE], [THERE])
    assert f"these keep their new configuration: `shop-prod` in `{HOME}`" in told
    assert f"CloudFormation may still be at work on `shop-prod` in `{EAST}`" in told


def test_a_plan_with_stacks_comes_back_from_its_text() -> None:
    """`resume` reads it: stacks, what may be lost, and who is new."""
    given = plan(EAST)
    assert given == read(given.written(), "a plan")


def test_the_digest_covers_stacks_archives_and_what_may_be_lost() -> None:
    """R185: whoever agreed to one has not agreed to another."""
    given = plan()
    others = [
        replace(given, manifest="another"),
        replace(given, allowed=()),
        replace(given, stacks=(replace(given.stacks[0], changes=("Remove A ",)),)),
        replace(given, stacks=(replace(given.stacks[0], before="changed since"),)),
        replace(given, new=((HOME, "ApiProdFunction"),)),
    ]
    assert len(others) + 1 == len({given.digest, *(each.digest for each in others)})


def test_numbers_of_versions_do_not_change_what_was_agreed_to() -> None:
    """They are known when the stacks stand; records and screens tell the digest of before."""
    given = plan()
    numbered = replace(given, flips=(), agreed=given.digest)
    assert (given.digest, given.short) == (numbered.approved, numbered.short)
    assert given.digest != numbered.digest

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sam_deploy.aws import Stack
from sam_deploy.deploy.going import (
    DATA,
    Farewell,
    Fate,
    fate,
    order,
    refusals,
    still_used,
    whole,
    wiped_before,
)
from sam_deploy.deploy.journal import Entry, PlaceEntry
from sam_deploy.deploy.standing import Part, Standing
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError
from sam_deploy.plan import StackPlan

PLACE = ("shop-sam", "eu-west-1")
FUNCTION = Part("ApiFunction", "ApiFunction", "AWS::Lambda::Function", "CREATE_COMPLETE")
VERSION = Part("First", "ApiFunction:1", "AWS::Lambda::Version", "CREATE_COMPLETE", "", "Retain")
QUEUE = Part("JobsQ", "https://sqs/JobsQ", "AWS::SQS::Queue", "CREATE_COMPLETE")
KEPT = Part("Files", "shop-files", "AWS::S3::Bucket", "CREATE_COMPLETE", "", "RetainExceptOnCreate")
LOOSE = Part("Orders", "shop-orders", "AWS::DynamoDB::Table", "CREATE_COMPLETE")
GONE = Part("Old", "old", "AWS::S3::Bucket", "DELETE_COMPLETE")


def standing(*parts: Part, status: str = "UPDATE_COMPLETE", protected: bool = False) -> Standing:
    stack = Stack("shop-sam", status, "", {}, arn="arn", updated="today", protected=protected)
    return Standing(PLACE, stack, parts)


def named(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("parts", "names", "goes", "stays", "wiped"),
    [
        ((FUNCTION, QUEUE), named(), (FUNCTION, QUEUE), (), ()),
        ((FUNCTION, VERSION), named(), (FUNCTION, VERSION), (), ()),
        ((KEPT, FUNCTION), named(), (FUNCTION,), (KEPT,), ()),
        ((KEPT,), named("Files"), (), (), (KEPT,)),
        ((KEPT,), named("shop-files"), (), (), (KEPT,)),
        ((KEPT,), named("files"), (), (KEPT,), ()),
        ((LOOSE,), named(), (LOOSE,), (), ()),
        ((LOOSE,), named("Orders"), (), (), (LOOSE,)),
        ((FUNCTION,), named("ApiFunction"), (FUNCTION,), (), ()),
        ((GONE, FUNCTION), named(), (FUNCTION,), (), ()),
    ],
)
def test_what_goes_and_what_stays(
    parts: tuple[Part, ...],
    names: frozenset[str],
    goes: tuple[Part, ...],
    stays: tuple[Part, ...],
    wiped: tuple[Part, ...],
) -> None:
    """Versions go with their function, data by its policy or by name, everything else at once."""
    found = fate(standing(*parts), names)
    assert (goes, stays, wiped) == (found.goes, found.stays, found.wiped)


def test_data_that_was_named_earlier_is_not_forgotten() -> None:
    """An interrupted run's data goes, also once the stack is gone that had it."""
    assert (KEPT,) == fate(Standing(PLACE), named(), (KEPT,)).wiped
    assert (KEPT,) == fate(standing(KEPT), named(), (KEPT,)).wiped
    assert fate(Standing(PLACE), named(), (KEPT,)).acts
    assert not fate(Standing(PLACE), named()).acts


def objections(found: Standing, *names: str, entry: Entry | None = None) -> list[RefusedError]:
    fates = [fate(found, named(*names))]
    return list(refusals(fates, {PLACE: found}, named(*names), entry or Entry()))


@pytest.mark.parametrize("kind", DATA)
def test_data_without_a_policy_has_to_be_named(kind: str) -> None:
    """CloudFormation would delete it with the stack: a SAM template's tables have no policy."""
    part = replace(LOOSE, kind=kind)
    (error,) = objections(standing(part))
    assert "Deleting `shop-sam` in `eu-west-1` would delete data" == error.what
    assert "sam-deploy destroy --delete-data Orders" in error.hint
    assert [] == objections(standing(part), "Orders")


def test_a_protected_stack_stays() -> None:
    """Termination protection, and how to lift it."""
    (error,) = objections(standing(FUNCTION, protected=True))
    assert "Stack `shop-sam` in `eu-west-1` is protected" == error.what
    assert "update-termination-protection" in error.hint


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("CREATE_IN_PROGRESS", True),
        ("UPDATE_ROLLBACK_IN_PROGRESS", True),
        ("DELETE_IN_PROGRESS", False),
        ("REVIEW_IN_PROGRESS", False),
        ("UPDATE_ROLLBACK_FAILED", False),
        ("DELETE_FAILED", False),
        ("ROLLBACK_COMPLETE", False),
    ],
)
def test_a_busy_stack_is_left_alone(status: str, *, refused: bool) -> None:
    """But a deletion that has begun is awaited, and every stuck state can be destroyed."""
    assert refused == bool(objections(standing(FUNCTION, status=status)))


def test_an_unknown_name_of_data_is_refused() -> None:
    """With what there is: a typing mistake must not look like success."""
    (error,) = objections(standing(KEPT, FUNCTION), "File")
    assert "`--delete-data File` names no bucket" in error.what
    assert "what would stay is `Files`" == error.why


@pytest.mark.parametrize(
    ("kind", "left", "refused"),
    [
        ("destroy", "other-sam eu-west-1", False),
        ("deploy", "shop-sam eu-west-1", False),
        ("deploy", "other-sam eu-west-1", True),
        ("promote", "shop-sam eu-west-1", True),
    ],
)
def test_an_unfinished_command_is_not_lost_sight_of(kind: Any, left: str, *, refused: bool) -> None:
    """A deployment of these very stacks is overtaken; anything else is finished first."""
    entry = Entry(kind=kind, state="open", places={left: PlaceEntry("executing")})
    errors = objections(standing(FUNCTION), entry=entry)
    assert ([f"A {kind} of this app was not finished"] if refused else []) == [
        each.what for each in errors
    ]


def test_what_other_stacks_need_stays() -> None:
    """Layers and archives of an app belong to all of its stacks."""
    error = still_used({PLACE: standing(FUNCTION)}, "`--layers-too`")
    assert error is not None
    assert "these stay: `shop-sam` in `eu-west-1`" == error.why
    assert still_used({PLACE: Standing(PLACE)}, "`--layers-too`") is None


def plan(name: str, *regions: str, first: str = "") -> StackPlan:
    return StackPlan(name, name, regions, ("dev",), first or regions[0], "shared")


def test_deployment_backwards() -> None:
    """Later feature sets go first, then the first region of each stack, then the home region."""
    core, ams = plan("core", "home", "east", "west"), plan("ams", "east", "west")
    assert {
        ("core", "home"): [
            ("core", "east"),
            ("core", "west"),
            ("ams", "east"),
            ("ams", "west"),
        ],
        ("core", "east"): [("ams", "east")],
        ("core", "west"): [("ams", "west")],
        ("ams", "east"): [("ams", "west")],
        ("ams", "west"): [],
    } == order([core, ams], "home")


REGIONS = some.lists(some.sampled_from(["home", "a", "b", "c"]), min_size=1, unique=True)


@given(some.lists(REGIONS, min_size=1, max_size=4), some.sampled_from(["home", "a", "z"]))
def test_the_order_never_goes_in_a_circle(regions: list[list[str]], home: str) -> None:
    """Whatever the app and wherever its home is: each place once, all come to their turn."""
    # as the planner does: the home region of a stack is its first
    stacks = [
        plan(f"s{number}", *sorted(each, key=lambda region: region != home))
        for number, each in enumerate(regions)
    ]
    after, done = order(stacks, home), list[tuple[str, str]]()
    while len(done) < len(after):
        ready = [k for k in after if k not in done and all(each in done for each in after[k])]
        assert ready
        done += ready
    last = [place for place in done if place[1] == home]
    assert last == done[len(done) - len(last) :]


def test_a_farewell_is_remembered() -> None:
    """What was named survives on disk, under the hash of what it says."""
    farewell = Farewell((Fate(PLACE, "UPDATE_COMPLETE", wiped=(KEPT,)),))
    assert farewell.key.startswith("destroys/")
    assert {PLACE: (KEPT,)} == wiped_before(farewell.written().encode(), farewell.key)
    assert farewell.key == Farewell((Fate(PLACE, "", wiped=(KEPT,)),)).key


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"wiped": {"a": [{}]}}', b"\xff"])
def test_a_damaged_farewell_is_not_guessed_from(body: bytes) -> None:
    """Fault 39: nothing is deleted because of half a document."""
    with pytest.raises(RefusedError) as raised:
        wiped_before(body, "destroys/1.json")
    assert "`destroys/1.json` cannot be read" == raised.value.what


def test_what_still_stands_is_said() -> None:
    """R220: the first failure with its cause, what was not begun, and what to do."""
    assert whole({}, (), 3) is None
    failure = RolledBackError("Stack was not deleted", why="in use", hint="look")
    error = whole({PLACE: failure}, (("shop-sam", "home"),), 1)
    assert isinstance(error, IncompleteError)
    assert "1 of 3 stacks were not deleted" == error.what
    assert "`shop-sam` in `eu-west-1`: Stack was not deleted: in use" == error.why
    assert "gone: 1; not begun: `shop-sam` in `home`" == error.state
    assert "look; then the same command again goes on" == error.hint
    assert {"schema": 1, "wiped": {}} == json.loads(Farewell(()).written())

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.errors import IncompleteError
from sam_deploy.events import Event, Note, StepFinished
from sam_deploy.lanes import Stop
from sam_deploy.manifest import FunctionWork
from sam_deploy.release import Release, publish

Account = Any
"""The account of the conftest, in memory."""
HERE, THERE = "eu-west-1", "us-east-1"


def work(codes: Mapping[str, str]) -> tuple[FunctionWork, ...]:
    """The functions of the stack, whose archives have this code."""
    return tuple(
        FunctionWork("shop-sam", name, f"{name}Function", code, f"artifacts/{code}.zip")
        for name, code in codes.items()
    )


class Patience(Stop):
    """Pauses that take no time."""

    def pause(self, seconds: float) -> None:
        """Go on at once."""
        del seconds


def released(
    aws: Account,
    codes: Mapping[str, str],
    heard: list[Event],
    regions: tuple[str, ...] = (HERE, THERE),
    *,
    known: bool = False,
) -> Release:
    moved = [
        publish(
            work(codes),
            ("shop-sam", region),
            f"bucket-{region}",
            "dev",
            aws,
            known=known,
            description="commit 1a2b3c4d5e6f",
            report=heard.append,
            stop=Patience(),
        )
        for region in regions
    ]
    return Release("dev", tuple(each for found in moved for each in found))


UPDATE = "update_function_code"
UNCHANGED = {"Api": "one", "Worker": "one"}
CHANGED = {"Api": "two", "Worker": "one"}


def update(aws: Account) -> None:
    """What the deploy phase did: Api's archive is another one in both regions."""
    for region in (HERE, THERE):
        aws.regions[region].update("ApiFunction", "two")


def test_what_changed_is_published_and_dev_serves_it(lambdas: Account, heard: list[Event]) -> None:
    """Only the changed function gets a version; prod stays where it was."""
    update(lambdas)
    release = released(lambdas, CHANGED, heard)
    assert ("dev", 2) == (release.environment, release.changed)
    assert {
        ("ApiFunction", HERE, "2", "1", True),
        ("ApiFunction", THERE, "2", "1", True),
        ("WorkerFunction", HERE, "1", "1", False),
        ("WorkerFunction", THERE, "1", "1", False),
    } == {(e.function, e.region, e.version, e.previous, e.changed) for e in release.moved}
    assert "1" == lambdas.regions[HERE].serves("ApiFunction", "prod")


def test_nothing_new_publishes_nothing(lambdas: Account, heard: list[Event]) -> None:
    """Lambda returns the version that is there, and no alias is touched."""
    assert 0 == released(lambdas, UNCHANGED, heard).changed
    assert ["one"] == lambdas.regions[HERE].functions["ApiFunction"]["versions"]
    assert "update_alias" not in {call for call, _ in lambdas.regions[HERE].calls}


def test_publishing_is_bound_to_code_and_revision(lambdas: Account, heard: list[Event]) -> None:
    """Lambda itself refuses when $LATEST is not what was deployed."""
    update(lambdas)
    released(lambdas, CHANGED, heard, (HERE,))
    calls = lambdas.regions[HERE].calls
    bound = [given for call, given in calls if call == "publish_version"]
    assert {
        "ApiFunction": ("two", "ApiFunction-two"),
        "WorkerFunction": ("one", "WorkerFunction-r1"),
    } == {each["FunctionName"]: (each["CodeSha256"], each["RevisionId"]) for each in bound}
    assert {"commit 1a2b3c4d5e6f"} == {each["Description"] for each in bound}


def test_the_release_step_of_every_stack_is_told(lambdas: Account, heard: list[Event]) -> None:
    """The eighth step, with what was moved."""
    update(lambdas)
    released(lambdas, CHANGED, heard)
    assert [
        (HERE, "shop-sam", "release", 8, "dev: 1 moved, 1 unchanged"),
        (THERE, "shop-sam", "release", 8, "dev: 1 moved, 1 unchanged"),
    ] == [
        (each.region, each.stack, each.step, each.index, each.detail)
        for each in heard
        if isinstance(each, StepFinished)
    ]


def test_a_function_with_other_code_gets_its_own_back(lambdas: Account, heard: list[Event]) -> None:
    """Somebody uploaded code by hand: dev never serves what nobody built, and it is told."""
    lambdas.regions[HERE].update("ApiFunction", "by hand")
    released(lambdas, UNCHANGED, heard, (HERE,))
    (given,) = [given for call, given in lambdas.regions[HERE].calls if call == UPDATE]
    assert ("ApiFunction", "bucket-eu-west-1", "artifacts/one.zip", "ApiFunction-by hand") == (
        given["FunctionName"],
        given["S3Bucket"],
        given["S3Key"],
        given["RevisionId"],
    )
    notes = [each.message for each in heard if isinstance(each, Note)]
    assert ["`ApiFunction` was changed outside of its stack; putting its archive back"] == notes
    assert {"one"} == {
        given["CodeSha256"]
        for call, given in lambdas.regions[HERE].calls
        if call == "publish_version"
    }


def test_a_function_whose_archive_is_not_known_is_not_published(
    lambdas: Account, heard: list[Event]
) -> None:
    """Then nothing can be put back: exit code 7, and no version is made."""
    lambdas.regions[HERE].update("ApiFunction", "by hand")
    (api,) = work({"Api": "one"})
    with pytest.raises(IncompleteError) as raised:
        publish(
            [replace(api, object_key="")],
            ("shop-sam", HERE),
            "bucket",
            "dev",
            lambdas,
            known=False,
            report=heard.append,
            stop=Patience(),
        )
    assert (
        "`ApiFunction` in `eu-west-1` does not hold the archive that was deployed"
        == raised.value.what
    )
    assert "publish_version" not in {call for call, _ in lambdas.regions[HERE].calls}


def test_a_function_that_is_not_there_is_told(lambdas: Account, heard: list[Event]) -> None:
    """As one that does not hold the archive, or has no alias."""
    del lambdas.regions[HERE].functions["ApiFunction"]
    with pytest.raises(IncompleteError) as raised:
        released(lambdas, CHANGED, heard, (HERE,))
    assert "`ApiFunction` in `eu-west-1`" in raised.value.what


def test_a_missing_alias_is_told(lambdas: Account, heard: list[Event]) -> None:
    """The stack makes it; the next deployment will."""
    del lambdas.regions[HERE].functions["ApiFunction"]["aliases"]["dev"]
    with pytest.raises(IncompleteError) as raised:
        released(lambdas, UNCHANGED, heard, (HERE,))
    assert "`ApiFunction` in `eu-west-1` has no alias `dev`" == raised.value.what


@pytest.mark.parametrize(("times", "succeeds"), [(1, True), (4, True), (5, False)])
def test_a_revision_that_moves_is_looked_at_again(
    lambdas: Account,
    heard: list[Event],
    refuse: Callable[..., Exception],
    times: int,
    *,
    succeeds: bool,
) -> None:
    """CloudFormation may still be settling; somebody who goes on and on is told of."""
    left = [times]

    def settle(call: str, given: dict[str, Any]) -> None:
        if call == "publish_version" and given["FunctionName"] == "ApiFunction" and left[0]:
            left[0] -= 1
            raise refuse("PreconditionFailedException")

    lambdas.regions[HERE].before = settle
    if succeeds:
        assert 0 == released(lambdas, UNCHANGED, heard, (HERE,)).changed
        return
    with pytest.raises(IncompleteError) as raised:
        released(lambdas, UNCHANGED, heard, (HERE,))
    assert "keeps changing while it is published" in raised.value.what


@pytest.mark.fault(29)
def test_an_update_in_progress_is_awaited(lambdas: Account, heard: list[Event]) -> None:
    """Publishing while the update runs would be refused by Lambda."""
    latest = lambdas.regions[HERE].functions["ApiFunction"]["$LATEST"]
    latest["LastUpdateStatus"] = "InProgress"
    looks = []

    def settle(call: str, given: dict[str, Any]) -> None:
        if call == "get_function_configuration" and given["FunctionName"] == "ApiFunction":
            looks.append(call)
            if len(looks) == 3:
                latest["LastUpdateStatus"] = "Successful"
        if call == "publish_version" and given["FunctionName"] == "ApiFunction":
            assert "Successful" == latest["LastUpdateStatus"]

    lambdas.regions[HERE].before = settle
    released(lambdas, UNCHANGED, heard, (HERE,))
    assert 4 == len(looks)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"State": "Failed", "StateReason": "no subnet"}, "no subnet"),
        ({"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no role"}, "no role"),
        ({"State": "Failed"}, "Failed"),
    ],
)
def test_a_function_that_fails_to_become_active_is_told_with_the_reason(
    lambdas: Account, heard: list[Event], state: dict[str, str], why: str
) -> None:
    """In the words of AWS."""
    lambdas.regions[HERE].functions["ApiFunction"]["$LATEST"] |= state
    with pytest.raises(IncompleteError) as raised:
        released(lambdas, UNCHANGED, heard, (HERE,))
    assert ("`ApiFunction` in `eu-west-1` did not become active", why) == (
        raised.value.what,
        raised.value.why,
    )


def test_only_what_was_deployed_is_released(lambdas: Account, heard: list[Event]) -> None:
    """A stack that failed is not among the places, and its functions are not touched."""
    update(lambdas)
    released(lambdas, CHANGED, heard, (HERE,))
    assert [] == lambdas.regions[THERE].calls
    assert "1" == lambdas.regions[THERE].serves("ApiFunction")

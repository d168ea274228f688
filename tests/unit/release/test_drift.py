"""Whether an environment serves what a release of it has put on record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam_deploy.history import ReleaseRecord, ServedVersion
from sam_deploy.release import Served, drifts, uneven

HERE, THERE = "eu-west-1", "us-east-1"
RECORD = ReleaseRecord(
    id="prod-2",
    number=2,
    environment="prod",
    act="promote",
    made="2026-11-28T12:00:00Z",
    who="ann",
    host="laptop",
    promotion="0123456789ab",
    image={
        "ApiFunction": {HERE: ServedVersion("7", "a="), THERE: ServedVersion("6", "a=")},
        "OldFunction": {HERE: ServedVersion("1", "b=")},
    },
)


def served(
    region: str,
    version: str,
    *,
    environment: str = "prod",
    name: str = "ApiFunction",
    weights: tuple[tuple[str, float], ...] = (),
    hot: bool = False,
) -> Served:
    return Served("Api", "core", region, environment, version, weights, hot, name)


RIGHT = (served(HERE, "7"), served(THERE, "6"))


@pytest.mark.parametrize(
    "more",
    [
        (),
        (served(HERE, "9", environment="dev"),),
        (served("ap-south-1", "1"),),
        (served(HERE, "1", name="NewFunction"),),
    ],
)
def test_what_is_served_as_recorded_is_no_drift(more: tuple[Served, ...]) -> None:
    """Neither are other environments, nor regions and functions that came later."""
    assert () == drifts(RECORD, (*RIGHT, *more))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (served(HERE, "8"), "serves version 8; on record is 7"),
        (served(HERE, ""), "is gone; on record is 7"),
        (served(HERE, "8", hot=True), "serves version 8, by `deploy --watch`; on record is 7"),
        (
            served(HERE, "7", weights=(("8", 0.1),)),
            "serves version 7 and 10% of 8; on record is 7",
        ),
    ],
)
def test_what_is_served_otherwise_is_told(found: Served, words: str) -> None:
    """Another version, none, or a part of the calls that goes elsewhere."""
    (drift,) = drifts(RECORD, (found, served(THERE, "6")))
    assert f"ApiFunction in {HERE} {words}" == drift.words


APART = replace(
    RECORD,
    act="rollback",
    image={
        "ApiFunction": {HERE: ServedVersion("7", "a="), THERE: ServedVersion("6", "b=")},
        "WorkerFunction": {HERE: ServedVersion("7", "w="), THERE: ServedVersion("6", "w=")},
    },
)


def test_regions_that_differ_as_it_was_put_on_record_are_told() -> None:
    """By their code: numbers of versions are each region's own."""
    found = uneven(APART, (*RIGHT, served(HERE, "7", name="WorkerFunction")))
    assert found is not None
    assert f"prod serves other code of ApiFunction in {HERE} than in {THERE}" == found.words


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (RECORD, RIGHT),
        (APART, (served(HERE, "7"), served(THERE, "5"))),
        (APART, (served(HERE, "7"),)),
        (replace(APART, act="deploy"), RIGHT),
        (replace(APART, environment="staging"), RIGHT),
    ],
)
def test_what_is_no_difference_of_a_release_is_not_told_as_one(
    record: ReleaseRecord, found: tuple[Served, ...]
) -> None:
    """The same code, drift, a region that was not read, a deployment, another environment."""
    assert uneven(record, found) is None

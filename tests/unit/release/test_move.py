from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.aws import Alias
from sam_deploy.errors import IncompleteError
from sam_deploy.events import AliasMoved, Event
from sam_deploy.release import Move, Moved, move

Account = Any
"""The account of the conftest, in memory."""
MARK = "deployed 2026-01-01T00:00:00Z"
HERE, THERE = "eu-west-1", "us-east-1"


@pytest.fixture
def lambdas(aws: Account) -> Account:
    """ApiFunction with two versions in two regions; dev serves the first."""
    for region in (HERE, THERE):
        aws.client("lambda", region).add("ApiFunction", "code-1", aliases=("dev", "prod"))
    return aws


def planned(region: str, version: str = "2", *, before: Alias | None = None) -> Move:
    alias = before or Alias("dev", "1", "dev-r1")
    return Move(region, "ApiFunction", alias, version, MARK)


def test_every_alias_is_moved(lambdas: Account, heard: list[Event]) -> None:
    """In all regions; the result says what each served before."""
    moved = move([planned(HERE), planned(THERE)], lambdas, report=heard.append)
    assert (
        Moved(HERE, "ApiFunction", "dev", "2", "1", changed=True),
        Moved(THERE, "ApiFunction", "dev", "2", "1", changed=True),
    ) == moved
    assert ["2", "2"] == [lambdas.regions[region].serves("ApiFunction") for region in (HERE, THERE)]
    assert {
        AliasMoved(HERE, "ApiFunction", "dev", "2", "1"),
        AliasMoved(THERE, "ApiFunction", "dev", "2", "1"),
    } == set(heard)


def test_a_move_is_fenced_and_takes_all_weights_away(lambdas: Account, heard: list[Event]) -> None:
    """The revision that was read, and an empty map: Lambda keeps old weights otherwise."""
    move([planned(HERE)], lambdas, report=heard.append)
    ((call, given),) = lambdas.regions[HERE].calls
    assert (
        "update_alias",
        {
            "FunctionName": "ApiFunction",
            "Name": "dev",
            "FunctionVersion": "2",
            "RevisionId": "dev-r1",
            "Description": MARK,
            "RoutingConfig": {"AdditionalVersionWeights": {}},
        },
    ) == (call, given)


def test_an_alias_that_is_there_is_left_alone(lambdas: Account, heard: list[Event]) -> None:
    """No call and no event; the result says that nothing changed."""
    moved = move([planned(HERE, "1")], lambdas, report=heard.append)
    assert (Moved(HERE, "ApiFunction", "dev", "1", "1", changed=False),) == moved
    assert [] == lambdas.regions[HERE].calls
    assert [] == heard


@pytest.mark.parametrize(
    ("version", "weights", "needed"),
    [("1", (), False), ("2", (), True), ("1", (("3", 0.1),), True)],
)
def test_a_move_is_needed_unless_the_version_is_served_alone(
    version: str, weights: tuple[tuple[str, float], ...], *, needed: bool
) -> None:
    """An alias at the right version with a canary's weights still sends calls elsewhere."""
    assert needed == planned(HERE, version, before=Alias("dev", "1", "r", weights)).needed


def test_nothing_to_move_is_nothing_moved(lambdas: Account, heard: list[Event]) -> None:
    """An app without functions."""
    assert () == move([], lambdas, report=heard.append)


def test_a_lost_answer_is_found_by_reading_back(
    lambdas: Account, heard: list[Event], refuse: Callable[..., Exception]
) -> None:
    """Our own write, retried by the SDK, meets its own new revision: it counts as done."""

    def lose(call: str, _given: dict[str, Any]) -> None:
        if call == "update_alias":
            raise refuse("PreconditionFailedException")

    lambdas.regions[HERE].after = lose
    moved = move([planned(HERE)], lambdas, report=heard.append)
    assert (Moved(HERE, "ApiFunction", "dev", "2", "1", changed=True),) == moved
    assert [AliasMoved(HERE, "ApiFunction", "dev", "2", "1")] == heard


@pytest.mark.parametrize(
    "other",
    [
        {"FunctionVersion": "3", "Description": MARK},
        {"FunctionVersion": "2", "Description": "another deployment"},
        {
            "FunctionVersion": "2",
            "Description": MARK,
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}},
        },
    ],
)
def test_somebody_elses_move_is_not_overwritten(
    lambdas: Account, heard: list[Event], other: dict[str, Any]
) -> None:
    """Version, weights and mark must all be ours; else it is refused, and nothing is told."""
    alias = lambdas.regions[HERE].functions["ApiFunction"]["aliases"]["dev"]
    alias |= {"RevisionId": "dev-r2", **other}
    with pytest.raises(IncompleteError) as raised:
        move([planned(HERE)], lambdas, report=heard.append)
    assert "was moved by someone else" in raised.value.why
    assert other["FunctionVersion"] == lambdas.regions[HERE].serves("ApiFunction")
    assert [] == heard


def test_some_moved_and_some_not_is_told_with_what_is_live(
    lambdas: Account, heard: list[Event], refuse: Callable[..., Exception]
) -> None:
    """A failure does not stop the other moves; the error counts them and names the rest."""

    def fail(call: str, _given: dict[str, Any]) -> None:
        if call == "update_alias":
            raise refuse("ServiceException", "down")

    lambdas.regions[THERE].before = fail
    with pytest.raises(IncompleteError) as raised:
        move([planned(HERE), planned(THERE)], lambdas, report=heard.append)
    error = raised.value
    assert "Alias `dev` moved for 1 of 2 functions" == error.what
    assert error.why.startswith("`ApiFunction` in `us-east-1`: ")
    assert "ServiceException: down" in error.why
    assert "`ApiFunction` in `us-east-1` still serves version 1" == error.state
    assert ["2", "1"] == [lambdas.regions[region].serves("ApiFunction") for region in (HERE, THERE)]


def test_an_alias_that_is_gone_is_told(lambdas: Account, heard: list[Event]) -> None:
    """Removed between reading and moving."""
    del lambdas.regions[HERE].functions["ApiFunction"]
    with pytest.raises(IncompleteError) as raised:
        move([planned(HERE)], lambdas, report=heard.append)
    assert "ResourceNotFoundException" in raised.value.why

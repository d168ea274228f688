"""Where nothing changed since a whole deployment, an alias that tells of it is believed."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.events import Event
from sam_deploy.lanes import Stop
from sam_deploy.manifest import FunctionWork
from sam_deploy.release import Moved, publish

Account = Any
"""The account of the conftest, in memory."""
HERE = "eu-west-1"
MARK = "deployed 2026-01-01T00:00:00Z version 1 code one"


def released(aws: Account, heard: list[Event]) -> tuple[Moved, ...]:
    return publish(
        [FunctionWork("shop-sam", "Api", "ApiFunction", "one", "artifacts/one.zip")],
        ("shop-sam", HERE),
        "bucket",
        "dev",
        aws,
        known=True,
        report=heard.append,
        stop=Stop(),
    )


def mark(aws: Account, description: str, version: str = "1") -> None:
    """Somebody has described dev of ApiFunction, and pointed it at a version."""
    alias = aws.regions[HERE].functions["ApiFunction"]["aliases"]["dev"]
    alias |= {"Description": description, "FunctionVersion": version}


def asked(aws: Account) -> set[str]:
    """The calls about ApiFunction."""
    return {
        call
        for call, given in aws.regions[HERE].calls
        if given.get("FunctionName") == "ApiFunction"
    }


@pytest.mark.parametrize("description", ["", MARK])
def test_what_is_known_to_be_served_is_not_published_again(
    lambdas: Account, heard: list[Event], description: str
) -> None:
    """Nothing changed since: the alias is read, and tells of this very code."""
    mark(lambdas, description)
    assert [False] == [each.changed for each in released(lambdas, heard)]
    assert {"get_alias"} == asked(lambdas)


@pytest.mark.parametrize(
    ("description", "version"),
    [
        (MARK.replace("one", "another"), "1"),
        (MARK.replace("version 1", "version 2"), "1"),
        ("seeded from prod", "1"),
        ("", "2"),
    ],
)
def test_an_alias_that_tells_of_something_else_is_looked_into(
    lambdas: Account, heard: list[Event], description: str, version: str
) -> None:
    """Moved by other means, or of another code: dev ends at what was deployed, and says so."""
    mark(lambdas, description, version)
    released(lambdas, heard)
    assert "publish_version" in asked(lambdas)
    alias = lambdas.regions[HERE].functions["ApiFunction"]["aliases"]["dev"]
    assert ("1", True) == (alias["FunctionVersion"], alias["Description"].endswith("code one"))


@pytest.mark.fault(11)
def test_weights_are_never_taken_for_served_alone(lambdas: Account, heard: list[Event]) -> None:
    """Fault 11: a canary that was left behind is ended, whatever the description says."""
    mark(lambdas, MARK)
    alias = lambdas.regions[HERE].functions["ApiFunction"]["aliases"]["dev"]
    alias["RoutingConfig"] = {"AdditionalVersionWeights": {"2": 0.1}}
    released(lambdas, heard)
    assert {"AdditionalVersionWeights": {}} == alias["RoutingConfig"]

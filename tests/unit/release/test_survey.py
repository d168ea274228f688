"""What is served, read again and again, while a region is down."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from sam_deploy import App, Environment, FeatureSet, Function
from sam_deploy.release import Surveyor, read

Account = Any
"""The account of the conftest, in memory."""
HERE, THERE = "eu-west-1", "us-east-1"


@pytest.fixture
def app() -> App:
    """Two functions in two regions."""
    return App(
        name="shop",
        home_region=HERE,
        environments=(Environment("prod", promote_from="dev"), Environment("dev")),
        feature_sets=(FeatureSet("core", regions=(HERE, THERE)),),
        functions=(Function("Api", source="x"), Function("Worker", source="x")),
    )


def test_it_sees_what_status_reads(app: App, lambdas: Account) -> None:
    """In the same order, with one call for each function and region."""
    sight = Surveyor().read(app, lambdas)
    assert (read(app, lambdas), {}, 4) == (sight.served, sight.unread, sight.calls)


def test_a_region_that_fails_is_named_and_the_rest_is_shown(app: App, lambdas: Account) -> None:
    """After its first failure it is asked no more in this reading, and again in the next."""

    def down(_call: str, _given: dict[str, Any]) -> None:
        raise EndpointConnectionError(endpoint_url="https://lambda.us-east-1")

    lambdas.regions[THERE].before = down
    surveyor = Surveyor()
    sight = surveyor.read(app, lambdas)
    assert {HERE} == {each.region for each in sight.served}
    assert [THERE] == list(sight.unread)
    lambdas.regions[THERE].before = lambda _call, _given: None
    assert {} == surveyor.read(app, lambdas).unread


def test_a_region_that_hangs_holds_up_no_other(app: App, lambdas: Account) -> None:
    """It is named, asked again only when its calls have ended, and then seen."""
    go = threading.Event()
    lambdas.regions[THERE].before = lambda _call, _given: go.wait(30)
    surveyor = Surveyor(patience_seconds=0.2)
    first = surveyor.read(app, lambdas)
    asked = len(lambdas.regions[THERE].calls)
    second = surveyor.read(app, lambdas)
    assert asked == len(lambdas.regions[THERE].calls)
    for each in (first, second):
        assert {HERE} == {row.region for row in each.served}
        assert "has not answered" in each.unread[THERE]
    go.set()
    deadline = time.monotonic() + 10
    while surveyor.read(app, lambdas).unread:
        assert time.monotonic() < deadline
        time.sleep(0.02)

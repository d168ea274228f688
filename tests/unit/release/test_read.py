"""Which version every environment serves, in the order of the configuration."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy import App, Environment, FeatureSet, Function
from sam_deploy.config.tree import first_environment
from sam_deploy.release import read

Account = Any
"""The account of the conftest, in memory."""
HERE, THERE = "eu-west-1", "us-east-1"


@pytest.fixture
def app() -> App:
    """Two functions in the first feature set, one in the second."""
    return App(
        name="shop",
        home_region=HERE,
        environments=(Environment("prod", promote_from="dev"), Environment("dev")),
        feature_sets=(
            FeatureSet("core", regions=(HERE, THERE)),
            FeatureSet("extra", regions=(THERE,)),
        ),
        functions=(
            Function("Api", source="x"),
            Function("Worker", source="x"),
            Function("Extra", source="x", feature_set="extra"),
        ),
    )


def test_the_environment_that_receives_no_promotion_is_the_first(app: App) -> None:
    """Wherever it stands in the list."""
    assert "dev" == first_environment(app)


def test_status_reads_every_function_region_and_environment(app: App, lambdas: Account) -> None:
    """In the order of the configuration; what is not deployed has no version."""
    alias = lambdas.regions[HERE].functions["ApiFunction"]["aliases"]["prod"]
    alias["RoutingConfig"] = {"AdditionalVersionWeights": {"2": 0.25}}
    served = read(app, lambdas)
    assert [
        ("Api", HERE, "prod", "1", (("2", 0.25),)),
        ("Api", HERE, "dev", "1", ()),
        ("Api", THERE, "prod", "1", ()),
        ("Api", THERE, "dev", "1", ()),
        ("Worker", HERE, "prod", "1", ()),
        ("Worker", HERE, "dev", "1", ()),
        ("Worker", THERE, "prod", "1", ()),
        ("Worker", THERE, "dev", "1", ()),
        ("Extra", THERE, "prod", "", ()),
        ("Extra", THERE, "dev", "", ()),
    ] == [(e.function, e.region, e.environment, e.version, e.weights) for e in served]
    assert {"core", "extra"} == {each.feature_set for each in served}


def test_status_of_some_regions_asks_only_them(app: App, lambdas: Account) -> None:
    """`--region` limits the calls, too."""
    assert {HERE} == {each.region for each in read(app, lambdas, (HERE,))}
    assert [] == lambdas.regions[THERE].calls

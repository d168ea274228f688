"""Which stacks a request means, in each topology."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy import App, Environment, FeatureSet, Function
from sam_deploy.errors import ConfigError
from sam_deploy.plan import Plan, Request, make


def app(topology: str = "shared") -> App:
    return App(
        name="shop",
        home_region="eu-west-1",
        environments=(Environment("dev"), Environment("prod", promote_from="dev")),
        feature_sets=(
            FeatureSet("core", regions=("us-east-1", "eu-west-1")),
            FeatureSet("extra", regions=("us-east-1",)),
        ),
        functions=(Function("Job", source="job"),),
        topology=topology,  # type: ignore[arg-type] # one of the two
    )


def planned(request: Request, topology: str = "shared") -> Plan:
    return make(app(topology), Path("/projects/shop"), request)


def test_an_isolated_app_has_stacks_of_each_environment() -> None:
    """R026, C01: dzgro-sam-dev; without an environment it is the one that deploying moves."""
    plan = planned(Request(), "isolated")
    assert ["shop-sam-dev", "shop-sam-extra-dev"] == [each.name for each in plan.stacks]
    assert {("dev",)} == {each.environments for each in plan.stacks}
    assert "dev" == plan.environment


def test_an_environment_chooses_its_stacks() -> None:
    """R170: environments are deployed independently of each other; the same archives."""
    plan = planned(Request(environment="prod"), "isolated")
    assert ["shop-sam-prod", "shop-sam-extra-prod"] == [each.name for each in plan.stacks]
    assert "prod" == plan.environment
    assert planned(Request(), "isolated").builds == plan.builds


def test_a_shared_stack_belongs_to_all_environments() -> None:
    """C16: code comes to later ones by promotion, so that none can be named."""
    with pytest.raises(ConfigError) as raised:
        planned(Request(environment="prod"))
    assert "`prod` has no stack of its own" == raised.value.what
    assert "promotion" in raised.value.hint


def test_an_unknown_environment_has_the_nearest_name() -> None:
    """As every name."""
    with pytest.raises(ConfigError) as raised:
        planned(Request(environment="prd"), "isolated")
    assert ("There is no environment `prd`", "did you mean `prod`?") == (
        raised.value.what,
        raised.value.hint,
    )


@pytest.mark.parametrize("topology", ["shared", "isolated"])
def test_the_local_environment_is_one_stack_at_home_without_code(topology: str) -> None:
    """R172, R230: no region to choose, nothing to build, no alias to move."""
    plan = planned(Request(environment="local"), topology)
    assert [("shop-sam-local", ("eu-west-1",))] == [(s.name, s.regions) for s in plan.stacks]
    assert ((), "") == (plan.builds, plan.environment)


@pytest.mark.parametrize(
    "request_", [Request(("core",), (), "local"), Request((), ("us-east-1",), "local")]
)
def test_the_local_environment_has_no_parts(request_: Request) -> None:
    """Feature sets and regions have no meaning there."""
    with pytest.raises(ConfigError) as raised:
        planned(request_)
    assert "The local environment is one stack in the home region" == raised.value.what


def test_the_first_region_stays_the_first_whatever_is_asked_for() -> None:
    """What exists once for all regions must not move because one region is deployed."""
    plan = planned(Request(("core",), ("us-east-1",)))
    assert [(("us-east-1",), "eu-west-1")] == [(s.regions, s.first_region) for s in plan.stacks]

from __future__ import annotations

from sam_deploy import App, Environment, FeatureSet, Function, Promotion
from sam_deploy.aws import Aws, Endpoint
from sam_deploy.promotion.model import Strategy
from sam_deploy.promotion.reading import Sight
from sam_deploy.promotion.shifting import refusals

NOWHERE = Aws(Endpoint("aws", "http://127.0.0.1:9", "", "test", "test"))


def app(broker: str | None) -> App:
    return App(
        name="shop",
        home_region="eu-west-1",
        environments=[Environment("dev"), Environment("prod", promote_from="dev")],
        feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
        functions=[Function("Api", source="api")],
        promotion=Promotion(recipients=["ops@shop.com"], sender="noreply@shop.com", broker=broker),
    )


def test_a_canary_is_refused_with_a_broker() -> None:
    """Its schedules would need a role that goes around the broker (R189)."""
    strategy = Strategy(weights=(0.1,), check="true")
    found = refusals.look(app("shop-approver"), "prod", Sight(()), strategy, NOWHERE)
    assert ["with a broker nobody else may" in each for each in found.problems] == [True]
    assert () == refusals.look(app(None), "prod", Sight(()), strategy, NOWHERE).problems


def test_an_environment_that_nothing_watches_has_no_canary() -> None:
    """Without alarms and without a check nothing could ever say that it is bad (R201)."""
    found = refusals.look(app(None), "prod", Sight(()), Strategy(weights=(0.1,)), NOWHERE)
    (problem,) = found.problems
    assert problem.startswith("nothing watches prod: give it alarms")

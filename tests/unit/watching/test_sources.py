from __future__ import annotations

from typing import Any

import pytest

from sam_deploy import App, Environment, FeatureSet, Function
from sam_deploy.aws import Alias
from sam_deploy.errors import ConfigError
from sam_deploy.watching.lines import Source
from sam_deploy.watching.sources import Wanted, check_named, of_app, serving


def shop(**more: Any) -> App:
    return App(
        name="shop",
        home_region="eu-west-1",
        environments=[Environment("dev"), Environment("prod", promote_from="dev")],
        feature_sets=[
            FeatureSet("core", regions=["us-east-1", "eu-west-1"]),
            FeatureSet("ams", regions=["us-west-2"]),
        ],
        functions=[
            Function("Api", source="functions/api"),
            Function("Ams", source="functions/ams", feature_set="ams"),
        ],
        **more,
    )


def found(app: App, *functions: str, environment: str = "", regions: tuple[str, ...] = ()) -> Any:
    sources = of_app(app, Wanted(functions, environment, regions))
    return [(each.region, each.function, each.group, each.environment) for each in sources]


def test_all_functions_are_looked_at_where_their_feature_sets_are() -> None:
    """The home region first (R270)."""
    assert [
        ("eu-west-1", "Api", "/aws/lambda/ApiFunction", ""),
        ("us-east-1", "Api", "/aws/lambda/ApiFunction", ""),
        ("us-west-2", "Ams", "/aws/lambda/AmsFunction", ""),
    ] == found(shop())


def test_environments_have_logs_of_their_own_where_they_are_isolated() -> None:
    """By the function's name."""
    app = shop(topology="isolated")
    assert [
        ("eu-west-1", "Api", "/aws/lambda/ApiDevFunction", "dev"),
        ("eu-west-1", "Api", "/aws/lambda/ApiProdFunction", "prod"),
    ] == found(app, "Api", regions=("eu-west-1",))
    assert ["prod"] == [each[3] for each in found(app, "Ams", environment="prod")]


def test_a_function_answers_to_its_name_in_lambda_too() -> None:
    """It is what the console shows."""
    assert found(shop(), "Api") == found(shop(), "ApiFunction")


@pytest.mark.parametrize(
    ("functions", "environment", "regions", "what", "hint"),
    [
        (("Ap",), "", (), "function `Ap`", "did you mean `Api`?"),
        (("api",), "", (), "function `api`", "did you mean `Api`?"),
        ((), "prd", (), "environment `prd`", "did you mean `prod`?"),
        ((), "", ("eu-wst-1",), "region `eu-wst-1`", "did you mean `eu-west-1`?"),
        (("Ams",), "", ("eu-west-1",), "No function is deployed there", "its feature set"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_name(
    functions: tuple[str, ...], environment: str, regions: tuple[str, ...], what: str, hint: str
) -> None:
    """Exit code 2, before AWS is asked."""
    with pytest.raises(ConfigError) as caught:
        found(shop(), *functions, environment=environment, regions=regions)
    assert what in caught.value.what
    assert hint in caught.value.hint


def alias(name: str, version: str, *weights: tuple[str, float]) -> Alias:
    return Alias(name, version, "r", tuple(weights))


def test_an_environment_is_told_by_the_versions_that_its_alias_serves() -> None:
    """Those of a canary, too; what another environment serves as well is shared (R270)."""
    aliases = [alias("dev", "3"), alias("prod", "2", ("3", 0.1)), alias("by hand", "1")]
    source = serving(shop(), Source("eu-west-1", "Api", "g"), aliases, "prod")
    assert {"2", "3"} == source.versions
    assert {"3": ("dev", "prod"), "2": ("prod",)} == source.served


def test_nothing_is_left_out_when_no_environment_is_asked_for() -> None:
    """Old versions have lines, too."""
    source = serving(shop(), Source("eu-west-1", "Api", "g"), [alias("dev", "3")], "")
    assert (None, {"3": ("dev",)}) == (source.versions, source.served)


def test_versions_of_before_stay_wanted_when_an_alias_moves() -> None:
    """Calls that ran while it moved belong to the environment."""
    before = serving(shop(), Source("eu-west-1", "Api", "g"), [alias("prod", "2")], "prod")
    assert {"2", "3"} == serving(shop(), before, [alias("prod", "3")], "prod").versions
    assert set() == serving(shop(), Source("eu-west-1", "Api", "g"), [], "prod").versions


def test_where_there_is_none_the_hint_says_to_declare_one() -> None:
    """Nobody can choose one of none."""
    with pytest.raises(ConfigError) as raised:
        check_named("schedule", ["x"], [])
    assert "`deploy.py` has none" == raised.value.why
    assert "declare the schedule in `deploy.py` first" == raised.value.hint

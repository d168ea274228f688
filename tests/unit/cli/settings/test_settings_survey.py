from __future__ import annotations

from typing import Any

import pytest

from sam_deploy import App, Environment, FeatureSet, Function, Secret, Setting
from sam_deploy.cli.settings.settings_survey import (
    Known,
    checked_environment,
    checked_name,
    checked_regions,
    known_settings,
    regions_of,
)
from sam_deploy.errors import ConfigError


def app(**given: Any) -> App:
    return App(
        name="shop",
        home_region="eu-west-1",
        environments=(Environment("dev"), Environment("prod", promote_from="dev")),
        feature_sets=(
            FeatureSet("core", regions=("us-east-1", "eu-west-1")),
            FeatureSet("extra", regions=("us-west-2", "us-east-1")),
        ),
        **given,
    )


READERS = (
    Function("Api", source="x", settings=("HOST", "KEY")),
    Function("Mail", source="y", settings=("HOST", "SIZE"), feature_set="extra"),
)


def test_a_setting_belongs_where_its_readers_are() -> None:
    """A name that several functions read is in the regions of all of them, each once."""
    known = known_settings(app(functions=READERS))

    assert ["HOST", "KEY", "SIZE"] == list(known)
    assert ("us-east-1", "eu-west-1", "us-west-2") == known["HOST"].regions
    assert ("us-east-1", "eu-west-1") == known["KEY"].regions
    assert (("us-west-2", "us-east-1"), ("Mail",)) == (known["SIZE"].regions, known["SIZE"].readers)


def test_a_declared_setting_without_readers_is_where_its_feature_set_is() -> None:
    """So that it can be set before the code that reads it is there."""
    known = known_settings(app(settings=(Secret("KEY", feature_set="extra"), Setting("HOST"))))

    assert Known("KEY", secret=True, regions=("us-west-2", "us-east-1")) == known["KEY"]
    assert Known("HOST", secret=False, regions=("us-east-1", "eu-west-1")) == known["HOST"]


def test_values_of_the_configuration_are_known_by_environment() -> None:
    """One value for all of them, one for some, none."""
    settings = (Setting("A", value="x"), Setting("B", value={"prod": "x"}), Setting("C"))
    known = known_settings(app(settings=settings))

    assert [{"dev", "prod"}, {"prod"}, set()] == [set(known[name].valued) for name in "ABC"]


def test_a_secret_that_is_made_up_is_written_in_one_region() -> None:
    """The first region of its feature set, the home region if it is one; copies follow by AWS."""
    settings = (Secret("A", generate=True), Secret("B", generate=True, feature_set="extra"))
    known = known_settings(app(settings=settings))

    assert [("eu-west-1",), ("us-west-2",)] == [known[name].written_in for name in "AB"]
    assert ("us-east-1", "eu-west-1") == known["A"].regions


def test_the_home_region_comes_first() -> None:
    """As everywhere."""
    assert ("eu-west-1", "us-east-1", "us-west-2") == regions_of(app())


def test_unknown_names_are_answered_with_the_nearest() -> None:
    """Environments, regions and settings alike."""
    shop = app(functions=READERS)
    hints = []
    for ask in (
        lambda: checked_environment(shop, "prd"),
        lambda: checked_regions(shop, ["us-west-2", "eu-wets-1"]),
        lambda: checked_name(shop, "HOTS", anyway=False),
    ):
        with pytest.raises(ConfigError) as raised:
            ask()
        hints.append(raised.value.hint)

    assert ["`prod`", "`eu-west-1`", "`HOST`"] == [
        hint.removeprefix("did you mean ").removesuffix("?") for hint in hints
    ]


def test_an_unknown_setting_can_be_meant() -> None:
    """Then it is a parameter in all regions."""
    found = checked_name(app(), "NEW", anyway=True)

    assert Known("NEW", secret=False, regions=regions_of(app()), declared=False) == found

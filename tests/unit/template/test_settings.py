from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Secret, Setting

Render = Callable[..., Any]
Make = Callable[..., App]


def test_a_setting_with_a_value_is_a_parameter_of_every_environment(
    make_app: Make, render_app: Render
) -> None:
    """Parameter Store holds plain configuration, below the app and the environment (R261)."""
    setting = Setting("PAGE_SIZE", value={"dev": "10", "prod": "50"}, description="Rows")
    rendered = render_app(make_app(settings=[setting, Setting("MODE", value="fast")]))
    assert {
        "Name": "/shop/prod/PAGE_SIZE",
        "Type": "String",
        "Value": "50",
        "Description": "Rows",
        "Tags": {"Project": "Shop", "Environment": "prod"},
    } == rendered.properties("PAGESIZEProdSetting")
    modes = {name: rendered.properties(name)["Value"] for name in ("MODEDevSetting",)}
    assert {"MODEDevSetting": "fast"} == modes


def test_what_has_no_value_is_kept_by_the_settings_command(
    make_app: Make, render_app: Render
) -> None:
    """Neither a setting without a value, nor its other environments, nor a secret is rendered."""
    app = make_app(settings=[Setting("A"), Setting("B", value={"dev": "1"}), Secret("C")])
    rendered = render_app(app)
    assert ["BDevSetting"] == list(rendered.resources)


def test_a_long_value_takes_the_tier_that_holds_it(make_app: Make, render_app: Render) -> None:
    """The standard tier ends at 4,096 bytes, not characters."""
    app = make_app(settings=[Setting("Short", value="x" * 4096), Setting("Long", value="é" * 2049)])
    rendered = render_app(app)
    assert "Tier" not in rendered.properties("ShortDevSetting")
    assert "Advanced" == rendered.properties("LongDevSetting")["Tier"]


def test_a_secret_is_made_up_once_and_copied_to_the_other_regions(
    make_app: Make, render_app: Render
) -> None:
    """Its value is in no template; regions hold the same, and the stack never deletes it (R261)."""
    rendered = render_app(make_app(settings=[Secret("signing-key", generate=True)]))
    secret = rendered.resources["SigningKeyDevSecret"]
    assert ("IsFirstRegion", "RetainExceptOnCreate") == (
        secret["Condition"],
        secret["DeletionPolicy"],
    )
    assert {
        "Name": "/shop/dev/signing-key",
        "GenerateSecretString": {"PasswordLength": 40, "ExcludePunctuation": True},
        "ReplicaRegions": [{"Region": "us-east-1"}],
        "Tags": [{"Key": "Project", "Value": "Shop"}, {"Key": "Environment", "Value": "dev"}],
    } == secret["Properties"]


def test_a_secret_of_one_region_has_no_copies(make_app: Make, render_app: Render) -> None:
    """A list of copies must not be empty."""
    app = make_app(settings=[Secret("key", generate=True, feature_set="extra")])
    properties = render_app(app, "extra").properties("KeyDevSecret")
    assert "ReplicaRegions" not in properties

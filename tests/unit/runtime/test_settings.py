"""`setting` as a handler calls it, against a Parameter Store and a Secrets Manager on loopback."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from sam_deploy_runtime import (
    EnvironmentUnknownError,
    SettingInvalidError,
    SettingMissingError,
    in_environment,
    setting,
)

CANARY = "canary-of-a-setting"


def test_a_setting_is_the_value_of_the_calls_environment(kept: dict[str, Any]) -> None:
    """The same code in the same process reads dev's value in dev, prod's in prod (R044, C17)."""
    kept |= {"/shop/dev/HOST": "dev.example.com", "/shop/prod/HOST": "example.com"}
    seen = []
    for name in ("dev", "prod", "dev"):
        with in_environment(name):
            seen.append(setting("HOST"))

    assert ["dev.example.com", "example.com", "dev.example.com"] == seen


def test_a_declared_secret_comes_from_secrets_manager(kept: dict[str, Any]) -> None:
    """Never from a parameter of the same name (R261)."""
    kept |= {"secret:/shop/prod/KEY": CANARY, "/shop/prod/KEY": "a parameter"}
    with in_environment("prod"):
        found = setting("KEY")

    assert (CANARY, "***") == (found, repr(found))


def test_a_typed_setting(kept: dict[str, Any]) -> None:
    """Numbers and JSON come as such."""
    kept |= {"/shop/dev/SIZE": "8", "/shop/dev/LIMITS": '{"a": 1}'}
    with in_environment("dev"):
        assert (8, {"a": 1}) == (setting("SIZE", type=int), setting("LIMITS", type=dict))


def test_a_value_of_another_type_names_setting_and_environment(kept: dict[str, Any]) -> None:
    """And never the value, in no line of the traceback."""
    kept["/shop/prod/SIZE"] = CANARY
    with in_environment("prod"), pytest.raises(SettingInvalidError) as raised:
        setting("SIZE", type=int)

    assert "The setting 'SIZE' of 'prod' cannot be read as int." == str(raised.value)
    assert CANARY not in "".join(traceback.format_exception(raised.value))


def test_a_default_stands_in_for_a_missing_value(kept: dict[str, Any]) -> None:
    """None is a default like any other; a value that is there wins."""
    kept["/shop/prod/SIZE"] = "8"
    with in_environment("dev"):
        assert (10, None) == (
            setting("SIZE", type=int, default=10),
            setting("HOST", default=None),
        )
    with in_environment("prod"):
        assert 8 == setting("SIZE", type=int, default=10)


def test_a_default_does_not_hide_a_wrong_value(kept: dict[str, Any]) -> None:
    """A typo in a value is an error, not the default."""
    kept["/shop/prod/SIZE"] = "eight"
    with in_environment("prod"), pytest.raises(SettingInvalidError):
        setting("SIZE", type=int, default=10)


def test_a_missing_value_names_the_command_that_sets_it(kept: dict[str, Any]) -> None:
    """With environment and region, since each has its own."""
    del kept
    with in_environment("prod"), pytest.raises(SettingMissingError) as raised:
        setting("HOST")

    expected = (
        "The setting 'HOST' has no value in 'prod' and eu-west-1. Set it: `sam-deploy settings "
        "set HOST --environment prod`; no deployment is needed."
    )
    assert expected == str(raised.value)


def test_a_slip_in_the_name_is_answered_with_the_nearest(kept: dict[str, Any]) -> None:
    """The function's own declaration is what it is compared with."""
    del kept
    with in_environment("prod"), pytest.raises(SettingMissingError, match="Did you mean 'HOST'"):
        setting("HOSTS")


def test_a_setting_cannot_be_read_at_import_time(kept: dict[str, Any]) -> None:
    """There is no call yet, and so no environment (C17)."""
    del kept
    with pytest.raises(EnvironmentUnknownError, match="import time"):
        setting("HOST")


def test_a_default_needs_an_environment_all_the_same(kept: dict[str, Any]) -> None:
    """Otherwise the default would be kept per process without anybody noticing."""
    del kept
    with pytest.raises(EnvironmentUnknownError):
        setting("HOST", default="somewhere")

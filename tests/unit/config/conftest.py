"""Small apps, and the mistakes that the loader finds in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Environment, FeatureSet
from sam_deploy.config.checks import find_problems
from sam_deploy.config.tree import Problem
from sam_deploy.config.validate import validate


def small_app(**given: object) -> App:
    """An app without a mistake, except in what is given."""
    right: dict[str, Any] = {
        "name": "shop",
        "home_region": "eu-west-1",
        "environments": [Environment("dev"), Environment("prod", promote_from="dev")],
        "feature_sets": [
            FeatureSet("core", regions=["eu-west-1", "us-east-1"]),
            FeatureSet("extra", regions=["us-east-1"]),
        ],
    }
    return App(**(right | given))


def _texts(problems: list[Problem]) -> list[str]:
    return [f"{problem.path}: {problem.message}" for problem in problems]


@pytest.fixture
def make_app() -> Callable[..., App]:
    """Makes an app of two feature sets and two environments; keywords replace its arguments."""
    return small_app


@pytest.fixture
def wrong_values() -> Callable[..., list[str]]:
    """Returns `path: message` of every value that does not fit its annotation."""
    return lambda **given: _texts(validate(small_app(**given))[1])


@pytest.fixture
def wrong_references() -> Callable[..., list[str]]:
    """Returns `path: message` of everything that shows only when declarations are seen together."""
    return lambda **given: _texts(find_problems(small_app(**given)))

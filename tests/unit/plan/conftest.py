"""Apps as they are after loading: their lists are tuples, their names of the right form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Environment, FeatureSet


def small_app(**given: object) -> App:
    arguments: dict[str, Any] = {
        "name": "shop",
        "home_region": "eu-west-1",
        "environments": (Environment("dev"), Environment("prod", promote_from="dev")),
        "feature_sets": (
            FeatureSet("core", regions=("us-east-1", "eu-west-1", "ap-south-1")),
            FeatureSet("extra", regions=("us-west-2", "us-east-1")),
        ),
    }
    return App(**(arguments | given))


@pytest.fixture
def make_app() -> Callable[..., App]:
    """Makes an app of two feature sets in four regions; keywords replace its arguments."""
    return small_app

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy import App, Bucket, Environment, FeatureSet
from sam_deploy.errors import ConfigError
from sam_deploy.plan import Request, make

LONG_REGION = "ap-southeast-1"


def plan(app: App) -> None:
    make(app, Path("/nowhere"), Request())


@pytest.mark.parametrize(("environment", "fits"), [("a1234", True), ("a12345", False)])
def test_a_bucket_name_fits_in_every_region(
    make_app: Callable[..., App], environment: str, *, fits: bool
) -> None:
    """63 characters with environment and region. Source: S3 user guide, bucket naming rules."""
    bucket = "x" * 42
    app = make_app(
        environments=(Environment(environment),),
        feature_sets=(FeatureSet("core", regions=("eu-west-1", LONG_REGION)),),
        buckets=(Bucket(bucket),),
    )
    if fits:
        plan(app)
        return
    with pytest.raises(ConfigError) as raised:
        plan(app)
    told = " ".join((raised.value.what, raised.value.why, *raised.value.problems))
    assert "63" in told
    assert f'buckets["{bucket}"]' in told


def test_the_artifact_bucket_of_the_longest_app_name_fits(make_app: Callable[..., App]) -> None:
    """`<app>-sam-<account>-<region>` has 63 characters too: 31 are left for the app."""
    app = make_app(
        name="x" * 32, feature_sets=(FeatureSet("core", regions=("eu-west-1", LONG_REGION)),)
    )
    with pytest.raises(ConfigError) as raised:
        plan(app)
    assert "63" in " ".join((raised.value.what, raised.value.why, *raised.value.problems))

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy import App, Bucket, Distribution, Environment, FeatureSet, Key, Table
from sam_deploy.errors import ConfigError
from sam_deploy.plan import Request, make
from sam_deploy.plan.limits import find_long_names

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


def test_an_existing_bucket_carries_no_region(make_app: Callable[..., App]) -> None:
    """Its name is exactly the one that another stack gave it, up to the last character."""
    name = "x" * 63
    regions = ("eu-west-1", LONG_REGION)
    app = make_app(
        feature_sets=(FeatureSet("core", regions=regions),),
        buckets=(Bucket("data", physical_name=name, existing=True),),
    )
    assert [] == find_long_names(app)


def test_the_bucket_of_a_cdn_and_a_chosen_table_name_have_limits_too(
    make_app: Callable[..., App],
) -> None:
    """63 characters for the one, 255 for the other."""
    app = make_app(
        environments=(Environment("a123456789012345"),),
        feature_sets=(FeatureSet("core", regions=(LONG_REGION,)),),
        distributions=(Distribution("cdn", bucket="x" * 42),),
        tables=(Table("orders", Key("id"), physical_name="t" * 256),),
    )
    cdn, table = (each.partition(": ")[2] for each in find_long_names(app))
    bucket = f"{'x' * 42}-a123456789012345-{LONG_REGION}"
    assert f'distributions["cdn"]: `{bucket}` has 74 characters; AWS takes 63' == cdn
    assert f'tables["orders"]: `{"t" * 256}` has 256 characters; AWS takes 255' == table

from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy import App, Bucket, Environment, FeatureSet, Function, Layer, Queue, UserPool
from sam_deploy.plan.collisions import find_collisions

MakeApp = Callable[..., App]


def environments(*names: str) -> tuple[Environment, ...]:
    return tuple(Environment(name) for name in names)


def test_an_app_with_different_names_has_no_collision(make_app: MakeApp) -> None:
    """One of each, in two feature sets and all environments."""
    app = make_app(
        functions=(Function("Api", source="x"), Function("Worker", source="x")),
        layers=(Layer("deps", source="x"), Layer("more", requirements=("six",))),
        queues=(Queue("Orders"), Queue("Bills", feature_set="extra")),
        buckets=(Bucket("files"), Bucket("more-files", feature_set="extra")),
        user_pools=(UserPool("People"),),
    )
    assert [] == find_collisions(app)


def test_the_reference_app_has_no_collision(make_app: MakeApp) -> None:
    """Bucket names that are the beginning of others, as in `dzgro`."""
    names = ("dzgro-report-data", "dzgro-amz-report-data", "dzgro-invoice", "dzgro-report")
    assert [] == find_collisions(make_app(buckets=tuple(Bucket(name) for name in names)))


def test_buckets_that_meet_through_an_environment_are_found(make_app: MakeApp) -> None:
    """`data` in `dev-prod` would be `data-dev` in `prod`."""
    app = make_app(
        environments=environments("prod", "dev-prod"),
        feature_sets=(FeatureSet("core", regions=("eu-west-1",)),),
        buckets=(Bucket("data"), Bucket("data-dev")),
    )
    expected = (
        'buckets["data"] (dev-prod, eu-west-1) and '
        'buckets["data-dev"] (prod, eu-west-1) are both '
        "`data-dev-prod` (bucket names are global)"
    )
    assert expected in find_collisions(app)


def test_buckets_that_meet_through_a_region_are_found(make_app: MakeApp) -> None:
    """An environment in the home region and another one elsewhere, of one and the same bucket."""
    app = make_app(
        environments=environments("dev", "dev-us-east-1"),
        feature_sets=(FeatureSet("core", regions=("eu-west-1", "us-east-1")),),
        buckets=(Bucket("data"),),
    )
    expected = (
        'buckets["data"] (dev-us-east-1, eu-west-1) and '
        'buckets["data"] (dev, us-east-1) are both '
        "`data-dev-us-east-1` (bucket names are global)"
    )
    assert expected in find_collisions(app)


def test_the_same_bucket_in_regions_apart_does_not_meet_itself(make_app: MakeApp) -> None:
    """A name that only looks like one with a region is another name."""
    app = make_app(buckets=(Bucket("data"), Bucket("data-us"), Bucket("data-us-east-1")))
    assert [] == find_collisions(app)


def test_buckets_whose_logical_ids_meet_are_found(make_app: MakeApp) -> None:
    """`a-1` and `a1` have two names on S3, and one place in the template."""
    found = find_collisions(make_app(buckets=(Bucket("a-1"), Bucket("a1"))))
    assert ['buckets["a-1"]', 'buckets["a1"]'] == [
        part.split(" (")[0] for part in found[0].split(" are both ")[0].split(" and ")
    ]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (
            (Layer("a", requirements=("six",), archive="x.zip"), Layer("x", source="x")),
            ['layers["a"] and layers["x"] are both `x.zip` (archives of a build)'],
        ),
        (
            (Layer("a", requirements=("six",)), Layer("a-deps", source="x")),
            ['layers["a"] and layers["a-deps"] are both `a-deps.zip` (archives of a build)'],
        ),
        (
            (Layer("Api", source="x"),),
            ['layers["Api"] and functions["Api"] are both `Api.zip` (archives of a build)'],
        ),
        (
            (Layer("a-b", source="x"), Layer("a_b", source="x")),
            ['layers["a-b"] and layers["a_b"] are both `ABLayerArn` (stack parameters)'],
        ),
    ],
)
def test_layers_that_meet_are_found(
    make_app: MakeApp, layers: tuple[Layer, ...], expected: list[str]
) -> None:
    """As archives, as stack parameters, and as layers of a region."""
    functions = (Function("Api", source="x"),)
    assert expected == find_collisions(make_app(layers=layers, functions=functions))


def test_every_collision_is_reported(make_app: MakeApp) -> None:
    """Not only the first pair."""
    layers = tuple(Layer(name, source="x", archive="x.zip") for name in ("a", "b", "c"))
    assert [
        'layers["a"] and layers["b"] are both `x.zip` (archives of a build)',
        'layers["a"] and layers["c"] are both `x.zip` (archives of a build)',
    ] == find_collisions(make_app(layers=layers))

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    Bucket,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Layer,
    Queue,
    UserPool,
    on_queue,
    on_upload,
)

WrongReferences = Callable[..., list[str]]
Given = dict[str, Any]


def named(cases: list[tuple[Given, str]]) -> list[Any]:
    """The cases, each called by the place in the tree that its message names."""
    return [pytest.param(*case, id=case[1].partition(":")[0]) for case in cases]


TWICE = [
    (
        {"environments": [Environment("dev"), Environment("dev")]},
        "environments[\"dev\"]: the name 'dev' is given twice",
    ),
    (
        {"functions": [Function("Api", source="x"), Function("Api", source="y")]},
        "functions[\"Api\"]: the name 'Api' is given twice",
    ),
    (
        {"layers": [Layer("deps", source="x"), Layer("deps", source="y")]},
        "layers[\"deps\"]: the name 'deps' is given twice",
    ),
    (
        {"queues": [Queue("Orders"), Queue("Orders")]},
        "queues[\"Orders\"]: the name 'Orders' is given twice",
    ),
    (
        {"queues": [Queue("Orders")], "user_pools": [UserPool("Orders")]},
        "user_pools[\"Orders\"]: the name 'Orders' is given twice",
    ),
]

REGIONS = [
    (
        {"feature_sets": [FeatureSet("core", regions=["eu-west-1", "eu-wst-2"])]},
        "feature_sets[\"core\"].regions: unknown region 'eu-wst-2'; did you mean 'eu-west-2'?",
    ),
    (
        {"feature_sets": [FeatureSet("core", regions=["eu-west-1", "eu-west-1"])]},
        "feature_sets[\"core\"].regions: the region 'eu-west-1' is listed twice",
    ),
    (
        {"home_region": "eu-west-9"},
        "home_region: unknown region 'eu-west-9'; did you mean 'eu-west-3'?",
    ),
    (
        {"home_region": "ap-south-1"},
        "home_region: no feature set is deployed to 'ap-south-1', the home region",
    ),
]

ENVIRONMENTS = [
    (
        {"environments": [Environment("dev"), Environment("prod", promote_from="stagin")]},
        "environments[\"prod\"].promote_from: unknown environment 'stagin'; there is dev, prod",
    ),
    (
        {"environments": [Environment("dev"), Environment("local", promote_from="dev")]},
        "environments[\"local\"]: 'local' is kept for the local environment; take another name",
    ),
    (
        {"environments": [Environment("dev"), Environment("prod")]},
        (
            "environments: only one environment can be without `promote_from`: "
            "the one that deploying moves"
        ),
    ),
]

FEATURE_SETS = [
    (
        {"queues": [Queue("Orders", feature_set="extr")]},
        "queues[\"Orders\"].feature_set: unknown feature set 'extr'; did you mean 'extra'?",
    ),
    (
        {"buckets": [Bucket("files", feature_set="zzz")]},
        "buckets[\"files\"].feature_set: unknown feature set 'zzz'; there is core, extra",
    ),
    (
        {"user_pools": [UserPool("People", feature_set="zzz")]},
        "user_pools[\"People\"].feature_set: unknown feature set 'zzz'; there is core, extra",
    ),
    (
        {"functions": [Function("Api", source="x", feature_set="cor")]},
        "functions[\"Api\"].feature_set: unknown feature set 'cor'; did you mean 'core'?",
    ),
    (
        {"http_api": HttpApi(feature_set="zzz")},
        "http_api.feature_set: unknown feature set 'zzz'; there is core, extra",
    ),
]

BOTH = (
    ". For code with packages keep `source` alone, and name the packages in `dependencies` of a "
    "pyproject.toml in that folder"
)
LAYERS = [
    (
        {"layers": [Layer("deps")]},
        ('layers["deps"]: is empty; give it `requirements`, a `requirements_file` or a `source`'),
    ),
    (
        {"layers": [Layer("deps", requirements=["six"], source="x")]},
        f'layers["deps"]: has `requirements` and `source`; only one can fill it{BOTH}',
    ),
    (
        {"layers": [Layer("deps", requirements=["six"], requirements_file="r.txt")]},
        'layers["deps"]: has `requirements` and `requirements_file`; only one can fill it',
    ),
    (
        {"layers": [Layer("deps", requirements=["six"], requirements_file="r.txt", source="x")]},
        (
            'layers["deps"]: has `requirements` and `requirements_file` and `source`; '
            f"only one can fill it{BOTH}"
        ),
    ),
]


@pytest.mark.parametrize(("given", "expected"), named(TWICE))
def test_a_name_given_twice_is_reported_at_the_second(
    wrong_references: WrongReferences, given: Given, expected: str
) -> None:
    """Queues, buckets and pools share one space of names: `uses=` knows them by name alone."""
    assert [expected] == wrong_references(**given)


@pytest.mark.parametrize(("given", "expected"), named(REGIONS))
def test_regions_exist_once_and_hold_the_home_region(
    wrong_references: WrongReferences, given: Given, expected: str
) -> None:
    """A name that is no region is more likely a slip than a new region."""
    assert [expected] == wrong_references(**given)


@pytest.mark.parametrize(("given", "expected"), named(ENVIRONMENTS))
def test_environments_form_a_way_from_one_start(
    wrong_references: WrongReferences, given: Given, expected: str
) -> None:
    """Deploying moves one environment; all others are reached from it by promotion."""
    assert [expected] == wrong_references(**given)


def test_promotion_that_leads_back_is_reported_with_the_missing_start(
    wrong_references: WrongReferences,
) -> None:
    """Two environments that promote to each other have no place to begin."""
    given = [Environment("dev", promote_from="prod"), Environment("prod", promote_from="dev")]
    assert [
        "environments: one environment must have no `promote_from`: the one that deploying moves",
        "environments[\"dev\"].promote_from: promotion to 'dev' leads back to itself",
        "environments[\"prod\"].promote_from: promotion to 'prod' leads back to itself",
    ] == wrong_references(environments=given)


def test_an_environment_beside_a_circle_is_not_part_of_it(
    wrong_references: WrongReferences,
) -> None:
    """Only those on the circle are named, not those that hang on it."""
    given = [
        Environment("dev"),
        Environment("one", promote_from="two"),
        Environment("two", promote_from="one"),
        Environment("after", promote_from="two"),
    ]
    assert [
        "environments[\"one\"].promote_from: promotion to 'one' leads back to itself",
        "environments[\"two\"].promote_from: promotion to 'two' leads back to itself",
    ] == wrong_references(environments=given)


@pytest.mark.parametrize(("given", "expected"), named(FEATURE_SETS))
def test_a_feature_set_that_is_named_must_be_declared(
    wrong_references: WrongReferences, given: Given, expected: str
) -> None:
    """In every family of things that can belong to one."""
    assert [expected] == wrong_references(**given)


@pytest.mark.parametrize(("given", "expected"), named(LAYERS))
def test_a_layer_is_filled_in_exactly_one_way(
    wrong_references: WrongReferences, given: Given, expected: str
) -> None:
    """Requirements, a file of them, or a local package."""
    assert [expected] == wrong_references(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"environments": [Environment(["dev"]), Environment("prod", promote_from=["dev"])]},
        {"environments": 5, "feature_sets": "core", "queues": None, "functions": {"a": 1}},
        {"feature_sets": [FeatureSet("core", regions=5)], "home_region": None},
        {"feature_sets": [FeatureSet(["core"], regions=[["eu-west-1"]])]},
        {"layers": [Layer(5, requirements=5)], "http_api": 7},
        {"queues": [Queue(["Orders"], feature_set=["core"])], "functions": ["Api"]},
        {"functions": [Function("Api", source="x", triggers=5, routes=5, layers=5, uses=5)]},
        {"functions": [Function("Api", source="x", environment=5, settings=5)]},
        {
            "user_pools": [UserPool(["People"])],
            "functions": [
                Function("Api", source="x", uses=[["x"]], triggers=[on_queue(["x"]), on_upload()])
            ],
        },
    ],
)
def test_what_has_not_the_right_form_is_left_to_the_validation(
    wrong_references: WrongReferences, given: Given
) -> None:
    """No wrong value makes these checks fail: they return what they can tell, as text."""
    assert all(isinstance(text, str) for text in wrong_references(**given))


def test_an_app_without_a_mistake_has_none(wrong_references: WrongReferences) -> None:
    """The small app of these tests is right, so each mistake above is the one that was made."""
    assert [] == wrong_references()

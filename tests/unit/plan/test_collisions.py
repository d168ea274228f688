from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy import (
    App,
    Bucket,
    Distribution,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Key,
    Layer,
    Queue,
    RestApi,
    Setting,
    Table,
    UserPool,
    UserPoolClient,
)
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


def test_the_bucket_of_a_cdn_can_meet_another(make_app: MakeApp) -> None:
    """Both names are of one world, although only the first region has the CDN."""
    app = make_app(
        buckets=(Bucket("assets"),), distributions=(Distribution("cdn", bucket="assets"),)
    )
    expected = (
        'buckets["assets"] (dev, us-east-1) and distributions["cdn"] (dev) are both '
        "`assets-dev-us-east-1` (bucket names are global)"
    )
    assert expected in find_collisions(app)


def test_tables_that_are_called_alike_are_found(make_app: MakeApp) -> None:
    """By a chosen name, or by logical ids that leave out what stands between letters."""
    chosen = Table("bills", Key("id"), physical_name="shop-orders-{environment}")
    found = find_collisions(make_app(tables=(Table("orders", Key("id")), chosen)))
    both = 'tables["orders"] (dev) and tables["bills"] (dev) are both'
    assert f"{both} `shop-orders-dev` (tables of a region)" in found
    alike = (Table("old-orders", Key("id")), Table("old.orders", Key("id")))
    found = find_collisions(make_app(tables=alike))
    both = 'tables["old-orders"] (dev) and tables["old.orders"] (dev) are both'
    assert f"{both} `OldOrdersDevTable` (resources of a stack)" in found


def test_what_exists_already_may_be_one_for_all_environments(make_app: MakeApp) -> None:
    """Another stack made it, so nothing takes anything's place."""
    app = make_app(
        buckets=(Bucket("data", physical_name="data", existing=True),),
        tables=(Table("orders", physical_name="orders", existing=True),),
    )
    assert [] == find_collisions(app)


def test_addresses_of_environments_that_meet_are_found(make_app: MakeApp) -> None:
    """Two environments without a label would both be api.example.com (R066)."""
    plain = (
        Environment("dev", domain_label=None),
        Environment("prod", promote_from="dev", domain_label=None),
    )
    app = make_app(domain="example.com", environments=plain, http_api=HttpApi(custom_domain=True))
    expected = (
        "http_api (dev) and http_api (prod) are both `api.example.com` (addresses of a region)"
    )
    assert [expected] == find_collisions(app)


def test_access_logs_of_both_apis_meet_through_a_chosen_name(make_app: MakeApp) -> None:
    """A name for both would put them into one log group per environment."""
    app = make_app(
        http_api=HttpApi(physical_name="shop"),
        rest_api=RestApi(physical_name="shop", access_logs=True),
    )
    found = [each for each in find_collisions(app) if "access logs" in each]
    expected = "http_api (dev) and rest_api (dev) are both `shop/dev` (access logs of a region)"
    assert expected in found


def test_pools_that_would_answer_at_one_address_are_found(make_app: MakeApp) -> None:
    """The second one needs another label: Cognito's domains are global (C06, R102)."""
    client = UserPoolClient(callback_path="/in", logout_path="/out")
    people, staff = UserPool("People", clients=(client,)), UserPool("Staff", clients=(client,))
    given = {"domain": "example.com", "environments": (Environment("dev"),)}
    both = 'user_pools["People"] (dev) and user_pools["Staff"] (dev) are both'
    assert [f"{both} `auth.dev.example.com` (addresses of a region)"] == find_collisions(
        make_app(user_pools=(people, staff), **given)
    )
    other = UserPool("Staff", clients=(client,), domain_label="staff")
    assert [] == find_collisions(make_app(user_pools=(people, other), **given))
    api = HttpApi(custom_domain=True)
    clash = UserPool("Staff", clients=(client,), domain_label="api")
    (found,) = find_collisions(make_app(user_pools=(clash,), http_api=api, **given))
    assert "`api.dev.example.com`" in found


def test_settings_that_meet_the_ids_of_user_pools_are_found(make_app: MakeApp) -> None:
    """Declared, or named by a function alone; and clients of two pools."""
    clients = (UserPoolClient(), UserPoolClient(name="Admin"))
    app = make_app(
        settings=(Setting("PeopleUserPoolId", value="x"), Setting("HOST", value="y")),
        user_pools=(
            UserPool("People", clients=clients),
            UserPool("PeopleAdmin", clients=(UserPoolClient(),)),
        ),
        functions=(
            Function("Api", source="x", uses=("People", "PeopleAdmin")),
            Function("Job", source="x", settings=("HOST", "PeopleClientId")),
            Function("Late", source="x", settings=("HOST", "PeopleClientId")),
        ),
    )
    where = "(settings of an environment)"
    people, other = 'user_pools["People"]', 'user_pools["PeopleAdmin"]'
    assert [
        f'settings["PeopleUserPoolId"] and {people} are both `PeopleUserPoolId` {where}',
        f'functions["Late"].settings and {people}.clients[0] are both `PeopleClientId` {where}',
        f'{people}.clients["Admin"] and {other}.clients[0] are both `PeopleAdminClientId` {where}',
    ] == find_collisions(app)


def test_a_pool_that_nobody_uses_meets_no_setting(make_app: MakeApp) -> None:
    """Its ids are no parameters."""
    app = make_app(settings=(Setting("PeopleUserPoolId"),), user_pools=(UserPool("People"),))
    assert [] == find_collisions(app)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    AttributeReader,
    Bucket,
    Bundle,
    Cors,
    Environment,
    FeatureSet,
    Function,
    Layer,
    Promotion,
    Queue,
    ResourceServer,
    Route,
    SnsPublisher,
    UserPool,
    UserPoolClient,
    on_queue,
    on_upload,
    on_user_pool,
)

WrongValues = Callable[..., list[str]]


def function(**given: object) -> dict[str, Any]:
    """An app's arguments with one function, which has these arguments beside the needed ones."""
    return {"functions": [Function("Api", **({"source": "x"} | given))]}


def named(cases: list[tuple[dict[str, Any], str]]) -> list[Any]:
    """The cases, each called by the place in the tree that its message names."""
    return [pytest.param(*case, id=case[1].partition(":")[0]) for case in cases]


RANGES = [
    (function(memory_mb=100), 'functions["Api"].memory_mb: must be at least 128, not 100'),
    (function(memory_mb=10241), 'functions["Api"].memory_mb: must be at most 10240, not 10241'),
    (function(timeout_seconds=0), 'functions["Api"].timeout_seconds: must be at least 1, not 0'),
    (
        function(timeout_seconds=901),
        'functions["Api"].timeout_seconds: must be at most 900, not 901',
    ),
    (
        {"queues": [Queue("A", visibility_timeout_seconds=-1)]},
        'queues["A"].visibility_timeout_seconds: must be at least 0, not -1',
    ),
    (
        {"queues": [Queue("A", max_receive_count=1001)]},
        'queues["A"].max_receive_count: must be at most 1000, not 1001',
    ),
    (
        {"buckets": [Bucket("files", expire_days=0)]},
        'buckets["files"].expire_days: must be at least 1, not 0',
    ),
    (
        {"buckets": [Bucket("files", cors=Cors(["GET"], max_age_seconds=86401))]},
        'buckets["files"].cors.max_age_seconds: must be at most 86400, not 86401',
    ),
    (
        function(triggers=[on_queue("A", batch_size=0)]),
        'functions["Api"].triggers[0].batch_size: must be at least 1, not 0',
    ),
    (
        function(triggers=[on_queue("A", batching_window_seconds=301)]),
        'functions["Api"].triggers[0].batching_window_seconds: must be at most 300, not 301',
    ),
    (
        function(description="x" * 300),
        'functions["Api"].description: must have at most 256 characters, not 300',
    ),
    (
        function(layers=["a", "b", "c", "d", "e", "f"]),
        'functions["Api"].layers: must have at most 5 entries, not 6',
    ),
]

LITERALS = [
    (
        function(runtime="python312"),
        "functions[\"Api\"].runtime: 'python312' is not allowed; did you mean 'python3.12'?",
    ),
    (
        function(architecture="ruby"),
        "functions[\"Api\"].architecture: 'ruby' is not allowed; it can be x86_64, arm64",
    ),
    (
        function(architecture=3.12),
        'functions["Api"].architecture: 3.12 is not allowed; it can be x86_64, arm64',
    ),
    (
        {"architecture": "x86"},
        "architecture: 'x86' is not allowed; did you mean 'x86_64'?",
    ),
    (
        function(routes=[Route("GETT", "/")]),
        "functions[\"Api\"].routes[0].method: 'GETT' is not allowed; did you mean 'GET'?",
    ),
    (
        function(triggers=[on_user_pool("P", ["PreSignup"])]),
        (
            "functions[\"Api\"].triggers[0].kinds[0]: 'PreSignup' is not allowed; "
            "did you mean 'PreSignUp'?"
        ),
    ),
    (
        {"buckets": [Bucket("files", cors=Cors(["FETCH"]))]},
        "buckets[\"files\"].cors.methods[0]: 'FETCH' is not allowed; did you mean 'PATCH'?",
    ),
]

KINDS = [
    (function(memory_mb="128"), "functions[\"Api\"].memory_mb: must be a whole number, not '128'"),
    (function(memory_mb=128.5), 'functions["Api"].memory_mb: must be a whole number, not 128.5'),
    (function(memory_mb=True), 'functions["Api"].memory_mb: must be a whole number, not True'),
    (function(memory_mb=None), 'functions["Api"].memory_mb: must be a whole number, not None'),
    (function(source=None), 'functions["Api"].source: must be text in quotes, not None'),
    ({"name": 5}, "name: must be text in quotes, not 5"),
    (function(layers="deps"), "functions[\"Api\"].layers: must be a list, not 'deps'"),
    (function(layers=[1]), 'functions["Api"].layers[0]: must be text in quotes, not 1'),
    ({"tags": ["a"]}, "tags: must be a mapping, not a list"),
    ({"environments": None}, "environments: must be a list, not None"),
    (
        function(environment={"LEVEL": 1}),
        "functions[\"Api\"].environment['LEVEL']: must be text in quotes, not 1",
    ),
    ({"tags": {"team": 1}}, "tags['team']: must be text in quotes, not 1"),
    (
        {"queues": [Queue("A", senders=[SnsPublisher({"eu-west-1": [123]})])]},
        "queues[\"A\"].senders[0].accounts['eu-west-1'][0]: must be text in quotes, not 123",
    ),
    (
        {"queues": [Queue("A", waive={"visibility-timeout": None})]},
        "queues[\"A\"].waive['visibility-timeout']: must be text in quotes, not None",
    ),
    ({"functions": {"Api": 1}}, "functions: must be a list, not {'Api': 1}"),
]

CLASSES = [
    ({"functions": ["Api"]}, "functions[0]: must be a `Function(...)`, not 'Api'"),
    (
        {"functions": [Queue("A")]},
        'functions["A"]: must be a `Function(...)`, not a `Queue(...)`',
    ),
    (
        {"functions": Function("Api", source="x")},
        "functions: must be a list, not a `Function(...)`",
    ),
    ({"environments": ["dev"]}, "environments[0]: must be an `Environment(...)`, not 'dev'"),
    (
        function(routes=["GET /"]),
        "functions[\"Api\"].routes[0]: must be a `Route(...)`, not 'GET /'",
    ),
    (
        function(triggers=["A"]),
        (
            'functions["Api"].triggers[0]: must be `on_queue(...)`, `on_upload(...)`, '
            "`on_user_pool(...)`, `on_schedule(...)`, `on_event(...)`, `on_topic(...)` or "
            "`on_table(...)`, not 'A'"
        ),
    ),
    (
        function(triggers=on_queue("A")),
        'functions["Api"].triggers: must be a list, not an `on_queue(...)`',
    ),
    (
        {"buckets": [Bucket("files", cors={"methods": ["GET"]})]},
        "buckets[\"files\"].cors: must be a `Cors(...)`, not {'methods': ('GET',)}",
    ),
]

FORMS = [
    ({"name": "Shop"}, "name: 'Shop' is not of the form: 2-32 of a-z, 0-9 and -, a letter first"),
    ({"name": "s"}, "name: 's' is not of the form: 2-32 of a-z, 0-9 and -, a letter first"),
    (
        {"domain": "localhost"},
        "domain: 'localhost' is not of the form: a domain such as example.com",
    ),
    (
        {"home_region": "Ireland"},
        "home_region: 'Ireland' is not of the form: an AWS region such as eu-west-1",
    ),
    (
        {"functions": [Function("1Api", source="x")]},
        "functions[\"1Api\"].name: '1Api' is not of the form: letters and digits, a letter first",
    ),
    (
        {"functions": [Function("", source="x")]},
        "functions[\"\"].name: '' is not of the form: letters and digits, a letter first",
    ),
    (
        function(handler="handler"),
        "functions[\"Api\"].handler: 'handler' is not of the form: module.function",
    ),
    (
        function(settings=["A B"]),
        "functions[\"Api\"].settings[0]: 'A B' is not of the form: letters, digits, . _ -",
    ),
    (
        function(routes=[Route("GET", "orders")]),
        "functions[\"Api\"].routes[0].path: 'orders' is not of the form: a path that starts with /",
    ),
    (
        function(triggers=[on_upload("files", event="created")]),
        (
            "functions[\"Api\"].triggers[0].event: 'created' is not of the form: "
            "an S3 event such as s3:ObjectCreated:*"
        ),
    ),
    (
        {"environments": [Environment("Dev")]},
        "environments[\"Dev\"].name: 'Dev' is not of the form: 2-16 of a-z and 0-9, a letter first",
    ),
    (
        {"feature_sets": [FeatureSet("Core", regions=["eu-west-1"])]},
        "feature_sets[\"Core\"].name: 'Core' is not of the form: a-z, 0-9 and -, a letter first",
    ),
    (
        {"layers": [Layer("deps", source="x", archive="../deps.zip")]},
        "layers[\"deps\"].archive: '../deps.zip' is not of the form: letters, digits, . _ -",
    ),
    (
        {"buckets": [Bucket("Files_1")]},
        (
            "buckets[\"Files_1\"].name: 'Files_1' is not of the form: "
            "3-42 of a-z, 0-9 and -, no - at either end"
        ),
    ),
    (
        {"queues": [Queue("A", senders=[SnsPublisher({"eu-west-1": ["123"]})])]},
        (
            "queues[\"A\"].senders[0].accounts['eu-west-1'][0]: '123' is not of the form: "
            "an AWS account id: 12 digits, in quotes"
        ),
    ),
    (
        {"queues": [Queue("A", readers=[AttributeReader("me")])]},
        "queues[\"A\"].readers[0].principal: 'me' is not of the form: an IAM ARN",
    ),
    (
        {"promotion": Promotion(recipients=["me"], sender="me@example.com")},
        "promotion.recipients[0]: 'me' is not of the form: an e-mail address",
    ),
    (
        {"user_pools": [UserPool("P", clients=[UserPoolClient("callback", "/out")])]},
        (
            "user_pools[\"P\"].clients[0].callback_path: 'callback' is not of the form: "
            "a path that starts with /"
        ),
    ),
    (
        {"user_pools": [UserPool("P", resource_servers=[ResourceServer("a b", scopes=["read"])])]},
        "user_pools[\"P\"].resource_servers[0].identifier: 'a b' is not of the form: no spaces",
    ),
]

EMPTY = [
    ({"feature_sets": []}, "feature_sets: must not be empty"),
    ({"environments": []}, "environments: must not be empty"),
    (
        {"feature_sets": [FeatureSet("core", regions=[])]},
        'feature_sets["core"].regions: must not be empty',
    ),
    (
        {"buckets": [Bucket("files", cors=Cors([]))]},
        'buckets["files"].cors.methods: must not be empty',
    ),
    (
        {"promotion": Promotion(recipients=[], sender="me@example.com")},
        "promotion.recipients: must not be empty",
    ),
    (
        function(triggers=[on_user_pool("P", [])]),
        'functions["Api"].triggers[0].kinds: must not be empty',
    ),
]

ARGUMENTS = [
    ({"functions": [Function()]}, "functions[0]: `name` is missing"),
    (
        function(sorce="y"),
        'functions["Api"]: `Function` has no argument `sorce`; did you mean `source`?',
    ),
    (
        {"queues": [Queue("A", name="B")]},
        'queues["A"]: `name` is given twice',
    ),
    (
        {"user_pools": [UserPool("P", clients=[UserPoolClient("/in", "/out", fun=1)])]},
        (
            'user_pools["P"].clients[0]: `UserPoolClient` has no argument `fun`; '
            "it has callback_path, logout_path, name, scopes, access_token_minutes, "
            "id_token_minutes, refresh_token_days"
        ),
    ),
    (
        function(bundle=Bundle(True, False, (), 1)),
        'functions["Api"].bundle: `Bundle` got 1 positional argument too many',
    ),
    (
        function(bundle=Bundle(True, False, (), 1, 2)),
        'functions["Api"].bundle: `Bundle` got 2 positional arguments too many',
    ),
    (
        function(triggers=[on_queue("A", batch=1)]),
        (
            'functions["Api"].triggers[0]: `on_queue` has no argument `batch`; '
            "did you mean `batch_size`?"
        ),
    ),
]


@pytest.mark.parametrize(("given", "expected"), named(RANGES))
def test_a_value_out_of_range_names_the_bound(
    wrong_values: WrongValues, given: dict[str, Any], expected: str
) -> None:
    """The nearest allowed value and the given one."""
    assert [expected] == wrong_values(**given)


@pytest.mark.parametrize(("given", "expected"), named(LITERALS))
def test_a_value_outside_of_a_choice_names_the_nearest_or_all(
    wrong_values: WrongValues, given: dict[str, Any], expected: str
) -> None:
    """One near name when there is one, else everything that is allowed."""
    assert [expected] == wrong_values(**given)


@pytest.mark.parametrize(("given", "expected"), named(KINDS))
def test_a_value_of_the_wrong_kind_names_the_right_kind(
    wrong_values: WrongValues, given: dict[str, Any], expected: str
) -> None:
    """Nothing is converted: '128' is text and True is no number. Keys stand in the path."""
    assert [expected] == wrong_values(**given)


@pytest.mark.parametrize(("given", "expected"), named(CLASSES))
def test_a_value_of_the_wrong_class_names_the_constructor(
    wrong_values: WrongValues, given: dict[str, Any], expected: str
) -> None:
    """In the words of `deploy.py`: what is written there, not what we call it."""
    assert [expected] == wrong_values(**given)


@pytest.mark.parametrize(("given", "expected"), named(FORMS))
def test_text_of_the_wrong_form_names_the_form(
    wrong_values: WrongValues, given: dict[str, Any], expected: str
) -> None:
    """The form is said in words, not as a pattern."""
    assert [expected] == wrong_values(**given)


@pytest.mark.parametrize(("given", "expected"), named(EMPTY))
def test_an_empty_list_that_must_have_something_is_refused(
    wrong_values: WrongValues, given: dict[str, Any], expected: str
) -> None:
    """An app without environments, or a feature set without regions, would do nothing."""
    assert [expected] == wrong_values(**given)


@pytest.mark.parametrize(("given", "expected"), named(ARGUMENTS))
def test_a_wrong_argument_names_the_constructor(
    wrong_values: WrongValues, given: dict[str, Any], expected: str
) -> None:
    """Unknown, missing, repeated and surplus arguments are mistakes like any other."""
    assert expected == wrong_values(**given)[0]

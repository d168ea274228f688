from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    Bucket,
    Function,
    HttpApi,
    Layer,
    Queue,
    Route,
    UserPool,
    on_queue,
    on_upload,
    on_user_pool,
)

WrongReferences = Callable[..., list[str]]
Given = dict[str, Any]
PLACE = 'functions["Api"]'


def api(**given: object) -> Function:
    """A quick function of the first feature set, with these arguments."""
    arguments: dict[str, Any] = {"source": "x", "timeout_seconds": 30} | given
    return Function("Api", **arguments)


UNKNOWN = [
    (
        {"functions": [api(layers=["dep"])], "layers": [Layer("deps", source="x")]},
        f"{PLACE}.layers: unknown layer 'dep'; did you mean 'deps'?",
    ),
    (
        {"functions": [api(layers=["dep"])]},
        f"{PLACE}.layers: unknown layer 'dep'; none is declared",
    ),
    (
        {"functions": [api(uses=["Order"])], "queues": [Queue("Orders")]},
        f"{PLACE}.uses: unknown resource 'Order'; did you mean 'Orders'?",
    ),
    (
        {"functions": [api(uses=["file.read"])], "buckets": [Bucket("files")]},
        f"{PLACE}.uses: unknown resource 'file'; did you mean 'files'?",
    ),
    (
        {"functions": [api(uses=["Orders.wrte"])], "queues": [Queue("Orders")]},
        f"{PLACE}.uses: unknown use 'Orders.wrte'; did you mean 'Orders.write'?",
    ),
    (
        {"functions": [api(uses=["Orders.Read"])], "queues": [Queue("Orders")]},
        f"{PLACE}.uses: unknown use 'Orders.Read'; did you mean 'Orders.read'?",
    ),
    (
        {"functions": [api(uses=["Orders.all"])], "queues": [Queue("Orders")]},
        f"{PLACE}.uses: unknown use 'Orders.all'; there is Orders, Orders.read, Orders.write",
    ),
    (
        {"functions": [api(triggers=[on_queue("Order")])], "queues": [Queue("Orders")]},
        f"{PLACE}.triggers[0].queue: unknown queue 'Order'; did you mean 'Orders'?",
    ),
    (
        {"functions": [api(triggers=[on_upload("file")])], "buckets": [Bucket("files")]},
        f"{PLACE}.triggers[0].bucket: unknown bucket 'file'; did you mean 'files'?",
    ),
    (
        {
            "functions": [api(triggers=[on_user_pool("Peple", ["PreSignUp"])])],
            "user_pools": [UserPool("People")],
        },
        f"{PLACE}.triggers[0].pool: unknown user pool 'Peple'; did you mean 'People'?",
    ),
]

OTHER_STACK = [
    (
        {"queues": [Queue("Orders", feature_set="extra")]},
        on_queue("Orders"),
        "queue",
        "queue 'Orders'",
    ),
    (
        {"buckets": [Bucket("files", feature_set="extra")]},
        on_upload("files"),
        "bucket",
        "bucket 'files'",
    ),
    (
        {"user_pools": [UserPool("People", feature_set="extra")]},
        on_user_pool("People", ["PreSignUp"]),
        "pool",
        "user pool 'People'",
    ),
]

QUEUE_LIMITS = [
    (
        Queue("Orders", visibility_timeout_seconds=29),
        on_queue("Orders"),
        [
            (
                f"{PLACE}.triggers[0].queue: the queue shows a message again after 29 s, but the "
                "function may work on it for 30 s; raise `visibility_timeout_seconds` of 'Orders'"
            )
        ],
    ),
    (Queue("Orders", visibility_timeout_seconds=30), on_queue("Orders"), []),
    (
        Queue("Orders"),
        on_queue("Orders", batch_size=11),
        [
            (
                f"{PLACE}.triggers[0].queue: a batch of 11 needs "
                "`batching_window_seconds` of at least 1"
            )
        ],
    ),
    (Queue("Orders"), on_queue("Orders", batch_size=11, batching_window_seconds=1), []),
    (Queue("Orders"), on_queue("Orders", batch_size=10), []),
]

MOMENTS = [
    (
        {"queues": [Queue("Orders")]},
        [on_queue("Orders"), on_queue("Orders")],
        "the queue 'Orders'",
    ),
    (
        {"buckets": [Bucket("files")]},
        [on_upload("files", suffix=".csv"), on_upload("files", suffix=".csv")],
        "an upload to 'files' with this prefix and suffix",
    ),
    (
        {"user_pools": [UserPool("People")]},
        [
            on_user_pool("People", ["PreSignUp"]),
            on_user_pool("People", ["CustomMessage", "PreSignUp"]),
        ],
        "PreSignUp of the user pool 'People'",
    ),
]


@pytest.mark.parametrize(("given", "expected"), UNKNOWN)
def test_an_unknown_name_comes_with_the_nearest(
    wrong_references: WrongReferences, given: Given, expected: str
) -> None:
    """Layers, used resources and the sources of triggers."""
    assert [expected] == wrong_references(**given)


@pytest.mark.parametrize("name", ["AWS_REGION", "LAMBDA_TASK_ROOT", "SAM_DEPLOY_ENVIRONMENT"])
def test_reserved_variables_are_refused(wrong_references: WrongReferences, name: str) -> None:
    """Lambda would refuse the first two at deployment; the third is how a function knows where."""
    assert [f"{PLACE}.environment: the variable {name!r} is reserved"] == wrong_references(
        functions=[api(environment={name: "x", "LEVEL": "info"})]
    )


def test_an_existing_pool_calls_nobody(wrong_references: WrongReferences) -> None:
    """Its triggers are a part of it: the function would never be called."""
    pool = UserPool("People", existing_ids={"dev": "eu-west-1_A", "prod": "eu-west-1_B"})
    function = api(triggers=[on_user_pool("People", ["PreSignUp"])])

    assert [
        (
            f"{PLACE}.triggers[0].pool: the user pool 'People' exists already: its triggers are "
            "part of the pool, which only the stack that made it can change"
        )
    ] == wrong_references(functions=[function], user_pools=[pool])


@pytest.mark.parametrize(("given", "trigger", "attribute", "what"), OTHER_STACK)
def test_a_trigger_needs_its_source_in_the_same_stack(
    wrong_references: WrongReferences, given: Given, trigger: object, attribute: str, what: str
) -> None:
    """Two feature sets are two stacks, and a trigger is wired inside one."""
    expected = (
        f"{PLACE}.triggers[0].{attribute}: {what} is of the feature set 'extra', the function of "
        "'core'; a trigger needs both in one stack"
    )
    assert [expected] == wrong_references(functions=[api(triggers=[trigger])], **given)


@pytest.mark.parametrize(("queue", "trigger", "expected"), QUEUE_LIMITS)
def test_a_queue_and_its_function_fit_each_other(
    wrong_references: WrongReferences, queue: Queue, trigger: object, expected: list[str]
) -> None:
    """A message must not reappear while it is worked on; large batches need a window."""
    assert expected == wrong_references(functions=[api(triggers=[trigger])], queues=[queue])


@pytest.mark.parametrize(("given", "triggers", "words"), MOMENTS)
def test_a_moment_calls_one_function(
    wrong_references: WrongReferences, given: Given, triggers: list[object], words: str
) -> None:
    """A second consumer would take half of the messages, or be refused by S3 and Cognito."""
    first, second = triggers
    functions = [
        api(triggers=[first]),
        Function("Other", source="x", timeout_seconds=30, triggers=[second]),
    ]
    assert [f'functions["Other"].triggers: {words} already calls functions["Api"]'] == (
        wrong_references(functions=functions, **given)
    )


def test_uploads_with_other_suffixes_may_call_other_functions(
    wrong_references: WrongReferences,
) -> None:
    """Only the same event, prefix and suffix is one moment."""
    triggers = [on_upload("files", suffix=".csv"), on_upload("files", suffix=".json")]
    assert [] == wrong_references(functions=[api(triggers=triggers)], buckets=[Bucket("files")])


def test_an_app_that_uses_everything_rightly_has_no_mistake(
    wrong_references: WrongReferences,
) -> None:
    """One of each, in one feature set, with a resource of another stack that is only used."""
    assert [] == wrong_references(
        http_api=HttpApi(),
        layers=[Layer("deps", requirements=["six"])],
        queues=[Queue("Orders"), Queue("Elsewhere", feature_set="extra")],
        buckets=[Bucket("files")],
        user_pools=[UserPool("People")],
        functions=[
            api(
                layers=["deps"],
                routes=[Route("GET", "/")],
                uses=["Orders", "files.read", "People.write", "Elsewhere"],
                triggers=[
                    on_queue("Orders"),
                    on_upload("files"),
                    on_user_pool("People", ["PreSignUp"]),
                ],
            )
        ],
    )

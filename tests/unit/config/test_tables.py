from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import Capacity, FeatureSet, Function, Index, Key, Queue, Table, on_table

WrongReferences = Callable[..., list[str]]
BOTH = ["eu-west-1", "us-east-1"]
PLACE = 'tables["orders"]'


def orders(**given: Any) -> Table:
    """A table without a mistake, except in what is given."""
    return Table("orders", **({"partition_key": Key("id"), "stream": "NEW_IMAGE"} | given))


def reader(**given: Any) -> Function:
    """A function with these arguments."""
    return Function("Job", source="x", timeout_seconds=30, **given)


def index(name: str, *attributes: str, key: Key | None = None) -> Index:
    """An index that carries these attributes."""
    return Index(name, key or Key("day"), include=attributes)


WRONG: list[tuple[Table, str]] = [
    (Table("orders"), f"{PLACE}: `partition_key` is missing"),
    (
        orders(sort_key=Key("at", "N"), indexes=[index("by-at", key=Key("at"))]),
        f"{PLACE}.indexes[\"by-at\"].partition_key: the attribute 'at' is S here and N elsewhere",
    ),
    (orders(sort_key=Key("id")), f"{PLACE}.sort_key: 'id' is the partition key already"),
    (
        orders(indexes=[index("by-day"), index("by-day")]),
        f"{PLACE}.indexes[\"by-day\"]: the name 'by-day' is given twice",
    ),
    (
        orders(indexes=[Index("by-day", Key("day"), include=["a"], keys_only=True)]),
        (
            f'{PLACE}.indexes["by-day"].include: `keys_only` carries no attributes; leave one of '
            "the "
            "two out"
        ),
    ),
    (
        orders(indexes=[index(f"i-{n}", *(f"a{n}{m}" for m in range(17))) for n in range(6)]),
        f"{PLACE}.indexes: carry 102 attributes; DynamoDB takes 100 in all",
    ),
    (
        orders(time_to_live="id"),
        f"{PLACE}.time_to_live: 'id' is a key; items expire by an attribute that is none",
    ),
    (
        orders(capacity=Capacity(5, 5, max_read=4)),
        f"{PLACE}.capacity.max_read: is 4, less than `read`, which is 5",
    ),
    (
        orders(capacity=Capacity(5, 5), replicas=BOTH, stream=None),
        (
            f"{PLACE}.capacity.max_write: is missing: every replica takes every write, so a global "
            "table must scale them; or leave `capacity` out and pay per request"
        ),
    ),
    (
        orders(replicas=["us-east-1"], stream=None),
        (
            f"{PLACE}.replicas: 'eu-west-1', the first region of its feature set, makes it and "
            "must be one"
        ),
    ),
    (
        orders(replicas=["eu-west-1", "eu-wets-1"], stream=None),
        f"{PLACE}.replicas: unknown region 'eu-wets-1'; did you mean 'eu-west-1'?",
    ),
    (
        orders(replicas=["eu-west-1", "eu-west-1"], stream=None),
        f"{PLACE}.replicas: the region 'eu-west-1' is listed twice",
    ),
    (
        orders(replicas=BOTH),
        f"{PLACE}.stream: must be 'NEW_AND_OLD_IMAGES': replication works with it",
    ),
    (
        orders(existing=True, physical_name="{environment}-orders"),
        f"{PLACE}.stream: has no effect: the table exists already and is left as it is",
    ),
    (
        orders(kms_key="arn:aws:kms:eu-west-1:123456789012:key/1"),
        (
            f"{PLACE}.kms_key: 'arn:aws:kms:eu-west-1:123456789012:key/1' is not of us-east-1; "
            "name the key by an `alias/...`"
        ),
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG, ids=[each for _, each in WRONG])
def test_a_table_that_dynamodb_would_refuse_is_told(
    wrong_references: WrongReferences, table: Table, expected: str
) -> None:
    """Before anything is built, with its place in the configuration (R300)."""
    assert [expected] == wrong_references(tables=[table])


RIGHT: list[Table] = [
    orders(indexes=[index("by-day", "a"), Index("by-id", Key("id"), Key("day"))]),
    orders(capacity=Capacity(1, 1, max_read=5, max_write=5), replicas=BOTH, stream=None),
    orders(replicas=["eu-west-1"]),
    Table("orders", physical_name="{environment}-orders", existing=True),
    orders(kms_key="alias/orders"),
    orders(time_to_live="ends"),
]


@pytest.mark.parametrize("table", RIGHT, ids=range(len(RIGHT)))
def test_a_table_without_a_mistake_passes(wrong_references: WrongReferences, table: Table) -> None:
    """An existing one needs no keys: it is known by its name (R302)."""
    assert [] == wrong_references(tables=[table])


TRIGGERS: list[tuple[dict[str, Any], Any, str]] = [
    (
        {"tables": [orders()]},
        on_table("order"),
        "table: unknown table 'order'; did you mean 'orders'?",
    ),
    (
        {"tables": [orders(stream=None)]},
        on_table("orders"),
        "table: 'orders' has no stream; give it `stream='NEW_AND_OLD_IMAGES'`",
    ),
    (
        {"tables": [Table("orders", physical_name="{environment}-o", existing=True)]},
        on_table("orders"),
        (
            "table: 'orders' exists already, and AWS makes up the name of its stream; make the "
            "event source mapping by `resources={...}`"
        ),
    ),
    (
        {"tables": [orders(feature_set="extra")]},
        on_table("orders"),
        (
            "table: table 'orders' is of the feature set 'extra', the function of 'core'; a "
            "trigger needs both in one stack"
        ),
    ),
    (
        {"tables": [orders()], "queues": [Queue("Lost")]},
        on_table("orders", on_failure="Lots"),
        "on_failure: unknown queue 'Lots'; did you mean 'Lost'?",
    ),
    (
        {"tables": [orders()], "queues": [Queue("Lost", fifo=True)]},
        on_table("orders", on_failure="Lost"),
        "on_failure: 'Lost' is FIFO, which Lambda cannot send to",
    ),
]


@pytest.mark.parametrize(("given", "trigger", "expected"), TRIGGERS, ids=[t[2] for t in TRIGGERS])
def test_a_trigger_that_lambda_would_refuse_is_told(
    wrong_references: WrongReferences, given: dict[str, Any], trigger: Any, expected: str
) -> None:
    """A stream that is not there, a queue that cannot take what was given up (R300)."""
    found = wrong_references(functions=[reader(triggers=[trigger])], **given)
    assert [f'functions["Job"].triggers[0].{expected}'] == found


def test_a_function_finds_its_table_in_its_own_region(wrong_references: WrongReferences) -> None:
    """The table of a feature set with fewer regions would be missing at the first call."""
    sets = [FeatureSet("core", regions=BOTH), FeatureSet("home", regions=["eu-west-1"])]
    given = {"functions": [reader(uses=["orders.read"])], "feature_sets": sets}
    missing = (
        "functions[\"Job\"].uses: the table 'orders' is not in us-east-1, where the function runs; "
    )
    alone = wrong_references(tables=[orders(feature_set="home")], **given)
    few = wrong_references(tables=[orders(replicas=["eu-west-1"])], **given)
    many = orders(feature_set="home", replicas=BOTH, stream=None)
    ending = 'of tables["orders"], or put both into one feature set'
    assert [f"{missing}add `replicas` {ending}"] == alone
    assert [f"{missing}add them to `replicas` {ending}"] == few
    assert [] == wrong_references(tables=[many], **given)

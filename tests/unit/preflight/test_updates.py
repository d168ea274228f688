from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.deploy.preflight import Facts
from sam_deploy.deploy.preflight.updates import updates
from sam_deploy.template import Origin

Make = Callable[..., Facts]


def table(*indexes: str, kind: str = "Table", name: str = "orders", key: str = "id") -> Any:
    listed = [
        {
            "IndexName": each,
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        for each in indexes
    ]
    properties = {"TableName": name, "GlobalSecondaryIndexes": listed}
    return {"T": {"Type": f"AWS::DynamoDB::{kind}", "Properties": properties}}


def parameter(**properties: str) -> Any:
    return {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/a/b", **properties}}}


@pytest.mark.parametrize("kind", ["Table", "GlobalTable"])
def test_two_indexes_in_one_update_are_refused(make_facts: Make, kind: str) -> None:
    """DynamoDB makes or removes one at a time; no call is needed to know it."""
    facts = make_facts(
        table("ByDay", "ByWeek", kind=kind),
        table("ByYear", kind=kind),
        origins={"T": Origin('tables["orders"]', 7)},
    )
    (found,) = updates(facts)
    assert found.error
    what = 'Table `T` (tables["orders"], deploy.py:7) of `shop` in `eu-west-1`'
    assert f"{what} would change 3 indexes at once" == found.error.what
    assert found.error.why.endswith("this would add ByDay, add ByWeek, remove ByYear")
    assert found.error.hint.startswith("deploy one at a time")
    assert 5 == found.error.exit_code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (table("A"), table("A", "B")),
        (table("A", "B"), table("B")),
        (table("A", "B"), table("B", "A")),
        ({}, table("A", "B", "C")),
        (table(name="orders"), table("A", "B", name="others")),
    ],
    ids=["one more", "one less", "another order", "a new table", "a replaced table"],
)
def test_what_dynamodb_does_in_one_update_passes(make_facts: Make, before: Any, after: Any) -> None:
    """A table that is made anew is made with all of its indexes."""
    assert [] == list(updates(make_facts(after, before)))


def test_an_index_keeps_its_keys(make_facts: Make) -> None:
    """Another key is another index."""
    (found,) = updates(make_facts(table("A", key="day"), table("A", key="id")))
    assert found.error
    assert "would change the keys of its index `A`" in found.error.what


def test_an_advanced_parameter_stays_advanced(make_facts: Make) -> None:
    """A value that became short again would end in a rollback; the way out is a line to paste."""
    (found,) = updates(make_facts(parameter(Value="x"), parameter(Value="y", Tier="Advanced")))
    assert found.error
    expected = "Parameter `P` of `shop` in `eu-west-1` would go back to the standard tier"
    assert expected == found.error.what
    assert '`resources={"P": {"Properties": {"Tier": "Advanced"}}}`' in found.error.hint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (parameter(), parameter(Tier="Advanced")),
        (parameter(Tier="Advanced"), parameter(Tier="Advanced", Value="z")),
        (parameter(Tier="Advanced"), parameter(Tier="Intelligent-Tiering")),
        (parameter(Tier="Advanced"), parameter(Name="/a/c")),
    ],
)
def test_other_changes_of_tier_pass(make_facts: Make, before: Any, after: Any) -> None:
    """Upwards, to one that AWS chooses, or of a parameter that is made anew."""
    assert [] == list(updates(make_facts(after, before)))

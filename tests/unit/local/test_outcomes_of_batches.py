"""What comes after a call with changes of a stream: retries, halves, the first that failed."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.local.outcomes.batches import (
    WHOLE,
    Batch,
    Next,
    Read,
    Rules,
    after,
    failed_at,
    rules_of,
    too_old,
)

NUMBERS = ("100", "101", "102", "103")
POSITIONS = (0, 1, 2, 3)
FOUR = Batch(0, 4)


def reported(*identifiers: object) -> dict[str, Any]:
    failures = [{"itemIdentifier": each} for each in identifiers]
    return {"body": {"batchItemFailures": failures}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"error": True, "body": {}}, WHOLE),
        (reported("102"), 2),
        (reported("103", "101"), 1),
        (reported(), None),
        ({"body": {"batchItemFailures": None}}, None),
        ({"body": {}}, None),
        ({"body": None}, None),
        ({"body": "done"}, None),
        ({"body": b'{"batchItemFailures": [{"itemIdentifier": "101"}]}'}, 1),
        (reported(""), WHOLE),
        (reported(None), WHOLE),
        (reported("101", "unknown"), WHOLE),
        ({"body": {"batchItemFailures": [{"id": "101"}]}}, WHOLE),
        ({"body": {"batchItemFailures": ["101"]}}, WHOLE),
        ({"body": {"batchItemFailures": {"itemIdentifier": "101"}}}, WHOLE),
    ],
)
def test_the_first_that_failed_is_read_from_the_answer(
    answer: dict[str, Any], expected: int | None
) -> None:
    """The lowest number counts; nothing is success; what cannot be read is a whole failure."""
    assert expected == failed_at(answer, NUMBERS, Rules(reports=True))


def test_a_report_that_nobody_asked_for_is_not_read() -> None:
    """The mapping has to name ReportBatchItemFailures."""
    assert None is failed_at(reported("102"), NUMBERS, Rules())


def test_a_success_leaves_nothing() -> None:
    """The stream goes on."""
    assert Next() == after(FOUR, None, POSITIONS, Rules(retries=1))


def test_a_failure_is_tried_again_until_its_retries_are_used_up() -> None:
    """One retry is two calls."""
    first = after(FOUR, WHOLE, POSITIONS, Rules(retries=1))
    assert Next((Batch(0, 4, 1),), waits=True) == first
    last = after(first.again[0], WHOLE, POSITIONS, Rules(retries=1))
    assert Next(given_up=Batch(0, 4, 2)) == last


def test_without_a_limit_it_is_tried_for_ever() -> None:
    """-1, the default of the API."""
    assert Next((Batch(0, 4, 1001),), waits=True) == after(
        Batch(0, 4, 1000), WHOLE, POSITIONS, Rules()
    )


def test_a_failing_batch_is_split_and_no_retry_is_lost() -> None:
    """In halves of what the function saw, down to the one that fails."""
    rules = Rules(retries=0, splits=True)
    assert Next((Batch(0, 2), Batch(2, 4))) == after(FOUR, WHOLE, POSITIONS, rules)
    assert Next((Batch(0, 90), Batch(90, 100))) == after(Batch(0, 100), WHOLE, (5, 90), rules)
    assert Next(given_up=Batch(2, 3, 1)) == after(Batch(2, 3), WHOLE, (2,), rules)


@pytest.mark.parametrize("splits", [True, False])
def test_what_failed_is_tried_again_from_there_on(*, splits: bool) -> None:
    """What came before it is done. It has failed once, and is given up with what follows it."""
    rules = Rules(retries=1, splits=splits)
    found = after(FOUR, 2, POSITIONS, rules)
    assert Next((Batch(2, 4, 1),), waits=True) == found
    assert Next(given_up=Batch(2, 4, 2)) == after(found.again[0], 0, (2, 3), rules)
    assert Next((Batch(3, 4, 1),), waits=True) == after(found.again[0], 1, (2, 3), rules)


def test_the_oldest_are_too_old() -> None:
    """By more than the age that the mapping allows; -1 allows any."""
    created = (0.0, 30.0, 40.0)
    assert [1, 0, 3] == [
        too_old(created, now, Rules(age_seconds=age))
        for now, age in ((90.0, 60), (1000.0, -1), (101.0, 60))
    ]


def test_a_part_of_what_was_read_has_the_changes_at_its_positions() -> None:
    """With what the filter passed over before and after them."""
    changes = [{"at": each} for each in (3, 5, 8)]
    read = Read(Batch(0, 10), changes, [3, 5, 8])
    assert Read(Batch(0, 5), changes[:1], [3]) == read.first(1)
    assert read == read.first(3)
    assert changes[1:] == read.within(Batch(5, 10, 1))


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({}, Rules()),
        (
            {
                "MaximumRetryAttempts": "0",
                "MaximumRecordAgeInSeconds": 60,
                "BisectBatchOnFunctionError": True,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            },
            Rules(retries=0, age_seconds=60, splits=True, reports=True),
        ),
        ({"BisectBatchOnFunctionError": "false"}, Rules()),
    ],
)
def test_rules_are_those_of_the_mapping(mapping: dict[str, Any], expected: Rules) -> None:
    """With the API's defaults."""
    assert expected == rules_of(mapping)

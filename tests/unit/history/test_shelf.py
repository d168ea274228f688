"""Numbered documents: the newest is found with few calls, however many there are."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.history.shelf import Row

Bucket = Any
"""The bucket of the conftest, in memory."""


def row(bucket: Bucket, count: int) -> Row:
    made = Row(bucket, "releases/shop/dev/", 6)
    bucket.documents = {made.key(number): b"{}" for number in range(1, count + 1)}
    return made


@pytest.mark.parametrize(
    ("count", "calls"),
    [(0, 1), (1, 1), (999, 1), (1_000, 4), (1_001, 4), (2_500, 6), (10_000, 12), (70_000, 20)],
)
def test_the_newest_is_found_with_few_calls(bucket: Bucket, count: int, calls: int) -> None:
    """One call up to 999, about twenty for tens of thousands."""
    assert count == row(bucket, count).newest()
    assert len(bucket.calls) <= calls


@pytest.mark.parametrize("count", [1_500, 3_001, 9_999])
def test_gaps_do_not_hide_the_newest(bucket: Bucket, count: int) -> None:
    """Documents that somebody took away are no end."""
    here = row(bucket, count)
    for number in range(1_001, count - 1):
        del bucket.documents[here.key(number)]
    assert count == here.newest()


def test_the_newest_is_never_below_what_is_known(bucket: Bucket) -> None:
    """One call, which lists only what is newer."""
    here = row(bucket, 40)
    assert (40, 40, 41) == (here.newest(12), here.newest(40), here.newest(41))
    assert 3 == len(bucket.calls)


def test_other_documents_are_no_numbers(bucket: Bucket) -> None:
    """A pointer beside them, or something that a person has put there, is passed over."""
    here = row(bucket, 3)
    for name in ("head.json", "00004.json", "000004.json.bak", "old/000009.json"):
        bucket.documents[f"{here.prefix}{name}"] = b"{}"
    assert [1, 2, 3] == list(here.numbers())

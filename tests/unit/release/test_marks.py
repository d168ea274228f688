from __future__ import annotations

import pytest

from sam_deploy.aws import Alias
from sam_deploy.release import marks
from sam_deploy.release.publish import mark_of, tells_of

CODE = "q83vEjRW+/="


def alias(version: str, description: str) -> Alias:
    return Alias("dev", version, "r1", description=description)


@pytest.mark.parametrize(
    "mark",
    [marks.begun(), marks.hot("7", CODE), marks.hot("7", CODE, "6")],
    ids=["begun", "first", "second"],
)
def test_a_hot_alias_is_never_taken_for_a_deployed_one(mark: str) -> None:
    """So the next deployment puts it right, although its stack has no changes."""
    found = alias("7", mark)
    assert marks.is_hot(found)
    assert not tells_of(found, CODE)


def test_a_deployed_alias_is_not_hot() -> None:
    """Its version is then never taken away either."""
    found = alias("7", mark_of("7", CODE))
    assert tells_of(found, CODE)
    assert not marks.is_hot(found)
    assert ("", "") == (marks.hot_version(found), marks.outlived(found))


@pytest.mark.parametrize(
    ("version", "mark", "hot_version", "outlived"),
    [
        ("7", marks.hot("7", CODE), "7", ""),
        ("7", marks.hot("7", CODE, "6"), "7", "6"),
        ("8", marks.hot("7", CODE, "6"), "", ""),
        ("7", marks.begun(), "", ""),
        ("1", "", "", ""),
    ],
    ids=["first", "second", "moved by others", "cut off", "untouched"],
)
def test_only_versions_that_a_hot_update_made_are_taken_away(
    version: str, mark: str, hot_version: str, outlived: str
) -> None:
    """A version that a deployment made, or that others moved an alias to, is not ours to delete."""
    found = alias(version, mark)
    assert (hot_version, outlived) == (marks.hot_version(found), marks.outlived(found))


def test_a_mark_fits_into_a_description() -> None:
    """Lambda takes 256 characters."""
    assert 256 >= len(marks.hot("123456", "x" * 44, "123455"))

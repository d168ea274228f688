from __future__ import annotations

import pytest

from sam_deploy.cli.standing.failed_regions import refuse_failed
from sam_deploy.errors import IncompleteError, UnreachableError

HERE, THERE = "eu-west-1", "us-east-1"
DOWN = UnreachableError("`logs:FilterLogEvents` got no answer", why="timed out", hint="wait")


def test_a_region_that_fails_makes_the_answer_incomplete() -> None:
    """Exit code 7; the error names the region, and what is shown all the same (R270)."""
    with pytest.raises(IncompleteError) as caught:
        refuse_failed({THERE: DOWN}, (HERE, THERE))
    assert "1 of 2 regions could not be read" == caught.value.what
    assert "`us-east-1`: `logs:FilterLogEvents` got no answer: timed out" == caught.value.why
    assert ("what is shown is of eu-west-1", "wait") == (caught.value.state, caught.value.hint)


def test_the_error_itself_is_told_when_no_region_answers() -> None:
    """With its own exit code."""
    with pytest.raises(UnreachableError) as caught:
        refuse_failed({HERE: DOWN, THERE: DOWN}, (HERE, THERE))
    assert DOWN is caught.value


def test_nothing_is_said_when_all_regions_answered() -> None:
    """The usual case ends with 0."""
    refuse_failed({}, (HERE, THERE))

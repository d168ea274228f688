from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.aws import LogEvent
from sam_deploy.watching.lines import (
    Line,
    Source,
    is_platform,
    level_of,
    line_of,
    merged,
    version_of,
)


def line(at: int, region: str, message: str = "x") -> Line:
    return Line(at, region, "Api", "1", (), "stream", message)


@given(st.lists(st.lists(st.integers(0, 50), max_size=20).map(sorted), max_size=5))
def test_merging_keeps_every_line_and_the_order_of_each_source(times: list[list[int]]) -> None:
    """Time rises, nothing is lost, lines of one source stay in their order (R270)."""
    numbers = itertools.count()
    batches = [
        [line(at, f"region-{index}", str(next(numbers))) for at in its]
        for index, its in enumerate(times)
    ]
    found = merged(batches)
    assert sorted(each.timestamp_ms for each in found) == [each.timestamp_ms for each in found]
    for index, batch in enumerate(batches):
        assert batch == [each for each in found if each.region == f"region-{index}"]
    assert sum(map(len, batches)) == len(found)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("2026/11/28/[12]8f0a", "12"),
        ("2026/11/28/[$LATEST]8f0a", "$LATEST"),
        ("2026/11/28/ApiFunction[7]8f0a", "7"),
        ("anything", ""),
    ],
)
def test_the_version_is_in_the_name_of_the_stream(stream: str, expected: str) -> None:
    """With a log group of one's own the function's name is before the bracket."""
    assert expected == version_of(stream)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("START RequestId: 1 Version: 1", True),
        ("END RequestId: 1", True),
        ("REPORT RequestId: 1\tDuration: 1 ms", True),
        ("REPORT RequestId: 1\tDuration: 1 ms\tStatus: timeout", False),
        ("INIT_START Runtime Version: python:3.12.v1", True),
        ('{"time":"t","type":"platform.start","record":{}}', True),
        ('{"time":"t","type":"platform.report","record":{"status":"timeout"}}', False),
        ('{"message":"platform.start is a word"}', False),
        ("STARTED the engine", False),
        ("{not json platform.", False),
        ("", False),
    ],
)
def test_lines_of_lambda_itself_are_told_from_a_functions(message: str, expected: object) -> None:
    """START, END and REPORT as text and as JSON; a REPORT of a failure is for everybody (R270)."""
    assert expected is is_platform(message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("[ERROR]\t2026-11-28T10:00:00Z\tid\tboom", "error"),
        ("[ERROR] KeyError: 'x'\nTraceback", "error"),
        ("2026-11-28T10:00:00.000Z\tid\tERROR\tboom", "error"),
        ("2026-11-28T10:00:00.000Z id Task timed out after 3.00 seconds", "error"),
        ("Traceback (most recent call last):", "error"),
        ("ERROR:root:boom", "error"),
        ('{"level": "ERROR", "message": "boom"}', "error"),
        ('{"levelname": "critical"}', "error"),
        ('{"type":"platform.report","record":{"status":"error"}}', "error"),
        ("REPORT RequestId: 1\tStatus: timeout", "error"),
        ("RequestId: 1 Error: Runtime exited with error: signal: killed", "error"),
        ("[WARNING]\t2026\tid\thm", "warning"),
        ('{"level": "WARN"}', "warning"),
        ("no error here", ""),
        ('{"level": "INFO", "message": "ERROR"}', ""),
        ("[]", ""),
        ("{" * 5000, ""),
    ],
)
def test_how_bad_a_line_is_follows_from_its_text(message: str, expected: str) -> None:
    """The formats of Python, Node and JSON logging, and what Lambda writes itself."""
    assert expected == level_of(message)


def test_a_shared_function_tells_its_environment_by_the_version_alone() -> None:
    """One that only prod serves is prod's; one that both serve is nobody's for sure."""
    source = Source("eu-west-1", "Api", "g", served={"1": ("prod",), "2": ("dev", "staging")})
    lines = [line_of(source, LogEvent(f"d/[{each}]x", 1, "m")) for each in ("1", "2", "3")]
    assert ["prod", "", ""] == [each.environment for each in lines]
    assert [("prod",), ("dev", "staging"), ()] == [each.environments for each in lines]


def test_an_isolated_function_belongs_to_its_environment() -> None:
    """Whatever the version."""
    source = Source("eu-west-1", "Api", "g", environment="dev")
    assert "dev" == line_of(source, LogEvent("d/[$LATEST]x", 1, "m")).environment


def test_a_source_wants_the_streams_of_its_versions() -> None:
    """All of them when no environment is asked for."""
    some = Source("eu-west-1", "Api", "g", versions=frozenset({"2"}))
    every = Source("eu-west-1", "Api", "g")
    streams = ["d/[1]x", "d/[2]x", "d/[22]x"]
    assert [False, True, False] == [some.wants(each) for each in streams]
    assert [True, True, True] == [every.wants(each) for each in streams]

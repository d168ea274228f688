from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy_runtime import Secret
from sam_deploy_runtime.values import convert


def test_a_secret_does_not_print() -> None:
    """Its repr is stars: alone, in a list, in a dict, and as an argument in logs."""
    secret = Secret("canary-in-a-repr")

    assert ["***", "[***]", "{'key': ***}", "***"] == [
        repr(secret),
        repr([secret]),
        repr({"key": secret}),
        f"{secret!r}",
    ]


def test_a_secret_is_the_text_itself() -> None:
    """It can be sent, compared and looked up like any text."""
    secret = Secret("abc")

    assert ("abc", "Bearer abc", '"abc"') == (secret, f"Bearer {secret}", json.dumps(secret))
    assert {"abc": 1}[secret] == 1


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("8", int, 8),
        ("-1", int, -1),
        ("0.5", float, 0.5),
        ("true", bool, True),
        (" On ", bool, True),
        ("1", bool, True),
        ("no", bool, False),
        ("0", bool, False),
        ('{"a": [1]}', dict, {"a": [1]}),
        ("[1, 2]", list, [1, 2]),
        ("null", json.loads, None),
        ("a,b", lambda text: text.split(","), ["a", "b"]),
        ("text", str, "text"),
    ],
)
def test_text_is_read_as_the_type_that_is_wanted(
    text: str, wanted: Callable[[str], Any], expected: object
) -> None:
    """Numbers, truth, JSON, and whatever a function makes of it."""
    assert (True, expected) == convert(text, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("eight", int),
        ("", int),
        ("0.5", int),
        ("half", float),
        ("maybe", bool),
        ("", bool),
        ("[1]", dict),
        ("{}", list),
        ("{", dict),
        ("x", json.loads),
    ],
)
def test_text_of_another_type_does_not_fit(text: str, wanted: Callable[[str], Any]) -> None:
    """Nothing is guessed: an empty text is not false, and a list is no dict."""
    assert (False, None) == convert(text, wanted)


def test_a_secret_stays_one_when_it_is_read_as_text() -> None:
    """`type=str` does not uncover it."""
    assert "***" == repr(convert(Secret("abc"), str)[1])


@given(st.text())
def test_a_failed_reading_leaves_no_trace_of_the_text(text: str) -> None:
    """Python's own errors quote what they could not read; here no error is left at all."""
    canary = Secret(f"canary-{text}")
    try:
        fits, _ = convert(canary, int)
        assert not fits
        raise LookupError("what the caller says")
    except LookupError:
        assert "canary-" not in traceback.format_exc()

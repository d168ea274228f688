from __future__ import annotations

import dataclasses
import sys

import pytest

from sam_deploy import App, Bucket, Function, Queue
from sam_deploy.config.declare import ABSENT, Origin, origin_of


def test_a_declaration_keeps_its_arguments() -> None:
    """Positional arguments go by the order of the fields; the rest have their defaults."""
    queue = Queue("Orders", max_receive_count=3)
    assert ("Orders", 3, 900, {}) == (
        queue.name,
        queue.max_receive_count,
        queue.visibility_timeout_seconds,
        queue.waive,
    )


def test_a_declaration_knows_where_it_was_written() -> None:
    """File and line are the caller's, also when the call spans several lines."""
    line = sys._getframe().f_lineno + 1  # noqa: SLF001 - this very line
    queue = Queue(
        "Orders",
    )
    assert Origin(__file__, line) == origin_of(queue)


def test_a_declaration_made_by_a_function_stands_where_it_is_made() -> None:
    """A helper in the user's file is the place to correct."""

    def helper() -> Queue:
        return Queue("Orders")

    origin = origin_of(helper())
    assert origin is not None
    assert helper.__code__.co_firstlineno + 1 == origin.line


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        ((), {}, {"missing": ("name", "source")}),
        (("Api",), {}, {"missing": ("source",)}),
        (("Api",), {"sorce": "x"}, {"missing": ("source",), "unknown": ("sorce",)}),
        (("Api", "x"), {"name": "Other"}, {"unknown": ("name",)}),
        (("Api", "x"), {"b": 1, "a": 2}, {"unknown": ("b", "a")}),
        (tuple(range(len(dataclasses.fields(Function)) + 2)), {}, {"surplus": 2}),
        (("Api", "x"), {}, {}),
    ],
)
def test_wrong_arguments_are_recorded_and_not_raised(
    args: tuple[object, ...], kwargs: dict[str, object], expected: dict[str, object]
) -> None:
    """The loader reports them later, together with all other mistakes."""
    origin = origin_of(Function(*args, **kwargs))
    assert origin is not None
    found = {
        name: value
        for name in ("unknown", "missing", "surplus")
        if (value := getattr(origin, name))
    }
    assert expected == found


def test_a_missing_argument_leaves_a_mark() -> None:
    """Whatever walks the tree can tell a missing value from None."""
    assert ABSENT is Bucket().name
    assert "nothing" == repr(ABSENT)


def test_an_argument_given_twice_keeps_the_first_value() -> None:
    """`name` by position and by keyword: the position counts, the keyword is reported."""
    assert "A" == Queue("A", name="B").name


def test_defaults_are_not_shared() -> None:
    """Two declarations have two dictionaries."""
    assert Queue("A").waive is not Queue("B").waive


def test_a_declaration_cannot_be_changed() -> None:
    """What was judged stays as it was judged."""
    queue = Queue("A")
    with pytest.raises(dataclasses.FrozenInstanceError):
        queue.name = "B"


def test_declarations_are_compared_by_their_values() -> None:
    """Where they were written does not make them different."""
    first = Queue("A")
    second = Queue("A")
    assert first == second
    assert Queue("B") != first


@pytest.mark.parametrize("value", [None, 5, "text", App, object()])
def test_what_is_no_declaration_has_no_origin(value: object) -> None:
    """Classes, text and numbers were declared nowhere."""
    assert origin_of(value) is None

from __future__ import annotations

import enum
from collections import OrderedDict
from typing import Any

import pytest

from sam_deploy import App, Function, Queue
from sam_deploy.config.tame import DEEPEST, Odd, tamed


class Hostile:
    """Raises at everything that shows or compares it."""

    def _no(self, *_: object) -> Any:
        raise RuntimeError("hostile")

    __repr__ = __eq__ = __hash__ = __bool__ = _no  # type: ignore[assignment]


class Liar:
    """Says that it is text."""

    __class__ = str  # type: ignore[assignment]


class Level(enum.StrEnum):
    """Text with a name."""

    HIGH = "high"


def tags_of(value: object) -> object:
    return tamed(App(tags=value)).tags  # type: ignore[call-arg,arg-type] # any value can stand there


def test_a_tree_of_plain_values_is_left_as_it_is() -> None:
    """The same object, so that nothing is copied for nothing."""
    app = App(name="shop", functions=(Function("Api", source="api"),))  # type: ignore[call-arg]
    assert app is tamed(app)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Hostile(), "a value of the type Hostile"),
        ({1, 2}, "{1, 2}"),
    ],
)
def test_what_no_argument_takes_gets_a_stand_in(value: object, shown: str) -> None:
    """It can be shown, compared and hashed, and fits no annotation."""
    found = tags_of(value)
    assert isinstance(found, Odd)
    assert shown == repr(found)


def test_a_number_that_python_does_not_write_down_gets_a_stand_in() -> None:
    """Showing it would raise."""
    assert "a number of thousands of digits" == repr(tags_of(10**5000))


def test_a_value_is_taken_for_what_it_is_not_for_what_it_says() -> None:
    """`isinstance` asks the value's `__class__`."""
    assert type(tags_of(Liar())) is Odd


def test_relatives_of_plain_values_become_plain() -> None:
    """Members of an enum are text, and an ordered dict is a dict."""
    found = tags_of(OrderedDict(level=Level.HIGH, many=[Level.HIGH]))
    assert {"level": "high", "many": ["high"]} == found
    assert isinstance(found, dict)
    assert {dict, str, list} == {type(found), *(type(each) for each in found.values())}


def test_a_list_that_contains_itself_ends() -> None:
    """At the place where it begins anew."""
    circle: list[object] = ["x"]
    circle.append(circle)
    assert "['x', a value that contains itself]" == repr(tags_of(circle))


def test_depth_ends() -> None:
    """Deeper than CloudFormation reads, Python's own stack would be next."""
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    assert f"a value nested more than {DEEPEST} deep" in repr(tags_of(deep))


def test_what_is_shared_is_no_circle() -> None:
    """The same list in two places is two lists."""
    shared = ["x"]
    assert [["x"], ["x"]] == tags_of([shared, shared])


def test_keys_are_looked_at_too() -> None:
    """Only plain ones can be shown and sorted."""
    found = tags_of({frozenset({1}): "x"})
    assert isinstance(found, dict)
    assert "frozenset({1})" == repr(next(iter(found)))


def test_declarations_keep_their_place() -> None:
    """An error has to name the line."""
    queue = Queue("Orders", kms_key=Hostile())  # type: ignore[arg-type]
    found = tamed(App(queues=[queue])).queues[0]  # type: ignore[call-arg]
    assert vars(queue)["__origin__"] == vars(found)["__origin__"]

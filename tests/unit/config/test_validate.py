from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import (
    App,
    Function,
    HttpApi,
    Queue,
    SnsPublisher,
    on_queue,
)
from sam_deploy.config.declare import origin_of
from sam_deploy.config.validate import validate

WrongValues = Callable[..., list[str]]


def function(**given: object) -> dict[str, Any]:
    """An app's arguments with one function, which has these arguments beside the needed ones."""
    return {"functions": [Function("Api", **({"source": "x"} | given))]}


def test_a_list_where_one_thing_belongs_is_called_a_list(wrong_values: WrongValues) -> None:
    """What the user wrote is told in the user's words, not as our own representation."""
    (found,) = wrong_values(http_api=[HttpApi()])
    assert found.endswith("`HttpApi(...)`, not a list")


def test_a_long_value_is_shortened(wrong_values: WrongValues) -> None:
    """A message stays one line on a screen."""
    (found,) = wrong_values(domain={"a" * 80: 1})
    assert "domain: must be text in quotes, not {'" + "a" * 55 + "..." == found


def test_all_mistakes_are_found_at_once(wrong_values: WrongValues) -> None:
    """A wrong leaf does not hide what is wrong beside it or above it."""
    found = wrong_values(
        name="Shop",
        queues=[Queue("A", max_receive_count=0), Queue("B", visibility_timeout_seconds="long")],
        **function(memory_mb=1, handler="x"),
    )
    assert 5 == len(found)
    assert {"name", 'queues["A"]', 'queues["B"]', 'functions["Api"]'} == {
        text.split(":")[0].split(".")[0] for text in found
    }


def test_each_mistake_has_the_line_of_its_own_declaration(make_app: Callable[..., App]) -> None:
    """A wrong value inside a function is reported on the function's line, not on the app's."""
    bad = Function("Api", source="x", memory_mb=1)
    origin = origin_of(bad)
    _, problems = validate(make_app(functions=[bad]))
    assert origin is not None
    assert [origin.line] == [problem.line for problem in problems]


def test_what_is_right_comes_back_equal_with_tuples_for_lists(make_app: Callable[..., App]) -> None:
    """The validated tree is frozen to its leaves, and still knows where it was written."""
    app = make_app(
        queues=[Queue("A", senders=[SnsPublisher({"eu-west-1": ["123456789012"]})])],
        **function(layers=["deps"], environment={"A": "b"}, triggers=[on_queue("A")]),
    )
    validated, problems = validate(app)
    assert [] == problems
    assert validated is not None
    assert ("deps",) == validated.functions[0].layers
    assert {"eu-west-1": ("123456789012",)} == validated.queues[0].senders[0].accounts
    assert on_queue("A") == validated.functions[0].triggers[0]
    assert origin_of(app) == origin_of(validated)
    assert origin_of(app.functions[0]) == origin_of(validated.functions[0])


def test_what_is_wrong_comes_back_as_nothing(make_app: Callable[..., App]) -> None:
    """No later phase can ever see a tree that was not accepted."""
    validated, problems = validate(make_app(name=1))
    assert validated is None
    assert 1 == len(problems)

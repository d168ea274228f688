"""The plain look at a value, held against pydantic's."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.config import model
from sam_deploy.config.declare import Declaration
from sam_deploy.config.fits import fits
from sam_deploy.config.judge import judge

HINTS = [
    (f"{name}.{attribute}", hint)
    for name in model.__all__
    if isinstance(kind := getattr(model, name), type) and issubclass(kind, Declaration)
    for attribute, hint in get_type_hints(kind, include_extras=True).items()
    if not attribute.startswith("__")
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 50_000),
    st.floats(),
    st.sampled_from(["", "dev", "eu-west-1", "ANY", "python3.12", "123456789012", "/a", "a@b.cd"]),
    st.sampled_from(["a.b", "dzgro.com", "handler.handler", "tests", "auto", "1" * 12, "x\n"]),
    st.sampled_from([model.Environment("dev"), model.Queue("A"), model.Route("GET", "/")]),
)
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=6).map(tuple),
    st.lists(SCALARS, max_size=2),
    st.dictionaries(st.text(max_size=3) | st.just("eu-west-1"), SCALARS, max_size=2),
    st.dictionaries(st.just("eu-west-1"), st.lists(SCALARS, max_size=2).map(tuple), max_size=1),
)


@pytest.mark.parametrize(("name", "hint"), HINTS, ids=[name for name, _ in HINTS])
@given(value=VALUES)
@settings(max_examples=25, deadline=None)
def test_what_the_plain_look_passes_pydantic_passes_too(name: str, hint: Any, value: Any) -> None:
    """A value that is taken without pydantic would have been taken with it (R004)."""
    if fits(value, hint):
        assert [] == judge(value, hint), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Function.memory_mb", 128),
        ("Function.runtime", "python3.12"),
        ("Function.runtime", None),
        ("Function.layers", ("a", "b")),
        ("Function.environment", {"A": "1"}),
        ("App.home_region", "eu-west-1"),
        ("SnsPublisher.accounts", {"eu-west-1": ("123456789012",)}),
    ],
)
def test_what_is_right_needs_no_pydantic(name: str, value: object) -> None:
    """The values of an ordinary configuration are passed by the plain look."""
    assert fits(value, dict(HINTS)[name])

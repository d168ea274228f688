"""The campaign `malformed`, a few hundred times: `.ci/campaigns malformed` does it 10,000 times."""

from __future__ import annotations

import dataclasses
import random
import tempfile
import warnings
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.campaigns import junk, malformed, mistakes, spoilt
from tests.campaigns.malformed import Answer, Seed, judged, names_it
from tests.campaigns.written import Call, Raw, copied, file_of, places

from sam_deploy.config import model
from sam_deploy.config.declare import Declaration
from sam_deploy.config.fits import fits

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
RARELY = {
    "max_examples": 60,
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@pytest.fixture(scope="module")
def seeds() -> list[Seed]:
    return malformed.seeds()


@pytest.fixture(scope="module")
def everything(seeds: list[Seed]) -> Call:
    return seeds[0].trees[0]


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="malformed-"))


def complaint(answer: Answer, mutant: mistakes.Mutant | None) -> str:
    """What did not hold."""
    if answer.error and not answer.wrong and not names_it(answer.error, mutant):
        return f"names neither field nor line: {malformed.said(answer.error)}"
    return answer.wrong


@pytest.mark.slow
def test_every_seed_is_right_before_it_is_changed(seeds: list[Seed], folder: Path) -> None:
    """In each topology and in the campaign's own writing; so every problem comes from a change."""
    found = [judged(file_of(tree, junk.HOSTILE), folder) for s in seeds for tree in s.trees]
    assert [("loaded", "")] * len(found) == [(each.kind, each.wrong) for each in found]


def test_every_kind_of_declaration_is_in_the_seeds(seeds: list[Seed]) -> None:
    """A new class is added to `tests/campaigns/everything`; its arguments come by themselves."""
    known = {
        each
        for each in vars(model).values()
        if isinstance(each, type) and issubclass(each, Declaration)
    }
    assert known == {place.call.kind for seed in seeds for t in seed.trees for place in places(t)}


@pytest.mark.long
@pytest.mark.fault(61)
@settings(**RARELY)
@given(dice=st.integers(0, 2**32))
def test_a_mistake_is_named(seeds: list[Seed], folder: Path, dice: int) -> None:
    """Whatever is changed: an app that renders to a right template, or a problem at its field."""
    rng = random.Random(dice)  # noqa: S311 - nothing here is secret
    mutant = mistakes.mutated(rng.choice(rng.choice(seeds).trees), rng)
    assert "" == complaint(judged(mutant.text, folder), mutant)


@pytest.mark.fault(61)
@settings(**RARELY)
@given(dice=st.integers(0, 2**32))
def test_a_spoilt_file_is_refused_at_its_line(seeds: list[Seed], folder: Path, dice: int) -> None:
    """Cut off, unbalanced, in another encoding, ended by an exception: never a traceback."""
    rng = random.Random(dice)  # noqa: S311 - nothing here is secret
    text = spoilt.SPOILS[rng.choice(list(spoilt.SPOILS))](rng.choice(seeds).text, rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "" == complaint(judged(text, folder), None)


@pytest.mark.long
@pytest.mark.fault(61)
@settings(**RARELY)
@given(number=st.integers(0, 10_000), value=VALUES)
def test_any_value_in_any_argument_has_an_answer(
    everything: Call, folder: Path, number: int, value: object
) -> None:
    """Of every declaration class, and by hypothesis' idea of values."""
    tree = copied(everything)
    every = list(places(tree))
    place = every[number % len(every)]
    place.call.arguments[place.argument] = Raw(repr(value))
    text = file_of(tree, "nan, inf = float('nan'), float('inf')")
    assert "" == judged(text, folder).wrong


@pytest.mark.parametrize("odd", junk.JUNK)
def test_no_value_is_too_odd(everything: Call, folder: Path, odd: str) -> None:
    """Objects that raise or lie, and lists that contain themselves: refused at their place."""
    tree = copied(everything)
    tree.arguments["description_of_nothing"] = Raw(odd)
    tree.arguments["hosted_zone_id"] = Raw(odd)
    tree.arguments["functions"][0].arguments["statements"] = Raw(odd)
    tree.arguments["functions"][0].arguments["uses"] = Raw(odd)
    answer = judged(file_of(tree, junk.HOSTILE), folder)
    assert ("refused", "") == (answer.kind, answer.wrong)


@pytest.mark.parametrize("line", spoilt.LINES)
def test_no_line_is_too_odd(seeds: list[Seed], folder: Path, line: str) -> None:
    """Endless recursion, exceptions without words, an emptied search path, a megabyte of text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "" == complaint(judged(f"{seeds[-1].text}\n{line}\n", folder), None)


@pytest.mark.fault(61)
@pytest.mark.slow
def test_a_process_says_it_without_a_traceback(everything: Call, folder: Path) -> None:
    """Exit 2, whatever stands there."""
    tree = copied(everything)
    tree.arguments["tags"] = Raw("{'a': Hostile()}")
    assert "" == malformed.in_a_process(file_of(tree, junk.HOSTILE), folder)[1]


def test_every_default_fits_its_own_annotation() -> None:
    """So that only what users give has to be looked at."""
    wrong = [
        f"{kind.__name__}.{each.name}"
        for kind in vars(model).values()
        if isinstance(kind, type) and issubclass(kind, Declaration)
        for each in dataclasses.fields(kind)
        if each.default is not dataclasses.MISSING
        and not fits(each.default, get_type_hints(kind, include_extras=True)[each.name])
    ]
    assert [] == wrong

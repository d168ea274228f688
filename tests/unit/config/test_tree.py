from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy import App, FeatureSet, Layer, Queue, on_queue
from sam_deploy.config import tree
from sam_deploy.config.tree import Problem


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem("queues", "is bad", 7), "deploy.py:7: queues: is bad"),
        (Problem("queues", "is bad"), "queues: is bad"),
        (Problem("", "is bad", 7), "deploy.py:7: is bad"),
    ],
)
def test_a_problem_reads_as_place_and_message(problem: Problem, expected: str) -> None:
    """File and line come first, so that editors make a link of them."""
    assert expected == str(problem)


def test_a_problem_of_a_loaded_file_names_its_line() -> None:
    """`line_of` is the line of the call; what is no declaration has line 0."""
    first, second = Queue("A"), Queue("B")
    assert 0 < tree.line_of(first) == tree.line_of(second)
    assert 0 == tree.line_of("text")


@pytest.mark.parametrize(
    ("item", "expected"),
    [(Queue("Orders"), '"Orders"'), (Queue(5), "3"), (on_queue("Orders"), "3"), ("text", "3")],
)
def test_a_list_entry_is_called_by_its_name_or_its_number(item: object, expected: str) -> None:
    """A name that is not text is no name."""
    assert expected == tree.label(item, 3)


def test_names_are_those_that_are_text(make_app: Callable[..., App]) -> None:
    """A missing or wrong name is left to the validation."""
    app = make_app(queues=[Queue("A"), Queue(5), Queue()], layers=[Layer("deps")])
    assert ["A", "deps"] == tree.names(app, "queues", "layers")
    assert [] == tree.names(make_app(queues="A"), "queues")


def test_a_feature_set_is_the_own_or_the_first(make_app: Callable[..., App]) -> None:
    """Nothing given means the app's first feature set."""
    app = make_app()
    assert "core" == tree.feature_set_of(app, Queue("A"))
    assert "extra" == tree.feature_set_of(app, Queue("A", feature_set="extra"))
    assert tree.feature_set_of(make_app(feature_sets=[]), Queue("A")) is None


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (["Orders", "Reports"], "unknown queue 'Ordrs'; did you mean 'Orders'?"),
        (["zzz", "aaa"], "unknown queue 'Ordrs'; there is aaa, zzz"),
        (["zzz", "aaa", "zzz"], "unknown queue 'Ordrs'; there is aaa, zzz"),
        ([], "unknown queue 'Ordrs'; none is declared"),
    ],
)
def test_an_unknown_name_comes_with_the_nearest_or_with_all(
    known: list[str], expected: str
) -> None:
    """The user sees what to write instead."""
    assert expected == tree.unknown_name("uses", "queue", "Ordrs", known, 1).message


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("reports", ("reports", "all")),
        ("reports.read", ("reports", "read")),
        ("reports.write", ("reports", "write")),
        ("read", ("read", "all")),
        (".read", ("", "read")),
        ("a.b.read", ("a.b", "read")),
    ],
)
def test_a_use_is_a_name_and_a_mode(use: str, expected: tuple[str, str]) -> None:
    """Without a mode it is both reading and writing."""
    assert expected == tree.split_use(use)


def test_a_feature_set_entry_has_its_place_in_the_path(make_app: Callable[..., App]) -> None:
    """Entries without a usable name are numbered."""
    app = make_app(feature_sets=[FeatureSet("core", regions=["eu-west-1"]), FeatureSet()])
    assert ['feature_sets["core"]', "feature_sets[1]"] == [
        path for path, _ in tree.entries(app, "feature_sets")
    ]

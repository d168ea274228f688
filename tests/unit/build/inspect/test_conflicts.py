from __future__ import annotations

from collections.abc import Callable

from sam_deploy.build.inspect.conflicts import find_conflicts
from sam_deploy.build.inspect.model import Contents

MakeContents = Callable[..., Contents]


def test_two_layers_with_other_versions_are_named(make_contents: MakeContents) -> None:
    """The later layer lies on top; what is the same everywhere is no conflict."""
    layers = [
        make_contents("one", {"six 1.16": 5, "idna 3.1": 5}),
        make_contents("two", {"six 1.17": 5, "idna 3.1": 5}),
    ]
    function = make_contents("Api", {}, {"handler.py": 5}, kind="function")
    (conflict,) = find_conflicts(function, layers)
    assert (
        "`Api` gets `six` in different versions: 1.16 by layer `one`, 1.17 by layer `two`; "
        "files of layer `two` win, what only the others have stays beside them"
    ) == conflict.message


def test_the_function_wins_over_its_layers(make_contents: MakeContents) -> None:
    """Python looks into /var/task first."""
    function = make_contents("Api", {"six 1.15": 5}, kind="function")
    layers = [make_contents(f"l{number}", {"six 1.16": 5}) for number in range(2)]
    (conflict,) = find_conflicts(function, layers)
    assert ("function `Api`", "1.15") == conflict.brought[-1]
    assert 3 == len(conflict.brought)


def test_conflicts_come_by_name(make_contents: MakeContents) -> None:
    """The same order in every run."""
    layers = [
        make_contents("one", {"b 1": 5, "a 1": 5}),
        make_contents("two", {"a 2": 5, "b 2": 5}),
    ]
    function = make_contents("Api", {}, kind="function")
    assert ["a", "b"] == [each.package for each in find_conflicts(function, layers)]
    assert () == find_conflicts(function, [])

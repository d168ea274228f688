from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy.build.inspect.limits import (
    parse_size,
    problems,
    too_large,
    unpacked_with_layers,
    usage,
)
from sam_deploy.build.inspect.model import Contents
from sam_deploy.build.model import Archive

MakeContents = Callable[..., Contents]
LIMIT = 262_144_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60MB", 60_000_000),
        ("60 MB", 60_000_000),
        ("60m", 60_000_000),
        ("1.5GB", 1_500_000_000),
        ("800k", 800_000),
        ("800 kB", 800_000),
        ("64MiB", 67_108_864),
        ("1000", 1000),
        ("250 B", 250),
        ("0", 0),
        ("60TB", None),
        ("-1MB", None),
        ("MB", None),
        ("", None),
        ("1e3", None),
        ("60,5MB", None),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, expected: int | None) -> None:
    """Powers of ten, unless an `i` asks for powers of two."""
    assert expected == parse_size(text)


def test_a_function_is_counted_with_all_its_layers(make_contents: MakeContents) -> None:
    """Lambda's 250 MB are for all of them together."""
    function = make_contents("Api", {}, {"a.py": 100}, kind="function")
    layers = {"one": make_contents("one", {"a 1": 200}), "two": make_contents("two", {"b 1": 300})}
    used = usage("Api", function, layers)
    assert (100, 600, ("one", "two")) == (
        used.own_unpacked_bytes,
        used.unpacked_bytes,
        used.layers,
    )
    assert 600 / LIMIT == used.share


def test_any_archive_can_be_counted() -> None:
    """Also what the build itself knows of one, before it is stored."""
    archives = [Archive("0" * 64, 10, size, 1) for size in (1, 20, 300)]
    assert 321 == unpacked_with_layers(archives[0], archives[1:])


@pytest.mark.parametrize(("size", "fits"), [(LIMIT, True), (LIMIT + 1, False)])
def test_lambdas_limit_is_262_144_000_bytes(
    size: int,
    fits: bool,  # noqa: FBT001 - a case of the table
    make_contents: MakeContents,
) -> None:
    """What Lambda calls 250 MB; the last byte still fits."""
    function = make_contents("Api", {}, {"a.py": size - 10}, kind="function")
    used = usage("Api", function, {"l": make_contents("l", {"a 1": 10})})
    assert fits == used.fits
    assert (0 if fits else 1) == len(problems([function], [used], {}))


def test_more_than_five_layers_do_not_fit(make_contents: MakeContents) -> None:
    """Lambda takes five."""
    function = make_contents("Api", {}, {"a.py": 1}, kind="function")
    layers = {str(number): make_contents(str(number), {"a 1": 1}) for number in range(6)}
    used = usage("Api", function, layers)
    assert not used.fits
    assert ("function `Api` has 6 layers, Lambda takes 5",) == problems([], [used], {})


@pytest.mark.parametrize(("size", "s3"), [(52_428_800, False), (52_428_801, True)])
def test_large_archives_go_through_s3(
    size: int,
    s3: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """Lambda takes 50 MB directly; more is no mistake."""
    used = usage("Api", Archive("0" * 64, size, 100, 1), {})
    assert (s3, True) == (used.needs_s3, used.fits)


def test_over_budget_names_the_largest_packages(make_contents: MakeContents) -> None:
    """Only archives that have a budget and are over it."""
    sizes = {f"p{number} 1.0": number * 1_000_000 for number in range(1, 8)}
    archives = [make_contents("large", sizes), make_contents("small", {"six 1": 10})]
    found = problems(archives, [], {"layer/large": 20_000_000, "layer/small": 10})
    expected = (
        "layer `large` is 28.0 MB unpacked, its budget is 20.0 MB; the largest: p7 1.0 7.0 MB, "
        "p6 1.0 6.0 MB, p5 1.0 5.0 MB, p4 1.0 4.0 MB, p3 1.0 3.0 MB"
    )
    assert (expected,) == found
    assert () == problems(archives, [], {})
    assert (3, "An archive is too large", expected) == (
        too_large(found).exit_code,
        too_large(found).what,
        too_large(found).why,
    )


def test_a_layer_alone_can_be_too_large(make_contents: MakeContents) -> None:
    """No function could use it."""
    (found,) = problems([make_contents("huge", {"a 1": LIMIT + 1})], [], {})
    assert found.startswith("layer `huge` is 262.1 MB unpacked, Lambda takes 250 MB")

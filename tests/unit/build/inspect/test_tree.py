from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build.inspect.model import StoredFile
from sam_deploy.build.inspect.tree import Branch, grow, lines


def stored(sizes: dict[str, int]) -> list[StoredFile]:
    return [StoredFile(path, size, size, 0) for path, size in sizes.items()]


def drawn(sizes: dict[str, int], depth: int) -> list[str]:
    return [
        f"{line.rails}{line.name} {line.unpacked_bytes}"
        for line in lines(grow(stored(sizes)), depth)
    ]


def test_the_largest_comes_first() -> None:
    """Folders end with a slash; a folder that holds everything is not counted as a level."""
    sizes = {"python/a/x.py": 30, "python/a/y.py": 20, "python/b.py": 40, "python/c/z/q.py": 10}
    expected = [
        "└── python/ 100",
        "    ├── a/ 50",
        "    │   ├── x.py 30",
        "    │   └── y.py 20",
        "    ├── b.py 40",
        "    └── c/ 10",
        "        └── z/ 10",
        "            └── q.py 10",
    ]
    assert expected == drawn(sizes, 2)
    assert [expected[0], expected[1], "    ├── b.py 40", "    └── c/ 10"] == drawn(sizes, 1)


def test_what_is_small_shares_a_row() -> None:
    """Below 1 % of everything, when there are two or more of it."""
    sizes = {"large.py": 1000, "a.py": 3, "b.py": 2}
    assert ["├── large.py 1000", "└── 2 more 5"] == drawn(sizes, 1)
    assert ["├── large.py 1000", "└── a.py 3"] == drawn({"large.py": 1000, "a.py": 3}, 1)


def test_depth_0_shows_nothing() -> None:
    """And nothing fails."""
    assert [] == drawn({"a.py": 1}, 0)


def test_a_name_that_is_file_and_folder_keeps_both() -> None:
    """A foreign zip may hold `a` and `a/b`; unpacking it would fail, counting must not."""
    for order in (("a", "a/b"), ("a/b", "a")):
        root = grow(stored(dict.fromkeys(order, 5)))
        assert (10, 2) == (root.unpacked_bytes, root.files)


PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join)


@given(st.dictionaries(PATHS, st.integers(0, 1000)))
def test_every_folder_is_the_sum_of_what_is_below(sizes: dict[str, int]) -> None:
    """And the root is the sum of all files."""

    def check(branch: Branch) -> None:
        if branch.branches:
            assert sum(each.unpacked_bytes for each in branch.branches) == branch.unpacked_bytes
            assert sum(each.files for each in branch.branches) == branch.files
        for each in branch.branches:
            check(each)

    root = grow(stored(sizes))
    check(root)
    assert sum(sizes.values()) == root.unpacked_bytes
    assert len(sizes) == root.files or not sizes


@given(st.dictionaries(PATHS, st.integers(0, 1000)))
def test_the_rows_of_a_level_are_complete(sizes: dict[str, int]) -> None:
    """What is merged into `n more` is not lost."""
    shown = list(lines(grow(stored(sizes)), 1))
    first_level = [line for line in shown if line.rails in {"├── ", "└── "}]
    assert sum(sizes.values()) == sum(line.unpacked_bytes for line in first_level)

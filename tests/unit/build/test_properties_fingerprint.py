"""A folder's fingerprint follows its content alone: real files, in any order, at any time."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.build import fingerprint
from sam_deploy.build.application import hashed, selection
from sam_deploy.build.walk import collect
from sam_deploy.plan.model import BuildUnit, Target

UNIT = BuildUnit(
    key="function/Api",
    name="Api",
    kind="function",
    archive="Api.zip",
    target=Target("python3.12", "3.12.11", "x86_64", (2, 34)),
    handler="handler.handler",
)
MODES = {False: 0o644, True: 0o755}

names = st.text("abcäж文 ", min_size=1, max_size=4).filter(str.strip)
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join(["d", *parts, "f"]))
trees = st.dictionaries(
    paths, st.tuples(st.binary(max_size=20), st.booleans()), min_size=1, max_size=6
)


def of(tree: Mapping[str, tuple[bytes, bool]], *, shuffle: int = 0, mtime: int = 10**9) -> str:
    """Write the tree in some order, and return its fingerprint as a build would."""
    order = sorted(tree)
    Random(shuffle).shuffle(order)  # noqa: S311 - nothing here is secret
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path in order:
            content, executable = tree[path]
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(MODES[executable])
            os.utime(file, (mtime, mtime))
        found = hashed(
            collect(root, selection((), ())),
            lambda path: hashlib.sha256(path.read_bytes()).hexdigest(),
        )
    return fingerprint.of_unit(UNIT, found, lock_text="", local_wheels=[], hashes={})


@settings(deadline=None, max_examples=60)
@given(trees, st.integers(1, 99), st.integers(10**8, 2 * 10**9))
def test_order_times_and_place_do_not_matter(
    tree: dict[str, tuple[bytes, bool]], shuffle: int, mtime: int
) -> None:
    """Each tree is written twice, in two folders, in two orders, at two times."""
    assert of(tree) == of(tree, shuffle=shuffle, mtime=mtime)


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(trees, st.data())
def test_any_bit_of_any_file_matters(
    tree: dict[str, tuple[bytes, bool]], data: st.DataObject
) -> None:
    """One flipped bit, one byte more, the exec bit, another name, a file more or less."""
    path = data.draw(st.sampled_from(sorted(tree)))
    content, executable = tree[path]
    others = [
        tree | {path: (content + b"\0", executable)},
        tree | {path: (content, not executable)},
        {(f"{name}x" if name == path else name): value for name, value in tree.items()},
        tree | {"d/another file": (b"", False)},
        {name: value for name, value in tree.items() if name != path},
    ]
    if content:
        position = data.draw(st.integers(0, len(content) * 8 - 1))
        flipped = bytearray(content)
        flipped[position // 8] ^= 1 << position % 8
        others.append(tree | {path: (bytes(flipped), executable)})
    prints = [of(tree), *map(of, others)]
    assert len(prints) == len(set(prints))


@settings(deadline=None, max_examples=40)
@given(trees, st.data())
def test_content_cannot_move_from_one_file_to_another(
    tree: dict[str, tuple[bytes, bool]], data: st.DataObject
) -> None:
    """Two files that exchange what they hold are another folder, unless they hold the same."""
    one = data.draw(st.sampled_from(sorted(tree)))
    two = data.draw(st.sampled_from(sorted(tree)))
    swapped = tree | {one: tree[two], two: tree[one]}
    assert (tree == swapped) == (of(tree) == of(swapped))

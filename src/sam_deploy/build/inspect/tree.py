"""The files of an archive as a tree of folders, the largest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.build.inspect.model import StoredFile

SMALLEST_SHARE: Final = 0.01
MOST: Final = 8
"""Rows of one folder, without the one for the rest."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A folder or a file, with all that is below it. `files` counts files, itself included."""

    name: str
    zipped_bytes: int
    unpacked_bytes: int
    files: int
    branches: tuple[Branch, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether other branches are below it."""
        return bool(self.branches)


def grow(files: Iterable[StoredFile], name: str = "") -> Branch:
    """Return the tree of these files, under a root of that name."""
    nested: dict[str, _Folder | StoredFile] = {}
    for file in files:
        *folders, last = file.path.split("/")
        here = nested
        for folder in folders:
            below = here.setdefault(folder, _Folder({}))
            if not isinstance(below, _Folder):  # a foreign zip may have a file and folder of a name
                here[folder] = below = _Folder({"": below})
            here = below.content
        there = here.get(last)
        if isinstance(there, _Folder):
            there.content[""] = file
        else:
            here[last] = file
    return _branch(name, _Folder(nested))


@dataclass(frozen=True, slots=True)
class _Folder:
    content: dict[str, _Folder | StoredFile]


def _branch(name: str, item: _Folder | StoredFile) -> Branch:
    if isinstance(item, StoredFile):
        return Branch(name, item.zipped_bytes, item.unpacked_bytes, 1)
    below = [_branch(inner, each) for inner, each in item.content.items()]
    below.sort(key=lambda branch: (-branch.unpacked_bytes, branch.name))
    return Branch(
        name,
        sum(branch.zipped_bytes for branch in below),
        sum(branch.unpacked_bytes for branch in below),
        sum(branch.files for branch in below),
        tuple(below),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the tree as it is shown. `rails` are the strokes in front of the name."""

    rails: str
    name: str
    unpacked_bytes: int
    files: int


def lines(root: Branch, depth: int) -> Iterator[Line]:
    """Yield the branches of 1 % and more, `depth` levels deep; the rest of a folder in one row.

    A folder that holds everything, such as `python/` of a layer, is not counted as a level.
    """
    yield from _below(root, "", depth, root.unpacked_bytes * SMALLEST_SHARE)


def _below(branch: Branch, rails: str, depth: int, smallest: float) -> Iterator[Line]:
    if depth == 0:
        return
    below = depth if len(branch.branches) == 1 else depth - 1
    shown, rest = _divided(branch.branches, smallest)
    for index, each in enumerate(shown):
        last = index == len(shown) - 1 and not rest
        name = f"{each.name}/" if each.is_folder else each.name
        yield Line(rails + ("└── " if last else "├── "), name, each.unpacked_bytes, each.files)
        yield from _below(each, rails + ("    " if last else "│   "), below, smallest)
    if rest:
        files = sum(each.files for each in rest)
        total = sum(each.unpacked_bytes for each in rest)
        yield Line(rails + "└── ", f"{len(rest)} more", total, files)


def _divided(
    branches: Sequence[Branch], smallest: float
) -> tuple[Sequence[Branch], Sequence[Branch]]:
    """Return what gets a row of its own, and the rest, which is none or at least two."""
    large = [each for each in branches[:MOST] if each.unpacked_bytes >= smallest]
    count = len(branches) if len(large) + 1 >= len(branches) else len(large)
    return branches[:count], branches[count:]

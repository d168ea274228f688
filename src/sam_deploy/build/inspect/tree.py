"""The files of an archive as a tree of folders, the largest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sam_deploy.build.inspect.model import StoredFile


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


def lines(root: Branch, depth: int, most: int = 6) -> Iterator[Line]:
    """Yield the largest `most` branches of each folder down to `depth`; the rest in one row."""
    yield from _below(root, "", depth, most)


def _below(branch: Branch, rails: str, depth: int, most: int) -> Iterator[Line]:
    if depth == 0:
        return
    # one row for the rest is only worth it when it stands for two or more
    shown = branch.branches if len(branch.branches) <= most + 1 else branch.branches[:most]
    rest = branch.branches[len(shown) :]
    for index, each in enumerate(shown):
        last = index == len(shown) - 1 and not rest
        name = f"{each.name}/" if each.is_folder else each.name
        yield Line(rails + ("└── " if last else "├── "), name, each.unpacked_bytes, each.files)
        yield from _below(each, rails + ("    " if last else "│   "), depth - 1, most)
    if rest:
        files = sum(each.files for each in rest)
        total = sum(each.unpacked_bytes for each in rest)
        yield Line(rails + "└── ", f"{len(rest)} more", total, files)

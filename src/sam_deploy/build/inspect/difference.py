"""What changed between two archives: packages, the user's own files, bytes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sam_deploy.build.inspect.model import Contents, Part, StoredFile

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Side:
    """A package or file in one of the two archives; sizes 0 where it is absent."""

    version: str = ""
    zipped_bytes: int = 0
    unpacked_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A package or file that is not the same in both archives."""

    change: Change
    name: str
    old: Side
    new: Side

    @property
    def unpacked_bytes(self) -> int:
        """Bytes on disk that came; negative: that went."""
        return self.new.unpacked_bytes - self.old.unpacked_bytes

    @property
    def zipped_bytes(self) -> int:
        """Bytes in the zip that came; negative: that went."""
        return self.new.zipped_bytes - self.old.zipped_bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """Two archives compared. Files are compared by size and checksum."""

    old: Contents
    new: Contents
    packages: tuple[Changed, ...]
    """By how much they changed on disk, the largest first."""
    files: tuple[Changed, ...]
    """Those of the user and of the runtime module, by path."""

    @property
    def unpacked_bytes(self) -> int:
        """Bytes on disk that came; negative: that went."""
        return self.new.unpacked_bytes - self.old.unpacked_bytes

    @property
    def size_bytes(self) -> int:
        """Bytes of the zip that came; negative: that went."""
        return self.new.size_bytes - self.old.size_bytes

    @property
    def is_empty(self) -> bool:
        """Whether both archives unpack to the same files."""
        return not self.packages and not self.files


def compare(old: Contents, new: Contents) -> Difference:
    """Return what it takes to come from one archive to the other."""
    packages = _changes(_packages(old), _packages(new))
    return Difference(
        old=old,
        new=new,
        packages=tuple(sorted(packages, key=lambda each: (-abs(each.unpacked_bytes), each.name))),
        files=tuple(sorted(_changes(_own(old), _own(new)), key=lambda each: each.name)),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    side: Side
    content: frozenset[tuple[str, int, int]]


def _changes(old: Mapping[str, _Seen], new: Mapping[str, _Seen]) -> list[Changed]:
    nothing = _Seen(Side(), frozenset())
    found = []
    for name in old.keys() | new.keys():
        before, after = old.get(name, nothing), new.get(name, nothing)
        if before.content != after.content:
            change: Change = "added" if name not in old else "changed"
            found.append(
                Changed("removed" if name not in new else change, name, before.side, after.side)
            )
    return found


def _packages(contents: Contents) -> dict[str, _Seen]:
    """Return the packages by name; one that is there twice counts as one with both versions."""
    by_name: dict[str, list[Part]] = {}
    for part in contents.packages:
        by_name.setdefault(part.name, []).append(part)
    return {name: _seen_package(parts) for name, parts in by_name.items()}


def _seen_package(parts: list[Part]) -> _Seen:
    side = Side(
        version=" and ".join(sorted(part.version for part in parts)),
        zipped_bytes=sum(part.zipped_bytes for part in parts),
        unpacked_bytes=sum(part.unpacked_bytes for part in parts),
    )
    return _Seen(side, frozenset(_content(file) for part in parts for file in part.files))


def _own(contents: Contents) -> dict[str, _Seen]:
    return {
        file.path: _Seen(
            Side("", file.zipped_bytes, file.unpacked_bytes), frozenset({_content(file)})
        )
        for part in contents.parts
        if part.kind != "package"
        for file in part.files
    }


def _content(file: StoredFile) -> tuple[str, int, int]:
    return file.path, file.unpacked_bytes, file.crc32

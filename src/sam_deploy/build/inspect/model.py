"""What is in an archive and why, as values.

Sizes are bytes; "zipped" is what a file's data takes in the zip, without the zip's own headers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PartKind = Literal["package", "application", "runtime"]
"""A dependency, the user's own files, or the `sam_deploy_runtime` module."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of an archive. `crc32` is its checksum as the zip's directory has it."""

    path: str
    zipped_bytes: int
    unpacked_bytes: int
    crc32: int

    @property
    def is_bytecode(self) -> bool:
        """Whether it is compiled Python, which can be left out."""
        return self.path.endswith(".pyc")


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution, as its `*.dist-info` folder inside the archive describes it."""

    name: str
    """Canonical: lower case, with hyphens. Source: PEP 503."""
    version: str
    folder: str
    """The dist-info folder in the archive, without a slash at the end."""
    requires: tuple[str, ...] = ()
    """`Requires-Dist` lines. Source: core metadata specification."""
    record: frozenset[str] = frozenset()
    """Paths in the archive that its RECORD claims."""
    top_level: tuple[str, ...] = ()
    """Names it can be imported by, as far as it says so."""
    requested: bool = False
    """An installer noted that a person asked for it. Source: PEP 376, REQUESTED."""

    @property
    def root(self) -> str:
        """The folder that is on `sys.path`, with a slash at the end; empty for the archive's."""
        return self.folder[: self.folder.rfind("/") + 1]


@dataclass(frozen=True, slots=True)
class Part:
    """All files of an archive that came with one package, or are the user's, or are ours."""

    kind: PartKind
    name: str
    version: str
    files: tuple[StoredFile, ...]
    chain: tuple[str, ...] = ()
    """Why it is there: from what was asked for down to this package; one name: asked for."""

    @property
    def label(self) -> str:
        """`pandas 2.3.3`, `your code`."""
        return f"{self.name} {self.version}".rstrip()

    @property
    def zipped_bytes(self) -> int:
        """Bytes of its files in the zip, bytecode included."""
        return sum(file.zipped_bytes for file in self.files)

    @property
    def unpacked_bytes(self) -> int:
        """Bytes of its files on disk, bytecode included."""
        return sum(file.unpacked_bytes for file in self.files)

    @property
    def bytecode_bytes(self) -> int:
        """Bytes on disk of its bytecode."""
        return sum(file.unpacked_bytes for file in self.files if file.is_bytecode)

    @property
    def bytecode_zipped_bytes(self) -> int:
        """Bytes in the zip of its bytecode."""
        return sum(file.zipped_bytes for file in self.files if file.is_bytecode)


@dataclass(frozen=True, slots=True)
class Contents:
    """An archive, taken apart. Every file belongs to exactly one part."""

    name: str
    kind: str
    """`function`, `layer`, or `archive` for a zip that stands alone."""
    path: Path
    size_bytes: int
    parts: tuple[Part, ...]
    """Largest on disk first."""

    @property
    def key(self) -> str:
        """`function/Api`, `layer/pandas`: as the units of a plan."""
        return f"{self.kind}/{self.name}"

    @property
    def zipped_bytes(self) -> int:
        """Bytes of all files in the zip."""
        return sum(part.zipped_bytes for part in self.parts)

    @property
    def overhead_bytes(self) -> int:
        """Bytes of the zip's own headers and table of contents."""
        return self.size_bytes - self.zipped_bytes

    @property
    def unpacked_bytes(self) -> int:
        """Bytes of all files on disk: what Lambda's limit is about."""
        return sum(part.unpacked_bytes for part in self.parts)

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file, sorted by path."""
        every = (file for part in self.parts for file in part.files)
        return tuple(sorted(every, key=lambda file: file.path))

    @property
    def packages(self) -> tuple[Part, ...]:
        """The parts that are packages."""
        return tuple(part for part in self.parts if part.kind == "package")

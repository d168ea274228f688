"""The values that go in and out of the build phase. No behaviour beyond look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sam_deploy.plan.model import UnitKind


@dataclass(frozen=True, slots=True)
class Effort:
    """Where the time of a unit went, waiting for work shared with other units included."""

    resolve_seconds: float = 0.0
    """To hash the inputs and, where needed, to choose versions."""
    fetch_seconds: float = 0.0
    compile_seconds: float = 0.0
    splice_seconds: float = 0.0
    """To check what goes in, and to write the archive."""
    wheels: int = 0
    """Wheels that went in; 0 when nothing had to be built."""
    wheels_fetched: int = 0
    """Those of them that the store lacked."""
    fetched_bytes: int = 0
    compiled: int = 0
    """Wheels and applications whose bytecode the store lacked."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A function or layer archive that is ready to be uploaded."""

    key: str
    """The unit it was built from: `function/Api`, `layer/pymongo`."""
    name: str
    kind: UnitKind
    archive: str
    """File name under `.sam-deploy/build`."""
    path: Path
    """The archive in the store; its content has the hash below."""
    sha256: str
    """Hexadecimal."""
    code_sha256: str
    """The same hash in base64, as Lambda's `CodeSha256`. Source: Lambda API GetFunction."""
    size_bytes: int
    unpacked_bytes: int
    files: int
    reused: bool
    """Nothing had changed, so nothing was built."""
    seconds: float
    left_out: tuple[str, ...] = ()
    """Packages that the runtime brings."""
    effort: Effort = Effort()


@dataclass(frozen=True, slots=True)
class Artifacts(Mapping[str, Artifact]):
    """Artifacts by unit key, in the order of the plan."""

    by_key: Mapping[str, Artifact]

    def __getitem__(self, key: str) -> Artifact:
        return self.by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_key)

    def __len__(self) -> int:
        return len(self.by_key)

    @property
    def built(self) -> int:
        """How many archives were made in this run."""
        return len(self) - self.reused

    @property
    def reused(self) -> int:
        """How many archives were there already."""
        return sum(artifact.reused for artifact in self.by_key.values())


@dataclass(frozen=True, slots=True)
class ApplicationFile:
    """A file of the user's that goes into an archive."""

    path: str
    """Where it goes: relative to the source folder, with forward slashes."""
    source: Path
    executable: bool
    sha256: str = ""
    """Content hash, hexadecimal; empty until it was read."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished archive in the store."""

    sha256: str
    size_bytes: int
    unpacked_bytes: int
    files: int
    left_out: tuple[str, ...] = ()
    """Packages that the runtime brings."""

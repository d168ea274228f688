"""The local packages of a unit, built once each, with the local packages that they need in turn.

Reads the project; what has to be built is built by `package`. What a package requires is added to
the unit's requirements, or, where a lock has it already, checked against the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from sam_deploy.build import package, wheels
from sam_deploy.build.index import FileIndex
from sam_deploy.build.lock import Download
from sam_deploy.build.package import Built
from sam_deploy.build.projects import Project, holds, load, place
from sam_deploy.build.requirements import Index, LocalPackage, Requested
from sam_deploy.build.store import Store, StoredWheel
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

if TYPE_CHECKING:
    from packaging.requirements import Requirement


@dataclass(frozen=True, slots=True)
class Expanded:
    """The wheels of local packages, and what the lock has to hold for them."""

    wheels: tuple[StoredWheel, ...]
    """Sorted by file name."""
    names: frozenset[str]
    required: tuple[tuple[Path, Requirement], ...]
    """What packages require that are not followed, and which package does."""


def expand(requested: Requested, target: Target, store: Store, index: FileIndex) -> Expanded:
    """Build the local packages that are asked for, and add what they require to `requested`.

    Follows local packages to further local packages, by paths and by `[tool.uv.sources]`. Raises
    `BuildError` for one that cannot be built or does not run on the target.
    """
    walk = _Walk(requested, target, store, index)
    walk.all_of(requested.local)
    found = sorted(walk.wheels.values(), key=lambda wheel: wheel.path.name)
    return Expanded(tuple(found), frozenset(walk.wheels), tuple(walk.required))


@dataclass(slots=True)
class _Walk:
    requested: Requested
    target: Target
    store: Store
    index: FileIndex
    wheels: dict[str, StoredWheel] = field(default_factory=dict)
    required: list[tuple[Path, Requirement]] = field(default_factory=list)

    def all_of(self, roots: Iterable[LocalPackage]) -> None:
        seen: set[LocalPackage] = set()
        queue = list(roots)
        while queue:
            local = queue.pop()
            if local in seen or not holds(local.marker, self.target):
                continue
            seen.add(local)
            built = self._built(local.folder)
            self._require_python(local.folder, built)
            self.wheels[built.name] = built.wheel
            for requirement in _required(built, local.extras, self.target):
                if not local.follow:
                    self.required.append((local.folder, requirement))
                elif further := self._further(requirement, local.folder):
                    queue.append(further)

    def _built(self, folder: Path) -> Built:
        if folder.suffix == ".whl" and folder.is_file():
            return self._ready_wheel(folder)
        return package.build_local(folder, self.store, self.index)

    def _ready_wheel(self, path: Path) -> Built:
        sha256 = self.index.sha256(path)
        if wheels.choose([Download(path.name, str(path), sha256)], self.target) is None:
            major, minor = self.target.python_minor
            glibc = ".".join(map(str, self.target.glibc))
            raise BuildError(
                f"`{path}` does not run on {self.target.label}",
                why=f"the target has Python {major}.{minor}, {wheels.machine(self.target)} and "
                f"glibc {glibc}",
                hint="name a wheel for the target, or the folder of its source",
            )
        stored = self.store.wheel(sha256, path.name)
        wheel = StoredWheel(stored, sha256) if stored else package.into_store(path, self.store)
        return package.described(wheel)

    def _require_python(self, folder: Path, built: Built) -> None:
        if not built.python.contains(self.target.python, prereleases=True):
            raise BuildError(
                f"`{folder}` does not run on {self.target.label}",
                why=f"it requires Python {built.python}, the target has {self.target.python}",
                hint="choose another runtime, or change `requires-python`",
            )

    def _further(self, requirement: Requirement, folder: Path) -> LocalPackage | None:
        """Return the local package that is meant, or add what is to come from an index."""
        project = load(folder) or Project(folder, {})
        return ask_for(requirement, project, self.target, self.requested)


def ask_for(
    requirement: Requirement, project: Project, target: Target, into: Requested
) -> LocalPackage | None:
    """Return the local package that a project's requirement means, or add it to `into`."""
    found = place(requirement, project, target)
    if isinstance(found, LocalPackage):
        return found
    into.requirements.append(str(requirement))
    name = canonicalize_name(requirement.name)
    if isinstance(found, Index):
        into.pins[name] = found.name
        if found not in into.indexes:
            into.indexes.append(found)
    elif found is not None:
        into.pins[name] = found
    return None


def _required(built: Built, extras: frozenset[str], target: Target) -> list[Requirement]:
    """Return what applies on the target with these extras, without markers."""
    found = []
    for requirement in built.requires:
        if any(holds(requirement.marker, target, extra) for extra in ("", *extras)):
            requirement.marker = None
            found.append(requirement)
    return found


def check_locked(expanded: Expanded, versions: Mapping[str, str]) -> None:
    """Raise `BuildError` when a local package requires what the lock does not have.

    `versions` are by canonical name.
    """
    for folder, requirement in expanded.required:
        name = canonicalize_name(requirement.name)
        locked = versions.get(name)
        if name in expanded.names or (
            locked is not None and requirement.specifier.contains(locked, prereleases=True)
        ):
            continue
        raise BuildError(
            f"The lock does not fit `{folder}`",
            why=f"the package requires `{requirement}`, the lock has {locked or 'no version'}",
            hint="run `uv lock` or `poetry lock`, then build again",
        )

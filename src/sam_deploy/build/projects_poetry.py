"""Poetry projects: what they require, and the versions of their poetry.lock.

Only reads. A poetry.lock names versions and hashes but no addresses, so what comes out are exact
requirements with allowed hashes, which uv then finds on the index. Only the main group is taken,
without extras. Source: poetry.lock as Poetry 1.5 to 2.x write it.
"""

from __future__ import annotations

import re
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from packaging.utils import canonicalize_name

from sam_deploy.build import lock
from sam_deploy.build.projects import (
    FILE,
    POETRY_LOCK,
    Project,
    Table,
    dependencies,
    holds,
    require_python,
)
from sam_deploy.build.projects_ranges import Wanted, fits, ranges
from sam_deploy.build.requirements import Index, LocalPackage, Requested, local_path
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

_DEFAULT: Final = ""
"""Stands for the index that uv asks by itself."""


def direct(project: Project, target: Target) -> list[Wanted]:
    """Return what the project itself requires on the target.

    Raises `BuildError` for what is not Poetry's language, and for another Python.
    """
    table = project.poetry.get("dependencies") or {}
    try:
        python = str(table.get("python") or "*")
        if not fits(python, target.python):
            require_python(project, target, str(ranges(python)[0]))
        require_python(project, target)
        if project.project.get("dependencies"):
            # Poetry 2: `[tool.poetry.dependencies]` only adds where they come from.
            places = {canonicalize_name(n): e for n, e in table.items() if isinstance(e, Mapping)}
            found = [
                Wanted(name := canonicalize_name(r.name), {**places.get(name, {}), **_entry(r)})
                for r in dependencies(project, target)
            ]
        else:
            found = [w for name in table if name != "python" for w in _wanted(name, table[name])]
        asked = [each for each in found if each.applies(target) and not each.entry.get("optional")]
        for each in asked:
            ranges(each.version)
        return asked  # noqa: TRY300 - an `else` far below would be read past
    except (ValueError, TypeError, AttributeError) as error:
        raise BuildError(
            f"The dependencies in `{project.folder / FILE}` cannot be understood",
            why=str(error).splitlines()[0],
            hint="`poetry check` says more",
        ) from error


def _entry(requirement: Requirement) -> dict[str, Any]:
    return {"version": str(requirement.specifier), "extras": sorted(requirement.extras)}


def _wanted(name: str, entry: object) -> Iterator[Wanted]:
    """Yield a dependency's alternatives: Poetry takes a list of them for different markers."""
    for each in entry if isinstance(entry, list) else [entry]:
        table = each if isinstance(each, Mapping) else {"version": str(each)}
        yield Wanted(canonicalize_name(name), table)


def read_ranges(project: Project, target: Target, into: Requested) -> None:
    """Add what a Poetry project without a lock requires; uv chooses the versions."""
    for wanted in direct(project, target):
        if local := _local(wanted, project):
            into.local.append(local)
            continue
        allowed = ranges(wanted.version)
        if len(allowed) > 1:
            raise BuildError(
                f"`{wanted.name} = {wanted.version!r}` in `{project.folder / FILE}` is not taken",
                why="alternatives (`||`) cannot be given to uv",
                hint="write one range, or run `poetry lock` so that the version is known",
            )
        into.requirements.append(_requirement(wanted, allowed))
        if source := wanted.entry.get("source"):
            _pin(wanted.name, _source_url(project, str(source)), str(source), into)


def _local(wanted: Wanted, project: Project) -> LocalPackage | None:
    """Return the folder or wheel that a dependency names; refuse what cannot be locked."""
    if wanted.is_released:
        return None
    path = wanted.entry.get("path") or wanted.entry.get("file")
    where = f"`{project.folder / FILE}`"
    if path is None:
        raise BuildError(
            f"Dependency `{wanted.name}` in {where} cannot be used",
            why=f"its source is {wanted.entry.get('git') or wanted.entry.get('url')}, which has "
            "no version that can be locked",
            hint="name a released version, or a folder as `path`",
        )
    folder = local_path(str(path), project.folder, wanted.name, where)
    return LocalPackage(folder, frozenset(wanted.extras))


def _source_url(project: Project, name: str) -> str:
    for source in project.poetry.get("source") or ():
        if source.get("name") == name:
            return str(source.get("url") or _DEFAULT)
    return _DEFAULT


def _pin(package: str, url: str, name: str, into: Requested) -> None:
    if url == _DEFAULT:
        return
    index = Index(name, url, explicit=True)
    if index not in into.indexes:
        into.indexes.append(index)
    into.pins[package] = name


def described(project: Project, target: Target) -> list[str]:
    """Return what the project asks for by name, as far as PEP 508 can say it."""
    return [_requirement(w, ranges(w.version)) for w in direct(project, target) if w.is_released]


def _requirement(wanted: Wanted, allowed: Sequence[SpecifierSet]) -> str:
    extras = f"[{','.join(wanted.extras)}]" if wanted.extras else ""
    return f"{wanted.name}{extras}{allowed[0] if len(allowed) == 1 else ''}"


def exact(project: Project, target: Target) -> Requested:
    """Return every package of the poetry.lock that the project needs on the target.

    Raises `BuildError` when the lock is damaged, or does not fit the pyproject.toml.
    """
    path = project.folder / POETRY_LOCK
    into = Requested(complete=True)
    try:
        packages = tomllib.loads(path.read_text(encoding="utf-8"))["package"]
        _Walk(path, target, packages, into).all_of(direct(project, target))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BuildError(
            f"`{path}` could not be read",
            why=str(error).splitlines()[0],
            hint="run `poetry lock` again",
        ) from error
    return into


def with_allowed_files(
    packages: Iterable[lock.Package], wanted: Requested, path: Path
) -> tuple[lock.Package, ...]:
    """Return what an index offers, without the files that the lock does not name.

    Raises `BuildError` when nothing is left of a package.
    """
    found = []
    for package in packages:
        allowed = wanted.hashes.get(package.name)
        if allowed is None:
            found.append(package)
            continue
        wheels = tuple(wheel for wheel in package.wheels if wheel.sha256 in allowed)
        sdist = package.sdist if package.sdist and package.sdist.sha256 in allowed else None
        if not wheels and sdist is None:
            raise BuildError(
                f"`{package.name}` {package.version} is not what `{path}` names",
                why="no file that the index offers has a hash of the lock",
                hint="check where the package comes from, or run `poetry lock` again",
            )
        found.append(replace(package, wheels=wheels, sdist=sdist))
    return tuple(found)


@dataclass(slots=True)
class _Walk:
    """Follows a lock's dependencies from what the project asks for."""

    path: Path
    target: Target
    packages: list[Table]
    into: Requested
    taken: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """Extras by name and version."""

    def all_of(self, roots: list[Wanted]) -> None:
        """Add the packages for `roots`, and what they need in turn."""
        queue = deque(roots)
        while queue:
            wanted = queue.popleft()
            package = self._package(wanted)
            key = (canonicalize_name(package["name"]), str(package["version"]))
            extras = set(wanted.extras)
            if key not in self.taken:
                self._add(package)
            elif extras <= self.taken[key]:
                continue
            self.taken.setdefault(key, set()).update(extras)
            queue.extend(self._inner(package, tuple(sorted(self.taken[key]))))

    def _package(self, wanted: Wanted) -> Table:
        """Return the locked package that a dependency means on the target."""
        named = [p for p in self.packages if canonicalize_name(p["name"]) == wanted.name]
        for package in named:
            if wanted.is_released and not fits(wanted.version, str(package["version"])):
                continue
            if self._holds(package):
                return package
        there = ", ".join(str(package["version"]) for package in named) or "no version"
        raise BuildError(
            f"`{self.path}` does not fit the pyproject.toml beside it",
            why=f"`{wanted.name}` {wanted.version} is required for {self.target.label}, and the "
            f"lock has {there}",
            hint="run `poetry lock`, then build again",
        )

    def _holds(self, package: Table) -> bool:
        markers = package.get("markers") or ""
        if isinstance(markers, Mapping):
            markers = markers.get("main", "")
        python = fits(str(package.get("python-versions") or "*"), self.target.python)
        return python and holds(str(markers), self.target)

    def _inner(self, package: Table, extras: tuple[str, ...]) -> Iterator[Wanted]:
        for name, entry in (package.get("dependencies") or {}).items():
            for wanted in _wanted(name, entry):
                if wanted.applies(self.target, extras) and self._is_chosen(package, wanted, extras):
                    yield wanted

    def _is_chosen(self, package: Table, wanted: Wanted, extras: tuple[str, ...]) -> bool:
        """An optional dependency is wanted by the extras that list it."""
        if not wanted.entry.get("optional"):
            return True
        listed = package.get("extras") or {}
        lines = (str(line) for name in extras for line in listed.get(name, ()))
        names = {canonicalize_name(re.split(r"[\s(\[;<>=!~]", line)[0]) for line in lines}
        return wanted.name in names

    def _add(self, package: Table) -> None:
        name = canonicalize_name(package["name"])
        source = package.get("source") or {}
        kind, url = source.get("type", "legacy"), str(source.get("url") or _DEFAULT)
        if kind in {"directory", "file"}:
            folder = local_path(url, self.path.parent, name, f"`{self.path}`")
            self.into.local.append(LocalPackage(folder, follow=False))
            return
        if kind != "legacy":
            raise BuildError(
                f"`{name}` in `{self.path}` cannot be used",
                why=f"it is locked to {kind} {url}, which is not a release with a hash",
                hint="name a released version, or a folder as `path`",
            )
        hashes = (str(file["hash"]).partition(":") for file in package.get("files") or ())
        allowed = {digest for algorithm, _, digest in hashes if algorithm == "sha256"}
        self.into.requirements.append(f"{name}=={package['version']}")
        if allowed:
            self.into.hashes.setdefault(name, set()).update(allowed)
        _pin(name, url, str(source.get("reference") or ""), self.into)

"""What a pyproject.toml says of its dependencies, and the uv workspace that it belongs to.

Only reads. The project itself is not built here: for a function its modules are the application
code. Dependency groups and extras are for developers, so they are left out.
Source: PEP 621 (`[project]`); uv documentation, "Dependency sources" and "Workspaces".
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from sam_deploy.build.requirements import ForeignLock, Index, LocalPackage, local_path
from sam_deploy.build.wheels import environment
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

FILE: Final = "pyproject.toml"
UV_LOCK: Final = "uv.lock"
POETRY_LOCK: Final = "poetry.lock"
Table = Mapping[str, Any]
"""A table of TOML as it was parsed."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a pyproject.toml."""

    folder: Path
    table: Table

    @property
    def project(self) -> Table:
        """The `[project]` table."""
        return _sub(self.table, "project")

    @property
    def uv(self) -> Table:
        """The `[tool.uv]` table."""
        return _sub(self.table, "tool", "uv")

    @property
    def poetry(self) -> Table:
        """The `[tool.poetry]` table."""
        return _sub(self.table, "tool", "poetry")

    @property
    def name(self) -> str:
        """The canonical name, or nothing."""
        name = self.project.get("name") or self.poetry.get("name") or ""
        return canonicalize_name(str(name))

    @property
    def has_dependencies(self) -> bool:
        """Whether there is anything to install."""
        own = self.project.get("dependencies") or "dependencies" in self.dynamic
        return bool(own or set(_sub(self.poetry, "dependencies")) - {"python"})

    @property
    def dynamic(self) -> tuple[str, ...]:
        """The fields of `[project]` that the build backend fills in."""
        return tuple(self.project.get("dynamic") or ())

    @property
    def is_package(self) -> bool:
        """Whether it is to be built, rather than packed as it lies.

        As uv decides: it names a build backend, or says so. A `src` folder or a setup.py can only
        be meant to be built.
        """
        said = self.uv.get("package", self.poetry.get("package-mode"))
        if isinstance(said, bool):
            return said
        built = "build-system" in self.table or bool(self.poetry)
        return built or any((self.folder / name).exists() for name in ("src", "setup.py"))


def load(folder: Path) -> Project | None:
    """Return the project in a folder, or nothing when it has no pyproject.toml.

    Raises `BuildError` for one that cannot be read.
    """
    path = folder / FILE
    try:
        status = path.stat()
        table = _parsed(path, status.st_mtime_ns, status.st_size)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        why = f"line and column: {error}" if isinstance(error, ValueError) else str(error)
        raise BuildError(f"`{path}` could not be read", why=why, hint="correct the file") from error
    return Project(folder, table)


@lru_cache(maxsize=512)
def _parsed(path: Path, _mtime_ns: int, _size: int) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _sub(table: Table, *names: str) -> Table:
    for name in names:
        found = table.get(name)
        table = found if isinstance(found, Mapping) else {}
    return table


def root_of(project: Project) -> Project:
    """Return the root of the uv workspace that the project is a member of, or itself."""
    for folder in (project.folder, *project.folder.parents):
        above = project if folder == project.folder else load(folder)
        if above is None or "workspace" not in above.uv:
            continue
        is_member = folder == project.folder or project.folder in _member_folders(above)
        return above if is_member else project
    return project


def members(root: Project) -> dict[str, Project]:
    """Return the members of a workspace by canonical name, the root included."""
    found = {}
    for folder in (root.folder, *sorted(_member_folders(root))):
        member = load(folder)
        if member is not None and member.name:
            found[member.name] = member
    return found


def _member_folders(root: Project) -> set[Path]:
    workspace = _sub(root.uv, "workspace")
    chosen, excluded = (
        {folder for pattern in workspace.get(key, ()) for folder in root.folder.glob(str(pattern))}
        for key in ("members", "exclude")
    )
    return {folder for folder in chosen - excluded if (folder / FILE).is_file()}


def foreign_lock(project: Project) -> ForeignLock | None:
    """Return the uv.lock or else the poetry.lock that holds the project's versions."""
    of_uv = root_of(project).folder / UV_LOCK
    if project.project.get("name") and of_uv.is_file():
        return ForeignLock(of_uv, project.folder, project.name)
    of_poetry = project.folder / POETRY_LOCK
    return ForeignLock(of_poetry, project.folder, project.name) if of_poetry.is_file() else None


def tables_of_versions(project: Project) -> str:
    """Return what, besides a lock, decides which of its versions are taken."""
    own = [project.project.get(key) for key in ("name", "dependencies", "requires-python")]
    poetry = [project.poetry.get(key) for key in ("dependencies", "source")]
    tables = [*own, *poetry, project.uv, root_of(project).uv]
    return json.dumps(tables, sort_keys=True, default=str)


def dependencies(project: Project, target: Target) -> Iterator[Requirement]:
    """Yield what `[project]` requires on the target. Raises `BuildError` for what is not PEP 508.

    Markers that hold are removed.
    """
    for line in project.project.get("dependencies") or ():
        try:
            requirement = Requirement(str(line))
        except InvalidRequirement as error:
            raise BuildError(
                f"Dependency `{line}` in `{project.folder / FILE}` cannot be understood",
                why=str(error).splitlines()[0],
                hint="write it as PEP 508 has it: `name>=1.2; python_version < '3.12'`",
            ) from error
        if holds(requirement.marker, target):
            requirement.marker = None
            yield requirement


def dynamic_files(project: Project) -> list[Path]:
    """Return the requirements files that setuptools reads dynamic dependencies from."""
    entry = _sub(project.table, "tool", "setuptools", "dynamic", "dependencies").get("file", ())
    names = [entry] if isinstance(entry, str) else entry
    return [project.folder / str(name) for name in names]


def holds(marker: Marker | str | None, target: Target, extra: str = "") -> bool:
    """Say whether an environment marker holds on the target. Source: PEP 508."""
    if not marker:
        return True
    parsed = Marker(marker) if isinstance(marker, str) else marker
    return parsed.evaluate(environment(target) | {"extra": extra})


def require_python(project: Project, target: Target, wanted: str = "") -> None:
    """Raise `BuildError` when the project does not run on the target's Python.

    `wanted` is a specifier that stands elsewhere than in `[project]`.
    """
    wanted = wanted or str(project.project.get("requires-python") or "")
    try:
        fits = SpecifierSet(wanted).contains(target.python, prereleases=True)
    except InvalidSpecifier:
        fits = True  # uv or the build backend says it better.
    if not fits:
        raise BuildError(
            f"`{project.folder}` does not run on {target.label}",
            why=f"it requires Python {wanted}, the target has {target.python}",
            hint="choose another runtime, or change `requires-python`",
        )


def place(
    requirement: Requirement, project: Project, target: Target
) -> LocalPackage | Index | str | None:
    """Return where a project gets a requirement from, when it is not from any index.

    That is a folder or wheel, one index, the name of one that stands elsewhere, or nothing.
    Raises `BuildError` for what has no version that can be locked. The package index is never
    asked instead: it may hold a stranger's package of that name.
    """
    name = canonicalize_name(requirement.name)
    extras = frozenset(requirement.extras)
    owner, table = _source(name, project, target)
    where = f"`{owner.folder / FILE}`"
    if path := table.get("path") or table.get("file"):
        return LocalPackage(local_path(str(path), owner.folder, requirement.name, where), extras)
    if table.get("workspace"):
        return LocalPackage(_member(name, project, requirement), extras)
    if index := table.get("index"):
        return named_index(str(index), project) or str(index)
    url = requirement.url or ""
    if not table and not url:
        return None
    if not table and url.startswith("file:"):
        return LocalPackage(local_path(url, project.folder, str(requirement), where), extras)
    raise BuildError(
        f"`{requirement.name}`, which `{project.folder}` requires, cannot be built",
        why=f"its source is {dict(table) or url}, which has no version that can be locked",
        hint="name a released version, or a folder with a pyproject.toml as `path`",
    )


def _source(name: str, project: Project, target: Target) -> tuple[Project, Table]:
    """Return the `[tool.uv.sources]` entry that holds on the target, and who wrote it."""
    for owner in (project, root_of(project)):
        for key, entry in _sub(owner.uv, "sources").items():
            if canonicalize_name(key) != name:
                continue
            for table in entry if isinstance(entry, list) else [entry]:
                only_for_some = "group" in table or "extra" in table
                if not only_for_some and holds(table.get("marker"), target):
                    return owner, table
    for key, entry in _sub(project.poetry, "dependencies").items():
        if canonicalize_name(key) == name and isinstance(entry, Mapping):
            kept = {k: entry[k] for k in ("path", "file", "git", "url") if k in entry}
            return project, kept
    return project, {}


def _member(name: str, project: Project, requirement: Requirement) -> Path:
    root = root_of(project)
    if member := members(root).get(name):
        return member.folder
    raise BuildError(
        f"`{requirement.name}`, which `{project.folder}` requires, cannot be built",
        why=f"it is to come from the workspace, and the workspace of `{root.folder}` has no "
        "package of that name",
        hint="add its folder to `[tool.uv.workspace]` `members`, or name it by `path`",
    )


def named_index(name: str, project: Project) -> Index | None:
    """Return one index of the project or its workspace. Folders in addresses are absolute."""
    for owner in (project, root_of(project)):
        for table in owner.uv.get("index") or ():
            if isinstance(table, Mapping) and table.get("name") == name:
                url = str(table.get("url", ""))
                absolute = url if "://" in url else (owner.folder / url).resolve().as_uri()
                default, explicit = bool(table.get("default")), bool(table.get("explicit"))
                return Index(name, absolute, default, explicit)
    return None

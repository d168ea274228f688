"""The versions of a uv.lock, as a lock for one target.

Runs `uv export` in a temporary copy of the pyproject.toml files and the lock, so that the user's
folder is never written to and nothing is resolved: the lock's versions are taken as they are, or
refused. Dependency groups are left out. Source: uv documentation, "Locking and syncing", PEP 751.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from sam_deploy.build import lock, uv, wheels
from sam_deploy.build.projects import FILE, UV_LOCK, Project, Table, holds, load
from sam_deploy.build.requirements import ForeignLock
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

_LOCAL: Final = ("editable", "virtual", "directory")


def derive(foreign: ForeignLock, target: Target, unit: str) -> lock.Derived:
    """Return the packages and local folders of the lock that are installed on the target.

    Raises `BuildError` when the lock does not fit the pyproject.toml or the target, and when it
    is damaged. Folders are absolute.
    """
    content = _read(foreign.path)
    _require_python(content, foreign.path, target)
    if project := load(foreign.folder):
        _check_fresh(content, foreign, project, target)
    root = foreign.path.parent
    body = _export(content, foreign, root)
    found = lock.derived(body, unit, root)
    packages = tuple(each for each in found.packages if wheels.wanted(each, target))
    folders = tuple(each for each in found.folders if holds(each.marker, target))
    return lock.Derived(packages, folders)


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(
            f"`{path}` could not be read", why=str(error), hint="run `uv lock` again"
        ) from error


def _require_python(content: Table, path: Path, target: Target) -> None:
    wanted = str(content.get("requires-python", ""))
    if not SpecifierSet(wanted).contains(target.python, prereleases=True):
        raise BuildError(
            f"`{path}` has no versions for {target.label}",
            why=f"it was made for Python {wanted}, the target has {target.python}",
            hint="choose another runtime, or widen `requires-python` and run `uv lock`",
        )


def _check_fresh(content: Table, foreign: ForeignLock, project: Project, target: Target) -> None:
    """Raise when the project asks for something else than it did when the lock was made.

    Compared is what holds on the target, so a mirror of the index or a change for developers
    only is no reason to refuse; `uv lock --check` would need the network to say more.
    """
    for package in content.get("package", ()):
        if canonicalize_name(str(package.get("name"))) == foreign.package and _local(package):
            locked = _locked_requires(package, target)
            break
    else:
        raise _stale(foreign, f"it has no package `{foreign.package}`")
    asked = _asked(project, target)
    if asked != locked:
        added = sorted(f"{name}{specifier}" for name, specifier, _ in asked - locked)
        removed = sorted(f"{name}{specifier}" for name, specifier, _ in locked - asked)
        told = [f"asks for {', '.join(added)}"] * bool(added)
        told += [f"no longer asks for {', '.join(removed)}"] * bool(removed)
        raise _stale(foreign, f"`{project.folder / FILE}` {' and '.join(told)}")


_Asked = tuple[str, SpecifierSet, frozenset[str]]


def _locked_requires(package: Table, target: Target) -> set[_Asked]:
    requires = (package.get("metadata") or {}).get("requires-dist", ())
    return {
        (
            canonicalize_name(str(table["name"])),
            SpecifierSet(str(table.get("specifier", ""))),
            frozenset(table.get("extras", ())),
        )
        for table in requires
        if holds(table.get("marker"), target)
    }


def _asked(project: Project, target: Target) -> set[_Asked]:
    found: set[_Asked] = set()
    for line in project.project.get("dependencies") or ():
        try:
            requirement = Requirement(str(line))
        except (InvalidRequirement, InvalidSpecifier):
            continue  # `sources` says what is wrong with it
        if holds(requirement.marker, target):
            name = canonicalize_name(requirement.name)
            found.add((name, requirement.specifier, frozenset(requirement.extras)))
    return found


def _stale(foreign: ForeignLock, why: str) -> BuildError:
    return BuildError(
        f"`{foreign.path}` does not fit the pyproject.toml",
        why=why,
        hint="run `uv lock`, then build again",
    )


def _local(package: Table) -> str:
    """Return the folder of a locked package that is in a folder, relative to the lock."""
    source = package.get("source")
    if not isinstance(source, Mapping):
        return ""
    return next((str(source[key]) for key in _LOCAL if key in source), "")


def _export(content: Table, foreign: ForeignLock, root: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="sam-deploy-") as name:
        copy = Path(name)
        places = {_local(package) for package in content.get("package", ())} - {""}
        _copy_projects(root, copy, {".", *places})
        arguments = ["export", "--frozen", "--no-default-groups", "--no-emit-project"]
        form = [f"--package={foreign.package}", "--format", "pylock.toml", "--no-header"]
        finished = uv.run([*arguments, *form], copy)
    if finished.code != 0:
        raise BuildError(
            f"`{foreign.path}` could not be used",
            why=uv.short_reason(finished.stderr),
            hint="run `uv lock`, then build again",
        )
    return finished.stdout


def _copy_projects(root: Path, copy: Path, places: Iterable[str]) -> None:
    """Copy the lock and the pyproject.toml of each workspace member, and nothing else."""
    for place in sorted(places):
        source = (root / place).resolve()
        inside = source.is_relative_to(root.resolve())
        if not inside or not (source / FILE).is_file():
            continue  # uv does not look at those: the lock has all that it needs of them
        target = copy / source.relative_to(root.resolve())
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / FILE, target / FILE)
    for name in (UV_LOCK, "uv.toml"):
        if (root / name).is_file():
            shutil.copyfile(root / name, copy / name)

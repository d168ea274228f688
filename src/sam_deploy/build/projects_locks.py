"""The lock of a unit: read while nothing it was made from has changed, else made anew.

It is a file of the project's, for committing, when uv chooses the versions. When a uv.lock or
poetry.lock has them, that is the file to commit, and what one target needs of it is only kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sam_deploy.build import fingerprint, lock, locked, projects, uv
from sam_deploy.build.fetch import shown
from sam_deploy.build.requirements import ForeignLock, Requested
from sam_deploy.build.workshop import Workshop
from sam_deploy.events import BuildProgress
from sam_deploy.plan.model import BuildUnit

if TYPE_CHECKING:
    from sam_deploy.build.resolve import Resolver

_UV_VARIABLES: Final = ("UV_EXCLUDE_NEWER", "UV_RESOLUTION", "UV_PRERELEASE", "UV_INDEX_STRATEGY")
_UV_SETTINGS: Final = (
    "constraint-dependencies",
    "override-dependencies",
    "exclude-dependencies",
    "dependency-metadata",
    "exclude-newer",
    "index-strategy",
    "prerelease",
    "resolution",
    "pip",
    "index",
    "find-links",
    "no-index",
)
"""They change what uv chooses, so a lock made under others is made again."""
_KEYRING: Final = {"keyring-provider": "subprocess"}
_PASSWORDS: Final = re.compile(r"//[^/@\s'\"]*@")


@dataclass(frozen=True, slots=True)
class Locked:
    """A lock that fits a unit's requirements."""

    text: str
    folders: tuple[lock.Folder, ...] = ()
    """Packages of the project that the lock names."""


def of_unit(unit: BuildUnit, requested: Requested, workshop: Workshop) -> Locked:
    """Return the lock for these requirements, made anew only when they have changed.

    Raises `BuildError` when there is no solution, when a foreign lock does not fit, and when the
    lock would change although that is refused.
    """
    own = _own_settings(requested.settings or workshop.project)
    workshop.fetcher.learn(_indexes(requested, own), keyring=_KEYRING.items() <= own.items())
    of_others = [*_settings(own), *_other_inputs(requested, workshop)]
    inputs = fingerprint.of_requirements(requested, unit.target, of_others)
    # A lock that follows from another one is not for committing.
    follows = unit.target.host or requested.foreign is not None
    named = f"{unit.lock}.lock" if unit.lock else unit.archive
    path = lock.path_of(workshop.project, named, unit.target.label, host=follows)
    text = None if workshop.upgrade else lock.read(path, inputs)
    if text is None:
        body = _body(unit, requested, workshop, inputs, path)
        if workshop.locked and not follows:
            raise locked.would_change(unit.name, path, body)
        text = lock.write(path, unit.key, inputs, body)
    folders = lock.folders(text, unit.name, path.parent) if requested.foreign else ()
    return Locked(text, folders)


def _body(
    unit: BuildUnit, requested: Requested, workshop: Workshop, inputs: str, path: Path
) -> str:
    from sam_deploy.build.resolve import Resolver  # noqa: PLC0415 - not while nothing changed

    progress = partial(_report, unit, workshop)
    resolver = Resolver(
        workshop.store,
        workshop.fetcher,
        workshop.project,
        progress,
        containers=workshop.containers_for(unit.target),
    )
    if requested.foreign is None:
        # Units with the same requirements and target wait for the first of them.
        return workshop.once.get(
            ("lock", inputs), lambda: resolver.resolve(requested, unit.target, unit.name)
        )
    if requested.foreign.path.name == projects.UV_LOCK:
        from sam_deploy.build import projects_uv  # noqa: PLC0415 - only for projects of uv

        found = projects_uv.derive(requested.foreign, unit.target, unit.name)
    else:
        found = _of_poetry(requested.foreign, requested, unit, resolver)
    packages = resolver.narrowed(found.packages, requested, unit.target, unit.name)
    return lock.render(replace(found, packages=packages), path.parent)


def _of_poetry(
    foreign: ForeignLock, requested: Requested, unit: BuildUnit, resolver: Resolver
) -> lock.Derived:
    """Find the files of a poetry.lock, which names hashes but no addresses, on the index."""
    from sam_deploy.build import projects_poetry  # noqa: PLC0415 - only for projects of Poetry

    project = projects.load(foreign.folder)
    if project is None:
        return lock.Derived((), ())
    exact = projects_poetry.exact(project, unit.target)
    exact.settings = requested.settings
    body = resolver.resolve(exact, unit.target, unit.name) if exact.requirements else ""
    offered = lock.packages(body, unit.name)
    packages = projects_poetry.with_allowed_files(offered, exact, foreign.path)
    return lock.Derived(packages, tuple(lock.Folder(f.folder.name, f.folder) for f in exact.local))


def _other_inputs(requested: Requested, workshop: Workshop) -> list[str]:
    """Return what decides a lock besides requirements and uv's settings."""
    found = [f"pin {package} {index}" for package, index in sorted(requested.pins.items())]
    found += [f"index {i.name} {shown(i.url)} {i.explicit}" for i in requested.indexes]
    if foreign := requested.foreign:
        found.append(f"{foreign.package} {workshop.index.sha256(foreign.path)}")
        if project := projects.load(foreign.folder):
            found.append(projects.tables_of_versions(project))
    return found


def _own_settings(folder: Path) -> dict[str, Any]:
    """Return uv's settings of this very folder: those of folders above do not apply."""
    return uv.project_settings(folder) if uv.is_configured_in(folder) else {}


def _settings(own: Mapping[str, Any]) -> list[str]:
    variables = [f"{name}={os.environ[name]}" for name in _UV_VARIABLES if name in os.environ]
    settings = (f"{name}={own[name]!r}" for name in _UV_SETTINGS if name in own)
    return [*variables, *(_PASSWORDS.sub("//", setting) for setting in settings)]


def _indexes(requested: Requested, own: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the indexes that the project names, by name and address, for their credentials."""
    project = projects.load(requested.foreign.folder) if requested.foreign else None
    tables = [*(own.get("index") or ()), *((project and project.poetry.get("source")) or ())]
    in_files = (option.split()[-1] for option in requested.options if "://" in option)
    return [
        *((str(t.get("name", "")), str(t.get("url", ""))) for t in tables if isinstance(t, dict)),
        *((index.name, index.url) for index in requested.indexes),
        *(("", os.path.expandvars(url)) for url in in_files),
    ]


def _report(unit: BuildUnit, workshop: Workshop, step: str, detail: str) -> None:
    workshop.report(BuildProgress(unit.name, step, detail))

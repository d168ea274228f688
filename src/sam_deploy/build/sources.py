"""The inputs of a unit: the user's files, what they require, and the hash of all that.

One place decides where requirements come from, and every further source (uv.lock, poetry.lock)
is one more branch here: what follows sees only files, local wheels and a lock. Reads the project;
runs uv only when a lock has to be made.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from sam_deploy.build import application, fingerprint, lock, package, requirements, uv
from sam_deploy.build.model import ApplicationFile
from sam_deploy.build.requirements import LocalPackage, Requested
from sam_deploy.build.store import StoredWheel
from sam_deploy.build.workshop import Workshop
from sam_deploy.events import BuildProgress
from sam_deploy.plan.model import BuildUnit

REQUIREMENTS_FILE: Final = "requirements.txt"
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
)
"""They change what uv chooses, so a lock made under others is made again."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that decides what is in an archive."""

    files: tuple[ApplicationFile, ...] = ()
    requested: Requested = field(default_factory=Requested)
    local_wheels: tuple[StoredWheel, ...] = ()
    lock_text: str = ""
    fingerprint: str = ""


def gather(unit: BuildUnit, workshop: Workshop) -> Inputs:
    """Return a unit's inputs, with a lock that fits them.

    Raises `BuildError` for requirements that cannot be used or resolved, and for source files
    that cannot be shipped.
    """
    requested = _requested(unit, workshop.project)
    files: tuple[ApplicationFile, ...] = ()
    if unit.source is not None and is_package(unit):
        requested.local.append(LocalPackage(unit.source.resolve()))
    elif unit.source is not None:
        chosen = application.selection(unit.include, unit.exclude)
        found = application.collect(unit.source, chosen)
        files = application.hashed(found, workshop.index.sha256)
    local = package.expand(requested, unit.target, workshop.store, workshop.index.sha256)
    lock_text = _lock(unit, requested, workshop) if requested.requirements else ""
    print_of_all = fingerprint.of_unit(
        unit, files, lock_text, [wheel.sha256 for wheel in local], requested.hashes
    )
    return Inputs(files, requested, local, lock_text, print_of_all)


def is_package(unit: BuildUnit) -> bool:
    """Say whether a layer's source is a Python package of the user's own."""
    if unit.kind != "layer" or unit.source is None:
        return False
    return (unit.source / "pyproject.toml").is_file()


def _requested(unit: BuildUnit, project: Path) -> Requested:
    requested = Requested()
    requirements.read_inline(unit.requirements, project, requested)
    if unit.requirements_file is not None:
        requirements.read_file(project / unit.requirements_file, requested)
    elif not unit.requirements and unit.source is not None and not is_package(unit):
        beside = unit.source / REQUIREMENTS_FILE
        if beside.is_file():
            requirements.read_file(beside, requested)
    return requested


def _lock(unit: BuildUnit, requested: Requested, workshop: Workshop) -> str:
    """Return the lock's text: the file in the project, unless its inputs have changed."""
    settings = _settings(workshop.project)
    inputs = fingerprint.of_requirements(requested, unit.target, settings)
    path = lock.path_of(workshop.project, unit.archive, unit.target.label, host=unit.target.host)
    if not workshop.upgrade and (text := lock.read(path, inputs)):
        return text
    from sam_deploy.build.resolve import Resolver  # noqa: PLC0415 - not while nothing changed

    progress = partial(_report, unit, workshop)
    resolver = Resolver(workshop.store, workshop.fetcher, workshop.project, progress)
    return lock.write(path, unit.key, inputs, resolver.resolve(requested, unit.target, unit.name))


def _settings(project: Path) -> list[str]:
    found = uv.project_settings(project)
    variables = [f"{name}={os.environ[name]}" for name in _UV_VARIABLES if name in os.environ]
    return [*variables, *(f"{name}={found[name]!r}" for name in _UV_SETTINGS if name in found)]


def _report(unit: BuildUnit, workshop: Workshop, step: str, detail: str) -> None:
    workshop.report(BuildProgress(unit.name, step, detail))

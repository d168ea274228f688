"""The inputs of a unit: the user's files, what they require, and the hash of all that.

One place decides where requirements come from: the configuration, else a file that it names, else
requirements.txt, else pyproject.toml with the uv.lock or poetry.lock that belongs to it. What
follows sees only files, local wheels and a lock. Reads the project; runs uv only when a lock has
to be made.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam_deploy.build import (
    application,
    fingerprint,
    lock,
    projects,
    projects_local,
    projects_locks,
    requirements,
    uv,
    walk,
)
from sam_deploy.build.model import ApplicationFile
from sam_deploy.build.projects import Project
from sam_deploy.build.projects_local import Expanded
from sam_deploy.build.requirements import LocalPackage, Requested
from sam_deploy.build.store import StoredWheel
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import Note
from sam_deploy.plan.model import BuildUnit

REQUIREMENTS_FILE: Final = "requirements.txt"
_PROJECT_FILES: Final = (projects.FILE, projects.UV_LOCK, projects.POETRY_LOCK)


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
    for note in requested.notes:
        workshop.report(Note(f"{unit.name}: {note}"))
    files: tuple[ApplicationFile, ...] = ()
    if unit.source is not None and not is_package(unit):
        chosen = application.selection(unit.include, unit.exclude)
        found = walk.collect(unit.source, chosen)
        files = application.hashed(found, workshop.index.sha256)
    local, lock_text = _dependencies(unit, requested, workshop)
    wheels = local.wheels
    print_of_all = fingerprint.of_unit(
        unit, files, lock_text, [wheel.sha256 for wheel in wheels], requested.hashes
    )
    return Inputs(files, requested, wheels, lock_text, print_of_all)


def is_package(unit: BuildUnit) -> bool:
    """Say whether a layer's source is a Python package of the user's own."""
    if unit.kind != "layer" or unit.source is None or unit.of_template:
        return False
    project = projects.load(unit.source.resolve())
    return project is not None and project.is_package


def _requested(unit: BuildUnit, folder: Path) -> Requested:
    requested = Requested()
    requirements.read_inline(unit.requirements, folder, requested)
    source = unit.source.resolve() if unit.source else None
    project = projects.load(source) if source else None
    if source and is_package(unit):
        _read_package(source, unit, requested)
    if unit.requirements_file is not None:
        _read_named((folder / unit.requirements_file).resolve(), unit, requested)
    elif not unit.requirements and source and not is_package(unit):
        beside = source / REQUIREMENTS_FILE
        # also when it cannot be read: without its dependencies a function fails only in Lambda
        if os.path.lexists(beside):
            requirements.read_file(beside, requested)
            if project and project.has_dependencies:
                requested.notes.append(f"{beside.name} is used, not the {projects.FILE} beside it")
        elif project:
            _read_project(project, unit, requested)
    return requested


def _read_named(path: Path, unit: BuildUnit, into: Requested) -> None:
    """Read the file that the configuration names: requirements, or a project's own files."""
    project = projects.load(path.parent) if path.name in _PROJECT_FILES else None
    if project:
        _read_project(project, unit, into)
    else:
        requirements.read_file(path, into)


def _read_package(folder: Path, unit: BuildUnit, into: Requested) -> None:
    """Ask for a layer that is a package itself, with the versions of its lock if it has one."""
    project = projects.load(folder)
    locked = project and projects.foreign_lock(project)
    if project and locked:
        _read_project(project, unit, into)
    into.local.append(LocalPackage(folder, follow=not locked))


def _read_project(project: Project, unit: BuildUnit, into: Requested) -> None:
    """Read what a project requires; the project itself is not built."""
    settings = (projects.root_of(project).folder, project.folder)
    into.settings = next((f for f in settings if uv.is_configured_in(f)), None)
    projects.require_python(project, unit.target)
    into.foreign = projects.foreign_lock(project)
    if into.foreign and into.foreign.path.name == projects.UV_LOCK:
        into.requirements += map(str, projects.dependencies(project, unit.target))
    elif into.foreign or project.poetry.get("dependencies"):
        from sam_deploy.build import projects_poetry  # noqa: PLC0415 - only for projects of Poetry

        if into.foreign:
            into.requirements += projects_poetry.described(project, unit.target)
        else:
            projects_poetry.read_ranges(project, unit.target, into)
    else:
        _read_listed(project, unit, into)


def _read_listed(project: Project, unit: BuildUnit, into: Requested) -> None:
    for requirement in projects.dependencies(project, unit.target):
        if local := projects_local.ask_for(requirement, project, unit.target, into):
            into.local.append(local)
    if "dependencies" not in project.dynamic:
        return
    files = projects.dynamic_files(project)
    if not files:
        raise BuildError(
            f"The dependencies in `{project.folder / projects.FILE}` are not known",
            why="they are `dynamic`: only its build backend could tell",
            hint="list them under `[project]`, or in a requirements.txt",
        )
    for file in files:
        requirements.read_file(file, into)


def _dependencies(
    unit: BuildUnit, requested: Requested, workshop: Workshop
) -> tuple[Expanded, str]:
    """Return the local packages as wheels, and the lock of all others."""
    text = ""
    if requested.foreign:
        locked = projects_locks.of_unit(unit, requested, workshop)
        text = locked.text
        requested.local += [LocalPackage(each.path, follow=False) for each in locked.folders]
    local = projects_local.expand(requested, unit.target, workshop.store, workshop.index)
    if requested.requirements and not requested.foreign:
        text = projects_locks.of_unit(unit, requested, workshop).text
    if local.required:
        versions = {str(p.name): p.version for p in lock.packages(text, unit.name)}
        projects_local.check_locked(local, versions)
    return local, text

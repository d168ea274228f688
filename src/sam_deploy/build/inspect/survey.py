"""Takes apart what a build made: each archive with the requirements that it was built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sam_deploy.build import requirements
from sam_deploy.build.inspect.contents import Subject, take_apart
from sam_deploy.build.inspect.model import Contents
from sam_deploy.build.model import Artifact
from sam_deploy.build.requirements import Requested
from sam_deploy.build.sources import REQUIREMENTS_FILE, is_package
from sam_deploy.plan.model import BuildUnit, Unit


def survey(
    units: Iterable[Unit], artifacts: Mapping[str, Artifact], project: Path
) -> dict[str, Contents]:
    """Return what is in the archive of each unit, by unit key. Raises `BuildError`."""
    return {
        unit.key: take_apart(
            Subject(
                path=artifacts[unit.key].path,
                name=unit.name,
                kind=unit.kind,
                target=unit.target if isinstance(unit, BuildUnit) else None,
                asked=asked_for(unit, project) if isinstance(unit, BuildUnit) else (),
            )
        )
        for unit in units
    }


def asked_for(unit: BuildUnit, project: Path) -> tuple[str, ...]:
    """Return the requirement specifiers that a person wrote for a unit.

    Empty for a unit that is a package of the user's: then that package is what was asked for.
    """
    requested = Requested()
    requirements.read_inline(unit.requirements, project, requested)
    if unit.requirements_file is not None:
        requirements.read_file(project / unit.requirements_file, requested)
    elif not unit.requirements and unit.source is not None and not is_package(unit):
        beside = unit.source / REQUIREMENTS_FILE
        if beside.is_file():
            requirements.read_file(beside, requested)
    return tuple(requested.requirements)

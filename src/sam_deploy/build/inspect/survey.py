"""Takes apart what a build made: each archive with the requirements that it was built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sam_deploy.build import sources
from sam_deploy.build.inspect.contents import Subject, take_apart
from sam_deploy.build.inspect.model import Contents
from sam_deploy.build.model import Artifact
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

    Empty where nobody can tell: for a package of the user's own, which is itself what was asked
    for, and for a lock that does not say what it was made for.
    """
    if sources.is_package(unit):
        return ()
    requested = sources._requested(unit, project)  # noqa: SLF001 - the build's own reading
    return () if requested.complete else tuple(requested.requirements)

"""What of its wheels goes into an archive, and what is added: the choices of a unit's settings.

Slimming, packages of the runtime, and compiled files are decided here; `archive.py` only packs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sam_deploy.build import archive, check
from sam_deploy.build.archive import Choice, PlainFile
from sam_deploy.build.interpreters import Interpreter
from sam_deploy.build.sources import Inputs
from sam_deploy.build.wheel_zip import Wheel
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress, Note
from sam_deploy.plan.model import BuildUnit


@dataclass(frozen=True, slots=True)
class Compiled:
    """The compiled files of wheels and application, as zips to splice."""

    bytecode: dict[Path | None, Wheel]
    made: int = 0
    """How many the store lacked."""


def interpreter_for(unit: BuildUnit, workshop: Workshop) -> Interpreter | None:
    """Return the Python that compiles for a unit, or nothing when it gets no compiled files.

    `auto` compiles for Lambda, whose file system is read-only, and not for this computer, where
    Python keeps what it compiles. Raises `BuildError` when it must and there is no such Python.
    """
    if unit.bytecode == "off" or (unit.bytecode == "auto" and unit.target.host):
        return None
    found = workshop.interpreter(unit.target.python_minor)
    if found:
        return found
    minor = ".".join(map(str, unit.target.python_minor))
    if unit.bytecode == "on":
        raise BuildError(
            f"There is no Python {minor} on this computer to compile for {unit.target.runtime}",
            why='`bytecode="on"` needs the target\'s own Python; sam-deploy downloads none',
            hint=f'run `uv python install {minor}`, or set `bytecode="auto"`',
        )
    workshop.say_once(
        f"there is no Python {minor} here: archives for {unit.target.runtime} hold no compiled "
        f'files, and start slower (`uv python install {minor}` helps; `bytecode="off"` is silent)'
    )
    return None


def without_managed(
    unit: BuildUnit, wheels: Sequence[Wheel], inputs: Inputs, workshop: Workshop
) -> tuple[list[Wheel], tuple[str, ...]]:
    """Return the wheels that go in, and the names of those that the runtime brings."""
    if unit.managed == "keep" or unit.target.host:
        return list(wheels), ()
    by_name = {_distribution(wheel): wheel for wheel in wheels}
    from sam_deploy.build import managed  # noqa: PLC0415 - only when something has changed

    requested = inputs.requested
    verdict = managed.verdict(
        unit.target,
        [*requested.requirements, *requested.constraints],
        requested.hashes,
        by_name,
        has_files=bool(inputs.files),
    )
    names = tuple(sorted(verdict.names))
    if names:
        listed = ", ".join(names)
        message = f"{unit.name}: {listed} left out: {verdict.reason}"
        workshop.report(Note(f'{message} (`managed="keep"` packs them)'))
    elif verdict.reason:
        workshop.report(BuildProgress(unit.name, "keep", f"the AWS SDK: {verdict.reason}"))
    return [wheel for name, wheel in by_name.items() if name not in verdict.names], names


def _distribution(wheel: Wheel) -> str:
    return wheel.path.name.partition("-")[0].lower().replace("_", "-")


def left_out(
    unit: BuildUnit, wheels: Sequence[Wheel], plain: Sequence[PlainFile], workshop: Workshop
) -> dict[Path, frozenset[str]]:
    """Return what a unit leaves out of its wheels, by their paths."""
    from sam_deploy.build import slim  # noqa: PLC0415 - only when something has changed

    modules = [(file.path, file.read()) for file in plain if file.path.endswith(".py")]
    application = modules if "tests" in unit.slim else []
    return dict(slim.left_out(wheels, unit.slim, application, workshop.store))


def compiled(
    wheels: Sequence[Wheel],
    plain: Sequence[PlainFile],
    unit: BuildUnit,
    interpreter: Interpreter,
    workshop: Workshop,
) -> Compiled:
    """Return the compiled files of all that goes in, from the store or made now."""
    from sam_deploy.build import bytecode  # noqa: PLC0415 - only when something has changed

    jobs = [bytecode.of_wheel(wheel) for wheel in wheels]
    if mine := bytecode.of_files(unit.name, plain):
        jobs.append(mine)
    workshop.report(BuildProgress(unit.name, "compile", f"for Python {interpreter.version}"))
    paths, made = workshop.compiler.paths(jobs, interpreter)
    owners: list[Path | None] = [*(wheel.path for wheel in wheels), None]
    zips = zip(owners, map(workshop.wheel, paths), strict=False)
    return Compiled(dict(zips), made)


def within_limits(
    unit: BuildUnit, choice: Choice, wheels: Sequence[Wheel], inputs: Inputs, workshop: Workshop
) -> Choice:
    """Return the choice, without compiled files where `auto` would make an archive too large."""
    if unit.bytecode != "auto" or not choice.bytecode:
        return choice
    packed = _packed_bytes(wheels, choice) + sum(f.source.stat().st_size for f in inputs.files)
    added = sum(each.unpacked_bytes for z in choice.bytecode.values() for each in z.entries)
    limit = min(unit.budget_bytes or check.MAX_UNPACKED_BYTES, check.MAX_UNPACKED_BYTES)
    if packed + added <= limit:
        return choice
    workshop.report(
        Note(
            f"{unit.name}: compiled files are left out, as it would have "
            f"{(packed + added) / 1e6:.0f} MB with them; {limit / 1e6:.0f} MB are allowed"
        )
    )
    return Choice(choice.left_out)


def _packed_bytes(wheels: Sequence[Wheel], choice: Choice) -> int:
    return sum(
        entry.unpacked_bytes
        for wheel in wheels
        for entry in wheel.entries
        if archive.installed_name(entry.name) not in choice.left_out.get(wheel.path, ())
    )

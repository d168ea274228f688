"""One function or layer, from its inputs to its archive in the store and in the project."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from sam_deploy.build import archive, assembly, check, fingerprint, sources, unchanged
from sam_deploy.build.archive import Choice, PlainFile
from sam_deploy.build.interpreters import Interpreter
from sam_deploy.build.model import ApplicationFile, Archive, Artifact, Effort
from sam_deploy.build.outputs import published
from sam_deploy.build.sources import Inputs
from sam_deploy.build.unchanged import ChangedError
from sam_deploy.build.wheel_zip import Wheel
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress, Note
from sam_deploy.plan.model import BuildUnit, Target

_ELF_HEAD_BYTES: Final = 20


@dataclass(slots=True)
class _Watch:
    """Seconds by step, and what was counted on the way."""

    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            passed = time.perf_counter() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + passed

    def effort(self) -> Effort:
        seconds = {f"{name}_seconds": value for name, value in self.seconds.items()}
        return Effort(**seconds, **self.counts)  # type: ignore[arg-type]


def build(unit: BuildUnit, workshop: Workshop) -> Artifact:
    """Return the unit's archive, made anew only when an input has changed.

    The archive is in the store and under its name in the project. Raises `BuildError`.
    """
    started = time.perf_counter()
    watch = _Watch()
    try:
        made, reused = _attempt(unit, workshop, watch)
    except ChangedError as changed:
        workshop.index.forget(changed.file.source)
        try:
            made, reused = _attempt(unit, workshop, watch)
        except ChangedError as error:
            raise BuildError(
                f"`{unit.name}` could not be built",
                why=f"`{error}` was changed twice while it was being packed",
                hint="stop the program that writes it, or exclude the file",
            ) from error
    check.check_budget(unit, made.unpacked_bytes, workshop.store.archive_path(made.sha256))
    seconds = time.perf_counter() - started
    return published(
        unit,
        made,
        workshop.store,
        workshop.project,
        reused=reused,
        seconds=seconds,
        effort=watch.effort(),
    )


def _attempt(unit: BuildUnit, workshop: Workshop, watch: _Watch) -> tuple[Archive, bool]:
    with watch.step("resolve"):
        inputs = sources.gather(unit, workshop)
        interpreter = assembly.interpreter_for(unit, workshop)
        everything = fingerprint.of_archive(
            inputs.fingerprint, unit, interpreter.version if interpreter else ""
        )
    if found := workshop.store.archive(everything):
        return found, True
    return _make(unit, workshop, inputs, interpreter, everything, watch), False


def _make(
    unit: BuildUnit,
    workshop: Workshop,
    inputs: Inputs,
    interpreter: Interpreter | None,
    everything: str,
    watch: _Watch,
) -> Archive:
    """Assemble, check and store the archive of these inputs."""
    from sam_deploy.build import syntax  # noqa: PLC0415 - not while nothing changed

    with watch.step("compile"):
        syntax.check(unit, inputs.files, unchanged.read, workshop)
    plain = _plain_files(unit, inputs.files)
    wheels, managed = _wheels(unit, workshop, inputs, watch)
    with watch.step("compile"):
        choice = Choice(assembly.left_out(unit, wheels, plain, workshop))
        if interpreter:
            done = assembly.compiled(wheels, plain, unit, interpreter, workshop)
            watch.counts["compiled"] = done.made
            choice = Choice(choice.left_out, done.bytecode)
            choice = assembly.within_limits(unit, choice, wheels, inputs, workshop)
    workshop.report(BuildProgress(unit.name, "assemble", f"{len(wheels)} wheels"))
    sizes = [(w.path.name.split("-")[0], sum(e.unpacked_bytes for e in w.entries)) for w in wheels]
    check_size = partial(check.check_size, unit, packages=sizes)
    parts = [wheel.path for wheel in (*wheels, *choice.bytecode.values())]
    with watch.step("splice"):
        made = workshop.store.add_archive(
            everything,
            lambda file: archive.splice(
                wheels, plain, unit.prefix, file, check_size, choice, left_out=managed
            ),
            parts,
        )
    if made.size_bytes > check.MAX_DIRECT_BYTES:
        size = f"{made.size_bytes / 1e6:.0f} MB"
        workshop.report(Note(f"`{unit.archive}` has {size}: above 50 MB only S3 can take it"))
    return made


def _wheels(
    unit: BuildUnit, workshop: Workshop, inputs: Inputs, watch: _Watch
) -> tuple[list[Wheel], tuple[str, ...]]:
    """Return the wheels that are packed, all of them checked, and what the runtime brings."""
    from sam_deploy.build import locked_wheels  # noqa: PLC0415 - not while nothing changed

    paths = [file.path for file in inputs.files]
    found = _handler_is_ours(unit, inputs.files)
    if not found and not inputs.requested.requirements and not inputs.local_wheels:
        raise check.handler_missing(unit, paths)
    with watch.step("fetch"):
        fetched = locked_wheels.fetch(unit, workshop, inputs)
    local = [wheel.path for wheel in inputs.local_wheels]
    watch.counts["wheels"] = len(fetched.paths) + len(local)
    watch.counts["wheels_fetched"] = fetched.count
    watch.counts["fetched_bytes"] = fetched.size_bytes
    with watch.step("splice"):
        every = [workshop.wheel(path) for path in (*fetched.paths, *local)]
        if not found:
            _require_handler_in(unit, every, paths)
        wheels, managed = assembly.without_managed(unit, every, inputs, workshop)
        for wheel in wheels:
            verdict = partial(_check_native_modules, wheel, unit.target)
            workshop.once.get(("native", wheel.path, unit.target), verdict)
    return wheels, managed


def _handler_is_ours(unit: BuildUnit, files: Sequence[ApplicationFile]) -> bool:
    if not unit.handler:
        return True
    by_path = {file.path: file for file in files}
    return check.check_handler(unit, tuple(by_path), lambda path: unchanged.read(by_path[path]))


def _require_handler_in(unit: BuildUnit, wheels: Sequence[Wheel], paths: Sequence[str]) -> None:
    """A handler may come with a dependency, as those of monitoring products do."""
    looked_for = set(check.handler_files(unit.handler))
    names = {archive.installed_name(entry.name) for wheel in wheels for entry in wheel.entries}
    if not looked_for & names:
        raise check.handler_missing(unit, paths)


def _check_native_modules(wheel: Wheel, target: Target) -> None:
    for entry in wheel.entries:
        if entry.name.endswith(".so") and check.is_importable(entry.name, target):
            place = f"{wheel.path.name}: {entry.name}"
            check.check_native(place, wheel.head(entry, _ELF_HEAD_BYTES), target)


def _plain_files(unit: BuildUnit, files: Sequence[ApplicationFile]) -> list[PlainFile]:
    mine = [
        PlainFile(file.path, partial(_read_checked, unit, file), file.executable) for file in files
    ]
    ours = [
        PlainFile(extra.path, partial(bytes, extra.content), origin="sam-deploy")
        for extra in unit.extra_files
    ]
    return [*mine, *ours]


def _read_checked(unit: BuildUnit, file: ApplicationFile) -> bytes:
    content = unchanged.read(file)
    check.check_content(str(file.source), content)
    if ".so" in Path(file.path).suffixes:
        check.check_native(str(file.source), content, unit.target)
    return content

"""One Node function, from its handler to its archive in the store and in the project.

entry        the handler's file                                   (handler)
record       what the last bundle was made of; unchanged? done    (inputs, store)
esbuild      the project's own or the pinned one makes one file   (esbuild, install, command)
checks       the export exists, no secrets, the size              (handler, contents)
splice       the archive is assembled and stored                  (archive)
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sam_deploy.build import archive, check
from sam_deploy.build.model import ApplicationFile, Archive, Artifact
from sam_deploy.build.node import (
    contents,
    esbuild,
    handler,
    inputs,
    install,
    making,
    runtime_sdk,
    twin,
)
from sam_deploy.build.node.esbuild import Esbuild
from sam_deploy.build.node.handler import Entry
from sam_deploy.build.node.making import Bundled
from sam_deploy.build.outputs import published
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress, Note
from sam_deploy.plan.model import NodeUnit

TRIES: Final = 3
_CLOCK_NS: Final = 20_000_000
"""File times lag behind the clock by up to a tick of the kernel."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What is known about a function before anything runs."""

    unit: NodeUnit
    workshop: Workshop
    entry: Entry
    tool: Esbuild
    packed: tuple[ApplicationFile, ...]
    """Files of the source that go in beside the bundle."""

    @property
    def settings(self) -> str:
        """All that decides a bundle apart from files."""
        formats = (making.arguments(self.unit, self.entry.path, f, "") for f in ("cjs", "esm"))
        forced = [self.unit.module_format] if self.unit.module_format else []
        entry = self.entry
        text = [twin.entry_text(self.unit, entry.path, entry.export)] if self.unit.facts else []
        return json.dumps([self.tool.version, entry.export, *formats, *forced, *text])

    def fingerprint(self, files: Mapping[str, str]) -> str:
        packed = (f"{f.path}\0{f.executable:d}\0{f.sha256}" for f in self.packed)
        return inputs.fingerprint(self.settings, files, packed)


def bundle(unit: NodeUnit, workshop: Workshop) -> Artifact:
    """Return the function's archive, made anew only when an input has changed.

    The archive is in the store and under its name in the project. Raises `BuildError`.
    """
    started = time.perf_counter()
    unit = runtime_sdk.placed(unit)
    entry = handler.entry_of(unit)
    tool = esbuild.of_project(unit.source) or Esbuild(esbuild.PINNED, None)
    job = _Job(unit, workshop, entry, tool, contents.included(unit, workshop.index.sha256))
    made = _unchanged(job)
    reused = made is not None
    if made is None:
        made, reused = _make(job)
    seconds = time.perf_counter() - started
    return published(unit, made, workshop.store, workshop.project, reused=reused, seconds=seconds)


def _unchanged(job: _Job) -> Archive | None:
    """Return the archive when nothing has changed since it was made; starts no process.

    One above a budget that was lowered is bundled again: only esbuild knows what is large in it.
    """
    store, source = job.workshop.store, job.unit.source
    record = inputs.read(store, source, job.settings)
    if record is None or record.is_open:
        return None
    files = inputs.hashes(record, source, job.workshop.index.sha256)
    made = store.archive(job.fingerprint(files)) if files else None
    return made if made and made.unpacked_bytes <= contents.limit_bytes(job.unit) else None


def _make(job: _Job) -> tuple[Archive, bool]:
    """Bundle and store; also say whether these inputs had made an archive before."""
    store, unit = job.workshop.store, job.unit
    made, record, files = _settled(job)
    for warning in made.warnings:
        job.workshop.report(Note(f"{unit.name}: {warning}", level="warning"))
    source = (unit.source / job.entry.path).read_bytes()
    handler.check_export(unit, job.entry, source, made.script, made.exports)
    contents.check_inputs(unit, made.inputs)
    fingerprint = job.fingerprint(files)
    found = store.archive(fingerprint)
    reused = found is not None
    size = partial(contents.check_size, unit, made.bytes_by_package)
    if found is not None:
        size(found.unpacked_bytes)
    else:
        plain = [
            *(archive.PlainFile(n, partial(bytes, c), origin="esbuild") for n, c in made.outputs),
            *contents.plain_files(job.packed),
        ]
        found = store.add_archive(
            fingerprint, lambda file: archive.splice([], plain, "", file, size)
        )
    inputs.write(store, unit.source, job.settings, record)
    if found.size_bytes > check.MAX_DIRECT_BYTES:
        megabytes = f"{found.size_bytes / 1e6:.0f} MB"
        job.workshop.report(
            Note(f"`{unit.archive}` has {megabytes}: above 50 MB only S3 can take it")
        )
    return found, reused


def _settled(job: _Job) -> tuple[Bundled, inputs.Record, dict[str, str]]:
    """Bundle files that do not change meanwhile; return the bundle and what it was made of."""
    store, unit, hash_of = job.workshop.store, job.unit, job.workshop.index.sha256
    program = job.tool.program or install.pinned(store) or _install(job)
    job.workshop.report(
        BuildProgress(unit.name, "bundle", f"{job.entry.path} with esbuild {job.tool.version}")
    )
    before: dict[str, str] | None = None
    for _ in range(TRIES):
        started_ns = time.time_ns()
        made = making.make(unit, job.entry, program, store, job.workshop.project)
        record = inputs.record_of(
            unit.source, made.module_format, made.inputs, hash_of, is_open=made.has_patterns
        )
        files = inputs.hashes(record, unit.source, hash_of)
        if files is not None:
            paths = (unit.source / path for path in files)
            if files == before or not _newer(paths, started_ns - _CLOCK_NS):
                return made, record, files
        before = files
    raise BuildError(
        f"`{unit.name}` could not be built",
        why=f"its files were changed {TRIES} times while they were being bundled",
        hint="stop the program that writes them, then build again",
    )


def _newer(paths: Iterable[Path], than_ns: int) -> bool:
    return any(path.stat().st_mtime_ns > than_ns for path in paths)


def _install(job: _Job) -> Path:
    job.workshop.report(BuildProgress(job.unit.name, "install", f"esbuild {esbuild.PINNED}"))
    return install.install(job.workshop.store)

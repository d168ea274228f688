"""One function or layer, from its inputs to its archive in the store and in the project."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from sam_deploy.build import archive, check, lock, sources, wheel_zip
from sam_deploy.build import wheels as choice
from sam_deploy.build.disk import temporary_name
from sam_deploy.build.lock import Download, Package
from sam_deploy.build.model import ApplicationFile, Archive, Artifact
from sam_deploy.build.sources import Inputs
from sam_deploy.build.wheel_zip import Wheel
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress, Note
from sam_deploy.plan.model import BuildUnit

FOLDER: Final = Path(".sam-deploy", "build")
_ELF_HEAD_BYTES: Final = 20


class _ChangedError(Exception):
    """A source file is not what it was when it was hashed."""

    def __init__(self, file: ApplicationFile) -> None:
        super().__init__(file.path)
        self.file = file


def build(unit: BuildUnit, workshop: Workshop) -> Artifact:
    """Return the unit's archive, made anew only when an input has changed.

    The archive is in the store and under its name in the project. Raises `BuildError`.
    """
    started = time.perf_counter()
    try:
        made, reused = _attempt(unit, workshop)
    except _ChangedError as changed:
        workshop.index.forget(changed.file.source)
        try:
            made, reused = _attempt(unit, workshop)
        except _ChangedError as error:
            raise BuildError(
                f"`{unit.name}` could not be built",
                why=f"`{error}` was changed twice while it was being packed",
                hint="stop the program that writes it, or exclude the file",
            ) from error
    path = workshop.store.archive_path(made.sha256)
    _show_in_project(path, workshop.project / FOLDER / unit.archive)
    return Artifact(
        key=unit.key,
        name=unit.name,
        kind=unit.kind,
        archive=unit.archive,
        path=path,
        sha256=made.sha256,
        code_sha256=base64.b64encode(bytes.fromhex(made.sha256)).decode(),
        size_bytes=made.size_bytes,
        unpacked_bytes=made.unpacked_bytes,
        files=made.files,
        reused=reused,
        seconds=time.perf_counter() - started,
    )


def _attempt(unit: BuildUnit, workshop: Workshop) -> tuple[Archive, bool]:
    inputs = sources.gather(unit, workshop)
    if found := workshop.store.archive(inputs.fingerprint):
        return found, True
    return _make(unit, workshop, inputs), False


def _make(unit: BuildUnit, workshop: Workshop, inputs: Inputs) -> Archive:
    """Assemble, check and store the archive of these inputs."""
    paths = [file.path for file in inputs.files]
    found = _handler_is_ours(unit, inputs.files)
    if not found and not inputs.requested.requirements and not inputs.local_wheels:
        raise check.handler_missing(unit, paths)
    locked = _wheels(unit, workshop, inputs)
    local = [wheel.path for wheel in inputs.local_wheels]
    wheels = [wheel_zip.open_wheel(path) for path in (*locked, *local)]
    if not found:
        _require_handler_in(unit, wheels, paths)
    _check_native_modules(unit, wheels)
    workshop.report(BuildProgress(unit.name, "assemble", f"{len(wheels)} wheels"))
    plain = _plain_files(unit, inputs.files)
    sizes = [(w.path.name.split("-")[0], sum(e.unpacked_bytes for e in w.entries)) for w in wheels]
    check_size = partial(check.check_size, unit, packages=sizes)
    made = workshop.store.add_archive(
        inputs.fingerprint,
        lambda file: archive.splice(wheels, plain, unit.prefix, file, check_size),
    )
    if made.size_bytes > check.MAX_DIRECT_BYTES:
        size = f"{made.size_bytes / 1e6:.0f} MB"
        workshop.report(Note(f"`{unit.archive}` has {size}: above 50 MB only S3 can take it"))
    return made


def _handler_is_ours(unit: BuildUnit, files: Sequence[ApplicationFile]) -> bool:
    if not unit.handler:
        return True
    by_path = {file.path: file for file in files}
    return check.check_handler(unit, tuple(by_path), lambda path: _read(by_path[path]))


def _require_handler_in(unit: BuildUnit, wheels: Sequence[Wheel], paths: Sequence[str]) -> None:
    """A handler may come with a dependency, as those of monitoring products do."""
    looked_for = set(check.handler_files(unit.handler))
    names = {archive.installed_name(entry.name) for wheel in wheels for entry in wheel.entries}
    if not looked_for & names:
        raise check.handler_missing(unit, paths)


def _check_native_modules(unit: BuildUnit, wheels: Sequence[Wheel]) -> None:
    for wheel in wheels:
        for entry in wheel.entries:
            if entry.name.endswith(".so") and check.is_importable(entry.name, unit.target):
                place = f"{wheel.path.name}: {entry.name}"
                check.check_native(place, wheel.head(entry, _ELF_HEAD_BYTES), unit.target)


def _wheels(unit: BuildUnit, workshop: Workshop, inputs: Inputs) -> list[Path]:
    """Return the locked packages as wheels in the store, in the order of the lock."""
    if not inputs.lock_text:
        return []
    allowed = inputs.requested.hashes
    downloads: list[Download] = []
    built: list[Path] = []
    for locked in lock.packages(inputs.lock_text, unit.name):
        if not choice.wanted(locked, unit.target):
            continue
        if chosen := choice.choose(_allowed(locked, allowed), unit.target):
            downloads.append(chosen)
        else:
            built.append(_from_source(locked, allowed, unit, workshop))
    total = sum(download.size_bytes or 0 for download in downloads)
    size = f", {total / 1e6:.1f} MB" if total else ""
    workshop.report(BuildProgress(unit.name, "fetch", f"{len(downloads)} wheels{size}"))
    return [*workshop.fetcher.paths(downloads), *built]


def _allowed(locked: Package, hashes: dict[str, set[str]]) -> Sequence[Download]:
    """Return the wheels that the user's `--hash` options leave; an index cannot add to them."""
    mine = hashes.get(locked.name)
    return [w for w in locked.wheels if w.sha256 in mine] if mine else locked.wheels


def _from_source(
    locked: Package, hashes: dict[str, set[str]], unit: BuildUnit, workshop: Workshop
) -> Path:
    from sam_deploy.build.resolve import no_wheel, wheel_of_sdist  # noqa: PLC0415 - seldom needed

    mine = hashes.get(locked.name)
    offered = [f for f in (*locked.wheels, locked.sdist) if f]
    if mine and not any(file.sha256 in mine for file in offered):
        raise BuildError(
            f"`{locked.name}` {locked.version} does not have a hash that `{unit.name}` allows",
            why=f"the index offers {', '.join(file.sha256[:12] for file in offered)}, the "
            f"requirements allow {', '.join(sorted(h[:12] for h in mine))}",
            hint="check where the package comes from, or compile the requirements again",
        )
    if locked.wheels or locked.sdist is None:
        raise no_wheel(locked, unit.target, unit.name)
    return wheel_of_sdist(locked, workshop.store, workshop.fetcher).path


def _plain_files(unit: BuildUnit, files: Sequence[ApplicationFile]) -> list[archive.PlainFile]:
    mine = [
        archive.PlainFile(file.path, partial(_read_checked, unit, file), file.executable)
        for file in files
    ]
    ours = [
        archive.PlainFile(extra.path, partial(bytes, extra.content), origin="sam-deploy")
        for extra in unit.extra_files
    ]
    return [*mine, *ours]


def _read(file: ApplicationFile) -> bytes:
    """Return a file's content, which must be the content that was hashed."""
    try:
        content = file.source.read_bytes()
    except FileNotFoundError as error:
        raise _ChangedError(file) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise _ChangedError(file)
    return content


def _read_checked(unit: BuildUnit, file: ApplicationFile) -> bytes:
    content = _read(file)
    check.check_content(str(file.source), content)
    if ".so" in Path(file.path).suffixes:
        check.check_native(str(file.source), content, unit.target)
    return content


def _show_in_project(path: Path, shown: Path) -> None:
    """Make the archive appear under its name, as a hard link or else a copy."""
    with suppress(FileNotFoundError):
        if shown.samefile(path) or _same_stamp(shown, path):
            return
    shown.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_name(shown.parent, shown.name)
    try:
        try:
            os.link(path, temporary)
        except OSError:
            shutil.copy2(path, temporary)
        temporary.replace(shown)
    finally:
        temporary.unlink(missing_ok=True)


def _same_stamp(one: Path, two: Path) -> bool:
    first, second = one.stat(), two.stat()
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)

"""What is not built but goes up as it is: a folder as a zip, or the bytes of one file.

For SAM templates of other people: a layer without a build method, a finished zip, a definition.
Touches the folder or file, the store and the project.
"""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from sam_deploy.build import application, archive, check, walk
from sam_deploy.build.model import ApplicationFile, Archive, Artifact
from sam_deploy.build.node import contents
from sam_deploy.build.outputs import published
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import PlainUnit

LEFT_OUT: Final = ("__pycache__/", ".DS_Store", "Thumbs.db", ".aws-sam/", ".sam-deploy/")
"""What computers leave behind: it would make another archive of the same folder."""


def pack(unit: PlainUnit, workshop: Workshop) -> Artifact:
    """Return the folder as an archive, or the file as it is; made anew only when it has changed.

    Raises `BuildError` when it is not there, holds secrets, or is more than Lambda takes.
    """
    started = time.perf_counter()
    files = _files(unit, workshop)
    fingerprint = _fingerprint(unit, files)
    found = workshop.store.archive(fingerprint)
    if found is not None and unit.kind != "file":
        _check_size(unit, found.unpacked_bytes)  # the budget may be lower than it was
    made = found or _make(unit, files, fingerprint, workshop)
    seconds = time.perf_counter() - started
    reused = found is not None
    return published(unit, made, workshop.store, workshop.project, reused=reused, seconds=seconds)


def _files(unit: PlainUnit, workshop: Workshop) -> tuple[ApplicationFile, ...]:
    if unit.source.is_file():
        one = ApplicationFile(path=unit.source.name, source=unit.source, executable=False)
        found: Sequence[ApplicationFile] = [one]
    else:
        chosen = application.selection(unit.include, unit.exclude, LEFT_OUT)
        found = walk.collect(unit.source, chosen)
    return application.hashed(found, workshop.index.sha256)


def _fingerprint(unit: PlainUnit, files: Sequence[ApplicationFile]) -> str:
    whole = "file" if unit.source.is_file() else "folder"
    lines = [f"sam-deploy plain 1 {whole}"]
    lines += [f"{each.path}\0{each.executable:d}\0{each.sha256}" for each in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _make(
    unit: PlainUnit, files: Sequence[ApplicationFile], fingerprint: str, workshop: Workshop
) -> Archive:
    if unit.source.is_file():
        return workshop.store.add_archive(fingerprint, partial(_copy, unit, files[0].sha256))
    plain = list(contents.plain_files(files))
    size = partial(_check_size, unit)
    return workshop.store.add_archive(
        fingerprint, lambda out: archive.splice([], plain, "", out, size)
    )


def _copy(unit: PlainUnit, sha256: str, out: BinaryIO) -> Archive:
    content = unit.source.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BuildError(
            f"`{unit.source}` was changed while it was being packed",
            why="its content is not what it was a moment before",
            hint="stop the program that writes it, then build again",
        )
    unpacked, count = len(content), 1
    if unit.kind == "file":
        check.check_content(str(unit.source), content)
    else:
        unpacked, count = _of_zip(unit, content)
    out.write(content)
    return Archive(sha256, len(content), unpacked, count)


def _of_zip(unit: PlainUnit, content: bytes) -> tuple[int, int]:
    """Return the unpacked bytes and the number of files of a zip that Lambda will open."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            entries = [each for each in opened.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
        raise BuildError(
            f"`{unit.source}` is not a zip file",
            why=str(error),
            hint="make it anew, or name the folder that it was made of",
        ) from error
    total = sum(each.file_size for each in entries)
    _check_size(unit, total)
    return total, len(entries)


def _check_size(unit: PlainUnit, unpacked_bytes: int) -> None:
    limit = min(unit.budget_bytes or check.MAX_UNPACKED_BYTES, check.MAX_UNPACKED_BYTES)
    if unpacked_bytes > limit:
        raise BuildError(
            f"`{unit.name}` is {unpacked_bytes / 1e6:.0f} MB unpacked",
            why=f"{limit / 1e6:.0f} MB are allowed (Lambda takes 250 MB)",
            hint=f"leave out of `{Path(unit.source).name}` what is not needed",
        )

"""The archives under their names in the project, for people and other tools to find."""

from __future__ import annotations

import base64
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from sam_deploy import own_folder
from sam_deploy.build.disk import temporary_name
from sam_deploy.build.model import Archive, Artifact, Effort
from sam_deploy.build.store import Store
from sam_deploy.plan.model import Unit

FOLDER: Final = Path(".sam-deploy", "build")


def published(
    unit: Unit,
    made: Archive,
    store: Store,
    project: Path,
    *,
    reused: bool,
    seconds: float,
    effort: Effort | None = None,
) -> Artifact:
    """Return a unit's finished archive; it is also there under its name in the project."""
    path = store.archive_path(made.sha256)
    if show_in_project(path, project / FOLDER / unit.archive):
        store.linked(made.sha256)
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
        seconds=seconds,
        left_out=made.left_out,
        effort=effort or Effort(),
    )


def show_in_project(path: Path, shown: Path) -> bool:
    """Make the archive appear under its name, as a hard link or else a copy; true when made."""
    with suppress(FileNotFoundError):
        if shown.samefile(path) or _same_stamp(shown, path):
            return False
    own_folder.make(shown.parent)
    temporary = temporary_name(shown.parent, shown.name)
    try:
        try:
            os.link(path, temporary)
        except OSError:
            shutil.copy2(path, temporary)
        temporary.replace(shown)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def clean(project: Path) -> None:
    """Remove what builds have left in the project; the store keeps its copies."""
    shutil.rmtree(project / FOLDER, ignore_errors=True)


def _same_stamp(one: Path, two: Path) -> bool:
    first, second = one.stat(), two.stat()
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)

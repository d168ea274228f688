"""The archives under their names in the project, for people and other tools to find."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from sam_deploy.build.disk import temporary_name

FOLDER: Final = Path(".sam-deploy", "build")


def show_in_project(path: Path, shown: Path) -> bool:
    """Make the archive appear under its name, as a hard link or else a copy; true when made."""
    with suppress(FileNotFoundError):
        if shown.samefile(path) or _same_stamp(shown, path):
            return False
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
    return True


def clean(project: Path) -> None:
    """Remove what builds have left in the project; the store keeps its copies."""
    shutil.rmtree(project / FOLDER, ignore_errors=True)


def _same_stamp(one: Path, two: Path) -> bool:
    first, second = one.stat(), two.stat()
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)

"""The template that the SAM CLI is given, and what it said: files in `.sam-deploy/sam`.

They go after success. After a failure they stay, and the error names them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from sam_deploy import own_folder
from sam_deploy.errors import RefusedError, SamDeployError

FOLDER: Final = Path(".sam-deploy", "sam")


@dataclass(frozen=True, slots=True)
class Files:
    """The two files of one stack in one region."""

    template: Path
    log: Path


def place(project: Path, stack: str, region: str) -> Files:
    """Return where the files of a stack in a region are."""
    name = f"{stack}-{region}"
    return Files(project / FOLDER / f"{name}.yaml", project / FOLDER / f"{name}.log")


@contextlib.contextmanager
def temporary(project: Path, stack: str, region: str, body: str) -> Iterator[tuple[Path, TextIO]]:
    """Yield the template's file and an open log. Both are gone if the block raises nothing.

    Only their owner can read them. Raises `RefusedError` when they cannot be written; any other
    error of ours, raised in the block, names them in its hint.
    """
    files = place(project, stack, region)
    try:
        own_folder.make(files.template.parent)
        with _private(files.template) as template:
            template.write(body)
        log = _private(files.log)
    except OSError as error:
        raise RefusedError(
            f"The template for the SAM CLI cannot be written to `{FOLDER.as_posix()}`",
            why=str(error),
            hint="make the folder writable, or deploy with `--executor own`",
        ) from error
    try:
        with log:
            yield files.template, log
    except SamDeployError as error:
        where = f"{FOLDER.as_posix()}/{files.template.name}"
        kept = f"the template is kept in `{where}`, what the SAM CLI said in `{files.log.name}`"
        error.hint = f"{error.hint}; {kept}" if error.hint else kept
        raise
    files.template.unlink(missing_ok=True)
    files.log.unlink(missing_ok=True)


def _private(path: Path) -> TextIO:
    path.unlink(missing_ok=True)  # an old file would keep its mode
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")

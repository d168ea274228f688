"""Files that are written whole or not at all, and hashed without being held in memory."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from sam_deploy import own_folder

CHUNK_BYTES: Final = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def written_whole(
    target: Path, temporary_folder: Path | None = None, *, durable: bool = True
) -> Iterator[BinaryIO]:
    """Give a file to write; `target` then holds all of it, or is as it was before.

    When `durable`, the content is on the disk (fsync) before the name points at it.
    `temporary_folder` must be on the same file system as `target`.
    """
    folder = temporary_folder or target.parent
    for each in (folder, target.parent):
        own_folder.make(each)
    temporary = temporary_name(folder, target.name)
    try:
        with temporary.open("xb") as file:
            yield file
            if durable:
                flush_to_disk(file)
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def flush_to_disk(file: BinaryIO) -> None:
    """Wait until what was written is on the disk, not only in memory."""
    file.flush()
    os.fsync(file.fileno())


def read_json(path: Path) -> dict[str, object]:
    """Return the JSON object in a file of ours; empty when there is none that can be read."""
    try:
        value = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def temporary_name(folder: Path, name: str) -> Path:
    """Return a path in `folder` that no other process or thread uses."""
    return folder / f".{name[:80]}.{os.getpid()}.{secrets.token_hex(6)}.tmp"

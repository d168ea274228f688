"""What is known about the content of the project's files, so that they are not read again.

One JSON file in the project, written whole. A file whose size, times and inode are as before has
the content it had, except when it was written so recently that its time could not have changed:
such a file is always read (git's "racy" problem). May read the project's files.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from sam_deploy.build.disk import read_json, sha256_of, written_whole

SCHEMA: Final = 1
SETTLED_NS: Final = 2_000_000_000
"""Two seconds: the coarsest file time in use (FAT)."""


class FileIndex:
    """Content hashes by path, size, times and inode. Safe to use from several threads."""

    def __init__(self, path: Path, *, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._path = path
        self._now_ns = now_ns
        self._lock = threading.Lock()
        known = read_json(path)
        files = known.get("files") if known.get("schema") == SCHEMA else None
        self._known: dict[str, object] = files if isinstance(files, dict) else {}
        self._new: dict[str, object] = {}

    def sha256(self, path: Path) -> str:
        """Return the hash of a file's content, reading it only when it may have changed."""
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        key = str(path)
        match self._known.get(key):
            case [*known, str(sha256)] if known == stamp:
                return sha256
        sha256 = sha256_of(path)
        if self._now_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > SETTLED_NS:
            with self._lock:
                self._new[key] = [*stamp, sha256]
        return sha256

    def forget(self, path: Path) -> None:
        """Read this file again, because what is known of it turned out to be wrong."""
        with self._lock:
            self._known.pop(str(path), None)
            self._new.pop(str(path), None)

    def save(self) -> None:
        """Write what was learned, when anything was. Files that are gone are forgotten."""
        with self._lock:
            if not self._new:
                return
            merged = {path: entry for path, entry in self._known.items() if Path(path).exists()}
            merged |= self._new
        # On a full disk the files are hashed again next time: what was built is worth more.
        with suppress(OSError), written_whole(self._path, durable=False) as file:
            file.write(json.dumps({"schema": SCHEMA, "files": merged}).encode())

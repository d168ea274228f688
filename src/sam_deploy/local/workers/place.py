"""Puts code and layers on the disk, once for all workers that run them.

Folders are named by what is in them, so that two versions of the same code share one, and a
worker that starts finds the compiled files of the one before.
May touch: the folder it is given.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

_MODE_SHIFT: Final = 16
_READABLE: Final = 0o444


class PlaceError(OSError):
    """An archive cannot be unpacked."""


class Places:
    """Unpacked archives below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._for_host: dict[Path, bool] = {}
        self._asked: set[Path] = set()
        """What somebody was given since `drop_unused`, and may not have begun to use yet."""

    def code(self, archive: bytes) -> Path:
        """The folder with a function's code. Raises PlaceError."""
        return self._unpacked("code", [archive])

    def is_for_host(self, folder: Path | None) -> bool:
        """Whether compiled modules for this process's own Python lie in the folder."""
        if folder is None:
            return False
        with self._lock:
            if folder not in self._for_host:
                tag = "*.cpython-{}{}-*.so".format(*sys.version_info[:2])
                self._for_host[folder] = any(True for _ in folder.rglob(tag))
            return self._for_host[folder]

    def layers(self, archives: Sequence[bytes]) -> Path | None:
        """The folder that is /opt: layers over one another, the later ones win.

        None where there are none. Raises PlaceError.
        """
        return self._unpacked("opt", archives) if archives else None

    def drop_unused(self, used: AbstractSet[Path]) -> None:
        """Folders are gone that are not used, and were not asked for since this was last called.

        One that is asked for again is unpacked again.
        """
        with self._lock:
            kept, self._asked = used | self._asked, set()
            unused = [each for each in self._folder.glob("[!.]*") if each not in kept]
            # Under the lock only what is quick; the name is one that nothing had before.
            gone = [each.with_name(f".{each.name}.{time.monotonic_ns()}") for each in unused]
            for old, new in zip(unused, gone, strict=True):
                with contextlib.suppress(OSError):
                    old.rename(new)
        for each in gone:
            shutil.rmtree(each, ignore_errors=True)

    def _unpacked(self, kind: str, archives: Sequence[bytes]) -> Path:
        digest = hashlib.sha256()
        for archive in archives:
            digest.update(hashlib.sha256(archive).digest())
        name = f"{kind}-{digest.hexdigest()[:24]}"
        folder = self._folder / name
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
            self._asked.add(folder)
        with lock:
            if not folder.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._make(folder, archives)
        return folder

    def _make(self, folder: Path, archives: Iterable[bytes]) -> None:
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=self._folder))
        try:
            for archive in archives:
                unpack(archive, making)
            making.rename(folder)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise


def unpack(archive: bytes, folder: Path) -> None:
    """The archive's files are below the folder, with the modes and links they were packed with.

    Raises PlaceError for one that is no zip file, or that would write outside of the folder.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for entry in opened.infolist():
                _extract(opened, entry, folder)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError) as error:
        raise PlaceError(f"the archive cannot be unpacked: {error}") from error


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    target = Path(os.path.normpath(folder / entry.filename))
    if not target.is_relative_to(folder):
        raise PlaceError(f"`{entry.filename}` leads out of the archive")
    mode = entry.external_attr >> _MODE_SHIFT
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    content = opened.read(entry)
    if stat.S_ISLNK(mode):
        target.symlink_to(content.decode())
        return
    target.write_bytes(content)
    target.chmod(_READABLE | stat.S_IWUSR | (mode & 0o777))

"""The store of wheels and archives, addressed by content and shared by all projects.

Every entry is named by the SHA-256 of its content and written by temporary file, fsync and rename,
so several processes may use one store at a time. An entry is hashed before it is used, unless its
size and time are those of the last check; a damaged entry is removed and made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from sam_deploy.build.disk import (
    flush_to_disk,
    read_json,
    sha256_of,
    temporary_name,
    written_whole,
)
from sam_deploy.build.model import Archive

STALE_SECONDS: Final = 24 * 3600.0
ARCHIVE_STAMP_SECONDS: Final = 24 * 3600.0
"""How exactly it is known when an archive was last used."""
WHEEL_STAMP_SECONDS: Final = 1800.0
"""The same of wheels: `prune` leaves alone what was used in the last hour."""
CACHE_VARIABLE: Final = "SAM_DEPLOY_CACHE_DIR"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class StoredWheel:
    """A wheel in the store, under its own file name."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of verified wheels, archives and what is known about them."""

    root: Path

    @classmethod
    def default(cls) -> Store:
        """Return the user's store: `SAM_DEPLOY_CACHE_DIR`, else the user's cache folder."""
        if configured := os.environ.get(CACHE_VARIABLE):
            return cls(Path(configured).expanduser().absolute())
        import platformdirs  # noqa: PLC0415 - only needed here

        return cls(Path(platformdirs.user_cache_dir("sam-deploy")))

    @property
    def temporary(self) -> Path:
        """Where unfinished files live."""
        return self.root / "tmp"

    def reap(self, *others: Path, now: Callable[[], float] = time.time) -> int:
        """Remove what killed processes left more than 24 hours ago; return how many files.

        `others` are folders beside the store in which temporary files are made.
        """
        reaped = 0
        left = [path for folder in (self.temporary, *others) for path in folder.glob(".*.tmp")]
        for path in [*left, *self.temporary.glob("build-*")]:
            with suppress(FileNotFoundError):
                if now() - path.stat().st_mtime > STALE_SECONDS:
                    _remove(path)
                    reaped += 1
        return reaped

    def wheel_path(self, sha256: str, filename: str) -> Path:
        """Return where a wheel or sdist of that hash and name is, or would be."""
        return self.root / "wheels" / sha256[:2] / sha256 / filename

    def wheel(self, sha256: str, filename: str) -> Path | None:
        """Return the verified wheel or sdist, or nothing when it has to be fetched."""
        path = self.wheel_path(sha256, filename)
        if not self._verified(path, sha256):
            return None
        _touch(stamp_path(path), WHEEL_STAMP_SECONDS)
        return path

    def add_wheel(self, filename: str, write: Callable[[BinaryIO], str]) -> StoredWheel:
        """Store what `write` writes; it returns the SHA-256 of that, having checked it."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        temporary = temporary_name(self.temporary, filename)
        sha256 = self._write(temporary, write)
        return StoredWheel(self._move(temporary, self.wheel_path(sha256, filename)), sha256)

    def built(self, key: str) -> StoredWheel | None:
        """Return the wheel that was built under this key before, when it is still intact."""
        entry = read_json(self._built_entry(key))
        filename, sha256 = entry.get("filename"), entry.get("sha256")
        if not (isinstance(filename, str) and isinstance(sha256, str)):
            return None
        path = self.wheel(sha256, filename)
        return StoredWheel(path, sha256) if path else None

    def remember_built(self, key: str, wheel: StoredWheel) -> None:
        """Make `built(key)` return this wheel from now on."""
        entry = {"filename": wheel.path.name, "sha256": wheel.sha256}
        self._write_json(self._built_entry(key), entry)

    def archive_path(self, sha256: str) -> Path:
        """Return where an archive of that hash is, or would be."""
        return self.root / "archives" / f"{sha256}.zip"

    def archive(self, fingerprint: str) -> Archive | None:
        """Return the verified archive that was made from these inputs, if there is one."""
        path = self.fingerprint_entry(fingerprint)
        entry = read_json(path)
        if entry.pop("check", None) != _check_of(entry):
            return None
        left_out = entry.get("left_out")
        try:
            archive = Archive(
                sha256=str(entry["sha256"]),
                size_bytes=int(str(entry["size_bytes"])),
                unpacked_bytes=int(str(entry["unpacked_bytes"])),
                files=int(str(entry["files"])),
                left_out=tuple(map(str, left_out)) if isinstance(left_out, list) else (),
            )
        except (KeyError, ValueError):
            return None
        if not self._verified(self.archive_path(archive.sha256), archive.sha256):
            return None
        _touch(path, ARCHIVE_STAMP_SECONDS)
        return archive

    def add_archive(
        self,
        fingerprint: str,
        write: Callable[[BinaryIO], Archive],
        parts: Iterable[Path] = (),
    ) -> Archive:
        """Store what `write` writes, under its hash, and remember its inputs.

        `parts` are the files of the store that it is made of: they are kept as long as it is.
        """
        self.temporary.mkdir(parents=True, exist_ok=True)
        temporary = temporary_name(self.temporary, "archive")
        archive = self._write(temporary, write)
        self._move(temporary, self.archive_path(archive.sha256))
        mine = (part for part in parts if part.is_relative_to(self.root))
        names = [part.relative_to(self.root).as_posix() for part in mine]
        entry = asdict(archive) | {"parts": sorted(names)}
        entry = json.loads(json.dumps(entry))
        self._write_json(self.fingerprint_entry(fingerprint), entry | {"check": _check_of(entry)})
        return archive

    def known(self, kind: str, key: str) -> dict[str, object]:
        """Return what is remembered of that kind under that key; empty when nothing is."""
        return read_json(self.root / kind / f"{key}.json")

    def remember(self, kind: str, key: str, value: Mapping[str, object]) -> None:
        """Make `known(kind, key)` return this value; losing it costs time only."""
        self._write_json(self.root / kind / f"{key}.json", value, durable=False)

    def _write(self, temporary: Path, write: Callable[[BinaryIO], Made]) -> Made:
        try:
            with temporary.open("xb") as file:
                made = write(file)
                flush_to_disk(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return made

    def _move(self, temporary: Path, target: Path) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)
        self._stamp(target)
        return target

    def _verified(self, path: Path, sha256: str) -> bool:
        """Say whether the file holds what its name says; remove it when it does not."""
        try:
            stamp = _stamp_of(path)
        except FileNotFoundError:
            return False
        if read_json(stamp_path(path)) == stamp:
            return True
        if sha256_of(path) == sha256:
            self._stamp(path)
            return True
        for damaged in (path, stamp_path(path)):
            damaged.unlink(missing_ok=True)
        return False

    def linked(self, sha256: str) -> None:
        """Note that a link to an archive was made, which moves its ctime and nothing else."""
        self._stamp(self.archive_path(sha256))

    def _stamp(self, path: Path) -> None:
        # Not worth an fsync: without a stamp the file is hashed again.
        # A store that cannot be written to serves what it has.
        with suppress(OSError):
            self._write_json(stamp_path(path), _stamp_of(path), durable=False)

    def _write_json(self, path: Path, value: Mapping[str, object], *, durable: bool = True) -> None:
        with written_whole(path, self.temporary, durable=durable) as file:
            file.write(json.dumps(value, sort_keys=True).encode())

    def _built_entry(self, key: str) -> Path:
        return self.root / "built" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def fingerprint_entry(self, fingerprint: str) -> Path:
        """Return the file that says which archive has these inputs; its time is the last use."""
        return self.root / "fingerprints" / f"{fingerprint}.json"


def _check_of(entry: Mapping[str, object]) -> str:
    """Return what tells that no bit of an entry has flipped."""
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()[:16]


def content_hash(path: Path) -> str:
    """Return the hash of a file's content; one in the store lies in a folder of that name."""
    name = path.parent.name
    return name if _SHA256.fullmatch(name) else sha256_of(path)


def _touch(path: Path, exact_seconds: float) -> None:
    """Note that an entry is in use, unless that was noted a short time ago."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > exact_seconds:
            os.utime(path)


def stamp_path(path: Path) -> Path:
    """Return the file that says in which state a file was verified; its time is the last use."""
    return path.with_name(f"{path.name}.checked")


def _stamp_of(path: Path) -> dict[str, object]:
    # a write that puts the old time back still moves ctime, which nobody can set
    status = path.stat()
    return {
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "ctime_ns": status.st_ctime_ns,
        "inode": status.st_ino,
    }


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()

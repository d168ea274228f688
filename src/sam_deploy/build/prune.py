"""Removes from the store what no archive of the last 30 days was made of.

Safe while other processes build: what is younger than an hour stays, and whoever misses a wheel
fetches it again. Touches nothing outside of the store.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.build.disk import read_json
from sam_deploy.build.store import Store, stamp_path

KEPT_SECONDS: Final = 30 * 24 * 3600.0
"""An archive counts as used when a build made or found it."""
YOUNG_SECONDS: Final = 3600.0
"""What another process may be about to use."""
_STAMP: Final = ".checked"
_FOLDERS: Final = ("wheels", "archives", "fingerprints", "built", "surveys")


@dataclass(frozen=True, slots=True)
class Size:
    """What a part of the store takes on the disk."""

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """The store before and after."""

    before: Size
    after: Size


def size(store: Store) -> Size:
    """Return what the store's wheels, archives and records take."""
    files = list(_files(store))
    return Size(len(files), sum(status.st_size for _, status in files))


def prune(store: Store, *, now: Callable[[], float] = time.time) -> Pruned:
    """Remove what is not used any more; return the sizes before and after."""
    before = size(store)
    moment = now()
    used = _used(store, moment)
    changed = {path: max(status.st_mtime, status.st_ctime) for path, status in _files(store)}
    for path in changed:
        named = path.with_name(path.name.removesuffix(_STAMP))
        last = max(changed.get(each, 0.0) for each in (named, stamp_path(named)))
        if named not in used and moment - last >= YOUNG_SECONDS:
            # When the project's folder has a hard link to it, the file itself stays.
            path.unlink(missing_ok=True)
    _remove_empty_folders(store)
    return Pruned(before, size(store))


def _used(store: Store, moment: float) -> set[Path]:
    """Return the files that archives of the last 30 days need, and the records of these."""
    used: set[Path] = set()
    for path in (store.root / "fingerprints").glob("*.json"):
        try:
            unused_seconds = moment - path.stat().st_mtime
        except FileNotFoundError:
            continue
        entry = read_json(path)
        parts = entry.get("parts")
        if unused_seconds < KEPT_SECONDS:
            used |= {path, store.archive_path(str(entry.get("sha256")))}
            used |= {store.root / str(part) for part in parts} if isinstance(parts, list) else set()
    hashes = {path.parent.name for path in used if path.parent.parent.parent.name == "wheels"}
    used |= {p for p in (store.root / "built").glob("*.json") if _wheel_of(p) in hashes}
    used |= {
        p for p in (store.root / "surveys").glob("*.json") if p.stem.partition("-")[0] in hashes
    }
    return used


def _wheel_of(built: Path) -> str:
    return str(read_json(built).get("sha256"))


def _files(store: Store) -> Iterator[tuple[Path, os.stat_result]]:
    for folder in _FOLDERS:
        yield from _below(store.root / folder)


def _below(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with suppress(FileNotFoundError):
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path))
            else:
                with suppress(FileNotFoundError):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)


def _remove_empty_folders(store: Store) -> None:
    for folder, _, _ in os.walk(store.root / "wheels", topdown=False):
        with suppress(OSError):  # not empty: what is in it is used
            Path(folder).rmdir()

"""What must be true of a store whatever happened to the processes that wrote it."""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.campaigns.project import Site, sha256_of

TWO_DAYS_SECONDS: Final = 2 * 24 * 3600


def problems(store: Path) -> list[str]:
    """Return what is wrong with a store: a file that is not what its name says, or half a file."""
    return [*_archives(store), *_wheels(store), *_entries(store), *_unfinished(store)]


def _archives(store: Path) -> Iterator[str]:
    for path in sorted(store.glob("archives/*.zip")):
        if sha256_of(path) != path.stem:
            yield f"the archive {path.stem[:8]} has another hash"
        elif _bad_entry(path):
            yield f"the archive {path.stem[:8]} cannot be unpacked"


def _bad_entry(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return archive.testzip() is not None


def _wheels(store: Path) -> Iterator[str]:
    for path in sorted(store.glob("wheels/*/*/*")):
        if not path.name.endswith(".checked") and sha256_of(path) != path.parent.name:
            yield f"the wheel {path.name} has another hash"


def _entries(store: Path) -> Iterator[str]:
    for path in sorted(store.glob("fingerprints/*")):
        try:
            entry = json.loads(path.read_bytes())
            archive = store / "archives" / f"{entry['sha256']}.zip"
        except (ValueError, KeyError, TypeError):
            yield f"the fingerprint {path.name[:8]} cannot be read"
            continue
        if not archive.is_file():
            yield f"the fingerprint {path.name[:8]} names an archive that is not there"
        elif archive.stat().st_size != entry["size_bytes"]:
            yield f"the fingerprint {path.name[:8]} names another size than the archive has"


def _unfinished(store: Path) -> Iterator[str]:
    for path in sorted(store.rglob("*")):
        if path.name.endswith(".tmp") and path.parent != store / "tmp":
            yield f"{path.relative_to(store)} is unfinished and outside of tmp"


def left_over(site: Site) -> list[Path]:
    """Return the temporary files that killed builds have left in the store and the project."""
    found = [path for path in site.folder.rglob(".*.tmp") if path.is_file()]
    tmp = site.store / "tmp"
    return [*found, *(tmp.iterdir() if tmp.is_dir() else ())]


def age(paths: list[Path]) -> None:
    """Make files look two days old, which is when they are to be removed."""
    then = time.time() - TWO_DAYS_SECONDS
    for path in paths:
        os.utime(path, (then, then))

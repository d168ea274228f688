from __future__ import annotations

import hashlib
import os
import time
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from sam_deploy.build import prune
from sam_deploy.build.model import Archive
from sam_deploy.build.store import Store, StoredWheel

DAY = 24 * 3600.0


def wheel(store: Store, name: str, content: bytes) -> StoredWheel:
    def write(file: BinaryIO) -> str:
        file.write(content)
        return hashlib.sha256(content).hexdigest()

    return store.add_wheel(name, write)


def archive(store: Store, fingerprint: str, *parts: StoredWheel) -> Archive:
    def write(file: BinaryIO) -> Archive:
        with zipfile.ZipFile(file, "w") as opened:
            opened.writestr("a.txt", fingerprint)
        file.seek(0)
        content = Path(file.name).read_bytes()
        return Archive(hashlib.sha256(content).hexdigest(), len(content), 1, 1)

    return store.add_archive(fingerprint, write, [part.path for part in parts])


def later(days: float = 0.0) -> float:
    """Return a time at which what was written just now is old: ctime cannot be set."""
    return time.time() + days * DAY


def test_what_a_used_archive_needs_stays(store: Store) -> None:
    """The archive, the wheels it is made of, and what is known of them."""
    used, unused = wheel(store, "a.whl", b"a"), wheel(store, "b.whl", b"b")
    made = archive(store, "f" * 64, used)
    store.remember_built("key", used)
    store.remember("surveys", f"{used.sha256}-1", {})
    store.remember("surveys", f"{unused.sha256}-1", {})
    prune.prune(store, now=lambda: later(20))
    assert made == store.archive("f" * 64)
    assert used == store.built("key")
    assert used.path == store.wheel(used.sha256, "a.whl")
    assert None is store.wheel(unused.sha256, "b.whl")
    assert [f"{used.sha256}-1.json"] == [p.name for p in (store.root / "surveys").iterdir()]


def test_what_was_not_used_for_thirty_days_goes(store: Store) -> None:
    """With all that only it needed; no empty folder stays."""
    part = wheel(store, "a.whl", b"a")
    archive(store, "f" * 64, part)
    pruned = prune.prune(store, now=lambda: later(31))
    assert prune.Size(0, 0) == pruned.after
    assert pruned.before.files > 4
    assert [] == list((store.root / "wheels").glob("*/*"))


def test_a_build_that_finds_an_archive_uses_it(store: Store) -> None:
    """So what is built daily and never changes is kept for ever."""
    archive(store, "f" * 64, wheel(store, "a.whl", b"a"))
    entry = store.fingerprint_entry("f" * 64)
    os.utime(entry, (1, 1))
    store.archive("f" * 64)
    assert entry.stat().st_mtime > later(-1)


def test_what_is_young_stays(store: Store) -> None:
    """Another process may have fetched it for an archive that is not finished."""
    fetched = wheel(store, "a.whl", b"a")
    prune.prune(store, now=later)
    assert fetched.path == store.wheel(fetched.sha256, "a.whl")


def test_the_sizes_are_those_of_the_files(store: Store) -> None:
    """Before and after."""
    assert prune.Size(0, 0) == prune.size(store)
    wheel(store, "a.whl", b"a" * 1000)
    files, size_bytes = prune.size(store).files, prune.size(store).size_bytes
    assert 2 == files
    assert size_bytes > 1000


@pytest.mark.parametrize("name", ["config.json", "linted/x.json", "node/esbuild/esbuild"])
def test_what_is_not_of_wheels_and_archives_is_left_alone(store: Store, name: str) -> None:
    """Other parts of sam-deploy keep their things beside."""
    path = store.root / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    prune.prune(store, now=lambda: later(365))
    assert "mine" == path.read_text()


def test_the_file_in_the_project_survives(store: Store, tmp_path: Path) -> None:
    """It is a hard link: only the store's name of it goes."""
    made = archive(store, "f" * 64)
    shown = tmp_path / "Api.zip"
    os.link(store.archive_path(made.sha256), shown)
    prune.prune(store, now=lambda: later(31))
    assert made.size_bytes == shown.stat().st_size

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from sam_deploy.build.model import Archive
from sam_deploy.build.store import STALE_SECONDS, Store

CONTENT = b"an archive" * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FINGERPRINT = "f" * 64


def write_archive(file: BinaryIO) -> Archive:
    file.write(CONTENT)
    return Archive(SHA256, len(CONTENT), 5, 1)


def write_wheel(file: BinaryIO) -> str:
    file.write(CONTENT)
    return SHA256


def test_an_archive_is_found_by_what_it_was_made_from(store: Store) -> None:
    """The fingerprint leads to the archive, which is named by its own hash."""
    made = store.add_archive(FINGERPRINT, write_archive)
    assert made == store.archive(FINGERPRINT)
    assert CONTENT == store.archive_path(SHA256).read_bytes()
    assert None is store.archive("0" * 64)


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT[:-1] + b"X"])
@pytest.mark.fault(15, 16)
def test_a_damaged_archive_is_discarded(store: Store, damage: bytes) -> None:
    """Cut off or one byte changed: it is removed, and made again."""
    store.add_archive(FINGERPRINT, write_archive)
    path = store.archive_path(SHA256)
    os.utime(path, ns=(1, 1))
    path.write_bytes(damage)
    assert None is store.archive(FINGERPRINT)
    assert not path.exists()
    store.add_archive(FINGERPRINT, write_archive)
    assert SHA256 == getattr(store.archive(FINGERPRINT), "sha256", None)


def test_a_touched_archive_is_hashed_and_kept(store: Store) -> None:
    """Another time is a reason to look, not to throw away."""
    store.add_archive(FINGERPRINT, write_archive)
    os.utime(store.archive_path(SHA256), ns=(1, 1))
    assert SHA256 == getattr(store.archive(FINGERPRINT), "sha256", None)


def test_a_damaged_entry_counts_as_none(store: Store) -> None:
    """What is known about archives may be damaged, too."""
    store.add_archive(FINGERPRINT, write_archive)
    (entry,) = (store.root / "fingerprints").iterdir()
    entry.write_text('{"sha256": "')
    assert None is store.archive(FINGERPRINT)


def test_a_failing_writer_leaves_nothing(store: Store) -> None:
    """A full disk in the middle of a write leaves no file behind, and no entry."""

    def fail(file: BinaryIO) -> Archive:
        file.write(CONTENT)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        store.add_archive(FINGERPRINT, fail)
    assert [] == [path for path in store.root.rglob("*") if path.is_file()]


def test_wheels_keep_their_file_names(store: Store) -> None:
    """Tools read the name of a wheel, so the store keeps it."""
    wheel = store.add_wheel("six-1.17.0-py2.py3-none-any.whl", write_wheel)
    assert "six-1.17.0-py2.py3-none-any.whl" == wheel.path.name
    assert wheel.path == store.wheel(SHA256, wheel.path.name)


def test_a_built_wheel_is_forgotten_when_it_is_damaged(store: Store) -> None:
    """The key leads to a verified wheel, or to nothing."""
    wheel = store.add_wheel("a-1-py3-none-any.whl", write_wheel)
    store.remember_built("sdist:x", wheel)
    assert wheel == store.built("sdist:x")
    wheel.path.write_bytes(b"damaged")
    assert None is store.built("sdist:x")
    assert None is store.built("sdist:other")


@pytest.mark.fault(40)
def test_temporary_files_are_removed_after_a_day(store: Store) -> None:
    """A killed process leaves files behind; young ones may belong to a living process."""
    store.temporary.mkdir(parents=True)
    (store.temporary / ".archive.1.abc.tmp").write_bytes(b"x")
    (store.temporary / "build-xyz").mkdir()
    (store.temporary / "build-xyz" / "file").write_bytes(b"x")
    changed = (store.temporary / "build-xyz").stat().st_mtime
    assert 0 == store.reap(now=lambda: changed + 60)
    assert 2 == store.reap(now=lambda: changed + STALE_SECONDS + 60)
    assert [] == list(store.temporary.iterdir())


def test_many_writers_of_one_entry_agree(store: Store) -> None:
    """Threads and processes may store the same thing at the same time."""
    threads = [
        threading.Thread(target=store.add_archive, args=(FINGERPRINT, write_archive))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SHA256 == getattr(store.archive(FINGERPRINT), "sha256", None)
    assert [] == list(store.temporary.iterdir())


def test_the_place_of_the_store_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`SAM_DEPLOY_CACHE_DIR` moves the store."""
    monkeypatch.setenv("SAM_DEPLOY_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert Store(tmp_path / "elsewhere") == Store.default()


WRITER = """
import sys, time
from pathlib import Path
from sam_deploy.build.store import Store

def write(file):
    file.write(b"half of it")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)

Store(Path(sys.argv[1])).add_archive("f" * 64, write)
"""


@pytest.mark.fault(15)
def test_a_killed_writer_leaves_no_archive(store: Store) -> None:
    """Whatever the moment of the kill, there is a whole archive or none; the next one writes it."""
    command = [sys.executable, "-c", WRITER, str(store.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "writing\n" == process.stdout.readline()
        process.kill()
    assert (None, 1) == (store.archive(FINGERPRINT), len(list(store.temporary.iterdir())))
    store.add_archive(FINGERPRINT, write_archive)
    assert SHA256 == getattr(store.archive(FINGERPRINT), "sha256", None)

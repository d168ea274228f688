from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from sam_deploy.build.index import SETTLED_NS, FileIndex


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_text("one")
    return path


def later(path: Path) -> int:
    status = path.stat()
    return max(status.st_mtime_ns, status.st_ctime_ns) + SETTLED_NS + 1


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, file: Path) -> None:
    """What the index says is taken, even if it were wrong."""
    place = tmp_path / "index.json"
    index = FileIndex(place, now_ns=lambda: later(file))
    assert sha256("one") == index.sha256(file)
    index.save()
    place.write_text(place.read_text().replace(sha256("one"), "from the index"))
    assert "from the index" == FileIndex(place).sha256(file)


@pytest.mark.parametrize("text", ["two", "longer"])
def test_a_changed_file_is_read(tmp_path: Path, file: Path, text: str) -> None:
    """Also when size and modification time are made to look the same: the inode's time tells."""
    place = tmp_path / "index.json"
    index = FileIndex(place, now_ns=lambda: later(file))
    index.sha256(file)
    index.save()
    before = file.stat()
    file.write_text(text)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert sha256(text) == FileIndex(place).sha256(file)


def test_a_file_written_just_now_is_not_remembered(tmp_path: Path, file: Path) -> None:
    """It could change again within the same tick of the clock."""
    place = tmp_path / "index.json"
    index = FileIndex(place, now_ns=lambda: file.stat().st_mtime_ns)
    index.sha256(file)
    index.save()
    assert not place.exists()


def test_a_damaged_index_is_an_empty_one(tmp_path: Path, file: Path) -> None:
    """It only saves time, so losing it loses nothing."""
    place = tmp_path / "index.json"
    for text in ("{", "[]", '{"schema": 99, "files": {}}', '{"schema": 1, "files": 5}'):
        place.write_text(text)
        assert sha256("one") == FileIndex(place).sha256(file)


def test_files_that_are_gone_are_forgotten(tmp_path: Path, file: Path) -> None:
    """The index does not grow for ever."""
    place = tmp_path / "index.json"
    other = tmp_path / "b.py"
    other.write_text("two")
    index = FileIndex(place, now_ns=lambda: later(other))
    index.sha256(other)
    index.save()
    other.unlink()
    index = FileIndex(place, now_ns=lambda: later(file))
    index.sha256(file)
    index.save()
    assert [str(file)] == list(json.loads(place.read_text())["files"])

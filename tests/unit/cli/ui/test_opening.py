"""The file by which the command's browser comes in."""

from __future__ import annotations

import queue
import stat
import sys
from pathlib import Path

import pytest

from sam_deploy.cli.ui import opening

ADDRESS = "http://127.0.0.1:8123/?token=se-cret_1"


def test_the_browser_is_given_a_file_and_never_the_token(tmp_path: Path) -> None:
    """It leads to the address, and is gone at the end, also of a command that fails."""
    given: queue.Queue[str] = queue.Queue()
    file = tmp_path / ".sam-deploy" / "ui" / "8123.html"

    def served() -> None:
        with opening.opened(ADDRESS, 8123, tmp_path, given.put):
            assert file.as_uri() == given.get(timeout=10)
            assert f"url={ADDRESS}" in file.read_text(encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        served()
    assert not file.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="rights are the folder's there")
def test_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    """Whatever a process that was killed has left in its place."""
    file = tmp_path / "ui" / "1.html"
    file.parent.mkdir(mode=0o777)
    file.write_text("old", encoding="utf-8")
    file.chmod(0o666)
    opening.written(ADDRESS, file)
    assert (0o600, 0o700) == tuple(
        stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent)
    )


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """The token goes into no other file."""
    other = tmp_path / "other"
    other.write_text("mine", encoding="utf-8")
    file = tmp_path / "1.html"
    file.symlink_to(other)
    opening.written(ADDRESS, file)
    assert "mine" == other.read_text(encoding="utf-8")

"""The moving picture, as a real terminal shows it while a deployment goes on."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyte
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

pytestmark = pytest.mark.long

REGIONS: Final = ("eu-west-1", "us-east-1")
ROWS: Final = 24
WAIT_SECONDS: Final = 150.0
HEAD: Final = re.compile(r"^([━─#-]+) +(\d+)%  (\S+)( s)?")
LANE: Final = re.compile(r"^  (eu-west-1|us-east-1)  .*\d/\d")
PERCENT: Final = re.compile(r"^\[ *(\d+)%\]", re.MULTILINE)
DEPLOY: Final = ("deploy", "--target", "embedded")


class Watched:
    """A command at a terminal, and every picture that the terminal has shown of it."""

    def __init__(self, process: subprocess.Popen[bytes], line: int, columns: int) -> None:
        self.process = process
        self.screen = pyte.Screen(columns, ROWS)
        self.raw = b""
        self.pictures: list[list[str]] = []
        self._line = line
        self._stream = pyte.ByteStream(self.screen)

    def rows(self) -> list[str]:
        """What stands on the screen now."""
        return [row.rstrip() for row in self.screen.display if row.strip()]

    def read(self) -> bool:
        """Take in what it writes; false at its end."""
        ready, _, _ = select.select([self._line], [], [], 0.2)
        if not ready:
            return self.process.poll() is None
        try:
            block = os.read(self._line, 65536)
        except OSError:
            return False
        self.raw += block
        self._stream.feed(block)
        rows = self.rows()
        if any(HEAD.match(row) for row in rows):
            self.pictures.append(rows)
        return bool(block)

    def until(self, seen: Callable[[list[str]], bool]) -> None:
        """Wait until the screen is as wanted."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not seen(self.rows()):
            assert time.monotonic() < deadline, self.rows()
            assert self.read(), self.rows()

    def resize(self, columns: int) -> None:
        """Make the terminal another width, and tell the command, as a terminal does."""
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
        self.screen.resize(ROWS, columns)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def end(self) -> int:
        """Return the exit code."""
        while self.read():
            pass
        return self.process.wait(WAIT_SECONDS)

    def percentages(self) -> list[int]:
        """Return the percentage of every picture, in order."""
        heads = (HEAD.match(row) for rows in self.pictures for row in rows)
        return [int(head[2]) for head in heads if head]


@contextmanager
def watched(
    project: Project, *arguments: str, columns: int = 80, more: Mapping[str, str] | None = None
) -> Iterator[Watched]:
    line, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    variables = {**project.environment, "TERM": "xterm-256color", **(more or {})}
    for name in ("COLUMNS", "LINES", "CI"):
        variables.pop(name, None)
    process = subprocess.Popen(
        project.command(*arguments),
        env=variables,
        cwd=project.folder,
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    try:
        yield Watched(process, line, columns)
    finally:
        process.kill()
        process.wait()
        os.close(line)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]) -> Any:
    """The small project in two regions, deployed once."""
    folder = tmp_path_factory.mktemp("progress") / "tiny"
    left_out = shutil.ignore_patterns(".sam-deploy", "__pycache__")
    shutil.copytree(Path(__file__).with_name("tiny"), folder, ignore=left_out)
    file = folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('regions=["eu-west-1"]', f"regions={list(REGIONS)}"))
    return deployed(folder)


@contextmanager
def changed(project: Project) -> Iterator[None]:
    """The function is another one, so that there is something to deploy."""
    handler = next((project.folder / "functions").rglob("handler.py"))
    before = handler.read_text(encoding="utf-8")
    handler.write_text(f"{before}\nNOW = {time.time()}\n", encoding="utf-8")
    yield


def test_the_picture_has_the_whole_and_both_regions(project: Project) -> None:
    """Lanes side by side; percentages rise; in the end it is gone, and the result stands there."""
    with changed(project), watched(project, *DEPLOY) as terminal:
        assert 0 == terminal.end(), terminal.rows()
        lanes = [[row for row in rows if LANE.match(row)] for rows in terminal.pictures]
        assert 2 == max(map(len, lanes))
        assert any("execute" in row for rows in lanes for row in rows)
        figures = terminal.percentages()
        assert figures == sorted(figures)
        assert figures[-1] > 50
        assert not any(HEAD.match(row) or LANE.match(row) for row in terminal.rows())
        assert any("next: sam-deploy status" in row for row in terminal.rows())
        assert all(len(row) < 80 for rows in terminal.pictures for row in rows if HEAD.match(row))


def test_after_a_run_the_time_left_is_told(project: Project) -> None:
    """From what the parts took before; it does not grow by more than the time that passes."""
    with changed(project):
        assert 0 == project.deploy().code
    with changed(project), watched(project, *DEPLOY, columns=110) as terminal:
        assert 0 == terminal.end(), terminal.rows()
        heads = [row for rows in terminal.pictures for row in rows if HEAD.match(row)]
        left = [int(found[1]) for row in heads if (found := re.search(r"about (\d+) s left", row))]
        assert left, heads


def test_a_terminal_that_becomes_narrow_gets_a_picture_that_fits(project: Project) -> None:
    """80 columns, then 40, while it goes on: no row of the picture is broken, nothing is left."""
    with changed(project), watched(project, *DEPLOY) as terminal:
        terminal.until(lambda rows: any(HEAD.match(row) for row in rows))
        terminal.resize(40)
        before = len(terminal.pictures)
        assert 0 == terminal.end(), terminal.rows()
        narrow = terminal.pictures[before + 2 :]
        assert narrow
        for rows in narrow:
            assert 1 >= sum(bool(HEAD.match(row)) for row in rows), rows
            assert all(len(row) < 40 for row in rows if HEAD.match(row) or LANE.match(row)), rows
        assert not any(HEAD.match(row) or LANE.match(row) for row in terminal.rows())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_encoding_without_drawn_characters_gets_ascii(project: Project, encoding: str) -> None:
    """As on an old console of Windows, and where the locale is C."""
    more = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    with watched(project, *DEPLOY, more=more) as terminal:
        assert 0 == terminal.end(), terminal.rows()
        heads = [row for rows in terminal.pictures for row in rows if HEAD.match(row)]
        assert any(row.startswith("#") for row in heads), heads
        assert "\\u" not in terminal.raw.decode(encoding)


def test_a_dumb_terminal_gets_lines(project: Project) -> None:
    """It cannot go back to a line: nothing moves, and no control character is written."""
    with watched(project, *DEPLOY, more={"TERM": "dumb"}) as terminal:
        assert 0 == terminal.end(), terminal.rows()
        text = terminal.raw.decode()
    assert "\x1b" not in text
    figures = [int(found) for found in PERCENT.findall(text.replace("\r", ""))]
    assert figures == sorted(figures)
    assert 100 == figures[-1]


def test_no_colour_is_no_colour(project: Project) -> None:
    """NO_COLOR takes colours away, not the picture."""
    with watched(project, *DEPLOY, more={"NO_COLOR": "1"}) as terminal:
        assert 0 == terminal.end(), terminal.rows()
        assert terminal.pictures
        assert not re.search(rb"\x1b\[(?:\d+;)*(?:3\d|4\d|9\d)(?:;\d+)*m", terminal.raw)


def test_rollback_recover_and_destroy_have_percentages_to_the_end(project: Project) -> None:
    """Lines elsewhere than at a terminal: each from its beginning to 100."""
    for _ in range(2):
        with changed(project):
            assert 0 == project.deploy().code
    plain = ("--target", "embedded", "--progress", "plain")
    back = project.run("rollback", "dev", "--auto-approve", *plain)
    assert 0 == back.code, back.err
    gone = project.run("destroy", *plain)
    assert 0 == gone.code, gone.err
    for ran in (back, gone):
        figures = [int(found) for found in PERCENT.findall(ran.err)]
        assert figures == sorted(figures)
        assert 100 == figures[-1], ran.err
    assert "eu-west-1 [2/2] verify: done" in back.err
    assert "us-east-1 tiny-sam [2/3] delete: deleted" in gone.err

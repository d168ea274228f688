"""Real processes, whose reader or terminal really goes, and who really get signals."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such ends")
SECONDS = 30
HEAD = """
import sys, time
from pathlib import Path
from sam_deploy.cli.terminal.undisturbed import undisturbed
note, goes_on = Path(sys.argv[1]), sys.argv[2] == "goes on"
"""
TALKS = f"""{HEAD}
with undisturbed(lambda: goes_on):
    for number in range(200):
        print("line", number, flush=True)
        print("said", number, file=sys.stderr, flush=True)
        time.sleep(0.005)
    note.write_text("ended")
sys.exit(7)
"""
WAITS = f"""{HEAD}
with undisturbed(lambda: goes_on):
    try:
        print("begun", flush=True)
        time.sleep(20)
    except KeyboardInterrupt:
        print("taking back", flush=True)
        time.sleep(0.3)
        note.write_text("taken back")
        sys.exit(130)
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """What a process writes at its end."""
    return tmp_path / "note"


def begun(
    script: str, note: Path, *, goes_on: bool = True, **streams: int
) -> subprocess.Popen[str]:
    """A process that is under way."""
    words = "goes on" if goes_on else "ends"
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, **streams}
    return subprocess.Popen([sys.executable, "-c", script, str(note), words], text=True, **given)


def test_what_changes_something_comes_to_its_end_without_a_reader(note: Path) -> None:
    """`deploy | head -1`: the exit code is that of the work, which did not stop halfway."""
    process = begun(TALKS, note, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    assert "line 0\n" == process.stdout.readline()
    process.stdout.close()
    assert 7 == process.wait(SECONDS)
    assert "ended" == note.read_text(encoding="utf-8")


def test_what_only_looks_ends_with_its_reader(note: Path) -> None:
    """`logs --follow | head -1` would go on for ever."""
    process = begun(TALKS, note, goes_on=False)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert 0 != process.wait(SECONDS)
    assert not note.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_means_what_ctrl_c_does(note: Path, number: signal.Signals) -> None:
    """A cancelled pipeline sends SIGTERM, and may send another; what can be is taken back."""
    process = begun(WAITS, note)
    assert process.stdout is not None
    assert "begun\n" == process.stdout.readline()
    process.send_signal(number)
    assert "taking back\n" == process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert 130 == process.wait(SECONDS)
    assert "taken back" == note.read_text(encoding="utf-8")


def test_what_only_looks_is_ended_by_a_signal(note: Path) -> None:
    """As any process is."""
    process = begun(WAITS, note, goes_on=False)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.terminate()
    assert -signal.SIGTERM == process.wait(SECONDS)
    assert not note.exists()


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal; the near one is closed by the test."""
    near, far = pty.openpty()
    yield near, far
    os.close(far)


def test_a_terminal_that_is_gone_ends_nothing_by_itself(
    note: Path, terminal: tuple[int, int]
) -> None:
    """Writes to it fail with EIO; in a process group of its own no signal comes."""
    near, far = terminal
    process = begun(TALKS, note, stdout=far, stderr=far)
    time.sleep(0.3)
    os.close(near)
    assert 7 == process.wait(SECONDS)
    assert "ended" == note.read_text(encoding="utf-8")

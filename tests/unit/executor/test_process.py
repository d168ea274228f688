"""Real processes: this Python in the place of the SAM CLI."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from sam_deploy.executor.process import NOT_STARTED, TIMED_OUT, run
from sam_deploy.lanes import Stop, StoppedError

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
SLEEPER = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def test_lines_of_both_outputs_arrive_and_the_code_is_returned(tmp_path: Path) -> None:
    """In the order in which they were written; the environment is only the one given."""
    lines: list[str] = []
    code = (
        "import os, sys\nprint('é', os.getcwd(), 'HOME' in os.environ, flush=True)\n"
        "sys.stderr.write('Error: x\\n')\nsys.exit(3)"
    )
    assert 3 == run(
        python(code), {**ENVIRONMENT, "PYTHONUTF8": "1"}, tmp_path, lines.append, Stop(), 30
    )
    assert ["Error: x", f"é {tmp_path} False"] == sorted(lines)


def test_a_line_arrives_at_once(tmp_path: Path) -> None:
    """Not when the command ends: progress is live."""
    arrived = threading.Event()
    stop = Stop()

    def take(_: str) -> None:
        arrived.set()
        stop.set()

    with pytest.raises(StoppedError):
        run(python(SLEEPER), ENVIRONMENT, tmp_path, take, stop, 30)
    assert arrived.is_set()


def test_a_missing_program_is_127(tmp_path: Path) -> None:
    """As a shell has it; the reason is a line."""
    lines: list[str] = []
    assert NOT_STARTED == run(["/nowhere/sam"], ENVIRONMENT, tmp_path, lines.append, Stop(), 30)
    assert "/nowhere/sam" in lines[0]


def test_the_limit_ends_the_command(tmp_path: Path) -> None:
    """Nothing runs on after it."""
    lines: list[str] = []
    assert TIMED_OUT == run(python(SLEEPER), ENVIRONMENT, tmp_path, lines.append, Stop(), 0.5)
    assert [] == [line for line in lines if psutil.pid_exists(int(line))]


def test_a_stop_ends_even_who_ignores_sigterm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM first, SIGKILL after a while."""
    monkeypatch.setattr("sam_deploy.executor.process.END_SECONDS", 0.3)
    stop, lines = Stop(), list[str]()

    def take(line: str) -> None:
        lines.append(line)
        stop.set()

    started = time.monotonic()
    with pytest.raises(StoppedError):
        run(python(STUBBORN), ENVIRONMENT, tmp_path, take, stop, 30)
    assert not psutil.pid_exists(int(lines[0]))
    assert time.monotonic() - started < 20

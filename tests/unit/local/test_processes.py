"""Processes are told apart by id and start time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sam_deploy.local import processes
from sam_deploy.local.processes import Process

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)"
PARENT = (
    f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', '{SLEEP}']);"
    "print(p.pid, flush=True); time.sleep(60)"
)


@pytest.fixture
def spawned() -> Iterator[list[processes.Child]]:
    """Children that are ended after the test, whatever it did."""
    children: list[processes.Child] = []
    yield children
    for child in children:
        child.popen.kill()


def run(spawned: list[processes.Child], folder: Path, code: str) -> processes.Child:
    environment = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", code]
    child = processes.spawn(command, env=environment, cwd=folder, log=folder / "out.log")
    spawned.append(child)
    return child


def said(folder: Path) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        text = (folder / "out.log").read_text()
        if text.endswith("\n"):
            return text.strip()
        time.sleep(0.01)
    pytest.fail("the process said nothing")


def test_end_is_gentle_first(spawned: list[processes.Child], tmp_path: Path) -> None:
    """A process that heeds SIGTERM is gone at once, and reads as ended by it."""
    child = run(spawned, tmp_path, SLEEP)
    assert child.process.alive()
    started = time.monotonic()
    child.process.end(30)
    assert time.monotonic() - started < 20
    assert not child.process.alive()
    assert "ended by SIGTERM" == processes.describe_exit(child.popen.wait())


def test_a_deaf_process_is_killed_after_its_grace(
    spawned: list[processes.Child], tmp_path: Path
) -> None:
    """SIGKILL comes when SIGTERM was ignored for the given time, not before."""
    child = run(spawned, tmp_path, f"{DEAF}; time.sleep(60)")
    said(tmp_path)
    started = time.monotonic()
    child.process.end(0.4)
    assert 0.4 <= time.monotonic() - started < 30
    assert "ended by SIGKILL" == processes.describe_exit(child.popen.wait())


def test_what_a_process_started_ends_with_it(
    spawned: list[processes.Child], tmp_path: Path
) -> None:
    """Also when the process itself had died before and only its children are left."""
    child = run(spawned, tmp_path, PARENT)
    grandchild = psutil.Process(int(said(tmp_path)))
    child.popen.kill()
    child.popen.wait()
    assert grandchild.is_running()
    child.process.end(2)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


def test_another_process_with_the_id_is_left_alone(
    spawned: list[processes.Child], tmp_path: Path
) -> None:
    """The start time does not match, so it is neither alive to us nor ended."""
    child = run(spawned, tmp_path, SLEEP)
    former = Process(child.process.pid, child.process.created - 3600)
    assert not former.alive()
    former.end(1)
    assert child.process.alive()


def test_a_zombie_is_not_alive(tmp_path: Path) -> None:
    """A process that has ended but was not asked for its exit code has ended."""
    del tmp_path
    popen = subprocess.Popen([sys.executable, "-c", SLEEP])
    process = Process(popen.pid, psutil.Process(popen.pid).create_time())
    popen.kill()
    deadline = time.monotonic() + 5
    while process.alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert psutil.STATUS_ZOMBIE == psutil.Process(popen.pid).status()
    popen.wait()


def test_a_child_has_a_session_of_its_own_and_only_our_variables(
    spawned: list[processes.Child], tmp_path: Path
) -> None:
    """No hang-up of the terminal reaches it, and nothing of this process's environment."""
    code = "import os; print(os.getsid(0) == os.getpid(), sorted(os.environ))"
    run(spawned, tmp_path, code)
    assert "True ['LC_CTYPE', 'PATH']" == said(tmp_path)


def test_a_log_is_begun_anew_and_the_last_one_kept(
    spawned: list[processes.Child], tmp_path: Path
) -> None:
    """The reason of the last death can still be read after a restart."""
    for word in ("first", "second"):
        run(spawned, tmp_path, f"print('{word}')").popen.wait()
    logs = {path.name: path.read_text() for path in tmp_path.glob("*.log")}
    assert {"out.log": "second\n", "out.previous.log": "first\n"} == logs


def test_the_last_lines_are_those_that_say_something(tmp_path: Path) -> None:
    """Blank lines are skipped; a missing log has none."""
    log = tmp_path / "x.log"
    log.write_text("one\n\ntwo\n   \nthree\n")
    assert ("two\nthree", "") == (
        processes.last_lines(log, 2),
        processes.last_lines(tmp_path / "none"),
    )

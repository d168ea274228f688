from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from sam_deploy.cli.deploying import saved_files
from sam_deploy.lanes import Stop

AT_MOST_SECONDS = 10


def following(saved: Iterator[tuple[Path, ...]]) -> tuple[Path, ...]:
    deadline = time.monotonic() + AT_MOST_SECONDS
    return next(files for files in saved if files or time.monotonic() > deadline)


def test_a_save_is_told_once_and_none_is_missed(tmp_path: Path) -> None:
    """Written by way of a temporary file, as editors do; also while nobody asks for the next."""
    project, stop = tmp_path.resolve(), Stop()
    handler, other = project / "functions" / "handler.py", project / "deploy.py"
    handler.parent.mkdir()
    handler.touch()
    saved = saved_files.saves(project, (project,), stop)
    assert () == next(saved)
    # between two questions: this is when something is being deployed
    temporary = handler.with_name(".handler.py.swp")
    temporary.write_text("A = 1\n", encoding="utf-8")
    temporary.replace(handler)
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "deploy.cpython-312.pyc").touch()
    other.touch()
    told = following(saved)
    assert {handler, other} == set(told or following(saved))
    assert () == next(saved)
    stop.set()
    assert [] == list(saved)

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sam_deploy import runs
from sam_deploy.cli.runs import runs_screens as screens
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Note, StepFinished, StepsSkipped

BEGAN = 1796000000.0


@pytest.fixture
def failed(tmp_path: Path) -> runs.Run:
    """A deployment that failed after three seconds."""
    now = [BEGAN]
    start = runs.Start("deploy", ("core", "--tags", "***"), "aws", "9.9")
    log = runs.RunLog(tmp_path, start, lambda: now[0])
    now[0] += 1.5
    log.event(Note("two\nlines"))
    log.event(StepsSkipped("here", 1))
    log.told("sam_deploy.aws", "debug", "s3 PutObject here: 200")
    log.told("urllib3", "warning", "the pool is full")
    log.event(StepFinished("here", "s", "execute", 6, 8, "created"))
    now[0] += 1.5
    error = IncompleteError("Half of it", why="a cause", hint="go on", problems=("one", "two"))
    log.end(7, runs.failure(error))
    found = runs.read(log.path)
    assert found is not None
    return found


def test_a_run_is_told_line_by_line_with_the_seconds_since_it_began(failed: runs.Run) -> None:
    """Events that nobody is told of are left out, and what libraries told quietly."""
    text = screens.run_text(failed, list(runs.lines(failed.path)))
    head, _, rest = text.partition("\n\n")
    assert "$ sam-deploy deploy core --tags ***" == head.splitlines()[0]
    assert f"{failed.run}, began 2026-11-30 00:53:20 UTC" == head.splitlines()[1]
    assert head.splitlines()[2].startswith("sam-deploy 9.9, Python 3.")
    assert (
        "    1.5 s  two\n"
        "           lines\n"
        "    1.5 s  urllib3 warning: the pool is full\n"
        "    1.5 s  here s [6/8] execute: created\n"
        "\n"
        "failed, exit 7 after 3.0 s\n"
        "\n"
        "error: Half of it\n"
        "  why: a cause\n"
        "  - one\n"
        "  - two\n"
        "\n"
        "hint: go on"
    ) == rest


def test_every_aws_call_is_there_when_all_is_wanted(failed: runs.Run) -> None:
    """As `-v` does."""
    text = screens.run_text(failed, list(runs.lines(failed.path)), all=True)
    assert "1.5 s  sam_deploy.aws debug: s3 PutObject here: 200" in text


def test_a_list_has_a_row_for_each_run(failed: runs.Run) -> None:
    """What was typed, how it ended, how long it took."""
    row = screens.list_text([failed], BEGAN + 200).splitlines()[-1]
    words = ["3 minutes ago", "deploy core --tags ***", "failed, exit 7", "3.0 s", failed.run]
    assert words == row.split("  ")


def test_a_document_has_the_run_and_all_its_lines(failed: runs.Run) -> None:
    """As they are in the log."""
    lines = list(runs.lines(failed.path))
    found = json.loads(screens.run_json(failed, lines))
    assert lines == found["events"]
    assert ("deploy", BEGAN, 3.0, 7, False, "failed") == tuple(
        found[name] for name in ("command", "started", "seconds", "exit_code", "running", "outcome")
    )
    (listed,) = json.loads(screens.list_json([failed]))["runs"]
    assert listed == {name: value for name, value in found.items() if name != "events"}


def test_a_bug_is_shown_with_its_traceback(tmp_path: Path) -> None:
    """That is what the log is for."""
    log = runs.RunLog(tmp_path, runs.Start("deploy"))
    try:
        raise ZeroDivisionError("by nothing")
    except ZeroDivisionError as error:
        log.end(1, runs.bug(error))
    found = runs.read(log.path)
    assert found is not None
    text = screens.run_text(found, list(runs.lines(log.path)))
    assert "error: sam-deploy has a bug" in text
    assert text.endswith("ZeroDivisionError: by nothing")

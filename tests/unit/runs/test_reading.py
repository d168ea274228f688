from __future__ import annotations

import dataclasses
import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from sam_deploy import events, runs
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildFinished, Listing, Note, described

NOBODY = 2**22 + 1
"""A process id beyond what Linux gives."""


def written(folder: Path, name: str, *values: dict[str, Any]) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values), encoding="utf-8")
    return path


def start(**given: object) -> dict[str, Any]:
    return {
        "type": "RunStarted",
        "time": time.time(),
        "command": "deploy",
        "arguments": ["core"],
        "pid": NOBODY,
        "host": socket.gethostname(),
        "target": None,
    } | given


def outcome(path: Path) -> str:
    found = runs.read(path)
    assert found is not None
    return found.outcome


def test_the_outcome_is_what_the_exit_code_says(tmp_path: Path) -> None:
    """Done, failed, interrupted."""
    for code, word in ((0, "done"), (7, "failed"), (130, "interrupted")):
        log = runs.RunLog(tmp_path, runs.Start("deploy"))
        log.end(code)
        assert word == outcome(log.path)


def test_a_run_without_an_end_is_under_way_while_its_process_lives(tmp_path: Path) -> None:
    """Another process that has got its number, or one of another computer, is not it."""
    log = runs.RunLog(tmp_path, runs.Start("deploy"))
    assert "under way" == outcome(log.path)
    log.end(0)
    assert "died" == outcome(written(tmp_path, "dead", start()))
    assert "died" == outcome(written(tmp_path, "other", start(pid=1, time=0.0)))
    assert "died" == outcome(written(tmp_path, "elsewhere", start(pid=1, host="elsewhere")))
    assert "died" == outcome(written(tmp_path, "no-number", start(pid="x")))


def test_a_long_last_line_is_found(tmp_path: Path) -> None:
    """A traceback may be longer than what is read first."""
    log = runs.RunLog(tmp_path, runs.Start("deploy"))
    log.end(3, runs.failure(BuildError("x" * 200_000)))
    assert "failed" == outcome(log.path)


def test_what_is_no_log_is_left_out(tmp_path: Path) -> None:
    """Somebody else's file, an empty one, bytes."""
    written(tmp_path, "other", {"a": 1})
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\n[]\n")
    (tmp_path / "folder.jsonl").mkdir()
    assert () == runs.listed(tmp_path)
    assert () == runs.listed(tmp_path / "nowhere")


def test_runs_are_listed_newest_first_and_found_by_a_part_of_their_name(tmp_path: Path) -> None:
    """A whole name wins over parts."""
    for name in ("20260101T000000Z-deploy-aaaa", "20260102T000000Z-build-bbbb"):
        written(tmp_path, name, start())
    assert ["20260102T000000Z-build-bbbb", "20260101T000000Z-deploy-aaaa"] == [
        each.run for each in runs.listed(tmp_path)
    ]
    assert ["20260102T000000Z-build-bbbb"] == [p.stem for p in runs.find(tmp_path, "bbbb")]
    assert 2 == len(runs.find(tmp_path, "2026"))
    assert 1 == len(runs.find(tmp_path, "20260101T000000Z-deploy-aaaa"))
    assert () == runs.find(tmp_path, "cccc")


def test_every_event_can_be_read_back(tmp_path: Path) -> None:
    """As it was reported, through JSON."""
    del tmp_path
    given: dict[str, Any] = {"str": "a", "int": 1, "float": 0.5, "bool": True}
    for kind in vars(events).values():
        if not (isinstance(kind, type) and issubclass(kind, events.Event)):
            continue
        if kind is events.Event:
            continue
        values = {
            each.name: given.get(str(each.type), ("a", "b") if "tuple" in str(each.type) else "a")
            for each in dataclasses.fields(kind)
        }
        event = kind(**values)
        assert event == runs.event_of(json.loads(json.dumps(described(event, 1.0))))


@pytest.mark.parametrize(
    "line",
    [{"type": "RunStarted"}, {"type": "Callable"}, {"type": "Note", "new": 1}, {}, {"type": 3}],
)
def test_a_line_of_another_version_is_no_event(line: dict[str, Any]) -> None:
    """Neither are the lines that only logs have."""
    assert runs.event_of(line) is None


def test_rows_are_tuples_again() -> None:
    """So that an event can be compared, and kept in a set."""
    event = Listing("t", ("a",), (("1",), ("2",)))
    assert event == runs.event_of(json.loads(json.dumps(described(event, 0.0))))
    assert {event, Note("x"), BuildFinished("u", "layer", "a", 1, 0.1, False, 1, 1)}

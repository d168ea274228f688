"""Readings and their errors, shared by all who ask."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sam_deploy import runs
from sam_deploy.ui.runlogs import Tail

Browser = Any
"""The conftest's browser."""
Shelf = Any
"""The conftest's readings."""


def test_many_who_ask_get_one_reading(browser: Browser, shelf: Shelf) -> None:
    """While it is made, and for a moment after that."""
    shelf.waits = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(browser.get, "/api/status") for _ in range(6)]
        time.sleep(0.2)
        shelf.waits.set()
        found = [each.result().json() for each in asked]
    assert 6 * [found[0]] == found
    assert found[0] == browser.get("/api/status").json()
    assert ["status"] == shelf.reads


def test_the_same_content_has_the_same_tag(browser: Browser, shelf: Shelf) -> None:
    """When it was read, and how long that took, tells nothing new."""
    first = browser.get("/api/status")
    reading = browser.dashboard.readings["status"]
    browser.portal.call(reading.outdate)
    tag = first.headers["etag"]
    again = browser.get("/api/status", headers={"if-none-match": f'"x", {tag}'})
    assert (304, b"", 2) == (again.status_code, again.content, len(shelf.reads))
    shelf.rows.append({"function": "Api"})
    browser.portal.call(reading.outdate)
    changed = browser.get("/api/status", headers={"if-none-match": tag})
    assert 200 == changed.status_code
    assert tag != changed.headers["etag"]


def test_nothing_is_read_while_nobody_listens(browser: Browser, shelf: Shelf) -> None:
    """And what has not changed is told once to who does."""
    time.sleep(0.3)
    assert [] == shelf.reads

    async def heard() -> list[bytes]:
        told = browser.dashboard.stream.listen()
        found = [await anext(told) for _ in range(3)]
        deadline = time.monotonic() + 10
        while len(shelf.reads) < 4:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        shelf.rows.append({"function": "Api"})
        found.append(await anext(told))
        await told.aclose()
        return found

    came = [each.decode() for each in browser.portal.call(heard)]
    events = sorted(each.split("event: ")[1].split("\n")[0] for each in came[1:])
    assert ["shifts", "status", "status"] == events
    assert '"function":"Api"' in came[-1]


def test_errors_have_their_parts_and_their_status(browser: Browser) -> None:
    """What is not there, what is wrong with `deploy.py`, and a bug that tells nothing."""
    missing = browser.get("/api/releases/prod-9")
    assert (404, "There is no release `prod-9`") == (
        missing.status_code,
        missing.json()["error"]["what"],
    )
    assert 400 == browser.get("/api/artifacts/Api").status_code
    bug = browser.get("/api/artifacts")
    assert (500, "ValueError") == (bug.status_code, bug.json()["error"]["why"])
    assert 404 == browser.get("/nothing").status_code
    assert 405 == browser.get("/api/jobs").status_code
    assert 404 == browser.get("/api/jobs/x").status_code


def test_history_is_limited(browser: Browser) -> None:
    """Whatever is asked for."""
    ask = "/api/history?environment=prod&limit="
    limits = [browser.get(ask + each).json()["limit"] for each in ("7", "0", "99999", "x", "-1")]
    assert [7, 1, 500, 50, 50] == limits


def log_of(project: Path) -> runs.RunLog:
    """Return the log of a run that begins."""
    return runs.RunLog(runs.folder_of(project), runs.Start("deploy", ("core",), "embedded", "1"))


def test_runs_are_listed_and_shown(browser: Browser, tmp_path: Path) -> None:
    """Under way and ended, with all lines; no other file can be asked for."""
    log = log_of(tmp_path)
    (row,) = browser.get("/api/runs").json()["runs"]
    assert (log.name, "deploy", ["core"], None, True) == (
        row["run"],
        row["command"],
        row["arguments"],
        row["exit_code"],
        row["running"],
    )
    log.told("botocore", "debug", "a call")
    log.end(4)
    found = browser.get(f"/api/runs/{log.name}").json()
    assert (4, False) == (found["exit_code"], found["running"])
    assert ["RunStarted", "LogRecord", "RunEnded"] == [e["type"] for e in found["events"]]
    assert not found["cut_off"]
    for name in ("..%2f..%2fsecret", "20260101T000000Z-deploy-0000", "x"):
        assert 404 == browser.get(f"/api/runs/{name}").status_code


def test_the_tail_tells_whole_lines_of_all_runs_from_now_on(tmp_path: Path) -> None:
    """Not what was there before, not what libraries whisper, and a half line once it is whole."""
    old = log_of(tmp_path)
    tail = Tail(tmp_path)
    assert [] == tail.lines()
    old.told("x", "info", "told")
    new = log_of(tmp_path)
    new.told("x", "debug", "whispered")
    came = sorted((each.run, each.event["type"]) for each in tail.lines())
    assert sorted([(old.name, "LogRecord"), (new.name, "RunStarted")]) == came
    with new.path.open("ab") as file:
        file.write(b'{"type": "No')
        file.flush()
        assert [] == tail.lines()
        file.write(b'te", "message": "\xc3\xa4"}\nno json\n')
    assert [{"type": "Note", "message": "ä"}] == [each.event for each in tail.lines()]
    new.path.unlink()
    assert [] == tail.lines()
    assert json.dumps([]) == json.dumps(tail.lines())


def test_lines_and_readings_name_the_same_places(browser: Browser, tmp_path: Path) -> None:
    """What a reading had is told from what comes after it, also where it met half a line."""
    log = log_of(tmp_path)
    with log.path.open("ab") as file:
        file.write(b'{"type": "Note", "message": "\xc3')
        file.flush()
        tail = Tail(tmp_path)
        assert [] == tail.lines()
        first = browser.get(f"/api/runs/{log.name}").json()
        assert ["RunStarted"] == [each["type"] for each in first["events"]]
        file.write(b'\xa4"}\n\n{"type": "LogRecord", "level": "debug"}\n{"type": "Note"}\n')
    lines = tail.lines()
    assert [{"type": "Note", "message": "\u00e4"}, {"type": "Note"}] == [
        each.event for each in lines
    ]
    after = browser.get(f"/api/runs/{log.name}").json()["read_to"]
    assert first["read_to"] < lines[0].at < lines[1].at == after == log.path.stat().st_size

from __future__ import annotations

import errno
import json
import logging
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sam_deploy import runs
from sam_deploy.events import Note, StepFinished
from sam_deploy.runs import libraries
from sam_deploy.secrecy import kept

CODE = "482913"


def clock(*moments: float) -> Callable[[], float]:
    """The moments one after another; the last one stays."""
    left: Iterator[float] = iter(moments)
    now = [0.0]

    def tell() -> float:
        now[0] = next(left, now[0])
        return now[0]

    return tell


def lines(log: runs.RunLog) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.path.read_text(encoding="utf-8").splitlines()]


def test_a_log_has_the_beginning_the_events_and_the_end(tmp_path: Path) -> None:
    """One JSON object a line, as `--progress json` has events."""
    start = runs.Start("shift advance", ("--target", "aws"), "aws", "9.9")
    log = runs.RunLog(tmp_path / "runs", start, clock(1796000000.0, 1796000001.5, 1796000009.0))
    log.event(StepFinished("here", "s", "execute", 6, 8, "created"))
    log.end(0)
    started, event, ended = lines(log)
    assert log.path.name.startswith("20261130T")
    assert "-shift-advance-" in log.path.name
    assert ("RunStarted", log.path.stem, "shift advance", ["--target", "aws"], "aws", "9.9") == (
        *(started[name] for name in ("type", "run", "command", "arguments", "target", "version")),
    )
    assert os.getpid() == started["pid"]
    assert ("StepFinished", 1796000001.5, "created") == (
        event["type"],
        event["time"],
        event["detail"],
    )
    assert {
        "type": "RunEnded",
        "time": 1796000009.0,
        "seconds": 9.0,
        "exit_code": 0,
        "error": None,
        "planned": {},
        "parts": {},
    } == ended


def test_nobody_else_may_read_a_log(tmp_path: Path) -> None:
    """It tells what an app is made of."""
    log = runs.RunLog(tmp_path, runs.Start("deploy"))
    assert 0o600 == stat.S_IMODE(log.path.stat().st_mode)


def test_two_runs_of_one_second_that_draw_the_same_name_both_have_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four digits are drawn: in a folder of a busy pipeline that happens."""
    drawn = iter(["1a2b", "1a2b", "3c4d"])
    monkeypatch.setattr("secrets.token_hex", lambda _: next(drawn, "5e6f"))
    first, second = (runs.RunLog(tmp_path, runs.Start("deploy"), lambda: 0.0) for _ in range(2))
    for each in (first, second):
        each.end(0)
    assert ("", "") == (first.trouble, second.trouble)
    assert 2 == len({first.path, second.path} & set(tmp_path.glob("*.jsonl")))
    assert [["RunStarted", "RunEnded"]] * 2 == [
        [line["type"] for line in lines(each)] for each in (first, second)
    ]


def test_what_comes_after_the_end_is_dropped(tmp_path: Path) -> None:
    """A thread that was left behind may still tell something."""
    log = runs.RunLog(tmp_path, runs.Start("deploy"))
    log.end(0)
    log.event(Note("late"))
    log.end(1)
    assert ["RunStarted", "RunEnded"] == [line["type"] for line in lines(log)]


def test_the_newest_50_stay_and_so_do_runs_under_way(tmp_path: Path) -> None:
    """A `serve` of yesterday still writes."""
    # of this process's lifetime: a run that began before it is of another one with its id
    moments = [time.time() + number for number in range(60)]
    every = [runs.RunLog(tmp_path, runs.Start("build"), clock(each)) for each in moments[:2]]
    under_way, ended = every
    ended.end(0)
    for each in moments[2:]:
        runs.RunLog(tmp_path, runs.Start("build"), clock(each)).end(0)
    names = {path.stem for path in tmp_path.iterdir()}
    assert runs.KEPT == len(names - {under_way.name})
    assert under_way.name in names
    assert ended.name not in names
    under_way.end(0)


@pytest.mark.parametrize("kind", ["event", "library", "error", "arguments"])
def test_a_secret_that_is_kept_is_in_no_line(tmp_path: Path, kind: str) -> None:
    """Whatever tells it; and the numbers of the log stay numbers."""
    with kept(CODE):
        start = runs.Start("promote", (f"--code={CODE}",)) if kind == "arguments" else None
        log = runs.RunLog(tmp_path, start or runs.Start("promote"), clock(1796482913.0))
        if kind == "event":
            log.event(Note(f"the code {CODE}"))
        elif kind == "library":
            log.told("botocore", "info", f"body {CODE}")
        log.end(6, {"what": f"{CODE} is wrong"} if kind == "error" else None)
    text = log.path.read_text(encoding="utf-8")
    assert 1796482913.0 == lines(log)[0]["time"]
    assert "***" in text
    assert CODE not in text.replace("1796482913.0", "")


def test_addresses_are_written_without_what_opens_them(tmp_path: Path) -> None:
    """Of an index with a password, and of a download that was signed."""
    log = runs.RunLog(tmp_path, runs.Start("build"))
    log.event(Note("from https://ann:hush@index.example/simple"))
    log.told("httpx", "info", "GET https://b.example/k?X-Amz-Signature=hush&X-Amz-Date=1 200")
    log.told("x", "info", "Authorization: AWS4-HMAC hush")
    log.end(0)
    text = log.path.read_text(encoding="utf-8")
    assert "hush" not in text
    assert "index.example/simple" in text
    assert "b.example/k" in text


def test_libraries_are_heard_while_the_block_runs_but_never_their_debug_records(
    tmp_path: Path,
) -> None:
    """At that level botocore tells bodies and headers; what we tell of its calls is heard."""
    log = runs.RunLog(tmp_path, runs.Start("deploy"))
    loud = logging.getLogger("botocore.endpoint")
    before = loud.level
    loud.setLevel(logging.DEBUG)
    try:
        with libraries.heard(log):
            loud.debug("the body")
            loud.info("found credentials")
            logging.getLogger("sam_deploy.aws").debug("s3 %s", "PutObject")
            logging.getLogger("other").warning("two %s", "words")
        logging.getLogger("sam_deploy.aws").debug("afterwards")
    finally:
        loud.setLevel(before)
    told = [(each["logger"], each["message"]) for each in lines(log)[1:]]
    assert [
        ("botocore.endpoint", "found credentials"),
        ("sam_deploy.aws", "s3 PutObject"),
        ("other", "two words"),
    ] == told


def test_a_folder_that_takes_nothing_is_said_once(tmp_path: Path) -> None:
    """The run goes on."""
    (tmp_path / ".sam-deploy").write_text("a file")
    log = runs.RunLog(runs.folder_of(tmp_path), runs.Start("deploy"))
    log.event(Note("one"))
    log.end(0)
    assert "could not be written" in log.lack()
    assert "" == log.lack()
    assert not log.written


def test_a_disk_that_is_full_for_a_while_leaves_a_log_that_can_be_read(tmp_path: Path) -> None:
    """A line that was cut short does not spoil the end."""
    full = [False]

    def write(descriptor: int, data: bytes) -> int:
        if full[0]:
            os.write(descriptor, data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(descriptor, data)

    log = runs.RunLog(tmp_path, runs.Start("deploy"), write=write)
    full[0] = True
    log.event(Note("one"))
    log.event(Note("two"))
    full[0] = False
    log.event(Note("three"))
    log.end(7, runs.failure(runs_error()))
    assert "No space left on device" in log.lack()
    assert ["RunStarted", "RunEnded"] == [line["type"] for line in runs.lines(log.path)]
    found = runs.read(log.path)
    assert found is not None
    assert ("failed", 7) == (found.outcome, found.exit_code)


def runs_error() -> Any:
    from sam_deploy.errors import IncompleteError  # noqa: PLC0415 - used once

    return IncompleteError("no")

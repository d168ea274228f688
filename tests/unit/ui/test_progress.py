"""How far a run is, told from its log: the figures of the command's own terminal."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

from sam_deploy.events import (
    AliasMoved,
    BuildFinished,
    Event,
    PhaseStarted,
    Planned,
    ShiftStep,
    StepFinished,
    StepStarted,
    described,
)
from sam_deploy.progress import Tally
from sam_deploy.ui import runlogs
from sam_deploy.ui.ports import Json
from sam_deploy.ui.progress import Counted, of_job

STEPS = ("change set", "execute", "domains", "release")
DEPLOYMENT: tuple[Event, ...] = (
    Planned(1, 1, 1),
    PhaseStarted("build", "Building"),
    BuildFinished("Api", "function", "Api.zip", 812, 0.4, False, 1, 1),
    *(StepFinished("eu-west-1", "", name, 1, 8, "") for name in ("bucket", "artifacts", "layers")),
    *(StepFinished("eu-west-1", "shop-sam", name, 5, 8, "") for name in STEPS),
)
PROMOTION: tuple[Event, ...] = (
    Planned(0, 0, 0, aliases=2, steps=1),
    AliasMoved("eu-west-1", "ApiFunction", "prod", "8", "7"),
    AliasMoved("eu-west-1", "JobsFunction", "prod", "3", "2"),
    StepFinished("eu-west-1", "", "verify", 2, 2, "done"),
)


def lines(events: tuple[Event, ...]) -> list[Json]:
    return [json.loads(json.dumps(described(each, 100.0 + n))) for n, each in enumerate(events)]


def test_a_log_gives_the_percentages_of_the_terminal(tmp_path: Path) -> None:
    """At every line, of deployments and promotions alike; nothing before it is known how much."""
    for events in (DEPLOYMENT, PROMOTION):
        counted, tally = Counted(tmp_path), Tally()
        assert {"percent": None, "seconds_left": None} == counted.object()
        for event, line in zip(events, lines(events), strict=True):
            counted.add(line)
            tally.add(event)
            assert tally.percent == counted.object()["percent"]
        assert 0 < tally.percent


def test_only_a_good_end_is_all_of_it(tmp_path: Path) -> None:
    """A run that failed keeps its percentage."""
    for code, percent in ((0, 100), (4, 50)):
        counted = Counted(tmp_path)
        for line in lines(PROMOTION)[:2]:
            counted.add(line)
        before = counted.object()["percent"]
        counted.add({"type": "RunEnded", "time": 110.0, "exit_code": code})
        assert before < 100
        assert counted.object()["percent"] == (percent if code == 0 else before)


def test_a_tail_that_begins_in_the_middle_counts_what_stood_before(tmp_path: Path) -> None:
    """The dashboard is opened while a deployment runs."""
    folder = tmp_path / ".sam-deploy" / "runs"
    folder.mkdir(parents=True)
    name = "20260102T030405Z-promote-00aa"
    start = {"type": "RunStarted", "time": 99.0, "command": "promote", "pid": os.getpid()}
    start |= {"host": platform.node(), "arguments": [], "target": "embedded"}
    told = [json.dumps(each) + "\n" for each in ({**start, "time": 4e9}, *lines(PROMOTION))]
    log = folder / f"{name}.jsonl"
    log.write_text("".join(told[:3]), encoding="utf-8")
    tail = runlogs.Tail(tmp_path)
    assert [] == tail.lines()
    with log.open("a", encoding="utf-8") as file:
        file.write("".join(told[3:]))
    found = tail.lines()
    assert ["AliasMoved", "StepFinished"] == [each.event["type"] for each in found]
    assert 100 == found[-1].progress["percent"]
    whole = runlogs.read(tmp_path, name)
    assert whole is not None
    assert whole["progress"] == found[-1].progress


def test_time_goes_on_between_two_lines(tmp_path: Path) -> None:
    """A minute of a canary is watched; once it should be over no time is told."""
    counted = Counted(tmp_path)
    counted.add({"type": "RunStarted", "time": 99.0, "command": "promote"})
    watched = (
        Planned(0, 0, 0, aliases=2, steps=1, watch_seconds=60),
        ShiftStep(1, 2, 0.1, ("eu-west-1",), 60, ""),
    )
    for line in lines(watched):
        counted.add(line)
    at_line, later, over = (counted.object(each) for each in (None, 131.0, 500.0))
    assert at_line["seconds_left"] - 30 == later["seconds_left"] > 0
    assert at_line["percent"] < later["percent"] <= over["percent"] < 100
    assert over["seconds_left"] is None
    assert at_line["seconds_left"] == counted.object()["seconds_left"]


def test_a_silent_run_is_told_as_long_as_it_lives(tmp_path: Path) -> None:
    """Once for each figure; a run whose process has died is left where it was."""
    folder = tmp_path / ".sam-deploy" / "runs"
    folder.mkdir(parents=True)
    start = {"type": "RunStarted", "time": 4e9, "command": "promote", "pid": os.getpid()}
    start |= {"host": platform.node(), "arguments": [], "target": "embedded"}
    watched = lines((Planned(0, 0, 0, aliases=2, steps=1, watch_seconds=60),))
    watched += lines((ShiftStep(1, 2, 0.1, ("eu-west-1",), 60, ""),))
    tail, names = (
        runlogs.Tail(tmp_path),
        ("20260102T030405Z-promote-00aa", "20260102T030405Z-b-00bb"),
    )
    assert [] == tail.lines()
    for name, pid in zip(names, (os.getpid(), 2**22 + 1), strict=True):
        told = [json.dumps(each) + "\n" for each in ({**start, "pid": pid}, *watched)]
        (folder / f"{name}.jsonl").write_text("".join(told), encoding="utf-8")
    assert 6 == len(tail.lines())
    (found,) = tail.standing(120.0)
    assert names[0] == found.run
    assert [] == tail.standing(120.0)
    assert found.progress != tail.standing(130.0)[0].progress
    assert 1 == len(tail.standing(5000.0))
    assert [] == tail.standing(6000.0)


def test_a_job_s_lanes_are_those_of_the_terminal() -> None:
    """What a region does now; the step of a shift is said in words."""
    tally = Tally(clock=lambda: 0.0)
    tally.add(Planned(0, 0, 0, aliases=2, steps=1, watch_seconds=60))
    tally.add(StepStarted("eu-west-1", "", "10% of the calls", 1, 3))
    tally.add(ShiftStep(1, 2, 0.1, ("eu-west-1",), 60, ""))
    assert {
        "percent": tally.percent,
        "text": "step 1 of 2: 10% of the calls",
        "lanes": [{"region": "eu-west-1", "step": 1, "of": 3, "text": "10% of the calls"}],
    } == of_job(tally, done=False)
    assert 100 == of_job(tally, done=True)["percent"]

"""Plans and archives as files: looked at by one job, carried out by another."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long
HOME, EAST = "eu-west-1", "us-east-1"
Make = Callable[..., Any]


def test_a_plan_changes_nothing_and_is_carried_out_once(make_tiny: Make, tmp_path: Path) -> None:
    """R291: no stack is made by looking; the plan is then done exactly, and stale afterwards."""
    project, plan = make_tiny(regions=(HOME, EAST)), str(tmp_path / "plan.json")
    looked = project.deploy("--plan-only", "--out", plan)
    assert 0 == looked.code, looked.err
    assert looked.json["changed"]
    assert [("tiny-sam", HOME, "create"), ("tiny-sam", EAST, "create")] == [
        (each["stack"], each["region"], each["way"]) for each in looked.json["stacks"]
    ]
    assert {"Add"} == {
        each["action"] for stack in looked.json["stacks"] for each in stack["changes"]
    }
    assert [{}, {}] == [project.stacks(region) for region in (HOME, EAST)]

    done = project.deploy("--plan", plan)
    assert 0 == done.code, done.err
    assert ["created", "created"] == [each["outcome"] for each in done.json["stacks"]]
    assert "[100%]" in done.err

    handler = project.folder / "functions" / "Hello" / "handler.py"
    handler.write_text(f"{handler.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")
    assert 0 == project.deploy("--plan-only", "--out", plan).code
    text = handler.read_text(encoding="utf-8")
    handler.write_text(f"{text}\n# by somebody else\n", encoding="utf-8")
    assert 0 == project.deploy().code
    before = project.served("Hello", HOME, "dev")
    stale = project.deploy("--plan", plan)
    assert (5, "The plan is stale") == (stale.code, stale.json["error"]["what"])
    assert before == project.served("Hello", HOME, "dev")


def test_archives_are_deployed_without_their_sources(make_tiny: Make, tmp_path: Path) -> None:
    """R294: one job builds, another has the folder alone; what was spoilt is refused."""
    project, built = make_tiny(), tmp_path / "dist"
    assert 0 == project.run("build", "--output", str(built)).code
    for folder in ("functions", "layers"):
        shutil.rmtree(project.folder / folder)
    (project.folder / "deploy.py").unlink()
    done = project.deploy("--artifacts", str(built))
    assert 0 == done.code, done.err
    assert [("tiny-sam", HOME, "created")] == [
        (each["stack"], each["region"], each["outcome"]) for each in done.json["stacks"]
    ]
    archive = next((built / "archives").iterdir())
    archive.write_bytes(archive.read_bytes() + b"more")
    spoilt = project.deploy("--artifacts", str(built))
    assert (3, True) == (spoilt.code, "not those of its manifest" in spoilt.json["error"]["what"])

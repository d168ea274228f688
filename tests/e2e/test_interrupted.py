"""Deployments that end in the middle, and what the same command then makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import psutil
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]
Until: TypeAlias = Callable[..., Any]

REGIONS = ("eu-west-1", "us-east-1", "us-west-2", "ap-south-1", "eu-central-1", "sa-east-1")
ARTIFACTS, FIRST_STACK = "[2/8] artifacts", " created in "
"""What a deployment says in the middle: of its uploads, of the first of its stacks."""


class Under:
    """A deployment under way in a process group of its own, as a terminal starts it."""

    def __init__(self, project: Project, log: Path) -> None:
        self.log = log
        arguments = ("deploy", "--target", "embedded", "--progress", "plain", "--sequential")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                project.command(*arguments),
                env=dict(project.environment),
                cwd=project.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=output,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, until: Until, text: str) -> None:
        """Wait until it says `text`; fail when it ends before."""

        def has_said() -> bool:
            ended = self.process.poll() is not None
            assert text in self.said() or not ended, self.said()
            return text in self.said()

        until(f"`{text}`", has_said, every_seconds=0.01)

    def end(self, at_most_seconds: float) -> tuple[int, float]:
        """Return its exit code and the seconds that it still took."""
        started = time.monotonic()
        code = self.process.wait(at_most_seconds)
        return code, time.monotonic() - started


def assert_complete(project: Project, http: httpx.Client) -> None:
    """The same command brings everything to where one quiet deployment would have."""
    again = project.deploy()
    assert 0 == again.code, again.err
    assert set(REGIONS) == {each["region"] for each in again.json["stacks"]}
    for region in REGIONS:
        assert project.stacks(region)["tiny-sam"][0] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
        answer = http.get(f"{project.url(region, 'dev')}/hello")
        assert (200, "hello 1") == (answer.status_code, answer.text)


@pytest.mark.slow
def test_a_deployment_notices_that_the_cloud_died_and_the_next_one_mends_it(
    make_tiny: Make, until: Until, http: httpx.Client, tmp_path: Path
) -> None:
    """The emulator is killed (SIGKILL) during uploads, then during stacks: exit 8 within seconds.

    Each time the same command starts a new cloud; the third run is left alone and completes.
    """
    project = make_tiny(regions=REGIONS)
    for moment in (ARTIFACTS, FIRST_STACK):
        under = Under(project, tmp_path / "said.txt")
        under.until(until, moment)
        emulator, gateway = project.cloud()["pids"]
        os.kill(emulator, signal.SIGKILL)
        code, seconds = under.end(at_most_seconds=15)
        said = under.said()
        assert 8 == code, said
        assert seconds < 5
        assert "error: The embedded cloud died: its emulator is gone" in said
        assert "hint: run the same command again" in said
        assert "Traceback" not in said
        assert {"running": False} == project.cloud()
        assert psutil.pid_exists(gateway)
    assert_complete(project, http)
    assert not psutil.pid_exists(gateway)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)], ids=["Ctrl-C", "kill -9"]
)
def test_an_interrupted_deployment_is_completed_by_the_same_command(
    make_tiny: Make, until: Until, http: httpx.Client, tmp_path: Path, ending: int, code: int
) -> None:
    """The cloud outlives the command that was ended, and the next one does only what is left."""
    project = make_tiny(regions=REGIONS)
    under = Under(project, tmp_path / "said.txt")
    under.until(until, FIRST_STACK)
    os.killpg(under.process.pid, ending)
    ended, seconds = under.end(at_most_seconds=15)
    said = under.said()
    assert code == ended, said
    assert seconds < 5
    assert "Traceback" not in said
    if code == 130:
        assert "interrupted" in said
        assert "hint: run the same command again" in said
    assert True is project.cloud()["running"]
    assert "tiny-sam" in project.stacks(REGIONS[0])
    assert "tiny-sam" not in project.stacks(REGIONS[-1])
    assert_complete(project, http)

"""Deployments that end in the middle, and what the same command then makes of it."""

from __future__ import annotations

import signal
import subprocess
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
        """Return all lines that it has written so far."""
        return self.log.read_text(encoding="utf-8")

    def until(self, until: Until, text: str) -> None:
        """Wait until it says `text`; fail when it ends before."""

        def has_said() -> bool:
            ended = self.process.poll() is not None
            assert text in self.said() or not ended, self.said()
            return text in self.said()

        until(f"`{text}`", has_said, every_seconds=0.01)

    def cloud(self) -> tuple[psutil.Process, psutil.Process]:
        """Return the emulator and the gateway that it has started."""
        children = psutil.Process(self.process.pid).children()
        emulator, gateway = (
            next(each for each in children if name in " ".join(each.cmdline()))
            for name in ("launcher.py", "sam_deploy.local.gateway")
        )
        return emulator, gateway

    def end(self, at_most_seconds: float) -> int:
        """Return its exit code."""
        return self.process.wait(at_most_seconds)


def by_emulator(under: Under) -> None:
    """The emulator dies at once, as when the system runs out of memory."""
    emulator, _ = under.cloud()
    emulator.kill()


def by_kill(under: Under) -> None:
    """The command dies at once and can tidy up nothing."""
    under.process.kill()


def ended(
    project: Project, until: Until, log: Path, moment: str, end: Callable[[Under], None]
) -> tuple[int, str]:
    """Deploy, end it in the middle, and return its exit code and what it had said."""
    under = Under(project, log)
    under.until(until, moment)
    end(under)
    code = under.end(at_most_seconds=60)
    said = under.said()
    assert "Traceback" not in said
    return code, said


def assert_complete(project: Project, http: httpx.Client) -> None:
    """The same command brings everything to where one quiet deployment would have."""
    again = project.deploy()
    assert 0 == again.code, again.err
    assert set(REGIONS) == {each["region"] for each in again.json["stacks"]}
    for region in REGIONS:
        assert project.stacks(region)["tiny-sam"][0] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    for region in (REGIONS[0], REGIONS[-1]):
        answer = http.get(f"{project.url(region, 'dev')}/hello")
        assert (200, "hello 1") == (answer.status_code, answer.text)


@pytest.mark.fault(57, 58)
@pytest.mark.long
def test_a_deployment_notices_within_seconds_that_the_cloud_died(
    make_tiny: Make, until: Until, http: httpx.Client, tmp_path: Path
) -> None:
    """The emulator is killed during uploads, and again among stacks: exit 8, and what to do.

    Each time the same command starts a new cloud; the third run is left alone and completes.
    """
    project = make_tiny(regions=REGIONS)
    for moment in (ARTIFACTS, FIRST_STACK):
        code, said = ended(project, until, tmp_path / "said.txt", moment, by_emulator)
        assert 8 == code, said
        assert "error: The embedded cloud died: its emulator is gone" in said
        assert "hint: run the same command again" in said
    assert {"running": False} == project.cloud()
    assert_complete(project, http)


@pytest.mark.slow
def test_an_interrupted_deployment_is_completed_by_the_same_command(
    make_tiny: Make, until: Until, http: httpx.Client, tmp_path: Path
) -> None:
    """After kill -9 among uploads the same command does what is left; the cloud outlives it.

    `tests/faults` kills at every call, and interrupts by Ctrl-C.
    """
    project = make_tiny(regions=REGIONS)
    code, said = ended(project, until, tmp_path / "said.txt", ARTIFACTS, by_kill)
    assert -signal.SIGKILL == code, said
    assert_complete(project, http)

"""Requests at a steady pace through the gateway, while workers and the emulator are killed."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import psutil
from tests.campaigns.outcome import Outcome, Tell
from tests.faults.place import TINY

from sam_deploy import local

NAME: Final = "steady-traffic"
CLAIM: Final = (
    "requests at a steady pace through the gateway, a worker killed every half minute and the "
    "emulator once: what is accepted is answered, with 200 by the function or a clean 502 or 503; "
    "from the death of the emulator, whose state is lost, to the end of the next deployment "
    "connections may be refused and APIs be unknown (404)"
)
PER_SECOND: Final = 100
KILL_SECONDS: Final = 30.0
PATIENCE_SECONDS: Final = 60.0
CLEAN: Final = {"200", "502", "503"}
CLEAN_WHILE_AWAY: Final = CLEAN | {"404", "ConnectError"}
SETTLE_SECONDS: Final = 1.0
IGNORED: Final = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__")


@dataclass(slots=True)
class Traffic:
    """What came of the requests: status codes, or the name of what went wrong."""

    url: str
    answers: Counter[str] = field(default_factory=Counter)
    unclean: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    killed: int = 0
    away: bool = False
    """Whether what was deployed is gone."""

    async def run(self, seconds: float) -> None:
        """Send requests for so long, whatever becomes of those before."""
        limits = httpx.Limits(max_connections=PER_SECOND, max_keepalive_connections=PER_SECOND)
        async with (
            httpx.AsyncClient(limits=limits, timeout=PATIENCE_SECONDS, trust_env=False) as client,
            asyncio.TaskGroup() as asked,
        ):
            began = time.monotonic()
            for number in range(int(seconds * PER_SECOND)):
                await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
                asked.create_task(self._ask(client))

    async def _ask(self, client: httpx.AsyncClient) -> None:
        began, was_away = time.monotonic(), self.away
        try:
            what = str((await client.get(self.url)).status_code)
        except httpx.HTTPError as error:
            what = type(error).__name__
        self.answers[what] += 1
        if what not in (CLEAN_WHILE_AWAY if was_away or self.away else CLEAN):
            self.unclean[what] += 1
        self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)


def run(count: int, tell: Tell) -> Outcome:
    """Send requests for `count` minutes; the emulator is killed in the middle."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="campaign-") as base, deployed(Path(base)) as project:
        traffic = Traffic(url(project))
        asyncio.run(_steady(traffic, project, count * 60.0, tell))
        failures = list(wrong(traffic, project))
    told = ", ".join(f"{number:,} x {what}" for what, number in sorted(traffic.answers.items()))
    figures = (
        f"{PER_SECOND} a second for {count} min, {traffic.killed} workers killed: {told}; "
        f"the slowest took {traffic.slowest_seconds:.1f} s"
    )
    tried = traffic.answers.total()
    return Outcome(NAME, CLAIM, tried, tuple(failures), time.monotonic() - started, figures)


async def _steady(traffic: Traffic, project: Path, seconds: float, tell: Tell) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(traffic.run(seconds))
        for moment in range(1, int(seconds / KILL_SECONDS)):
            await asyncio.sleep(KILL_SECONDS)
            if moment == int(seconds / KILL_SECONDS) // 2:
                traffic.away = True
                # the new deployment has another API
                traffic.url = await asyncio.to_thread(emulator_dies, project)
                await asyncio.sleep(SETTLE_SECONDS)
                traffic.away = False
                tell("the emulator was killed, and the app deployed again")
            else:
                traffic.killed += await asyncio.to_thread(kill_worker, project)
            tell(f"{traffic.answers.total():,} answered: {dict(traffic.answers)}")


def wrong(traffic: Traffic, project: Path) -> Iterator[str]:
    """Yield what does not hold at the end."""
    for what, number in traffic.unclean.items():
        yield f"{number} requests ended in {what}"
    if not traffic.killed:
        yield "no worker was found to kill"
    last = httpx.get(url(project), trust_env=False, timeout=PATIENCE_SECONDS)
    if last.status_code != httpx.codes.OK:
        yield f"at the end the answer is {last.status_code}"


def kill_worker(project: Path) -> int:
    """One process that runs functions is killed; return how many were (0 or 1)."""
    emulator = psutil.Process(_cloud(project).emulator_server.process.pid)
    workers = [each for each in emulator.children(recursive=True) if "bootstrap" in _line(each)]
    for each in workers[:1]:
        each.kill()
    return len(workers[:1])


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def emulator_dies(project: Path) -> str:
    """The emulator is killed, and the app deployed again; return where it answers now."""
    psutil.Process(_cloud(project).emulator_server.process.pid).kill()
    _command(project, "deploy", "--target", "embedded", "--progress", "quiet")
    return url(project)


@contextmanager
def deployed(base: Path) -> Iterator[Path]:
    """Yield a small app that is deployed to an embedded cloud of its own."""
    project = base / "tiny"
    shutil.copytree(TINY, project, ignore=IGNORED)
    try:
        _command(project, "deploy", "--target", "embedded", "--progress", "quiet")
        yield project
    finally:
        _command(project, "cloud", "stop")


def url(project: Path) -> str:
    """Return where the app's route answers."""
    return f"{_command(project, 'cloud', 'url').strip()}/hello"


def _cloud(project: Path) -> local.RunningCloud:
    found = local.find(project)
    if found is None:
        raise RuntimeError("the embedded cloud does not run")
    return found


def _command(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sam_deploy", "-C", str(project), *arguments],
        env={name: value for name, value in os.environ.items() if name[:4] != "AWS_"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout

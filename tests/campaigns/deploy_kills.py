"""SIGKILL at every AWS call of a deployment, before and after it; then one command that goes on.

    python -m tests.campaigns.deploy_kills --app dzgro --region eu-west-1 --count 50

Two deployments are killed: the first one of an app, and one of a changed app. By turns the same
command goes on where the first one died, or on another computer, or `resume` does, there, without
sources: see `tests/faults/recovery.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.campaigns.beginnings import Beginning, Changed, Edit, Nothing
from tests.campaigns.outcome import Outcome, Tell
from tests.faults import emulator, kill, place
from tests.faults.kill import Chosen, Victim
from tests.faults.place import DEPLOY, REPOSITORY, Place
from tests.faults.proxy import Proxy

NAME: Final = "deploy-kills"
CLAIM: Final = (
    "SIGKILL at any AWS call of `deploy`, before or after it: the same command or `resume`, once, "
    "here or on another computer, brings every stack, alias and version to where an undisturbed "
    "deployment does; no archive is sent, no layer published, no change set executed and no alias "
    "moved twice; no change set is left, no lock held, no journal open"
)
TINY_REGIONS: Final = ("eu-west-1", "us-east-1")
DZGRO_REGIONS: Final = ("ap-south-1", "eu-west-1", "us-east-1", "us-west-2")
FIRST, CHANGED = "first deployment", "changed app"
WORKERS: Final = 3
"""Side by side: much of a deployment is waiting."""
TELL_EVERY: Final = 10


@dataclass(frozen=True, slots=True)
class App:
    """A project to deploy, the regions that are looked at, and what the second scene changes."""

    source: Path
    regions: Sequence[str]
    changes: Sequence[Edit]

    def copy(self, folder: Path, regions: Sequence[str]) -> Path:
        """Return a copy for some regions; those of dzgro are chosen by options instead."""
        if self.source == place.TINY:
            return place.tiny(folder, regions)
        ignored = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__", "tests")
        shutil.copytree(self.source, folder, ignore=ignored)
        UNASKED.make(folder)
        return folder


UNASKED: Final = Edit("deploy.py", '        health_path="/api/health",\n', "")
"""Nobody asks for the health of what is killed: the emulator's API has an address of AWS."""
APPS: Final = {
    "tiny": App(
        place.TINY,
        TINY_REGIONS,
        (
            Edit("functions/Hello/handler.py", "{GREETING} ", "{GREETING}, "),
            Edit("layers/greetings/greetings.py", '"hello"', '"good day"'),
            Edit("deploy.py", "memory_mb=256", "memory_mb=512"),
        ),
    ),
    "dzgro": App(
        REPOSITORY / "examples" / "dzgro",
        DZGRO_REGIONS,
        (Edit("functions/Api/handler.py", "APP = create_app()\n", "APP = create_app()  # new\n"),),
    ),
}


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker does: these kills of one scene, as long as there is time."""

    app: str
    regions: tuple[str, ...]
    scene: str
    kills: tuple[Chosen, ...]
    until: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a share."""

    met: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def run(
    count: int,
    tell: Tell,
    *,
    app: str = "tiny",
    regions: Sequence[str] = (),
    name: str = NAME,
    workers: int = WORKERS,
    minutes: float = float("inf"),
) -> Outcome:
    """Kill `count` deployments, half of them first ones; as many as there are calls at most.

    What `minutes` leaves time for is done in a random order, which is always the same.
    """
    started = time.monotonic()
    regions = tuple(regions or APPS[app].regions)
    failures: list[str] = []
    unasked = ", its health not asked for" if app == "dzgro" else ""
    figures = [f"{app} in {len(regions)} regions{unasked}"]
    tried = 0
    for turn, scene in enumerate((FIRST, CHANGED)):
        with _beginning(app, regions, scene) as beginning:
            calls = beginning.next().calls
        all_of_them = 2 * calls
        at_most = max(1, count // 2)
        every = at_most >= all_of_them
        kills = kill.shuffled(calls) if every else kill.sampled(calls, at_most, 2 * turn)
        tell(f"{scene}: {calls} calls, {len(kills)} kills")
        until = time.time() + minutes * 30
        shares = [
            Share(app, regions, scene, tuple(kills[n::workers]), until) for n in range(workers)
        ]
        came = _side_by_side(shares)
        met = sum((each.met for each in came), Counter[str]())
        failures += [failure for each in came for failure in each.failures]
        figures.append(
            f"{scene}: {calls} calls, {met['tried']:,} of {all_of_them:,} kills "
            f"({met['died']:,} died at a call, {met['resumed']:,} went on by `resume`)"
        )
        tried += met["tried"]
    told = "; ".join(figures)
    return Outcome(name, CLAIM, tried, tuple(failures), time.monotonic() - started, told)


def _side_by_side(shares: Sequence[Share]) -> list[Came]:
    if len(shares) == 1:
        return [work(shares[0])]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(shares), mp_context=context) as pool:
        return list(pool.map(work, shares))


def work(share: Share) -> Came:
    """Return what came of a share, in a cloud of its own."""
    came = Came()
    with _beginning(share.app, share.regions, share.scene) as beginning:
        for chosen in share.kills:
            if time.time() > share.until:
                break
            ended = beginning.victim.round(chosen, beginning.next())
            beginning.ended(ended)
            came.met["tried"] += 1
            came.met["died"] += ended.died
            came.met["resumed"] += ended.resumed
            if ended.wrong:
                came.failures.append(f"{share.scene}, {ended}")
                _say(came.failures[-1])
            if not came.met["tried"] % TELL_EVERY:
                said = f"{came.met['tried']} of {len(share.kills)}, {len(came.failures)} failed"
                _say(f"{share.scene}: {said}")
    return came


@contextlib.contextmanager
def _beginning(app: str, regions: Sequence[str], scene: str) -> Iterator[Beginning]:
    """The first deployment, or that of a changed app, in a cloud of its own."""
    options = [] if app == "tiny" else [f"--region={region}" for region in regions]
    with (
        tempfile.TemporaryDirectory(prefix="campaign-") as base,
        _place(Path(base), app, regions) as where,
        contextlib.ExitStack() as undone,
    ):
        victim = Victim(where, (*DEPLOY, *options))
        yield Nothing(victim) if scene == FIRST else Changed(victim, APPS[app].changes, undone)


@contextlib.contextmanager
def _place(base: Path, app: str, regions: Sequence[str]) -> Iterator[Place]:
    own = emulator.start(base / "emulator")
    proxy = Proxy(own.url)
    try:
        yield Place(APPS[app].copy(base / app, regions), own, proxy, regions)
    finally:
        proxy.close()
        own.stop()


DZGRO: Final = f"{NAME}-dzgro"
on_dzgro = functools.partial(run, app="dzgro", name=DZGRO)


def main(arguments: list[str]) -> int:
    """Run it for an app and regions of choice, and print what failed."""
    parser = argparse.ArgumentParser(prog="deploy_kills", description=__doc__)
    parser.add_argument("--app", choices=sorted(APPS), default="tiny")
    parser.add_argument("--region", action="append", default=[])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--workers", type=int, default=WORKERS)
    chosen = parser.parse_args(arguments)
    came = run(chosen.count, _say, app=chosen.app, regions=chosen.region, workers=chosen.workers)
    figures = f"{came.tried} tried, {len(came.failures)} failed, {came.seconds:.0f} s"
    sys.stdout.write("\n".join([f"{figures}: {came.figures}", *came.failures, ""]))
    return 1 if came.failures else 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

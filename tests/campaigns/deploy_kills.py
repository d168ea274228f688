"""SIGKILL at every AWS call of a deployment, before and after it; then the same command, once.

    python -m tests.campaigns.deploy_kills --app dzgro --region eu-west-1 --count 50

Two deployments are killed: the first one of an app, and one of a changed app. Every other round
goes on from a project folder that remembers nothing, as on another computer.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.campaigns.outcome import Outcome, Tell
from tests.faults import emulator, kill, place
from tests.faults.kill import Scene
from tests.faults.place import DEPLOY, REPOSITORY, Place
from tests.faults.proxy import Proxy

NAME: Final = "deploy-kills"
CLAIM: Final = (
    "SIGKILL at any AWS call of `deploy`, before or after it: the same command, once, brings "
    "every stack, alias and version to where an undisturbed deployment does, sends no archive "
    "and publishes no layer twice, and leaves no change set"
)
TINY_REGIONS: Final = ("eu-west-1", "us-east-1")
DZGRO_REGIONS: Final = ("ap-south-1", "eu-west-1", "us-east-1", "us-west-2")
TELL_EVERY: Final = 10


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file."""

    path: str
    old: str
    new: str


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
        return Path(shutil.copytree(self.source, folder, ignore=ignored))


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


def run(
    count: int,
    tell: Tell,
    *,
    app: str = "tiny",
    regions: Sequence[str] = (),
    name: str = NAME,
) -> Outcome:
    """Kill `count` deployments, half of them first ones; as many as there are calls at most."""
    started = time.monotonic()
    regions = tuple(regions or APPS[app].regions)
    failures: list[str] = []
    met: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(prefix="campaign-") as base,
        _place(Path(base), app, regions) as where,
    ):
        for scene in scenes(where, app, regions):
            calls, expected = scene.quiet()
            chosen = kill.sampled(len(calls), max(1, count // 2))
            tell(f"{scene.name}: {len(calls)} calls, {len(chosen)} kills")
            met[f"{scene.name}: calls"] = len(calls)
            for index, (number, moment) in enumerate(chosen):
                came = scene.round(number, moment, expected, elsewhere=index % 2 == 1)
                met["died"] += came.died
                met["tried"] += 1
                if came.wrong:
                    failures.append(f"{scene.name}, {came}")
                if (index + 1) % TELL_EVERY == 0:
                    tell(f"{index + 1} of {len(chosen)}, {len(failures)} failed")
    counted = ", ".join(f"{key} {value}" for key, value in met.items() if ": " in key)
    figures = f"{app} in {len(regions)} regions; {counted}; {met['died']} died at a call"
    return Outcome(name, CLAIM, met["tried"], tuple(failures), time.monotonic() - started, figures)


def scenes(where: Place, app: str, regions: Sequence[str]) -> Iterator[Scene]:
    """Yield the first deployment, then that of a changed app, which stays changed."""
    options = [] if app == "tiny" else [f"--region={region}" for region in regions]
    command = (*DEPLOY, *options)
    yield Scene("first deployment", where, where.fresh, command)
    with contextlib.ExitStack() as edits:

        def before() -> None:
            edits.close()
            where.fresh()
            ran = where.run(*command)
            if ran.code:
                raise AssertionError(f"the deployment before the change: {ran.err}")
            for edit in APPS[app].changes:
                edits.enter_context(where.edited(edit.path, edit.old, edit.new))

        yield Scene("changed app", where, before, command)


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
    chosen = parser.parse_args(arguments)
    came = run(chosen.count, _say, app=chosen.app, regions=chosen.region)
    figures = f"{came.tried} tried, {len(came.failures)} failed, {came.seconds:.0f} s"
    sys.stdout.write("\n".join([f"{figures}: {came.figures}", *came.failures, ""]))
    return 1 if came.failures else 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

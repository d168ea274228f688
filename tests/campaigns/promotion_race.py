"""Many processes promote at the same moment: one of them does, and all others say why not."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

from tests.campaigns.outcome import Outcome, Tell
from tests.faults.promoting import PROMOTE, Stage, staged

NAME: Final = "promotion-race"
CLAIM: Final = (
    "processes that run `promote` with approvals of their own, let go at one moment: exactly one "
    "commits, every other one ends with 5, 6 or nothing to do, and each region serves the new "
    "version"
)
RACERS: Final = 50
WAIT_SECONDS: Final = 300.0
PRELOADED: Final = ("boto3", "sam_deploy.cli.releasing.promote_command", "sam_deploy.promotion")
DONE, REFUSED, LATE = "Promoted 1/1 lambdas", {5, 6}, "Nothing to do"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it said."""

    code: int
    said: str

    @property
    def kind(self) -> str:
        """What became of it, in a word."""
        if self.code == 0:
            return "committed" if DONE in self.said else "late" if LATE in self.said else "?"
        return "refused" if self.code in REFUSED else f"exit {self.code}"


def run(count: int, tell: Tell, *, racers: int = RACERS) -> Outcome:
    """Run so many rounds."""
    started = time.monotonic()
    failures: list[str] = []
    kinds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="campaign-") as base, staged(Path(base)) as stage:
        for number in range(1, count + 1):
            ended = one_round(stage, racers)
            kinds.update(each.kind for each in ended)
            failures += [f"round {number}: {each}" for each in wrong(stage, ended)]
            tell(f"{number} of {count}, {len(failures)} failed")
    told = ", ".join(f"{kinds[each]} {each}" for each in sorted(kinds))
    figures = f"{racers} processes in each round, 2 regions: {told}"
    return Outcome(NAME, CLAIM, count, tuple(failures), time.monotonic() - started, figures)


def one_round(stage: Stage, racers: int) -> list[Ended]:
    """Let so many processes go at once, each with an approval of its own."""
    stage.rewind()
    files = [stage.approved() for _ in range(racers)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    barrier = context.Barrier(racers)
    outs = [file.with_suffix(".out") for file in files]
    variables = stage.place.variables() | {"AWS_ENDPOINT_URL": stage.place.emulator.url}
    processes = [
        context.Process(target=_race, args=(barrier, stage.place.folder, file, out, variables))
        for file, out in zip(files, outs, strict=True)
    ]
    for each in processes:
        each.start()
    for each in processes:
        each.join(WAIT_SECONDS)
        each.kill()
    codes = [-1 if each.exitcode is None else each.exitcode for each in processes]
    said = [out.read_text(encoding="utf-8") if out.exists() else "" for out in outs]
    return [Ended(code, text) for code, text in zip(codes, said, strict=True)]


def wrong(stage: Stage, ended: list[Ended]) -> Iterator[str]:
    """Yield what does not hold after a round."""
    kinds = Counter(each.kind for each in ended)
    if kinds["committed"] != 1:
        yield f"{kinds['committed']} say that they have promoted"
    for each in ended:
        if each.kind not in {"committed", "refused", "late"}:
            yield f"{each.kind}: {' '.join(each.said[-300:].split())}"
    promoted = [each for each in stage.releases() if each.act == "promote"]
    if len(promoted) != 1:
        yield f"{len(promoted)} releases are on record"
    if stage.serves() != ["2"] * len(stage.place.regions):
        yield f"regions serve {stage.serves()}"
    yield from stage.problems()


def _race(
    barrier: Barrier, folder: Path, file: Path, out: Path, variables: Mapping[str, str]
) -> None:
    """Run `sam-deploy promote prod` as soon as all others do."""
    from sam_deploy.__main__ import run as command  # noqa: PLC0415 - in the process that races

    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["sam-deploy", "-C", str(folder), *PROMOTE, "--approval-file", str(file)]
    with (
        out.open("w", encoding="utf-8") as said,
        contextlib.redirect_stderr(said),
        contextlib.redirect_stdout(said),
    ):
        barrier.wait(WAIT_SECONDS)
        command()

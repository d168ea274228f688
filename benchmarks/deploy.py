"""Measures `sam-deploy deploy` against `sam deploy` and writes it into BENCHMARKS.md.

    uv run benchmarks/deploy.py                  everything: twenty-five minutes at most
    uv run benchmarks/deploy.py --quick          each once, 2 and 3 regions, written elsewhere
    uv run benchmarks/deploy.py --cases unchanged,first-one --runs 5

The SAM CLI is installed at the versions of `requirements-sam.txt`, in the user's cache folder;
both deploy to an embedded cloud that is started for it. Only a run of all cases at full length
writes into the repository.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import platformdirs

from bench import deploy_page, deploy_sides, deploying, emulated, machine, slowed, tools, written
from bench.deploy_sides import Sides, Sizes
from bench.measure import RunFailedError, say
from bench.ours import remove
from bench.results import Case, Results, to_json
from sam_deploy.errors import SamDeployError

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = "benchmarks/results/deploy.json"
CASES: Final = (
    "first",
    "unchanged",
    "unchanged-one",
    "slowed",
    "first-one",
    "many",
    "apart",
    "sent",
)
"""In an order in which what is deployed is used again."""
RUNS: Final = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    cases: tuple[str, ...]
    runs: int
    sizes: Sizes

    @property
    def complete(self) -> bool:
        """Whether the results may stand for the benchmark."""
        return self.sizes == Sizes() and set(self.cases) == set(CASES) and self.runs >= RUNS


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and return the exit code."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it started is ended with it
    folder = Path(platformdirs.user_cache_dir("sam-deploy-benchmarks"))
    started = time.monotonic()
    try:
        found = tools.Tools(folder, tools.find_python())
        with tempfile.TemporaryDirectory(prefix="sam-deploy-benchmark-") as name:
            results = _measured(options, found, Path(name))
            remove(*Path(name).iterdir())
    except (tools.MissingToolError, RunFailedError, SamDeployError) as error:
        say(f"error: {error}")
        return 2
    say(f"measured in {time.monotonic() - started:.0f} s, load {machine.load():.1f} at the end")
    whole = options.complete and not results.skipped
    _write(results, ROOT if whole else folder / "last")
    return 1 if results.skipped else 0


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="each case once, 2 and 3 regions")
    parser.add_argument("--cases", default=",".join(CASES), help="some of: %(default)s")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each case (%(default)s)")
    given = parser.parse_args(arguments)
    chosen = tuple(given.cases.split(","))
    if unknown := set(chosen) - set(CASES):
        parser.error(f"unknown cases: {', '.join(sorted(unknown))}")
    if given.runs < 1:
        parser.error("--runs must be 1 or more")
    return Options(chosen, *((1, Sizes(2, 3)) if given.quick else (given.runs, Sizes())))


def _measured(options: Options, found: tools.Tools, scratch: Path) -> Results:
    versions = tools.versions(found)
    made: list[Case] = []
    skipped: list[str] = []
    with emulated.started(scratch / "cloud") as emulator:
        sides = deploy_sides.laid_out(scratch, found, emulator, options.sizes)
        say("warming up")
        notes = deploy_sides.warm_up(sides)
        for name, measure in _every(sides, options.runs, notes).items():
            if name in options.cases:
                _add(name, measure, made, skipped)
    if options.sizes != Sizes():
        # the goals are those of 4 and 20 regions: fewer are judged by none of them
        made = [replace(each, key=f"{each.key}, quick") for each in made]
    machine_ = machine.described()
    return Results(machine.today(), machine_, versions, options.runs, tuple(made), tuple(skipped))


def _every(
    sides: Sides, runs: int, notes: tuple[str, ...]
) -> dict[str, Callable[[], tuple[Case, ...]]]:
    found: dict[str, Callable[[], tuple[Case, ...]]] = {
        "first": lambda: (deploying.first(sides, runs, notes),),
        "unchanged": lambda: (deploying.unchanged(sides, runs),),
        "unchanged-one": lambda: (deploying.unchanged_one(sides, runs),),
        "slowed": lambda: slowed.slowed(sides, runs),
        "first-one": lambda: (deploying.first_one(sides, runs),),
        "many": lambda: deploying.many(sides, runs),
        "apart": lambda: (deploying.apart(sides, runs),),
        "sent": lambda: (deploying.sent(sides),),
    }
    return {name: found[name] for name in CASES}


def _add(
    name: str, measure: Callable[[], tuple[Case, ...]], made: list[Case], skipped: list[str]
) -> None:
    """Add cases; one that breaks is told with its reason, and the others go on."""
    say(name)
    started = time.monotonic()
    try:
        made += measure()
    except RunFailedError as error:
        say(f"    broken: {error}")
        skipped.append(f"the case {name}: {' '.join(str(error).split())[-400:]}")
    say(f"    all of it: {time.monotonic() - started:.0f} s")


def _write(results: Results, root: Path) -> None:
    files = {RESULTS: to_json(results), deploy_page.PICTURE: deploy_page.picture(results)}
    written.write(root, deploy_page.section(results), files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measures `sam-deploy build` against the incumbents and writes BENCHMARKS.md.

    uv run benchmarks/build.py                   everything: twelve minutes on two quiet cores
    uv run benchmarks/build.py --quick           each once, smaller: to see whether it works
    uv run benchmarks/build.py --cases unchanged,one-line --runs 9

The peers are installed at the versions of `requirements-*.txt` and `serverless/package.json`, in
the user's cache folder. Only a run of all cases at full length writes into the repository.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from bench import (
    cases,
    growth,
    imports,
    machine,
    packaging,
    page,
    pandas_layer,
    pictures,
    sections,
    tools,
)
from bench.measure import RunFailedError, say
from bench.ours import remove
from bench.results import Case, Results, to_json

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = "benchmarks/results/build.json"
CASES: Final = (
    "cold",
    "warm",
    "unchanged",
    "one-line",
    "pandas",
    "bytes",
    "memory",
    "import",
    "bytecode",
    "packaging",
    "growth",
)
RUNS: Final = 5
SLOW_RUNS: Final = 3
"""Of cases that take minutes; the smaller of this and `--runs` counts."""
PACKAGING_RUNS: Final = 2
"""Of five tools, cold and warm."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    cases: tuple[str, ...]
    runs: int
    quick: bool

    @property
    def complete(self) -> bool:
        """Whether the results may stand for the benchmark."""
        return not self.quick and set(self.cases) == set(CASES) and self.runs >= SLOW_RUNS

    @property
    def slow_runs(self) -> int:
        """How often the slow cases run."""
        return min(self.runs, SLOW_RUNS)


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
    except (tools.MissingToolError, RunFailedError) as error:
        say(f"error: {error}")
        return 2
    say(f"measured in {time.monotonic() - started:.0f} s, load {machine.load():.1f} at the end")
    broken = [each for each in results.skipped if each.startswith("the case ")]
    _write(results, ROOT if options.complete and not broken else folder / "last")
    return 1 if broken else 0


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="each case once, up to 100 functions")
    parser.add_argument("--cases", default=",".join(CASES), help="some of: %(default)s")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each case (%(default)s)")
    given = parser.parse_args(arguments)
    chosen = tuple(given.cases.split(","))
    if unknown := set(chosen) - set(CASES):
        parser.error(f"unknown cases: {', '.join(sorted(unknown))}")
    if given.runs < 1:
        parser.error("--runs must be 1 or more")
    return Options(chosen, 1 if given.quick else given.runs, given.quick)


def _measured(options: Options, found: tools.Tools, scratch: Path) -> Results:
    versions = tools.versions(found)
    made: list[Case] = []
    skipped: list[str] = []
    _of_the_app(options, found, scratch, made, skipped)
    single: dict[str, Callable[[], Case | None]] = {
        "pandas": lambda: pandas_layer.pandas_layer(scratch / "pandas", found, options.runs),
        "import": lambda: imports.handler_import(
            scratch / "import", cases.sam_project(scratch, found), found, options.runs
        ),
        "bytecode": lambda: imports.bytecode(scratch / "bytecode", options.runs),
        "growth": lambda: growth.growth(
            scratch / "growth", growth.QUICK_SIZES if options.quick else growth.SIZES, options.runs
        ),
    }
    for name, measure in single.items():
        if name in options.cases:
            _add(name, measure, made, skipped)
    if "packaging" in options.cases:
        say("packaging")
        packaged, missing = packaging.single_app(
            scratch / "single", found, min(options.runs, PACKAGING_RUNS)
        )
        made += packaged
        skipped += missing
    return Results(
        machine.today(), machine.described(), versions, options.runs, tuple(made), tuple(skipped)
    )


def _add(
    name: str, measure: Callable[[], Case | None], made: list[Case], skipped: list[str]
) -> None:
    """Add a case; one that breaks is told with its reason, and the others go on."""
    say(name)
    try:
        case = measure()
    except RunFailedError as error:
        say(f"    broken: {error}")
        skipped.append(f"the case {name}: {' '.join(str(error).split())[-400:]}")
    else:
        made += [case] if case else []


def _of_the_app(
    options: Options, found: tools.Tools, scratch: Path, made: list[Case], skipped: list[str]
) -> None:
    """Add the cases of the whole app, which share one pair of projects."""
    wanted = [name for name in options.cases if name in CASES[:4] or name in {"bytes", "memory"}]
    if not wanted:
        return
    sides = cases.laid_out(scratch, found)
    cases.warm_up(sides)
    single: dict[str, Callable[[], Case]] = {
        "cold": lambda: cases.cold(sides, options.slow_runs),
        "warm": lambda: cases.warm(sides, options.slow_runs),
        "unchanged": lambda: cases.unchanged(sides, options.runs),
        "one-line": lambda: cases.one_line(sides, options.runs),
    }
    for name, measure in single.items():
        if name in wanted:
            _add(name, measure, made, skipped)
    if "memory" in wanted and made:
        made.append(cases.memory(made))
    if "bytes" in wanted:
        _add("bytes", lambda: cases.bytes_of_all(sides), made, skipped)


def _write(results: Results, root: Path) -> None:
    shown = root / "BENCHMARKS.md"
    before = shown.read_text(encoding="utf-8") if shown.is_file() else ""
    files = {
        "BENCHMARKS.md": sections.kept(page.render(results), before),
        RESULTS: to_json(results),
        page.BARS: pictures.of_goals(results),
        page.CURVE: pictures.of_growth(results),
    }
    for name, text in files.items():
        if text:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    say(f"written to {os.path.relpath(root / 'BENCHMARKS.md')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

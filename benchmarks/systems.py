"""Builds the example systems and writes their sizes and times into BENCHMARKS.md.

    uv run benchmarks/systems.py            each three times: about five minutes
    uv run benchmarks/systems.py --quick    each once, written elsewhere

A build from nothing uses the wheels that are in the user's uv cache, as a clean computer of a team
does with a cache of its CI. `monorepo` is left out where npm is not installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import platformdirs

from bench import machine, systems_page, written
from bench.measure import RunFailedError, say
from bench.ours import Project, remove
from bench.results import Case, Results, Series, to_json

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = "benchmarks/results/systems.json"
SYSTEMS: Final = ("dzgro", "portfolio", "alchemiser", "global-table", "monorepo")
LEFT_OUT: Final = shutil.ignore_patterns(".sam-deploy", "__pycache__", "node_modules", "tests")
RUNS: Final = 3


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="each once")
    quick = parser.parse_args(arguments).quick
    cases, skipped = [], []
    for name in SYSTEMS:
        if name == "monorepo" and shutil.which("npm") is None:
            skipped.append("monorepo: npm is not installed")
            continue
        say(name)
        try:
            with tempfile.TemporaryDirectory(prefix="sam-deploy-benchmark-") as scratch:
                cases.append(measured(name, Path(scratch), 1 if quick else RUNS))
        except RunFailedError as error:
            say(f"error: {error}")
            return 2
    results = Results(
        machine.today(),
        machine.described(),
        {"Python": machine.python_version()},
        1 if quick else RUNS,
        tuple(cases),
        tuple(skipped),
    )
    folder = Path(platformdirs.user_cache_dir("sam-deploy-benchmarks")) / "last"
    _write(results, folder if quick else ROOT)
    return 0


def measured(name: str, scratch: Path, runs: int) -> Case:
    """Return what a system's archives weigh and take: from nothing, and with nothing changed."""
    folder = scratch / name
    shutil.copytree(ROOT / "examples" / name, folder, ignore=LEFT_OUT)
    if (folder / "package.json").is_file():
        subprocess.run(["npm", "install", "--silent"], cwd=folder, check=True)  # noqa: S607
    project = Project(folder, scratch / "store", scratch / "uv")
    # versions are chosen and wheels are fetched once, so that the network has no part in it
    project.build()
    cold, again = [], []
    for _ in range(runs):
        project.forget_all_but_wheels()
        cold.append(project.build().seconds)
        again.append(project.build(built=0).seconds)
    archives = project.last["archives"]
    figures = {
        "seconds": tuple(cold),
        "unchanged_seconds": tuple(again),
        "bytes": (project.archive_bytes,),
        "unpacked_bytes": (sum(each["unpacked_bytes"] for each in archives),),
        "largest_bytes": (max(each["size_bytes"] for each in archives),),
        "archives": (len(archives),),
    }
    remove(scratch / "store", scratch / "uv")
    return Case(name, name, (Series("sam-deploy", figures),))


def _write(results: Results, root: Path) -> None:
    written.write(root, systems_page.section(results), {RESULTS: to_json(results)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

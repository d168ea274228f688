"""Measures the laptop: requests through the gateway, `serve`, starts; written into BENCHMARKS.md.

    uv run benchmarks/local.py            everything: about five minutes
    uv run benchmarks/local.py --quick    each once and shorter, written elsewhere

`chalice` is installed at the versions of `requirements-chalice.txt`, in the user's cache folder.
Only a run at full length writes into the repository.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import platformdirs

from bench import local_cases, local_page, machine, served, tools, written
from bench.local_cases import Length
from bench.measure import RunFailedError, say
from bench.ours import remove
from bench.results import Case, Results, to_json
from sam_deploy.errors import SamDeployError

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = "benchmarks/results/local.json"
FULL: Final = Length(seconds=10.0, runs=3)
QUICK: Final = Length(seconds=2.0, runs=1)
STARTS: Final = 5


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="each once and shorter")
    quick = parser.parse_args(arguments).quick
    length = QUICK if quick else FULL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it started is ended with it
    folder = Path(platformdirs.user_cache_dir("sam-deploy-benchmarks"))
    started = time.monotonic()
    try:
        found = tools.Tools(folder, tools.find_python())
        with tempfile.TemporaryDirectory(prefix="sam-deploy-benchmark-") as name:
            cases = _measured(Path(name), found, length)
            remove(*Path(name).iterdir())
    except (tools.MissingToolError, RunFailedError, SamDeployError) as error:
        say(f"error: {error}")
        return 2
    say(f"measured in {time.monotonic() - started:.0f} s, load {machine.load():.1f} at the end")
    versions = tools.versions(found)
    results = Results(machine.today(), machine.described(), versions, length.runs, cases, ())
    _write(results, folder / "last" if quick else ROOT)
    return 0


def _measured(scratch: Path, found: tools.Tools, length: Length) -> tuple[Case, ...]:
    project = served.laid_out(scratch / "project")
    try:
        say("deploying")
        project.run("deploy")
        cold = local_cases.burst(project)
        asked = local_cases.requests(local_cases.sides(project, scratch, found), length)
        saved = local_cases.saved(project, max(length.runs, 3))
        return (*asked, saved, cold, local_cases.starts(project, 1 if length is QUICK else STARTS))
    finally:
        project.run("cloud", "stop")


def _write(results: Results, root: Path) -> None:
    files = {RESULTS: to_json(results), local_page.PICTURE: local_page.picture(results)}
    written.write(root, local_page.section(results), files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

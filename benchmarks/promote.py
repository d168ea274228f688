"""Measures `sam-deploy promote` and `rollback` and writes it into BENCHMARKS.md.

    uv run benchmarks/promote.py            everything: about ten minutes
    uv run benchmarks/promote.py --quick    each once, 2 and 3 regions, written elsewhere

The SAM CLI is installed at the versions of `requirements-sam.txt`, in the user's cache folder. Only
a run at full length writes into the repository.
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

from bench import emulated, machine, promote_page, promoting, tools, written
from bench.measure import RunFailedError, say
from bench.ours import remove
from bench.results import Results, to_json
from sam_deploy.errors import SamDeployError

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = "benchmarks/results/promote.json"
RUNS: Final = 5
SIZES: Final = (4, 20)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="each once, 2 and 3 regions")
    quick = parser.parse_args(arguments).quick
    runs, sizes = (1, (2, 3)) if quick else (RUNS, SIZES)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it started is ended with it
    folder = Path(platformdirs.user_cache_dir("sam-deploy-benchmarks"))
    started = time.monotonic()
    try:
        found = tools.Tools(folder, tools.find_python())
        with tempfile.TemporaryDirectory(prefix="sam-deploy-benchmark-") as name:
            scratch = Path(name)
            with emulated.started(scratch / "cloud") as emulator:
                cases = promoting.promotions(emulator, scratch, found, runs, sizes)
            remove(*scratch.iterdir())
    except (tools.MissingToolError, RunFailedError, SamDeployError) as error:
        say(f"error: {error}")
        return 2
    say(f"measured in {time.monotonic() - started:.0f} s, load {machine.load():.1f} at the end")
    results = Results(machine.today(), machine.described(), tools.versions(found), runs, cases, ())
    _write(results, folder / "last" if quick else ROOT)
    return 0


def _write(results: Results, root: Path) -> None:
    files = {RESULTS: to_json(results), promote_page.PICTURE: promote_page.picture(results)}
    written.write(root, promote_page.section(results), files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

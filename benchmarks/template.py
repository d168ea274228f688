"""Measures how rendering grows, from ten functions to a thousand, and writes it into BENCHMARKS.md.

uv run benchmarks/template.py            five runs: a minute or two
uv run benchmarks/template.py --quick    once, up to a hundred functions, written elsewhere
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import platformdirs

from bench import machine, rendering, sections
from bench.measure import say
from bench.results import Results, to_json

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = "benchmarks/results/template.json"
PAGE: Final = "BENCHMARKS.md"
RUNS: Final = 5


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="once, up to 100 functions")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each size (%(default)s)")
    given = parser.parse_args(arguments)
    sizes = rendering.SIZES[:-1] if given.quick else rendering.SIZES
    runs = 1 if given.quick else given.runs
    with tempfile.TemporaryDirectory(prefix="sam-deploy-benchmark-") as name:
        cases = rendering.rendering(Path(name), sizes, runs)
    packages = ("sam-deploy", "cfn-lint", "aws-sam-translator")
    versions = {each: importlib.metadata.version(each) for each in packages}
    results = Results(machine.today(), machine.described(), versions, runs, cases)
    elsewhere = Path(platformdirs.user_cache_dir("sam-deploy-benchmarks"), "last")
    _write(results, elsewhere if given.quick else ROOT)
    return 0


def _write(results: Results, root: Path) -> None:
    page = root / PAGE
    before = page.read_text(encoding="utf-8") if page.is_file() else "# Benchmarks\n"
    files = {
        PAGE: sections.put_into(before, rendering.section(results)),
        RESULTS: to_json(results),
        rendering.CURVE: rendering.curve(results),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    say(f"load {machine.load():.1f} at the end; written to {PAGE} of {root.name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

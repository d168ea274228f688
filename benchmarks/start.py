"""Measures how long tools take to say their version and their help; writes it to BENCHMARKS.md.

    uv run benchmarks/start.py            fifteen runs of each: about two minutes
    uv run benchmarks/start.py --quick    three of each, written elsewhere

The peers are installed at the versions of `requirements-sam.txt`, `cdk/package.json` and
`serverless/package.json`, in the user's cache folder. One that cannot be had is left out, and the
page says why.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import platformdirs

from bench import machine, start_page, written
from bench.measure import Contender, RunFailedError, interleaved, run, say
from bench.results import Case, Results, to_json
from bench.tools import MissingToolError, Tools, find_python, version_of

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = "benchmarks/results/start.json"
RUNS: Final = 15
QUICK_RUNS: Final = 3
Command = list[str | Path]


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three runs of each")
    quick = parser.parse_args(arguments).quick
    folder = Path(platformdirs.user_cache_dir("sam-deploy-benchmarks"))
    runs = QUICK_RUNS if quick else RUNS
    try:
        tools = Tools(folder, find_python())
        commands, skipped = _commands(tools)
        cases = tuple(_measured(case, commands, tools, runs) for case in start_page.CASES)
    except (MissingToolError, RunFailedError) as error:
        say(f"error: {error}")
        return 2
    variables = tools.environment({})
    versions = {"Python": machine.python_version()} | {
        name: version_of([*command, "--version"], variables) for name, command in commands.items()
    }
    results = Results(machine.today(), machine.described(), versions, runs, cases, tuple(skipped))
    say(f"load {machine.load():.1f} at the end")
    _write(results, folder / "last" if quick else ROOT)
    return 0


def _commands(tools: Tools) -> tuple[dict[str, Command], list[str]]:
    """Return how each tool is called, ours first, and why some are missing."""
    peers: dict[str, Callable[[], Path]] = {
        "sam": lambda: tools.of_python("sam") / "sam",
        "cdk": lambda: tools.of_node("cdk") / ".bin" / "cdk",
        "serverless": lambda: tools.of_node("serverless") / ".bin" / "serverless",
    }
    found: dict[str, Command] = {start_page.OURS: [Path(sys.executable).parent / "sam-deploy"]}
    skipped = []
    for name, find in peers.items():
        try:
            found[name] = [find()]
        except MissingToolError as error:
            skipped.append(f"{name}: {' '.join(str(error).split())[-200:]}")
    return found, skipped


def _measured(
    case: start_page.Asked, commands: dict[str, Command], tools: Tools, runs: int
) -> Case:
    """Return what each tool took to answer; one more run before makes caches equal."""
    say(case.title)
    scratch = tools.folder / "start"
    scratch.mkdir(parents=True, exist_ok=True)
    variables = tools.environment({"CI": "1"})

    def contender(name: str, command: Command) -> Contender:
        words = [*command, *case.words[name]]
        run(words, scratch, variables)
        return Contender(name, lambda: run(words, scratch, variables))

    asked = [contender(name, command) for name, command in commands.items() if name in case.words]
    return Case(case.key, case.title, interleaved(asked, runs))


def _write(results: Results, root: Path) -> None:
    files = {RESULTS: to_json(results), start_page.BARS: start_page.picture(results)}
    written.write(root, start_page.section(results), files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

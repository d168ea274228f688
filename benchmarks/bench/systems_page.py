"""Writes the example systems as the section `Example systems` of BENCHMARKS.md. Pure."""

from __future__ import annotations

from typing import Final

from bench.page import skipped_text
from bench.results import Case, Results
from bench.sections import SYSTEMS

MEGABYTE: Final = 1_000_000
HEAD: Final = (
    "| system | archives | zipped | the largest | unpacked | from nothing | nothing changed |\n"
    "|---|---:|---:|---:|---:|---:|---:|"
)
METHOD: Final = """\
Every archive of a system, functions and layers, for AWS Lambda. From nothing: the store is empty, \
versions are chosen, and wheels are at hand; medians."""


def section(results: Results) -> str:
    """Return the part of BENCHMARKS.md that these results are in."""
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    machine = ", ".join(f"{value} {name}" for name, value in results.machine.items())
    made = (
        "Made by `uv run benchmarks/systems.py`.\n\n"
        f"{results.date} · {machine} · {versions} · runs of each: {results.runs}"
    )
    table = "\n".join([HEAD, *(_row(each) for each in results.cases)])
    parts = [
        SYSTEMS,
        made,
        METHOD,
        table,
        *skipped_text(results.skipped, "### Systems that could not be built"),
    ]
    return "\n\n".join(part for part in parts if part)


def _row(case: Case) -> str:
    (ours,) = case.series

    def median(metric: str) -> float:
        found = ours.median(metric)
        if found is None:
            raise ValueError(f"{case.key} has no {metric}")
        return found

    sizes = [f"{median(each) / MEGABYTE:.1f} MB" for each in ("bytes", "largest_bytes")]
    unpacked = f"{median('unpacked_bytes') / MEGABYTE:.1f} MB"
    times = [f"{median(each):.2f} s" for each in ("seconds", "unchanged_seconds")]
    cells = [case.title, f"{median('archives'):.0f}", *sizes, unpacked, *times]
    return f"| {' | '.join(cells)} |"

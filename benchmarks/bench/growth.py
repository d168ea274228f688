"""How the time of a build in which nothing changed grows with the number of functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from bench import app, ours
from bench.measure import Contender, interleaved, say
from bench.ours import Project
from bench.results import Case, functions_text

SIZES: Final = (1, 10, 100, 1_000)
QUICK_SIZES: Final = (1, 10, 100)


def growth(scratch: Path, sizes: Sequence[int], runs: int) -> Case:
    """Build apps of tiny functions that share a layer, again and again with nothing changed."""
    contenders, notes = [], []
    for functions in sizes:
        settings = ours.without_bytecode()
        folder = app.write_ours(app.growing(functions), scratch / f"app-{functions}", settings)
        project = Project(folder, scratch / "store", scratch / "uv-cache")
        first = project.build()
        say(f"    {functions_text(functions)}, first build: {first.seconds:.2f} s")
        notes.append(f"{functions_text(functions)} for the first time: {first.seconds:.2f} s")
        contenders.append(Contender(str(functions), partial(project.build, built=0)))
    series = interleaved(contenders, runs)
    return Case("growth", "Growth", series, ("; ".join(notes),))

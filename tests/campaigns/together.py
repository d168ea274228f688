"""Several processes build into one empty store at once: all succeed, and the store verifies."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.campaigns import project, stores
from tests.campaigns.outcome import Outcome, Tell
from tests.campaigns.project import Site

NAME: Final = "together"
CLAIM: Final = (
    "two projects and two builds of one project into one store at once: all succeed with the same "
    "hashes, and the store verifies"
)


def run(count: int, tell: Tell) -> Outcome:
    """Do `count` rounds of three processes."""
    started = time.monotonic()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        base = Path(name)
        frozen = project.frozen_source(base / "frozen")
        for number in range(count):
            failures += [f"round {number}: {w}" for w in one_round(base / str(number), frozen)]
            tell(f"{number + 1} of {count}, {len(failures)} failed")
    seconds = time.monotonic() - started
    return Outcome(NAME, CLAIM, count, tuple(failures), seconds, "3 processes in each round")


def one_round(base: Path, environment: dict[str, str]) -> list[str]:
    """Build two projects, one of them twice, at the same time; return what was wrong."""
    store = base / "store"
    one = replace(project.make(base / "one", store), environment=environment)
    two = replace(project.make(base / "two", store), environment=environment)
    sites: list[Site] = [one, two, two]
    results = [project.ended(process) for process in [site.start() for site in sites]]
    wrong = [f"a build ended with {r.code}: {r.err.strip()[-300:]}" for r in results if r.code]
    if wrong:
        return wrong
    if len({tuple(sorted(result.archives.items())) for result in results}) > 1:
        wrong.append("the builds made different archives")
    for site in (one, two):
        shown = {path.name: project.sha256_of(path) for path in site.shown.glob("*.zip")}
        if shown != results[0].archives:
            wrong.append("the archives in a project are others")
    return [*wrong, *stores.problems(store)]

"""A disk that is full, at every size from nothing to enough: one clear error, an intact store.

A small memory file system is mounted for it, which takes root; where that is not allowed, the
size of single files is limited instead (RLIMIT_FSIZE).
"""

from __future__ import annotations

import contextlib
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from tests.campaigns import project, stores
from tests.campaigns.outcome import Outcome, Tell
from tests.campaigns.project import Built, Site

NAME: Final = "full-disk"
CLAIM: Final = (
    "a full disk under the store or the project: exit 3, one error, no temporary files, an intact "
    "store; with space the next build succeeds"
)
DISK_BYTES: Final = 4_000_000
NEEDED_BYTES: Final = 1_300_000
"""More than the small project takes in its store."""
Place = Literal["store", "project"]


@dataclass(frozen=True, slots=True)
class Ended:
    """A build that met a full disk: how it ended, what is wrong, and how it went afterwards."""

    built: Built
    problems: tuple[str, ...]
    again: Built


def run(count: int, tell: Tell) -> Outcome:
    """Try `count` sizes of free space, alternately under the store and under the project."""
    started = time.monotonic()
    failures: list[str] = []
    errors = 0
    places: tuple[Place, ...] = ("store", "project")
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        frozen = project.frozen_source(Path(name) / "frozen")
        for number in range(count):
            free = NEEDED_BYTES * (number // 2) // max(1, count // 2)
            place = places[number % 2]
            ended = build_with(free, place, Path(name) / str(number), frozen)
            errors += ended.built.code != 0
            failures += [f"{free:,} bytes for the {place}: {why}" for why in wrong(ended)]
            tell(f"{number + 1} of {count}, {len(failures)} failed")
    figures = f"{errors} ended in an error, {count - errors} had enough space"
    return Outcome(NAME, CLAIM, count, tuple(failures), time.monotonic() - started, figures)


def wrong(ended: Ended) -> list[str]:
    """Return what does not hold after a build on a full disk."""
    found = list(ended.problems)
    if ended.built.code not in {0, 3}:
        found.append(f"exit {ended.built.code}: {ended.built.err.strip()[-300:]}")
    elif ended.built.code == 3 and ended.built.err.count("error:") != 1:
        found.append(f"not one error: {ended.built.err.strip()[-300:]}")
    if ended.again.code != 0:
        found.append(f"with space again, exit {ended.again.code}: {ended.again.err.strip()[-300:]}")
    return found


def build_with(free_bytes: int, place: Place, base: Path, environment: dict[str, str]) -> Ended:
    """Build with this much space under the store or the project, then again with enough."""
    (base / "beside").mkdir(parents=True)
    like = project.make(base / "written", base / "beside" / "store")
    with _disk(base / "disk", free_bytes) as (disk, ballast):
        if place == "store":
            site = replace(like, store=disk / "store")
        else:
            site = replace(like, folder=disk / "project")
            shutil.copytree(like.folder, site.folder)
        # What the tools write for themselves is elsewhere: only our own writing is to fail.
        theirs = dict.fromkeys(("TMPDIR", "PYTHONPYCACHEPREFIX"), str(base / "beside"))
        site = replace(site, environment={**environment, **theirs})
        _fill(ballast, disk, free_bytes)
        built = site.build()
        problems = [*stores.problems(site.store), *_waste(site)]
        ballast.unlink()
        again = site.build()
        problems += stores.problems(site.store)
    shutil.rmtree(base)
    return Ended(built, tuple(problems), again)


def _waste(site: Site) -> Iterator[str]:
    for path in stores.left_over(site):
        yield f"`{path.name}` is left over"


@contextlib.contextmanager
def _disk(folder: Path, free_bytes: int) -> Iterator[tuple[Path, Path]]:
    """Mount a small disk; give its folder, and the file that will fill it."""
    folder.mkdir()
    mount = [_tool("mount"), "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (max(free_bytes, 4096), before[1]))
    try:
        yield folder, folder / "ballast"
    finally:
        if mounted:
            subprocess.run([_tool("umount"), str(folder)], check=True, capture_output=True)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _tool(name: str) -> str:
    return shutil.which(name) or name


def _fill(ballast: Path, disk: Path, free_bytes: int) -> None:
    """Leave `free_bytes` on the disk."""
    with ballast.open("wb") as file, contextlib.suppress(OSError):
        rest = shutil.disk_usage(disk).free - free_bytes
        if disk.is_mount():
            file.write(bytes(max(0, rest)))

"""The machine: Python, uv, the store and its disk, Docker where it is asked for."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sam_deploy import __version__
from sam_deploy.amounts import bytes_text, plural
from sam_deploy.build import Store, prune, uv
from sam_deploy.build.container import Machine, prepare
from sam_deploy.cli.doctor.finding import Finding, ok, problem, warning

LITTLE_BYTES: Final = 2_000_000_000
"""A build of several large layers and a running cloud take about half of it."""
TOO_LITTLE_BYTES: Final = 200_000_000
PRUNED_BYTES: Final = 20_000_000_000


def python() -> Iterator[Finding]:
    """Find which Python runs this, on what."""
    system = f"{platform.system()} {platform.machine()}"
    version = platform.python_version()
    yield ok("python", f"{version} ({sys.executable}), sam-deploy {__version__}, {system}")
    if sys.platform == "win32":
        yield warning(
            "system",
            "the embedded cloud and builds for it need Linux or macOS",
            "use WSL: `wsl --install`",
        )


def uv_version(folder: Path) -> Iterator[Finding]:
    """Find the uv that builds."""
    answer = uv.run(["--version"], folder)
    if answer.code == 0:
        yield ok("uv", answer.stdout.strip().removeprefix("uv "))
    else:
        yield problem("uv", answer.stderr.strip(), "install sam-deploy again")


def store(found: Store) -> Iterator[Finding]:
    """Find how much the store takes, how much room is left, and whether it can be written."""
    size = prune.size(found)
    there = existing(found.root)
    free = shutil.disk_usage(there).free
    said = f"{bytes_text(size.size_bytes)} in {plural(size.files, 'file')}, {found.root}"
    if not (why := unwritable(there)):
        yield ok("store", said)
    else:
        yield problem(
            "store",
            f"{said}: {why}",
            "give yourself the right to write, or set SAM_DEPLOY_CACHE_DIR",
        )
    advice = "`sam-deploy build --prune-store` removes what no archive of the last 30 days needs"
    room = f"{free / 1e9:.1f} GB free where the store is"
    if free < TOO_LITTLE_BYTES:
        yield problem("disk", room, f"make room; {advice}")
    elif free < LITTLE_BYTES or size.size_bytes > PRUNED_BYTES:
        yield warning("disk", room, advice)
    else:
        yield ok("disk", room)


def existing(path: Path) -> Path:
    """Return the path, or the nearest folder above it that exists."""
    return next(each for each in (path, *path.parents) if each.exists())


def unwritable(folder: Path) -> str:
    """Return why nothing can be written there; '' when it can. Leaves nothing behind."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def docker(*, wanted: bool) -> Iterator[Finding]:
    """Find a Docker engine that answers; only where somebody wants one."""
    if not wanted:
        yield ok("docker", "not needed; only `--use-container` uses it (`--container` asks here)")
        return
    engine = prepare(lambda _question: False, Machine())
    where = " behind WSL" if engine.wsl else ""
    yield ok("docker", f"an engine answers{where}{', rootless' if engine.rootless else ''}")

"""Finds esbuild, the project's own or a pinned one, and runs it.

The native program is called directly: starting Node only to start it would take longer than most
bundles. Reads `node_modules`; installs the pinned version through npm when there is no other.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.build.disk import read_json
from sam_deploy.errors import BuildError

PINNED: Final = "0.28.2"
TIMEOUT_SECONDS: Final = 300
_SYSTEMS: Final = {"linux": "linux", "darwin": "darwin", "win32": "win32"}
_MACHINES: Final = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_DROPPED: Final = ("AWS_", "NODE_PATH", "NODE_OPTIONS", "ESBUILD_")
"""Credentials, and what would change a bundle without showing in any file."""


@dataclass(frozen=True, slots=True)
class Esbuild:
    """An esbuild of known version. Without `program` it is the pinned one, not installed yet."""

    version: str
    program: Path | None


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run of a Node tool came to."""

    code: int
    stderr: str


def of_project(source: Path) -> Esbuild | None:
    """Return the esbuild in the nearest `node_modules` that has one, as Node would find it."""
    for folder in (source, *source.parents):
        package = folder / "node_modules" / "esbuild"
        if version := read_json(package / "package.json").get("version"):
            return Esbuild(str(version), program_of(package.resolve()))
    return None


def program_of(package: Path) -> Path:
    """Return the program of an installed esbuild package, preferably the native one.

    npm and pnpm put the package for this platform beside it, or below it when there are several.
    """
    windows = sys.platform == "win32"
    inner = Path("esbuild.exe") if windows else Path("bin", "esbuild")
    for modules in (package / "node_modules", package.parent):
        native = modules / "@esbuild" / platform_name() / inner
        if native.is_file():
            return native
    # A platform that is not in our table: the package's own script finds the program.
    if windows:
        return package.parent / ".bin" / "esbuild.cmd"
    return package / "bin" / "esbuild"


def platform_name() -> str:
    """Return this computer in the words of esbuild's packages: `linux-x64`."""
    machine = platform.machine().lower()
    return f"{_SYSTEMS.get(sys.platform, sys.platform)}-{_MACHINES.get(machine, machine)}"


def run(program: Path, arguments: Sequence[str], folder: Path, text: str = "") -> Finished:
    """Run a Node tool in `folder`, with `text` on its standard input.

    Raises `BuildError` when it cannot be started or hangs.
    """
    try:
        finished = subprocess.run(
            [str(program), *arguments],
            cwd=folder,
            env=environment(os.environ),
            input=text,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except OSError as error:
        raise BuildError(
            f"`{program.name}` could not be started",
            why=str(error),
            hint="install the Node dependencies again",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BuildError(
            f"`{program.name}` did not finish",
            why=f"it was given {TIMEOUT_SECONDS // 60} minutes",
            hint="build again; look for a file system that does not answer",
        ) from error
    return Finished(finished.returncode, finished.stderr)


def environment(source: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that Node tools run in."""
    return {name: value for name, value in source.items() if not name.startswith(_DROPPED)}

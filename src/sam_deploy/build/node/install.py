"""Installs the pinned esbuild into the store, once per version, for projects without their own.

Runs `npm`, without install scripts: the native program is in the package for this platform. Made in
a folder of its own and moved into place, so that several processes may ask at once.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

from sam_deploy.build.node import esbuild
from sam_deploy.build.store import Store
from sam_deploy.errors import BuildError

_WAYS_OUT = "check the connection to the npm registry, or install esbuild in the project: "


def pinned(store: Store) -> Path | None:
    """Return the program of the pinned version when it is installed."""
    program = esbuild.program_of(_home(store) / "node_modules" / "esbuild")
    return program if program.is_file() else None


def install(store: Store) -> Path:
    """Return the program of the pinned version, installed now unless it is there.

    Raises `BuildError` when npm is missing or fails.
    """
    home = _home(store)
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home.with_name(f"{home.name}.lock")):
        if program := pinned(store):
            return program
        store.temporary.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="build-", dir=store.temporary) as name:
            fresh = Path(name, "esbuild")
            fresh.mkdir()
            _npm_install(fresh)
            shutil.rmtree(home, ignore_errors=True)  # without a program it is of no use
            fresh.replace(home)
    program = pinned(store)
    if program is None:
        raise BuildError(
            f"esbuild {esbuild.PINNED} could not be installed",
            why=f"npm installed no program for {esbuild.platform_name()}",
            hint="install esbuild in the project: `npm install --save-dev esbuild`",
        )
    return program


def _home(store: Store) -> Path:
    return store.root / "node" / f"esbuild-{esbuild.PINNED}"


def _npm_install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError(
            "Node functions are bundled by esbuild, which is not installed",
            why="the project has none in `node_modules`, and there is no `npm` to get it with",
            hint="install Node.js (npm comes with it), then build again",
        )
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    package = f"esbuild@{esbuild.PINNED}"
    finished = esbuild.run(Path(npm), ["install", *options, package], folder)
    if finished.code != 0:
        raise BuildError(
            f"esbuild {esbuild.PINNED} could not be installed",
            why=reason(finished.stderr),
            hint=f"{_WAYS_OUT}`npm install --save-dev esbuild`",
        )


def reason(stderr: str) -> str:
    """Return why npm failed, in its own words, without the paths of its logs."""
    found: list[str] = re.findall(r"(?m)^npm (?:error|ERR!) (.+)$", stderr)
    said = [line for line in found if not line.startswith(("A complete log", "code "))]
    return " ".join(said[:3]) or " ".join(stderr.split())[:400] or "npm gave no reason"

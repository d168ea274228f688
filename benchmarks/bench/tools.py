"""Installs the peers at pinned versions, into a folder of their own, and finds a real Python.

Uses uv and npm as they are configured; no index is named here. A tool that is installed already at
these pins is used again.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uv

from bench import machine
from bench.app import PYTHON
from bench.measure import environment, say

HERE: Final = Path(__file__).resolve().parents[1]
INSTALL_SECONDS: Final = 900
NUMBER: Final = re.compile(r"\d+\.\d+[\w.+-]*")
_DONE: Final = "installed.sha256"


class MissingToolError(Exception):
    """A tool cannot be had on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the peers are installed."""

    folder: Path
    python: Path
    """A real interpreter of the functions' version, no shim: SAM runs its pip."""

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a peer: the real Python first on PATH, telemetry off."""
        variables = environment(more)
        variables["PATH"] = os.pathsep.join([str(self.python.parent), variables.get("PATH", "")])
        quiet = {
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(self.folder / "sam-settings"),
            "SLS_TELEMETRY_DISABLED": "1",
            "SLS_NOTIFICATIONS_MODE": "off",
            "SERVERLESS_DISABLE_UPDATE_NOTIFICATION": "1",
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
        }
        return variables | quiet

    def of_python(self, name: str) -> Path:
        """Return the folder of a peer's commands, installing it by `requirements-<name>.txt`."""
        pins = HERE / f"requirements-{name}.txt"
        folder = self.folder / name
        commands = folder / ("Scripts" if os.name == "nt" else "bin")
        if not _is_done(folder, pins):
            say(f"installing {name}")
            shutil.rmtree(folder, ignore_errors=True)
            _install(
                self.folder, [uv.find_uv_bin(), "venv", "--quiet", "--python", self.python, folder]
            )
            pip = [uv.find_uv_bin(), "pip", "install", "--quiet", "--compile-bytecode"]
            _install(self.folder, [*pip, "--python", commands / "python", "--requirements", pins])
            _finish(folder, pins)
        return commands

    def of_node(self, name: str) -> Path:
        """Return a peer's `node_modules`, installing what its `package.json` pins."""
        pins = HERE / name / "package.json"
        folder = self.folder / name
        npm = shutil.which("npm")
        if npm is None:
            raise MissingToolError("npm is not installed")
        if not _is_done(folder, pins):
            say(f"installing {name}")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            shutil.copyfile(pins, folder / "package.json")
            _install(folder, [npm, "install", "--silent", "--prefix", folder])
            _finish(folder, pins)
        return folder / "node_modules"


def find_python() -> Path:
    """Return the real interpreter of the functions' version, with pip. Raises when there is none.

    A shim of a version manager will not do: SAM asks for `python3.11` in folders of its own.
    """
    candidates = [Path(sysconfig.get_config_var("BINDIR"), f"python{PYTHON}")]
    asked = subprocess.run(
        [uv.find_uv_bin(), "python", "find", "--system", "--no-project", PYTHON],
        capture_output=True,
        text=True,
        env=environment({"UV_PYTHON_DOWNLOADS": "never"}),
        check=False,
    )
    candidates += [Path(line) for line in asked.stdout.split("\n") if line]
    for candidate in candidates:
        if (real := _real(candidate)) is not None:
            return real
    raise MissingToolError(f"there is no Python {PYTHON} with pip, which SAM needs")


def _real(candidate: Path) -> Path | None:
    question = "import os, sys, pip; print(os.path.realpath(sys.executable), sys.version_info[:2])"
    try:
        asked = subprocess.run(
            [candidate, "-c", question],
            capture_output=True,
            text=True,
            env=environment({}),
            check=False,
        )
    except OSError:
        return None
    path, _, version = asked.stdout.strip().partition(" ")
    wanted = f"({', '.join(PYTHON.split('.'))})"
    named = Path(path).with_name(f"python{PYTHON}")
    return named if asked.returncode == 0 and version == wanted and named.is_file() else None


def versions(found: Tools) -> dict[str, str]:
    """Return the versions that the figures are of: Python, the SAM CLI, sam-deploy."""
    variables = found.environment({})
    sam = found.of_python("sam") / "sam"
    return {
        "Python": machine.python_version(),
        "aws-sam-cli": version_of([sam, "--version"], variables),
        "sam-deploy": version_of([sys.executable, "-m", "sam_deploy", "-V"], variables),
    }


def version_of(command: list[str | Path], variables: Mapping[str, str]) -> str:
    """Return the number in what a tool says of its version, with or without a build behind it."""
    asked = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        env=dict(variables),
        check=False,
    )
    found = NUMBER.search(asked.stdout)
    return found[0] if found else "of unknown version"


def _install(folder: Path, command: list[str | Path]) -> None:
    """Install from `folder`: uv would take over the constraints of a repository it is run in."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        finished = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            capture_output=True,
            text=True,
            env=environment({}),
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MissingToolError(f"installing took over {INSTALL_SECONDS} s") from error
    if finished.returncode:
        told = f"{finished.stdout}\n{finished.stderr}".strip()[-800:]
        raise MissingToolError(f"it could not be installed: {told}")


def _is_done(folder: Path, pins: Path) -> bool:
    mark = folder / _DONE
    return mark.is_file() and mark.read_text(encoding="utf-8") == _hash_of(pins)


def _finish(folder: Path, pins: Path) -> None:
    (folder / _DONE).write_text(_hash_of(pins), encoding="utf-8")


def _hash_of(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()

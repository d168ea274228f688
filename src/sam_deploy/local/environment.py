"""The emulator's own Python environment, made on first use and shared by all projects.

MiniStack pins botocore exactly and its functions import whatever is installed beside it, so it
never lives in the environment of sam-deploy or of the project. uv makes the environment from
`requirements.txt` (exact pins, hashes) in the user's cache folder.
May touch: that folder (`SAM_DEPLOY_CACHE_DIR` overrides it), uv, and the package index uv knows.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs
import uv
from filelock import FileLock

from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError
from sam_deploy.events import Note, Report, Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
SUPPORTED: Final = ("3.12", "3.13", "3.11")
"""The versions the requirements were resolved for, in the order in which they are looked for."""

_INSTALL_SECONDS: Final = 600.0
_FIND_SECONDS: Final = 60.0
_NOT_FOR_UV: Final = frozenset(
    {"VIRTUAL_ENV", "UV_PYTHON", "UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE_NEWER", "UV_PROJECT"}
)
DEFAULT_PYTHON: Final = "3.12"
_NETWORK_SIGNS: Final = (
    "failed to fetch",
    "request failed",
    "error sending request",
    "could not connect",
    "connection",
    "dns error",
    "timed out",
    "network",
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A complete environment. `python` runs the emulator and its functions."""

    path: Path
    python: Path
    version: str


def wanted_python(runtime: str) -> str:
    """Return the minor version of Python that an app's runtime asks for; '' when any will do.

    For functions in Node it is the emulator alone that runs on it.
    """
    named = re.fullmatch(r"(?:python)?(3\.\d+)", runtime)
    return named[1] if named else ""


def ensure(report: Report, python: str = DEFAULT_PYTHON) -> Environment:
    """An environment with the emulator in it exists; it is made when it does not.

    `python` is the minor version that the functions want, or their runtime; another of 3.11 to
    3.13 is taken, with a warning, when it is none of them or this machine does not have it.
    Nothing is downloaded but packages.
    Raises UnreachableError when the package index does not answer, RefusedError when uv says no.
    """
    wanted = wanted_python(python)
    interpreter, version = _interpreter(wanted or DEFAULT_PYTHON)
    if wanted and not version.startswith(f"{wanted}."):
        message = f"the embedded cloud has no Python {wanted} here: functions run on {version}"
        report(Note(message, level="warning"))
    folder = cache_folder().absolute() / "emulator" / _key(interpreter, version)
    made = Environment(folder, folder / "bin" / "python", version)
    if made.python.exists():
        return made
    folder.parent.mkdir(parents=True, exist_ok=True)
    report(Waiting("the embedded cloud is being installed, once", _INSTALL_SECONDS))
    with FileLock(folder.parent / f"{folder.name}.lock"):
        # Another process may have made it while this one waited for the lock.
        if not made.python.exists():
            _make(folder, interpreter)
    return made


def python_for(wanted: str, report: Report) -> Path:
    """The interpreter that functions of this minor version run on, without any environment.

    Another of 3.11 to 3.13 is taken, with a warning, where this machine does not have it.
    """
    interpreter, version = _interpreter(wanted)
    if not version.startswith(f"{wanted}."):
        report(Note(f"there is no Python {wanted} here: functions run on {version}", "warning"))
    return interpreter


def cache_folder() -> Path:
    """Where everything lives that can be made again."""
    chosen = os.environ.get("SAM_DEPLOY_CACHE_DIR")
    return Path(chosen) if chosen else platformdirs.user_cache_path("sam-deploy", appauthor=False)


def _key(interpreter: Path, version: str) -> str:
    digest = hashlib.sha256(REQUIREMENTS.read_bytes())
    digest.update(f"\n{version}\n{interpreter}\n".encode())
    return f"{version}-{digest.hexdigest()[:16]}"


def _make(folder: Path, interpreter: Path) -> None:
    for leftover in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(leftover, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        # Relocatable, because it is renamed once it is complete.
        _uv("venv", "--relocatable", "--no-project", "--python", interpreter, building / "env")
        python = building / "env" / "bin" / "python"
        _uv("pip", "install", "--require-hashes", "--python", python, "-r", REQUIREMENTS)
        if folder.exists():
            shutil.rmtree(folder)
        (building / "env").rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _interpreter(wanted: str) -> tuple[Path, str]:
    for minor in sorted(SUPPORTED, key=lambda minor: minor != wanted):
        try:
            found = _uv("python", "find", "--no-project", "--system", minor).strip()
        except SamDeployError:
            continue
        version = _version(Path(found))
        if version.startswith(f"{minor}."):
            return Path(found).resolve(), version
    base = getattr(sys, "_base_executable", sys.executable)
    return Path(base).resolve(), ".".join(map(str, sys.version_info[:3]))


def _version(interpreter: Path) -> str:
    code = "import platform; print(platform.python_version())"
    try:
        answer = subprocess.run(
            [str(interpreter), "-I", "-c", code],
            env=uv_environment(os.environ),
            capture_output=True,
            text=True,
            timeout=_FIND_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


def uv_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What uv may see of our environment: its indexes and proxies, but no foreign Python or AWS.

    pyenv's and asdf's shims fail for versions that are installed but not selected, and uv stops
    at the first that does; so they are left out and the interpreters behind them named instead.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(("AWS_", "PYTHON")) and name not in _NOT_FOR_UV
    }
    entries = [entry for entry in kept.get("PATH", "").split(os.pathsep) if entry]
    path = [entry for entry in entries if Path(entry).name != "shims"]
    path += [str(folder) for folder in _version_manager_folders(inherited)]
    return {**kept, "PATH": os.pathsep.join(path), "UV_PYTHON_DOWNLOADS": "never"}


def _version_manager_folders(inherited: Mapping[str, str]) -> list[Path]:
    home = Path(inherited.get("HOME") or Path.home())
    pyenv = Path(inherited.get("PYENV_ROOT") or home / ".pyenv")
    asdf = Path(inherited.get("ASDF_DATA_DIR") or home / ".asdf")
    found = [*pyenv.glob("versions/*/bin"), *asdf.glob("installs/python/*/bin")]
    return sorted(found, reverse=True)


def _uv(*arguments: str | Path) -> str:
    """Uv's standard output. Raises with uv's own reason when it fails."""
    command = [uv.find_uv_bin(), *map(str, arguments)]
    neutral = cache_folder().absolute()
    neutral.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            command,
            env=uv_environment(os.environ),
            # A project's own `[tool.uv]`, its constraints above all, must not take part.
            cwd=neutral,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        why = f"uv was still busy after {_INSTALL_SECONDS:.0f} s"
        raise UnreachableError(_WHAT, why=why, hint=_HINT) from error
    if done.returncode == 0:
        return done.stdout
    why = done.stderr.strip()
    if any(sign in why.lower() for sign in _NETWORK_SIGNS):
        raise UnreachableError(_WHAT, why=why, hint=_HINT)
    raise RefusedError(_WHAT, why=why, hint=f"run it by hand: uv {' '.join(map(str, arguments))}")


_WHAT: Final = "The environment of the embedded cloud was not made"
_HINT: Final = "check the network and the package index (`UV_INDEX`), then run it again"

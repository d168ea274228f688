"""Install a built wheel into an environment of its own and use it as a new user does.

    uv run scripts/smoke.py dist/sam_deploy-1.2.3-py3-none-any.whl
    uv run scripts/smoke.py WHEEL --by tool --python 3.13 --python 3.12
    uv run scripts/smoke.py WHEEL --by pipx

Each time: version, help, man page, `init`, a deployment to the embedded cloud, a request to what
was deployed, what a promotion would do, and the end of the cloud. Stops at the first failure.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WAYS: Final = ("venv", "tool", "pipx")
PIPX: Final = "pipx==1.8.0"
LONGEST_SECONDS: Final = 900
KEPT: Final = (
    "PATH",
    "PYENV_VERSION",
    "LANG",
    "TMPDIR",
    "SYSTEMROOT",
    "SSL_CERT_FILE",
    "PIP_INDEX_URL",
    "PIP_CONFIG_FILE",
    "UV_CACHE_DIR",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_CONFIG_FILE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)
"""What of this shell's variables an installer needs; everything else stays behind."""


class SmokeFailedError(Exception):
    """A command did not do what a new user expects."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that stands for a new computer, and the variables of a shell there."""

    folder: Path
    variables: Mapping[str, str]

    def run(self, *command: str | Path, code: int = 0) -> str:
        """Return what a command writes to standard output. Raises for another exit code."""
        words = [str(word) for word in command]
        started = time.monotonic()
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=dict(self.variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        shown = " ".join([Path(words[0]).name, *words[1:]])
        print(
            f"  exit {done.returncode} in {time.monotonic() - started:.1f} s: {shown}", flush=True
        )
        if done.returncode != code:
            raise SmokeFailedError(f"`{shown}`\n{done.stdout}\n{done.stderr}")
        return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Try every way on every Python and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--by", choices=WAYS, action="append", help="default: all of them")
    parser.add_argument("--python", action="append", help="version or path; default: this one")
    given = parser.parse_args(arguments)
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in given.python or [this]:
        for way in given.by or WAYS:
            print(f"{given.wheel.name} by {way} on Python {python}", flush=True)
            try:
                tried(given.wheel.resolve(), way, python)
            except (SmokeFailedError, subprocess.TimeoutExpired) as error:
                print(f"failed: {error}")
                return 1
    return 0


def tried(wheel: Path, way: str, python: str) -> None:
    """The wheel is installed, used and gone again. Raises `SmokeFailedError`."""
    with tempfile.TemporaryDirectory(prefix="sam-deploy-smoke-") as name:
        folder = Path(name)
        place = Place(folder, variables(folder))
        program = installed(place, wheel, way, python)
        try:
            used(place, program, wheel)
        finally:
            place.run(program, "-C", "orders", "cloud", "stop")


def variables(folder: Path) -> dict[str, str]:
    """Return the variables of a new user: a home of its own, and no AWS account."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    home = folder / "home"
    home.mkdir()
    kept.setdefault("UV_CACHE_DIR", _uv_cache())
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_TOOL_DIR": str(folder / "tools"),
        "UV_TOOL_BIN_DIR": str(folder / "bin"),
        "PIPX_HOME": str(folder / "pipx"),
        "PIPX_BIN_DIR": str(folder / "bin"),
        "PIPX_MAN_DIR": str(folder / "man"),
        "SAM_DEPLOY_TARGET": "embedded",
    }


def installed(place: Place, wheel: Path, way: str, python: str) -> Path:
    """Return the program, installed in one of the ways the README names."""
    commands = "Scripts" if os.name == "nt" else "bin"
    if way == "tool":
        place.run("uv", "tool", "install", "--quiet", "--python", python, wheel)
        return place.folder / "bin" / "sam-deploy"
    if way == "pipx":
        interpreter = place.run("uv", "python", "find", "--no-project", python).strip()
        pipx = ("uv", "tool", "run", "--quiet", "--python", python, PIPX)
        place.run(*pipx, "install", "--quiet", "--python", interpreter, wheel)
        return place.folder / "bin" / "sam-deploy"
    place.run("uv", "venv", "--quiet", "--python", python, "venv")
    environment = place.folder / "venv"
    place.run("uv", "pip", "install", "--quiet", "--python", environment, wheel)
    return environment / commands / "sam-deploy"


def used(place: Place, program: Path, wheel: Path) -> None:
    """A new project is deployed, called, and could be promoted. Raises `SmokeFailedError`."""
    version = wheel.name.split("-")[1]
    expect(f"sam-deploy {version}\n", place.run(program, "--version"))
    expect("Commands:", place.run(program, "--help"))
    manual = sorted(place.folder.rglob("share/man/man1/sam-deploy.1"))
    expect(".TH", manual[0].read_text(encoding="utf-8") if manual else "no man page")
    place.run(program, "init", "orders", "--template", "api")
    orders = (program, "-C", "orders")
    place.run(*orders, "deploy")
    url = place.run(*orders, "cloud", "url").strip()
    expect("200", answered(f"{url}/health"))
    expect("version", place.run(*orders, "status"))
    place.run(*orders, "promote", "prod", "--dry-run")


def answered(url: str) -> str:
    """Return the status of an answer, or why there is none."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - of our own cloud
            return str(answer.status)
    except OSError as error:
        return f"{url}: {error}"


def expect(text: str, found: str) -> None:
    """Raise `SmokeFailedError` when a text is not in what was found."""
    if text not in found:
        raise SmokeFailedError(f"expected {text!r} in {found[:500]!r}")


def _uv_cache() -> str:
    asked = subprocess.run(["uv", "cache", "dir"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

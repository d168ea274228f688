"""A small project that needs no network, and real `sam-deploy build` processes on it.

It requires a wheel in a folder beside it (`--find-links`) and a package of its own, so that
resolving, building, fetching, splicing and storing all happen, thousands of times, without a
package index.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]
BUILD_SECONDS: Final = 300
DEPLOY: Final = """\
from sam_deploy import App, Environment, FeatureSet, Function, Layer

app = App(
    name="campaign",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    runtime="{runtime}",
    bytecode="{bytecode}",
    layers=[Layer("deps", requirements_file="requirements.txt")],
    functions=[Function("Hello", source="functions/Hello", layers=["deps"])],
)
"""
HANDLER: Final = "VARIANT = {variant}\n\n\ndef handler(event, context):\n    return VARIANT\n"
REQUIREMENTS: Final = """\
--no-index
--find-links wheelhouse
campaign-dep==1.0
campaign-local @ file:libs/local
"""
METADATA: Final = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
WHEEL: Final = (
    "Wheel-Version: 1.0\nGenerator: sam-deploy\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
)
LOCAL: Final = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "campaign-local"
version = "1.0"
"""
BACKEND: Final = """\
import pathlib, zipfile

FILES = {{
    "campaign_local.py": "NAME = 'local'\\n" * 999,
    "campaign_local-1.0.dist-info/METADATA": {metadata!r},
    "campaign_local-1.0.dist-info/WHEEL": {wheel!r},
    "campaign_local-1.0.dist-info/RECORD": "",
}}


def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "campaign_local-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, text in FILES.items():
            wheel.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return name
"""
"""Builds the local package without needing anything from an index."""
_DROPPED: Final = ("PYTHONDONTWRITEBYTECODE", "SAM_DEPLOY_TARGET", "ENV", "CI")


@dataclass(frozen=True, slots=True)
class Built:
    """A build that has ended by itself. `archives` are SHA-256 hashes by file name."""

    code: int
    out: str
    err: str

    @property
    def archives(self) -> dict[str, str]:
        """Return the hashes. Fails when the build did."""
        if self.code != 0:
            raise AssertionError(f"the build ended with {self.code}: {self.err.strip()}")
        listed = json.loads(self.out)["archives"]
        return {each["archive"]: each["sha256"] for each in listed}


@dataclass(frozen=True, slots=True)
class Site:
    """A project folder, the store it builds into, and how its processes are started."""

    folder: Path
    store: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    interpreter: str = sys.executable

    @property
    def shown(self) -> Path:
        """Where the archives appear in the project."""
        return self.folder / ".sam-deploy" / "build"

    def variables(self) -> dict[str, str]:
        """Return a build's environment: no AWS, no other target, temporary files by the store."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("AWS_") and name not in _DROPPED
        }
        beside = self.store.parent
        temporary = beside / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        ours = {
            "SAM_DEPLOY_CACHE_DIR": str(self.store),
            "PYTHONPYCACHEPREFIX": _compiled(),
            "TMPDIR": str(temporary),
        }
        return {**kept, **ours, **self.environment}

    def command(self, *program: str) -> list[str]:
        """Return the command line of a build, by `sam-deploy` itself or a program like it."""
        program = program or ("-m", "sam_deploy")
        arguments = ["-C", str(self.folder), "build", "--progress", "quiet", "--json"]
        return [self.interpreter, *program, *arguments]

    def start(self, *program: str, **variables: str) -> subprocess.Popen[str]:
        """Start a build in a process group of its own, so that it can be killed with its uv."""
        return subprocess.Popen(
            self.command(*program),
            env={**self.variables(), **variables},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def build(self, *program: str, **variables: str) -> Built:
        """Run a build to its end."""
        return ended(self.start(*program, **variables))

    def write(self, variant: int = 0) -> None:
        """Write the one source file that differs between variants."""
        text = HANDLER.format(variant=variant)
        (self.folder / "functions" / "Hello" / "handler.py").write_text(text, encoding="utf-8")


@functools.cache
def _compiled() -> str:
    """Return the folder for what Python compiles, one for all sites: once is a second and more."""
    folder = tempfile.mkdtemp(prefix="campaign-pycache-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def ended(process: subprocess.Popen[str]) -> Built:
    """Wait for a build's end; one that hangs is killed and fails."""
    try:
        out, err = process.communicate(timeout=BUILD_SECONDS)
    except subprocess.TimeoutExpired:
        kill(process)
        raise
    return Built(process.returncode, out, err)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a build and the uv it runs, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def make(folder: Path, store: Path, *, runtime: str = "python3.11", bytecode: str = "off") -> Site:
    """Write the project: one function, and one layer with a released and a local package."""
    for inner in ("functions/Hello/texts", "wheelhouse", "libs/local"):
        (folder / inner).mkdir(parents=True)
    metadata = METADATA.format(name="campaign-local")
    files = {
        "deploy.py": DEPLOY.format(runtime=runtime, bytecode=bytecode),
        "requirements.txt": REQUIREMENTS,
        "libs/local/pyproject.toml": LOCAL,
        "libs/local/backend.py": BACKEND.format(metadata=metadata, wheel=WHEEL),
        "functions/Hello/texts/hello.txt": "hello\n" * 2_000,
        "functions/Hello/texts/grüße.txt": "grüße\n",
    }
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    write_wheel(folder / "wheelhouse" / "campaign_dep-1.0-py3-none-any.whl")
    site = Site(folder, store)
    site.write()
    return site


def write_wheel(path: Path) -> None:
    """Write the released package: a few modules and 300 kB that cannot be compressed."""
    content = {f"campaign_dep/m{i}.py": f"VALUE = {i}\n".encode() * 50 for i in range(12)}
    content |= {
        "campaign_dep/__init__.py": b"",
        "campaign_dep/noise.bin": dice(1).randbytes(300_000),
        "campaign_dep-1.0.dist-info/METADATA": METADATA.format(name="campaign-dep").encode(),
        "campaign_dep-1.0.dist-info/WHEEL": WHEEL.encode(),
        "campaign_dep-1.0.dist-info/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in content.items():
            wheel.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)


def frozen_source(folder: Path) -> dict[str, str]:
    """Copy the product, and return the variable that makes builds use the copy.

    A campaign compares hashes over minutes; an edit in between must not look like a fault.
    """
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "src", folder / "src", ignore=ignored)
    return {"PYTHONPATH": str(folder / "src")}


def dice(seed: int | str) -> random.Random:
    """Return chances that come out the same in every run."""
    return random.Random(seed)  # noqa: S311 - nothing here is secret


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

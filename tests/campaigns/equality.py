"""An archive holds what `uv pip install --target` would install: file by file and mode by mode.

Each package is built as a layer, with its dependencies, and installed by uv at the versions of the
lock. uv chooses and unpacks its wheels itself. Where the two differ, the wheel has the last word:
what uv keeps unpacked in its cache can have been altered since.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import uv
from tests.campaigns.outcome import Outcome, Tell

from sam_deploy.build import Store, stand_in
from sam_deploy.build import run as build_all
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore
from sam_deploy.plan.model import BuildUnit, Target
from sam_deploy.plan.targets import aws_target

NAME: Final = "equality"
CLAIM: Final = (
    "an archive equals `uv pip install --target`, file by file and mode by mode, but for scripts, "
    "headers, compiled files and uv's own notes"
)
PACKAGES: Final = Path(__file__).with_name("packages.txt")
TARGETS: Final = (aws_target("python3.12", "x86_64"), aws_target("python3.11", "arm64"))
ONLY_UV: Final = (
    re.compile(r"bin/.*"),
    re.compile(r"include/.*"),
    re.compile(r"\.lock"),
    re.compile(r"(.*/)?__pycache__/.*"),
    re.compile(r"[^/]+\.dist-info/(INSTALLER|REQUESTED)"),
)
"""Documented: scripts name an interpreter, headers are for compilers, compiled files that a wheel
brings are for its builder's Python (one in numpy 2.2.6), the rest are uv's notes."""
DIFFERENT: Final = re.compile(r"[^/]+\.dist-info/RECORD")
"""In the archive as the wheel has it; uv writes its own."""

Tree: TypeAlias = dict[str, tuple[str, int]]
"""Content hash and mode by path."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One package on one target."""

    name: str
    files: int
    differences: tuple[str, ...]
    altered: int = 0
    """Files that uv's cache has otherwise than the wheel."""


def pins(*, everyday: bool = False) -> list[str]:
    """Return the requirements of the data file, `name==version`."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    found = [line.split("#") for line in lines if "==" in line]
    return [pin.strip() for pin, *mark in found if not everyday or "*" in "".join(mark)]


def run(count: int, tell: Tell) -> Outcome:
    """Compare the first `count` packages on both targets, one after the other."""
    started = time.monotonic()
    results: list[Compared] = []
    for target in TARGETS:
        with tempfile.TemporaryDirectory(prefix="campaign-") as name:
            for number, pin in enumerate(pins()[:count]):
                result = compare(pin, target, Path(name))
                results.append(result)
                tell(f"{number + 1} of {count} {target.label} {pin}: {result.files} files")
                for difference in result.differences:
                    tell(f"  {difference}")
    failures = tuple(f"{each.name}: {why}" for each in results for why in each.differences)
    files = sum(each.files for each in results)
    altered = sum(each.altered for each in results)
    figures = f"{files:,} files on {len(TARGETS)} targets; {altered} altered in uv's cache"
    return Outcome(NAME, CLAIM, len(results), failures, time.monotonic() - started, figures)


def compare(pin: str, target: Target, workspace: Path) -> Compared:
    """Build and install one requirement with all it needs, and compare the two trees."""
    name = f"{pin} on {target.label}"
    folder = workspace / re.sub(r"\W", "-", pin)
    folder.mkdir()
    store = Store(workspace / "store")
    try:
        archive, wheels = _layer(pin, target, folder, store)
        _install(folder, target, store)
        mine = tree_of_zip(archive, prefix="python/")
        theirs = _tree_of_folder(folder / "installed")
        return _compared(name, mine, theirs, wheels)
    except (BuildError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", None) or str(error)
        return Compared(name, 0, (str(told).strip()[-500:],))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compared(name: str, mine: Tree, theirs: Tree, wheels: Sequence[Path]) -> Compared:
    differences = [f"`{path}` is missing" for path in sorted(theirs.keys() - mine.keys())]
    differences += [f"`{path}` is too much" for path in sorted(mine.keys() - theirs.keys())]
    in_wheels = {path: found for wheel in wheels for path, found in tree_of_zip(wheel).items()}
    altered = 0
    for path in sorted(mine.keys() & theirs.keys()):
        if mine[path] == theirs[path] or DIFFERENT.fullmatch(path):
            continue
        if mine[path][0] != theirs[path][0] and mine[path][0] == in_wheels.get(path, ("",))[0]:
            altered += 1
        else:
            differences.append(f"`{path}` is {mine[path]}, installed {theirs[path]}")
    return Compared(name, len(mine), tuple(differences), altered)


def _layer(pin: str, target: Target, folder: Path, store: Store) -> tuple[Path, list[Path]]:
    """Return the layer's archive, and the wheels that its lock names and the store holds."""
    unit = BuildUnit(
        key="layer/deps",
        name="deps",
        kind="layer",
        archive="deps.zip",
        target=target,
        requirements=(pin,),
        slim=(),
        bytecode="off",
        managed="keep",
    )
    made = build_all([unit], folder, store, ignore)["layer/deps"]
    hashes = {
        wheel["hashes"]["sha256"] for each in _locked(folder) for wheel in each.get("wheels", ())
    }
    wheels = [path for path in store.root.glob("wheels/*/*/*.whl") if path.parent.name in hashes]
    return made.path, wheels


def _locked(folder: Path) -> Iterator[dict[str, object]]:
    for path in (folder / "locks").iterdir():
        yield from tomllib.loads(path.read_text(encoding="utf-8"))["packages"]


def _install(folder: Path, target: Target, store: Store) -> None:
    """Let uv install the versions of the lock, for the target, into `installed`."""
    lines = [
        f"{each['name']}=={each['version']}"
        + (f" ; {each['marker']}" if each.get("marker") else "")
        for each in _locked(folder)
    ]
    (folder / "pins.txt").write_text("\n".join(lines), encoding="utf-8")
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--link-mode", "copy"]
    goal = ["--target", str(folder / "installed"), "--only-binary", ":all:"]
    subprocess.run(
        [*command, *goal, "-r", str(folder / "pins.txt"), *_described(target, store)],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        umask=0o022,
        env={**os.environ, "UV_CACHE_DIR": str(store.root.parent / "uv-cache")},
    )


def _described(target: Target, store: Store) -> list[str]:
    if target.glibc == (2, 26):  # uv has no platform with it, but believes an interpreter
        return ["--python", str(stand_in.interpreter(target, store))]
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[target.architecture]
    platform = f"{machine}-manylinux_{target.glibc[0]}_{target.glibc[1]}"
    return [
        *("--python", sys.executable),
        *("--python-version", target.python),
        *("--python-platform", platform),
    ]


def tree_of_zip(path: Path, *, prefix: str = "") -> Tree:
    """Return what a zip file holds, as Python's own reader sees it."""
    found: Tree = {}
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            if not info.is_dir():
                content = hashlib.sha256(opened.read(info)).hexdigest()
                mode = stat.S_IMODE(info.external_attr >> 16)
                found[info.filename.removeprefix(prefix)] = (content, mode)
    return found


def _tree_of_folder(folder: Path) -> Tree:
    found: Tree = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(only.fullmatch(name) for only in ONLY_UV):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[name] = (content, stat.S_IMODE(path.stat().st_mode))
    return found

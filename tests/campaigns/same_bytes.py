"""The same project gives the same bytes wherever, whenever and by whichever Python it is built.

Every build has a store of its own, so that nothing can be reused, and differs in folder, umask,
file times, order of creation and hash seed. The interpreters build with locks of their own, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import uv
from tests.campaigns import project
from tests.campaigns.outcome import Outcome, Tell
from tests.campaigns.project import REPOSITORY, Built, Site, ended

NAME: Final = "same-bytes"
CLAIM: Final = (
    "builds in other folders, umasks, times, hash seeds and file orders, by Python 3.11 to 3.13, "
    "have the same hashes"
)
PYTHONS: Final = ("3.11", "3.12", "3.13")
WITH_BYTECODE: Final = 10
"""How many of the builds are made once more with bytecode on."""
_UMASKS: Final = (0o022, 0o077, 0o002, 0o027)


@dataclass(frozen=True, slots=True)
class Variant:
    """What differs between two builds of one project."""

    number: int
    umask: int
    hash_seed: int
    shuffle: int
    age_seconds: int


def variants(count: int, seed: int = 0) -> list[Variant]:
    """Return as many different circumstances."""
    rng = project.dice(seed)
    return [
        Variant(n, _UMASKS[n % 4], rng.randrange(1, 2**32), n, rng.randrange(10**8))
        for n in range(count)
    ]


def build(variant: Variant, base: Path, like: Site, *, keep_locks: bool = True) -> Built:
    """Copy the project as the variant has it, and build it into an empty store."""
    depth = "/".join(f"folder {n} é" for n in range(variant.number % 3 + 1))
    home = base / f"variant-{variant.number}" / depth
    site = replace(like, folder=home / "project", store=home / "store")
    _copied(like.folder, site.folder, variant, keep_locks=keep_locks)
    process = subprocess.Popen(
        site.command(),
        env={**site.variables(), "PYTHONHASHSEED": str(variant.hash_seed)},
        cwd=site.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        umask=variant.umask,
        start_new_session=True,
    )
    try:
        return ended(process)
    finally:
        shutil.rmtree(base / f"variant-{variant.number}", ignore_errors=True)


def _copied(source: Path, target: Path, variant: Variant, *, keep_locks: bool) -> None:
    """Write the project's files anew, in another order, with other times and other modes."""
    left_out = {".sam-deploy"} if keep_locks else {".sam-deploy", "locks"}
    files = sorted(path for path in source.rglob("*") if path.is_file())
    project.dice(variant.shuffle).shuffle(files)
    for path in files:
        relative = path.relative_to(source)
        if relative.parts[0] in left_out:
            continue
        copy = target / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
        copy.chmod((0o755 if path.stat().st_mode & 0o111 else 0o644) & ~variant.umask)
        then = time.time() - variant.age_seconds
        os.utime(copy, (then, then))


def run(count: int, tell: Tell) -> Outcome:
    """Make `count` builds, ten with bytecode, and one with each interpreter."""
    started = time.monotonic()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        base = Path(name)
        frozen = project.frozen_source(base / "frozen")
        for bytecode, builds in (("off", count), ("on", min(count, WITH_BYTECODE))):
            place = base / f"bytecode-{bytecode}"
            site = replace(_first(place, bytecode), environment=frozen)
            failures += _different(site, place, builds, tell)
        by_python, made = _by_interpreters(base, tell)
        failures += by_python
    figures = f"{count} builds, {min(count, WITH_BYTECODE)} with bytecode; Python {', '.join(made)}"
    tried = count + min(count, WITH_BYTECODE) + len(made)
    return Outcome(NAME, CLAIM, tried, tuple(failures), time.monotonic() - started, figures)


def _first(base: Path, bytecode: str) -> Site:
    return project.make(base / "project", base / "store", bytecode=bytecode)


def _different(site: Site, base: Path, count: int, tell: Tell) -> list[str]:
    expected = site.build().archives
    wrong = []
    for variant in variants(count):
        built = build(variant, base, site)
        if built.code != 0 or built.archives != expected:
            wrong.append(f"{variant} gave {built.err or built.archives}, not {expected}")
        if (variant.number + 1) % 20 == 0:
            tell(f"{variant.number + 1} of {count} builds, {len(wrong)} failed")
    return wrong


def _by_interpreters(base: Path, tell: Tell) -> tuple[list[str], list[str]]:
    """Install sam-deploy for each Python, build with it; return the faults and the Pythons."""
    like = _first(base / "by-python", "off")
    wheel = _wheel(base)
    answers: dict[str, dict[str, str]] = {}
    faults = []
    for number, python in enumerate(PYTHONS):
        venv = base / f"python-{python}"
        if why := _installed(venv, python, wheel):
            faults.append(f"Python {python} could not be prepared: {why}")
            continue
        site = replace(like, interpreter=str(venv / "bin" / "python"))
        built = build(variants(len(PYTHONS), 1)[number], base, site, keep_locks=False)
        if built.code != 0:
            faults.append(f"Python {python} ended with {built.code}: {built.err.strip()[-300:]}")
            continue
        answers[python] = built.archives
        tell(f"built by Python {python}")
    if len({tuple(sorted(archives.items())) for archives in answers.values()}) > 1:
        faults.append(f"the interpreters disagree: {answers}")
    return faults, list(answers)


def _wheel(base: Path) -> Path:
    """Build sam-deploy once, so that all Pythons have the very same of it."""
    done = _uv("build", "--quiet", "--wheel", "--out-dir", str(base / "dist"), str(REPOSITORY))
    if done:
        raise AssertionError(f"sam-deploy could not be built: {done}")
    return next((base / "dist").glob("*.whl"))


def _installed(venv: Path, python: str, wheel: Path) -> str:
    """Make an environment with sam-deploy in it; return why it could not be made."""
    return _uv("venv", "--quiet", "--python", _found(python), str(venv)) or _uv(
        "pip", "install", "--quiet", "--python", str(venv), str(wheel)
    )


def _uv(*arguments: str) -> str:
    """Run uv in the repository, whose pins it reads; return its error."""
    variables = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        [uv.find_uv_bin(), *arguments],
        cwd=REPOSITORY,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip()[-300:] or "uv gave no reason" if done.returncode else ""


def _found(python: str) -> str:
    """Return pyenv's interpreter where there is one: its shims end in an error for most of them."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    versions = sorted(root.glob(f"versions/{python}.*/bin/python"))
    return str(versions[-1]) if versions else python

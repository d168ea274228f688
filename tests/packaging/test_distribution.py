"""What is built for the index: the same bytes each time, what it must hold, and nothing more."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Final

import pytest
import uv

pytest.importorskip("twine", reason="needs `uv sync --group release`")
pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ("src", "examples/dzgro", "docs/man")
FILES: Final = ("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", ".gitignore")
MOMENT: Final = "1700000000"


def copy(folder: Path) -> Path:
    """Return a copy of what the distributions are made of, as a fresh clone has it."""
    left_out = shutil.ignore_patterns("__pycache__", ".sam-deploy")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in FILES:
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def built(source: Path, out: Path, *options: str) -> Path:
    """Return the folder with what uv builds of a source."""
    subprocess.run(
        [uv.find_uv_bin(), "build", "--quiet", "--out-dir", out, *options, source],
        env={**os.environ, "SOURCE_DATE_EPOCH": MOMENT},
        check=True,
    )
    return out


def digests(folder: Path) -> dict[str, str]:
    """Return name -> SHA-256 of the distributions."""
    return {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest()
        for each in folder.iterdir()
        if each.name.startswith("sam_deploy-")
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the sources, and what was built of it in `dist`."""
    folder = tmp_path_factory.mktemp("distribution")
    built(copy(folder / "one"), folder / "dist")
    return folder


@pytest.fixture(scope="module")
def wheel(place: Path) -> Path:
    (found,) = (place / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="module")
def sdist(place: Path) -> Path:
    (found,) = (place / "dist").glob("*.tar.gz")
    return found


def test_two_computers_build_the_same_bytes(place: Path) -> None:
    """In another folder, from files with other times, sdist and wheel are equal."""
    other = copy(place / "elsewhere" / "deep")
    for file in other.rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    assert digests(place / "dist") == digests(built(other, place / "again"))


def test_the_sdist_builds_the_same_wheel(place: Path, sdist: Path, wheel: Path) -> None:
    """Whoever builds from source has what the index has."""
    made = built(sdist, place / "from-sdist", "--wheel")
    assert digests(made) == {wheel.name: digests(place / "dist")[wheel.name]}


def test_the_index_and_the_wheel_checker_take_them(wheel: Path, sdist: Path) -> None:
    """The description renders, and nothing is in the wheel that belongs nowhere."""
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", wheel, sdist],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, 2) == (checked.returncode, checked.stdout.count("PASSED")), checked.stdout
    program = Path(sys.executable).with_name("check-wheel-contents")
    judged = subprocess.run(
        [program, "--config", ROOT / "pyproject.toml", wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, True) == (judged.returncode, judged.stdout.rstrip().endswith("OK")), judged.stdout


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """Modules, the mark for type checkers, pages, skeletons, pinned requirements: all of `src`."""
    sources = {
        str(file.relative_to(ROOT / "src")).replace(os.sep, "/")
        for file in (ROOT / "src").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    assert set() == sources - names
    assert "sam_deploy/py.typed" in names
    requirements = zipfile.ZipFile(wheel).read("sam_deploy/local/requirements.txt").decode()
    pinned = re.compile(r"^ministack==\S+ .*?--hash=sha256:[0-9a-f]{64}", re.MULTILINE | re.DOTALL)
    assert pinned.search(requirements)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    """Besides the packages: the example of `demo`, manual pages, metadata, the licence."""
    (info,) = {
        name.partition("/")[0]
        for name in zipfile.ZipFile(wheel).namelist()
        if ".dist-info/" in name
    }
    data = info.replace(".dist-info", ".data/data/share/man/man1/")
    others = {
        name.removeprefix(data).partition("/")[0] if name.startswith(data) else name
        for name in zipfile.ZipFile(wheel).namelist()
        if not name.startswith(("sam_deploy/", "sam_deploy_runtime/"))
    }
    pages = {each.name for each in (ROOT / "docs" / "man").iterdir()}
    metadata = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    assert {*pages, *(f"{info}/{name}" for name in metadata)} == others
    examples = [n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("sam_deploy/examples")]
    assert [] == [n for n in examples if not n.startswith("sam_deploy/examples/dzgro/")]


def test_nothing_in_them_is_compiled_or_private(wheel: Path, sdist: Path) -> None:
    """No caches, no settings of somebody's computer, no file that only its owner may read."""
    with tarfile.open(sdist) as opened:
        members = opened.getmembers()
    names = [*zipfile.ZipFile(wheel).namelist(), *(each.name for each in members)]
    private = re.compile(r"(__pycache__|\.pyc$|(^|/)\.env$|\.sam-deploy/|\.DS_Store|uv\.lock$)")
    assert [] == [name for name in names if private.search(name)]
    assert set() == {oct(each.mode) for each in members if each.isfile() and not each.mode & 0o044}


def test_the_metadata_says_what_the_project_says(wheel: Path) -> None:
    """Name, version, licence, Pythons, and the dependencies with their lower bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    archive = zipfile.ZipFile(wheel)
    (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
    told = Parser().parsestr(archive.read(name).decode())
    assert ("sam-deploy", project["version"]) == (told["Name"], told["Version"])
    assert ("MIT", "LICENSE") == (told["License-Expression"], told["License-File"])
    assert "<3.14,>=3.11" == told["Requires-Python"]
    assert sorted(project["dependencies"]) == sorted(told.get_all("Requires-Dist", []))

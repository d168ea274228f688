"""Local packages as wheels, built by real uv and real build backends."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from sam_deploy.build import Store, package
from sam_deploy.build.index import FileIndex

CORE = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "core"
version = "1"
""",
    "src/core/__init__.py": "",
    "src/core/settings.py": "OLD = 1\n",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


class SavedMeanwhile(FileIndex):
    """An index that hashes a file of settings just before its user saves it for the first time."""

    saved = False

    def sha256(self, path: Path) -> str:
        """Return the hash of what is not there any more."""
        found = super().sha256(path)
        if path.name == "settings.py" and not self.saved:
            self.saved = True
            path.write_text("NEW = 1\n")
        return found


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def built(folder: Path, store: Store, index: FileIndex | None = None) -> dict[str, str]:
    """Return what is in the package's wheel, apart from its metadata."""
    made = package.build_local(folder, store, index or FileIndex(store.root / "index.json"))
    with zipfile.ZipFile(made.wheel.path) as opened:
        found = {name: opened.read(name).decode() for name in opened.namelist()}
    return {name: text for name, text in found.items() if ".dist-info/" not in name}


@pytest.mark.slow
def test_a_file_that_is_saved_while_a_package_is_built_belongs_to_the_new_package(
    tmp_path: Path, store: Store
) -> None:
    """The wheel has what was saved, and the old files still have the old wheel."""
    core = write(tmp_path / "core", CORE)
    index = SavedMeanwhile(tmp_path / "index.json")
    assert "NEW = 1\n" == built(core, store, index)["core/settings.py"]
    assert "NEW = 1\n" == built(core, store)["core/settings.py"]
    write(core, CORE)
    assert "OLD = 1\n" == built(core, store)["core/settings.py"]


IGNORED = {
    "in the package": {".gitignore": "*.log\nlocal_settings.py\n"},
    "that fit the folder of the store, too": {".gitignore": "tmp/\nlocal_settings.py\n/*.log\n"},
    "at the root of the repository": {"../../.gitignore": "local_settings.py\n"},
    "of Mercurial": {".hgignore": "syntax: glob\nlocal_settings.py"},
    "of Mercurial and of git": {"../../.hgignore": "syntax: glob\nlocal_*\n", ".gitignore": "tmp/"},
}


@pytest.mark.slow
@pytest.mark.parametrize("where", IGNORED)
def test_what_version_control_ignores_is_not_shipped(
    tmp_path: Path, store: Store, where: str
) -> None:
    """By patterns wherever hatchling reads them; a change of the patterns is noticed."""
    core = write(tmp_path / "repository/libs/core", CORE)
    (tmp_path / "repository/.git").mkdir()
    write(core, {"src/core/local_settings.py": "TOKEN = 1\n"})
    assert "core/local_settings.py" in built(core, store)
    write(core, IGNORED[where])
    assert {"core/__init__.py", "core/settings.py"} == built(core, store).keys()


def test_a_package_that_is_generated_is_shipped_whole(tmp_path: Path, store: Store) -> None:
    """Where all of it is ignored, that says nothing of its files: so does hatchling."""
    core = write(tmp_path / "repository/generated/core", CORE)
    write(core, {".gitignore": "*\n"})
    write(tmp_path / "repository", {".gitignore": "generated/\nsettings.py\n"})
    expected = {"core/__init__.py", "core/settings.py"}
    assert expected == built(core, store).keys()
    (core / ".gitignore").unlink()
    assert expected == built(core, store).keys()


@pytest.mark.long
def test_artifacts_of_a_build_are_shipped_though_they_are_ignored(
    tmp_path: Path, store: Store
) -> None:
    """The package says so to hatchling, as it does for its other wheels."""
    artifacts = '\n[tool.hatch.build]\nartifacts = ["made.py"]\n'
    core = write(tmp_path / "core", {**CORE, "pyproject.toml": CORE["pyproject.toml"] + artifacts})
    write(
        core, {".gitignore": "made.py\nlocal.py\n", "src/core/made.py": "", "src/core/local.py": ""}
    )
    assert {"core/__init__.py", "core/made.py", "core/settings.py"} == built(core, store).keys()


POETRY = """
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"

[project]
name = "core"
version = "1"

[tool.poetry]
packages = [{ include = "core", from = "src" }]
include = [{ path = "src/core/made.py", format = ["sdist", "wheel"] }]
"""


def test_what_git_ignores_is_not_shipped_by_poetry(tmp_path: Path, store: Store) -> None:
    """Nor where a rule stands further up; what is committed or named in `include` is shipped."""
    ignored = {".gitignore": "local_*.py\nmade.py\nkept.py\n"}
    repository = write(tmp_path / "repository", ignored)
    core = write(repository / "libs/core", {**CORE, "pyproject.toml": POETRY})
    new = ("local_settings.py", "made.py", "kept.py")
    write(core, {f"src/core/{each}": "TOKEN = 1\n" for each in new})
    every = {"core/__init__.py", "core/settings.py", *(f"core/{each}" for each in new)}
    assert every == built(core, store).keys()
    for command in (["init", "--quiet"], ["add", "--force", "libs/core/src/core/kept.py"]):
        subprocess.run(["git", *command], cwd=repository, check=True)  # noqa: S607 - of the PATH
    assert every - {"core/local_settings.py"} == built(core, store).keys()
    write(repository, {".gitignore": "/libs/\n"})
    assert every == built(core, store).keys()


@pytest.mark.long
def test_ignore_files_around_the_store_are_none_of_the_package(tmp_path: Path) -> None:
    """A wheel is the same wherever the user keeps the store."""
    core = write(tmp_path / "core", CORE)
    (core / ".git").mkdir()
    write(tmp_path / "home", {".gitignore": "*.py\n", ".hgignore": "syntax: glob\n*.py\n"})
    assert "core/settings.py" in built(core, Store(tmp_path / "home/store"))

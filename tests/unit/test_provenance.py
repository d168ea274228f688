"""Where a manifest comes from: the commit, and whether the working tree had more than that."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sam_deploy import __version__
from sam_deploy.provenance import provenance_of

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
GIT = shutil.which("git") or ""
needs_git = pytest.mark.skipif(not GIT, reason="there is no git here")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    done = subprocess.run(
        [GIT, "-C", str(folder), *identity, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two projects in one commit."""
    git(tmp_path, "init", "-q")
    for name in ("shop", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "deploy.py").write_text("app = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


@needs_git
def test_a_clean_project_has_the_commit(repository: Path) -> None:
    """Time, version and commit, whole."""
    found = provenance_of(repository / "shop")
    assert (git(repository, "rev-parse", "HEAD"), False, __version__) == (
        found.commit,
        found.dirty,
        found.tool_version,
    )
    assert TIME.fullmatch(found.made_at)


@needs_git
@pytest.mark.parametrize(
    ("file", "dirty"),
    [("shop/deploy.py", True), ("shop/new.py", True), ("other/deploy.py", False)],
)
def test_only_what_is_in_the_project_makes_it_dirty(
    repository: Path, file: str, *, dirty: bool
) -> None:
    """Changed or not yet added; another project of the repository is none of its business."""
    (repository / file).write_text("app = 2\n")
    assert dirty == provenance_of(repository / "shop").dirty


@needs_git
def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    """Git says `(initial)` there."""
    git(tmp_path, "init", "-q")
    (tmp_path / "deploy.py").write_text("")
    found = provenance_of(tmp_path)
    assert ("", False) == (found.commit, found.dirty)


def test_outside_of_a_repository_there_is_only_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing fails for it; without git it is the same."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for path in (None, str(tmp_path)):
        if path is not None:
            monkeypatch.setenv("PATH", path)
        found = provenance_of(tmp_path)
        assert ("", False) == (found.commit, found.dirty)
        assert TIME.fullmatch(found.made_at)

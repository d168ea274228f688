from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build import ignore_files
from sam_deploy.errors import BuildError

NONE = {".gitignore": b"", ".hgignore": b""}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package in a repository, below a folder with an ignore file of somebody else."""
    folder = tmp_path / "home" / "repository" / "libs" / "core"
    folder.mkdir(parents=True)
    (tmp_path / "home/.gitignore").write_text("of home\n")
    (tmp_path / "home/repository/.git").mkdir()
    return folder


def test_the_nearest_file_in_the_repository_counts(package: Path) -> None:
    """One alone, as hatchling reads it; nothing above the repository."""
    assert b"" == ignore_files.of_package(package)[".gitignore"]
    (package / "../../.gitignore").write_text("of the root\n")
    assert b"of the root\n" == ignore_files.of_package(package)[".gitignore"]
    (package / ".gitignore").write_text("of the package\n")
    assert b"of the package\n" == ignore_files.of_package(package)[".gitignore"]


def test_each_version_control_has_its_own_root(package: Path) -> None:
    """A repository of git does not end the search for a file of Mercurial."""
    (package / "../../../.hgignore").write_text("syntax: glob\n")
    assert NONE | {".hgignore": b"syntax: glob\n"} == ignore_files.of_package(package)
    (package / "../.hg").mkdir()
    assert NONE == ignore_files.of_package(package)


@pytest.mark.parametrize("patterns", ["*\n", "libs/\n", "/libs/core\n", "core/\n*.log\n"])
def test_patterns_that_leave_out_the_whole_package_do_not_count(
    package: Path, patterns: str
) -> None:
    """It is not under version control, and asked for all the same."""
    (package / "../../.gitignore").write_text(patterns)
    assert NONE == ignore_files.of_package(package)


@pytest.mark.parametrize("content", [b"*.log\n\xff\n", b"!\n", b"/*\n!/pyproject.toml\n!/src/\n"])
def test_other_patterns_are_handed_on_as_they_are(package: Path, content: bytes) -> None:
    """Also those that only the build tool could judge."""
    (package / ".gitignore").write_bytes(content)
    assert content == ignore_files.of_package(package)[".gitignore"]


def test_what_cannot_be_read_stops_the_build(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would leave out could be a secret."""

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (package / ".gitignore").touch()
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(BuildError, match=r"`.*\.gitignore` cannot be read"):
        ignore_files.of_package(package)

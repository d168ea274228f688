"""The script that prepares a release: what it finds missing, what it writes."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scripts import release

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = """# Changelog

## [Unreleased]

### Added

- One thing.

## [0.1.0] - 2026-01-01

- The first.
"""


def test_the_section_of_a_version_ends_where_the_next_begins() -> None:
    """Without its heading; nothing for a version that is not there."""
    assert "### Added\n\n- One thing." == release.section(CHANGELOG, "Unreleased")
    assert "- The first." == release.section(CHANGELOG, "0.1.0")
    assert release.section(CHANGELOG, "0.1") is None


def test_what_was_unreleased_is_what_the_version_brings() -> None:
    """The day stands in the heading, and Unreleased is empty again."""
    written = release.released(CHANGELOG, "0.2.0", "2026-11-29")
    assert "" == release.section(written, "Unreleased")
    assert "### Added\n\n- One thing." == release.section(written, "0.2.0")
    assert "- The first." == release.section(written, "0.1.0")
    assert "## [0.2.0] - 2026-11-29\n" in written


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("1.0", "`1.0` is no version such as 1.2.3 or 1.2.3rc1"),
        ("9.9.9", "pyproject.toml says 0.1.0, not 9.9.9"),
        ("9.9.9", "src/sam_deploy/__init__.py says 0.1.0, not 9.9.9"),
    ],
)
def test_everything_that_says_another_version_is_named(version: str, told: str) -> None:
    """All of them in one list."""
    assert told in release.version_problems(version)


def test_a_tag_needs_its_section() -> None:
    """What nobody has described is not published."""
    assert [] == release.tag_problems("0.1.0", CHANGELOG)
    assert ["CHANGELOG.md has no section 0.1.0"] == release.tag_problems("0.1.0", "# Changelog\n")


def test_a_section_and_more_that_is_unreleased_is_refused() -> None:
    """Somebody has added to the changelog after the release was prepared."""
    told = "CHANGELOG.md has a section 0.1.0, and more under Unreleased"
    assert told in release.problems("0.1.0", CHANGELOG)


def test_the_sums_are_those_that_sha256sum_reads(tmp_path: Path) -> None:
    """Also in a file beside what they are of."""
    files = [tmp_path / "a.whl", tmp_path / "b.tar.gz"]
    for each in files:
        each.write_text(each.name)
    told = release.sums(files)
    digest = hashlib.sha256(b"a.whl").hexdigest()
    assert f"{digest}  a.whl\n" == told.splitlines(keepends=True)[0]
    assert told == (tmp_path / "SHA256SUMS").read_text()


def test_the_notes_are_what_the_changelog_says() -> None:
    """As a tag's text: of the version, else of what is not released yet."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "release.py", "99.0.0", "--notes"],
        capture_output=True,
        text=True,
        check=True,
    )
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (release.section(changelog, "Unreleased") or "") == done.stdout.strip()


def test_the_commands_that_follow_sign_and_push_and_do_not_upload() -> None:
    """A person runs them; the tag is signed."""
    told = release.farewell("0.2.0", "")
    assert "git tag -s v0.2.0 -F -" in told
    assert "git push origin main v0.2.0" in told
    assert re.search(r"smoke\.py dist/sam_deploy-0\.2\.0-", told)

from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.locked import difference, would_change

PACKAGE = """
[[packages]]
name = "{name}"
version = "{version}"
wheels = [{{ url = "https://x/{name}-{version}-py3-none-any.whl", hashes.sha256 = "{hash}" }}]
"""


def locks(*packages: str, digest: str = "a") -> str:
    pairs = [package.split("==") for package in packages]
    return 'lock-version = "1.0"\n' + "".join(
        PACKAGE.format(name=name, version=version, hash=digest * 64) for name, version in pairs
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["idna==3.10"], ["idna==3.11"], "`idna` 3.10 would become 3.11"),
        (["idna==3.10"], ["idna==3.10", "attrs==1"], "`attrs` 1 would be added"),
        (["attrs==1", "idna==3.10"], ["idna==3.10"], "`attrs` 1 would be removed"),
        (["z==1", "b==1"], ["b==2", "z==2"], "`b` 1 would become 2"),
    ],
)
def test_the_first_difference_is_told(before: list[str], after: list[str], expected: str) -> None:
    """The first by name, whatever the order in the files."""
    assert expected == difference(locks(*before), locks(*after), "Api")


def test_other_files_are_a_difference() -> None:
    """The same version with another hash is another file."""
    before, after = locks("idna==3.10"), locks("idna==3.10", digest="b")
    assert "`idna` would have other files or conditions" == difference(before, after, "Api")


def test_the_same_versions_for_other_requirements_are_told_as_that() -> None:
    """The line with the hash of the inputs would change."""
    same = locks("idna==3.10")
    assert "its requirements have changed" in difference(same, same, "Api")


def test_a_damaged_lock_is_told_as_that() -> None:
    """It would be replaced."""
    assert difference("[[packages", locks("idna==3.10"), "Api").startswith("it is damaged")


def test_the_error_names_unit_file_and_way_out(tmp_path: Path) -> None:
    """Also when there is no lock yet."""
    error = would_change("Api", tmp_path / "locks" / "Api.python3.12-x86_64.toml", locks())
    assert "The lock of `Api` would change, and `--locked` forbids that" == error.what
    assert "`locks/Api.python3.12-x86_64.toml`: there is no such file yet" == error.why
    assert "commit the lock" in error.hint
    assert 3 == error.exit_code

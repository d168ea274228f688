from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.requirements import LocalPackage, Requested, read_file, read_inline
from sam_deploy.errors import BuildError


def from_file(path: Path, text: str) -> Requested:
    path.write_text(text)
    requested = Requested()
    read_file(path, requested)
    return requested


def test_a_file_is_read_with_all_it_includes(tmp_path: Path) -> None:
    """Relative to the including file, as pip has it; comments and line breaks are gone."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.txt").write_text("-r deeper.txt\nidna # why\n")
    (tmp_path / "sub" / "deeper.txt").write_text("six==1.17.0 ; python_version > '3'\n")
    (tmp_path / "pins.txt").write_text("urllib3<3\n-r sub/deeper.txt\n")
    text = "# head\n-r sub/more.txt\n--constraint=pins.txt\n\nrequests[socks] \\\n  >=2\n"
    requested = from_file(tmp_path / "requirements.txt", text)
    six = 'six==1.17.0; python_version > "3"'
    assert [six, "idna", "requests[socks]>=2"] == requested.requirements
    assert ["urllib3<3", "six==1.17.0 ; python_version > '3'"] == requested.constraints


def test_hashes_are_kept_for_the_check_of_wheels(tmp_path: Path) -> None:
    """By canonical name; other algorithms are not compared."""
    text = f"Foo_Bar==1 \\\n --hash=sha256:{'AB' * 32} \\\n --hash=sha512:{'0' * 128}\n"
    requested = from_file(tmp_path / "r.txt", text)
    assert ["Foo_Bar==1"] == requested.requirements
    assert {"foo-bar": {"ab" * 32}} == requested.hashes


def test_index_options_are_passed_on_and_harmless_ones_dropped(tmp_path: Path) -> None:
    """A folder of wheels is named relative to the file."""
    text = "--index-url https://x/simple\n-f wheels\n--require-hashes\n--prefer-binary\nsix\n"
    requested = from_file(tmp_path / "r.txt", text)
    assert ["--index-url https://x/simple", f"-f {tmp_path / 'wheels'}"] == requested.options


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-e .", "editable"),
        ("--editable ./x", "editable"),
        ("git+https://host/repo.git", "no name"),
        ("name @ git+https://host/repo.git@v1", "version control"),
        ("name @ https://host/name-1-py3-none-any.whl", "an address"),
        ("./local/package", "no pyproject.toml"),
        ("./r.txt", "neither a wheel nor a folder"),
        ("./local ; python_version", "Expected"),
        ("name @ file:missing", "no pyproject.toml"),
        ("--no-binary :all:", "not supported"),
        ("two words", "Expected"),
    ],
)
def test_what_cannot_be_locked_is_refused_with_the_reason(
    tmp_path: Path, line: str, reason: str
) -> None:
    """The line and the file are named."""
    with pytest.raises(BuildError) as caught:
        from_file(tmp_path / "r.txt", line)
    assert line in caught.value.what
    assert reason in caught.value.why


def test_a_local_package_is_named_by_its_folder(tmp_path: Path) -> None:
    """Relative to the configuration, or absolute, with extras."""
    folder = tmp_path / "libs" / "shared"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("")
    requested = Requested()
    lines = ("shared @ file:libs/shared", f"shared[x] @ file://{folder}")
    read_inline(lines, tmp_path, requested)
    expected = [LocalPackage(folder.resolve()), LocalPackage(folder.resolve(), frozenset({"x"}))]
    assert expected == requested.local


@pytest.mark.parametrize(
    ("line", "extras", "marker"),
    [
        ("./libs/shared", set(), ""),
        ("libs/shared", set(), ""),
        ("file:libs/shared", set(), ""),
        ("./libs/shared[x, y]", {"x", "y"}, ""),
        ("./libs/shared[x] ; python_version > '3'", {"x"}, 'python_version > "3"'),
        ("shared @ file:libs/shared ; python_version > '3'", set(), 'python_version > "3"'),
    ],
)
def test_a_local_package_is_named_by_its_path_alone(
    tmp_path: Path, line: str, extras: set[str], marker: str
) -> None:
    """As pip takes it: with a slash in it, or `file:`, and with extras and a marker."""
    folder = tmp_path / "libs" / "shared"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("")
    requested = from_file(tmp_path / "r.txt", line)
    assert [LocalPackage(folder.resolve(), frozenset(extras), marker)] == requested.local


def test_a_wheel_is_named_by_its_file(tmp_path: Path) -> None:
    """Companies hand wheels around; the folder is relative to the requirements."""
    (tmp_path / "wheels").mkdir()
    wheel = tmp_path / "wheels" / "six-9-py3-none-any.whl"
    wheel.write_bytes(b"")
    for line in ("wheels/six-9-py3-none-any.whl", "six @ file:wheels/six-9-py3-none-any.whl"):
        requested = from_file(tmp_path / "r.txt", line)
        assert [LocalPackage(wheel.resolve())] == requested.local


def test_an_editable_package_is_refused_with_the_line_to_write_instead(tmp_path: Path) -> None:
    """The archive cannot link to this computer, but the package can be built."""
    with pytest.raises(BuildError, match=r"-e libs/x") as caught:
        from_file(tmp_path / "r.txt", "-e libs/x")
    assert "write `./libs/x`: it is built as it is now" == caught.value.hint


def test_a_missing_file_names_who_includes_it(tmp_path: Path) -> None:
    """One looks for the mistake where it was made."""
    with pytest.raises(BuildError, match=r"gone\.txt") as caught:
        from_file(tmp_path / "r.txt", "-r gone.txt\n")
    assert "r.txt` includes it" in caught.value.why


def test_a_circle_of_includes_is_refused(tmp_path: Path) -> None:
    """It would never end."""
    (tmp_path / "b.txt").write_text("-r a.txt\n")
    with pytest.raises(BuildError, match="includes itself"):
        from_file(tmp_path / "a.txt", "-r b.txt\n")

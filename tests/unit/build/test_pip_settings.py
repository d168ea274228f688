from __future__ import annotations

from pathlib import Path

from sam_deploy.build.pip_settings import files, read


def test_files_are_read_in_the_order_of_pip(tmp_path: Path) -> None:
    """The user's file beats the one for all, a named file beats both, a variable beats files."""
    home = tmp_path / "home"
    places = {
        tmp_path / "xdg" / "pip" / "pip.conf": "index-url = https://all.example",
        home / ".config" / "pip" / "pip.conf": "index_url = https://user.example\ncert = /c",
        tmp_path / "named.conf": "index-url = https://named.example",
    }
    for path, line in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[global]\n{line}\n")
    variables = {"HOME": str(home), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    user = {"index-url": "https://user.example", "cert": "/c"}
    assert user.items() <= read(variables, str(tmp_path)).items()
    variables["PIP_CONFIG_FILE"] = str(tmp_path / "named.conf")
    assert "https://named.example" == read(variables, str(tmp_path))["index-url"]
    variables["PIP_INDEX_URL"] = "https://variable.example"
    assert "https://variable.example" == read(variables, str(tmp_path))["index-url"]


def test_no_file_is_read_when_pip_reads_none() -> None:
    """`PIP_CONFIG_FILE=/dev/null` switches them off."""
    assert [] == files({"HOME": "/h", "PIP_CONFIG_FILE": "/dev/null"})


def test_folders_of_this_computer_are_no_index_for_a_lock(tmp_path: Path) -> None:
    """Their addresses would end up in locks that are committed."""
    path = tmp_path / "pip.conf"
    path.write_text(
        "[global]\nextra-index-url = file:///srv/simple\n  https://b.example/simple\n"
        "index-url = file:///srv/simple\n"
    )
    found = read({"PIP_CONFIG_FILE": str(path)}, str(tmp_path))
    assert (None, "https://b.example/simple") == (
        found.get("index-url"),
        found.get("extra-index-url"),
    )


def test_a_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """It is for pip to complain about it."""
    path = tmp_path / "pip.conf"
    path.write_text("index-url\n[[[")
    assert "index-url" not in read({"PIP_CONFIG_FILE": str(path)}, str(tmp_path))

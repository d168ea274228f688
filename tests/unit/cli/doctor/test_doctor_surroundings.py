"""The terminal, watches, WSL and git, each with and without its cause."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sam_deploy.cli.doctor import surroundings
from sam_deploy.cli.doctor.surroundings import Screen


@pytest.mark.parametrize(
    ("screen", "environ", "expected"),
    [
        (Screen(True, "utf-8", 120), {}, [("ok", "120 columns, colour")]),
        (Screen(True, "UTF-8", 120), {"NO_COLOR": ""}, [("ok", "120 columns, no colour")]),
        (Screen(True, "utf-8", 100), {"TERM": "dumb"}, [("ok", "100 columns, no colour")]),
        (Screen(True, "utf-8", 60), {}, [("warning", "60 columns: tables")]),
        (Screen(False, "utf-8", 60), {}, [("ok", "none; lines are printed")]),
        (
            Screen(False, "ascii", 80),
            {},
            [("warning", "its encoding is ascii"), ("ok", "none; lines are printed")],
        ),
    ],
)
def test_a_terminal_that_cannot_show_everything_is_told(
    screen: Screen, environ: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    """Letters, width, colour."""
    found = list(surroundings.terminal(screen, environ))
    assert [state for state, _ in expected] == [each.state for each in found]
    for each, (_, words) in zip(found, expected, strict=True):
        assert each.said.startswith(words)


def test_few_watches_are_a_warning_with_the_command_that_allows_more(tmp_path: Path) -> None:
    """Read where Linux keeps them; elsewhere there is nothing to find."""
    (tmp_path / "max_user_watches").write_text("8192\n", encoding="ascii")
    (tmp_path / "max_user_instances").write_text("1024\n", encoding="ascii")
    few, enough = surroundings.watches(tmp_path)
    assert ("warning", "ok") == (few.state, enough.state)
    assert "sudo sysctl fs.inotify.max_user_watches=65536" in few.advice
    assert [] == list(surroundings.watches(tmp_path / "nowhere"))


WSL = "5.15.153.1-microsoft-standard-WSL2"


@pytest.mark.parametrize(
    ("project", "release", "expected"),
    [
        ("/mnt/c/Users/me/shop", WSL, ["warning"]),
        ("/home/me/shop", WSL, ["ok"]),
        ("/mnt/data/shop", WSL, ["ok"]),
        ("/mnt/c/shop", "6.8.0-generic", []),
    ],
)
def test_a_project_on_a_windows_drive_is_slow_behind_wsl(
    project: str, release: str, expected: list[str]
) -> None:
    """Only behind WSL is /mnt/c one."""
    found = list(surroundings.wsl(Path(project), release))
    assert expected == [each.state for each in found]


def run(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    git = shutil.which("git") or "git"
    subprocess.run([git, "-C", folder, *who, *arguments], check=True, capture_output=True)


def test_what_cannot_be_built_again_is_told_before_it_goes_to_aws(tmp_path: Path) -> None:
    """No git, no commit, files that are not committed; on the laptop that is no warning."""

    def look(*, aws: bool = True, program: str = "git") -> tuple[str, str]:
        (found,) = surroundings.git(tmp_path, aws=aws, git_program=program)
        return found.state, found.said

    assert ("warning", "there is no `git`: releases cannot tell their commit") == look(
        program="no-such-git"
    )
    assert "warning" == look()[0]
    run(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("a", encoding="utf-8")
    assert "in no repository with a commit" in look()[1]
    run(tmp_path, "add", ".")
    run(tmp_path, "commit", "-qm", "a")
    assert ("ok", True) == (look()[0], look()[1].endswith("all is committed"))
    (tmp_path / "a").write_text("b", encoding="utf-8")
    assert "warning" == look()[0]
    assert "files that are not committed" in look()[1]
    assert "ok" == look(aws=False)[0]

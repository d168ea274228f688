"""What sam-deploy leaves in a project is nobody's to commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sam_deploy import own_folder
from sam_deploy.runs import folder

GIT = shutil.which("git") or "git"


def untracked(project: Path) -> str:
    """What git would add."""
    done = subprocess.run(
        [GIT, "-C", str(project), "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_git_leaves_out_what_is_in_the_own_folder(tmp_path: Path) -> None:
    """Also in a project that was written by hand, and has no .gitignore."""
    subprocess.run([GIT, "init", "-q", str(tmp_path)], check=True)
    made = tmp_path / ".sam-deploy" / "runs"
    own_folder.make(made)
    (made / "one.jsonl").write_text("{}\n", encoding="utf-8")
    (tmp_path / "deploy.py").write_text("", encoding="utf-8")
    assert "?? deploy.py\n" == untracked(tmp_path)


def test_a_file_of_somebody_stays_as_it_is(tmp_path: Path) -> None:
    """Who wants the locks of the laptop committed writes another one."""
    ours = tmp_path / ".sam-deploy"
    ours.mkdir()
    (ours / ".gitignore").write_text("runs/\n", encoding="utf-8")
    own_folder.make(ours / "build")
    assert "runs/\n" == (ours / ".gitignore").read_text(encoding="utf-8")


def test_a_folder_elsewhere_gets_nothing_more(tmp_path: Path) -> None:
    """Such as one of the store in the user's cache."""
    own_folder.make(tmp_path / "cache" / "store")
    assert ["cache", "cache/store"] == sorted(
        each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*")
    )


def test_the_first_log_of_a_run_brings_it(tmp_path: Path) -> None:
    """Whatever command is the first in a project."""
    _, descriptor = folder.begin(folder.folder_of(tmp_path), "deploy", 1_780_000_000.0)
    os.close(descriptor)
    assert (tmp_path / ".sam-deploy" / ".gitignore").is_file()

"""Where this runs: the terminal, the file system and its watches, WSL, git."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.cli.doctor.finding import Finding, ok, warning
from sam_deploy.provenance import provenance_of

NARROW: Final = 80
INOTIFY: Final = Path("/proc/sys/fs/inotify")
FEW_WATCHES: Final = 16_384
"""A project of some thousand folders beside an editor that watches as well."""
FEW_INSTANCES: Final = 128
_WINDOWS_DRIVE: Final = re.compile(r"^/mnt/[a-z](/|$)")


@dataclass(frozen=True, slots=True)
class Screen:
    """What standard error is. `width` in columns."""

    terminal: bool
    encoding: str
    width: int


def terminal(screen: Screen, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Find whether what is printed can be read: letters, width, colour."""
    if screen.encoding.lower().replace("-", "") not in {"utf8", "utf8sig", "cp65001"}:
        yield warning(
            "terminal",
            f"its encoding is {screen.encoding or 'unknown'}: some characters cannot be shown",
            "`export PYTHONUTF8=1`, or a locale such as `LANG=C.UTF-8`",
        )
    if not screen.terminal:
        yield ok("terminal", "none; lines are printed, and questions are not asked")
        return
    if screen.width < NARROW:
        yield warning(
            "terminal",
            f"{screen.width} columns: tables and progress break their lines",
            f"make it {NARROW} columns wide, or use `--progress plain`",
        )
        return
    plain = environ.get("TERM") == "dumb" or "NO_COLOR" in environ
    yield ok("terminal", f"{screen.width} columns, {'no colour' if plain else 'colour'}")


def watches(folder: Path = INOTIFY) -> Iterator[Finding]:
    """Find how many files may be watched, which `deploy --watch` and `serve` need (Linux)."""
    limits = {"max_user_watches": FEW_WATCHES, "max_user_instances": FEW_INSTANCES}
    for name, few in limits.items():
        try:
            most = int((folder / name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        if most < few:
            yield warning(
                "watches",
                f"fs.inotify.{name} is {most}: `deploy --watch` and `serve` may miss saved files",
                f"`sudo sysctl fs.inotify.{name}={few * 4}`, and in /etc/sysctl.conf to keep it",
            )
        else:
            yield ok("watches", f"fs.inotify.{name} is {most:,}")


def wsl(project: Path, release: str | None = None) -> Iterator[Finding]:
    """Find a project on a Windows drive behind WSL: slow, and saves are not seen there."""
    kernel = platform.release() if release is None else release
    if "microsoft" not in kernel.lower():
        return
    if _WINDOWS_DRIVE.match(project.as_posix()):
        yield warning(
            "wsl",
            f"`{project}` is on a Windows drive: builds are many times slower, and saved files are "
            "not seen by `deploy --watch`",
            "keep the project in Linux's own file system: `mv` it below `~`",
        )
    else:
        yield ok("wsl", "the project is in Linux's own file system")


def git(project: Path, *, aws: bool, git_program: str | None = None) -> Iterator[Finding]:
    """Find whether releases can tell the commit that they were made of; on AWS that matters."""
    worse = warning if aws else _noted
    if shutil.which(git_program or "git") is None:
        yield worse("git", "there is no `git`: releases cannot tell their commit", "install git")
        return
    found = provenance_of(project)
    if not found.commit:
        yield worse(
            "git",
            "the project is in no repository with a commit: releases cannot tell theirs",
            "`git init`, then commit the project",
        )
    elif found.dirty:
        yield worse(
            "git",
            f"{found.commit[:12]}, and files that are not committed: nobody can build that again",
            "commit before the deployment",
        )
    else:
        yield ok("git", f"{found.commit[:12]}, all is committed")


def _noted(name: str, said: str, _advice: str) -> Finding:
    return ok(name, said)

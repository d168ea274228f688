"""What poetry-core leaves out of a wheel: files that git ignores, as git itself says.

It asks git in the folder of a package, and a wheel is built from a copy, where there is no
repository. So git is asked here, and what it ignores is not copied, but for what the package names
in `tool.poetry.include`. Where there is no git poetry-core ignores nothing, and nor does this.
Reads the user's files. Source: poetry-core 2.5, `vcs.get_vcs`, `Builder.find_excluded_files`.
"""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_BACKEND: Final = "poetry.core."
_LIST: Final = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard")
_SECONDS: Final = 20.0


def of_package(folder: Path) -> frozenset[str]:
    """Return the paths below a package that poetry-core would not pack; none for other tools."""
    try:
        read = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()  # whoever builds it says what is wrong
    backend = _table(read, "build-system").get("build-backend")
    ignored = _ignored(folder) if str(backend).startswith(_BACKEND) else frozenset()
    if not ignored or "pyproject.toml" in ignored:
        return frozenset()  # all of the package is ignored, as generated ones are: it is wanted
    return ignored - frozenset(_included(folder, read))


def _included(folder: Path, read: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the package wants although it is ignored."""
    entries = _table(_table(read, "tool"), "poetry").get("include")
    for entry in entries if isinstance(entries, list) else ():
        pattern = entry.get("path") if isinstance(entry, dict) else entry
        if not isinstance(pattern, str) or not pattern or Path(pattern).is_absolute():
            continue
        for found in folder.glob(pattern):
            files = found.rglob("*") if found.is_dir() else (found,)
            yield from (each.relative_to(folder).as_posix() for each in files)


def _table(read: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = read.get(name)
    return found if isinstance(found, dict) else {}


def _ignored(folder: Path) -> frozenset[str]:
    """Return what git ignores below a folder; nothing without git, or outside of a repository."""
    git = shutil.which("git")
    if git is None:
        return frozenset()
    try:
        done = subprocess.run(
            [git, "-C", str(folder), *_LIST],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(filter(None, done.stdout.split("\0"))) if done.returncode == 0 else frozenset()

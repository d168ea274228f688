"""Tells which files of a project were saved, and lets its `deploy.py` be read anew.

Editors write more than the file that is saved, and building writes, too: what can decide nothing
about a deployment is not told. Touches the project's folders (it looks), and `sys.modules`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sam_deploy.errors import ConfigError
from sam_deploy.lanes import Stop

STEP_MS: Final = 30
"""A file is saved when nothing more has come for so long."""
LONGEST_MS: Final = 1000
"""Files that keep coming, as after a change of branch, are told after so long."""
IDLE_MS: Final = 200
IGNORED_FOLDERS: Final = frozenset(
    {
        ".sam-deploy",
        "__pycache__",
        ".git",
        ".hg",
        ".svn",
        ".idea",
        ".vscode",
        ".venv",
        "venv",
        "node_modules",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
    }
)
OWN_LOCKS: Final = "locks"
"""In the project's own folder: written by building."""
IGNORED_ENDINGS: Final = (
    "~",
    ".pyc",
    ".pyo",
    ".tmp",
    ".bak",
    ".swp",
    ".swo",
    ".swx",
    "___jb_tmp___",
    "___jb_old___",
)
IGNORED_BEGINNINGS: Final = (".#", "#", ".goutputstream-", "flycheck_")
IGNORED_NAMES: Final = frozenset({".DS_Store", "4913", "Thumbs.db"})
"""4913 is what Vim writes to see whether it may."""


def counts(path: Path, project: Path) -> bool:
    """Whether a file may decide about a deployment; editors' own files and caches do not."""
    parts = path.relative_to(project).parts if path.is_relative_to(project) else path.parts
    if not parts or IGNORED_FOLDERS.intersection(parts[:-1]):
        return False
    if path.is_relative_to(project) and parts[0] == OWN_LOCKS:
        return False
    name = parts[-1]
    return not (
        name in IGNORED_NAMES
        or name in IGNORED_FOLDERS
        or name.endswith(IGNORED_ENDINGS)
        or name.startswith(IGNORED_BEGINNINGS)
    )


def saves(project: Path, folders: Sequence[Path], stop: Stop) -> Iterator[tuple[Path, ...]]:
    """Yield the files that were saved together, and nothing from time to time; ends with `stop`.

    What is saved between two yields is kept for the next. Raises `ConfigError` when the system
    cannot watch.
    """
    import watchfiles  # noqa: PLC0415 - only for those who watch

    try:
        for changes in watchfiles.watch(
            *folders,
            watch_filter=lambda _change, path: counts(Path(path), project),
            debounce=LONGEST_MS,
            step=STEP_MS,
            rust_timeout=IDLE_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
        ):
            yield tuple(sorted({Path(path) for _, path in changes}))
    except OSError as error:
        raise ConfigError(
            f"`{project}` cannot be watched",
            why=str(error),
            hint="allow more watches (on Linux fs.inotify.max_user_watches), or set "
            "WATCHFILES_FORCE_POLLING=true to look at the files from time to time",
        ) from error


def outside(project: Path, sources: Sequence[str]) -> tuple[Path, ...]:
    """Return the folders of sources that do not lie in the project, each once."""
    found = dict.fromkeys((project / source).resolve() for source in sources)
    return tuple(each for each in found if each.is_dir() and not each.is_relative_to(project))


def forget(project: Path) -> None:
    """The next reading of `deploy.py` imports its neighbours anew, as a process of its own would.

    Installed packages stay, also when their environment lies in the project.
    """
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not file or not Path(file).is_relative_to(project):
            continue
        first = Path(file).relative_to(project).parts[0]
        if first.partition(".")[0] == name.partition(".")[0]:
            del sys.modules[name]
    importlib.invalidate_caches()

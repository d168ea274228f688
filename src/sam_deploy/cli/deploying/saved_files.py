"""Tells which files of a project were saved, and lets its `deploy.py` be read anew.

Editors write more than the file that is saved, and building writes, too: what can decide nothing
about a deployment is not told. Touches the project's folders (it looks), and `sys.modules`.
"""

from __future__ import annotations

import importlib
import os
import re
import stat
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
    # what programs write while they run: no archive has them, unless it is asked to
    ".log",
    ".db",
    ".db-journal",
    ".db-wal",
    ".db-shm",
    ".sqlite3",
    ".sqlite3-journal",
    ".sqlite3-wal",
    ".sqlite3-shm",
)
IGNORED_BEGINNINGS: Final = (".#", "#", ".goutputstream-", "flycheck_")
IGNORED_NAMES: Final = frozenset({".DS_Store", "4913", "Thumbs.db", ".coverage"})
"""4913 is what Vim writes to see whether it may."""

OUTPUTS: Final = (1, 2)
"""Standard output and standard error."""
AGAIN: Final = re.compile(r"(,? and|,? then) run the (same )?command again")


def once_saved(hint: str) -> str:
    """Return a hint as it is where saved files are read at once: no command is to be run again."""
    return AGAIN.sub(": what is saved is read at once", hint)


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


def saved(path: Path, project: Path) -> Path | None:
    """Return where a file that was told of lies; nothing when it decides about no deployment.

    npm, pnpm and yarn link workspace packages into `node_modules`. The system watches a folder
    once, so what is saved in a package may be told of by the path of the link alone.
    """
    if counts(path, project):
        return path
    # not Path.resolve, which raises where links lead in a circle
    real, root = Path(os.path.realpath(path)), project.resolve()
    if not real.is_relative_to(root):
        return None
    inside = project / real.relative_to(root)
    return inside if counts(inside, project) else None


def saves(project: Path, folders: Sequence[Path], stop: Stop) -> Iterator[tuple[Path, ...]]:
    """Yield the files that were saved together, and nothing from time to time; ends with `stop`.

    What is saved between two yields is kept for the next. Raises `ConfigError` when the system
    cannot watch.
    """
    import watchfiles  # noqa: PLC0415 - only for those who watch

    output = own_output()

    def decides(path: str) -> bool:
        return saved(Path(path), project) is not None and _identity(path) not in output

    try:
        for changes in watchfiles.watch(
            *folders,
            watch_filter=lambda _change, path: decides(path),
            debounce=LONGEST_MS,
            step=STEP_MS,
            rust_timeout=IDLE_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
        ):
            found = (saved(Path(path), project) for _, path in changes)
            yield tuple(sorted({path for path in found if path is not None}))
    except OSError as error:
        raise ConfigError(
            f"`{project}` cannot be watched",
            why=str(error),
            hint="allow more watches (on Linux fs.inotify.max_user_watches), or set "
            "WATCHFILES_FORCE_POLLING=true to look at the files from time to time",
        ) from error


def own_output() -> frozenset[tuple[int, int]]:
    """Return which files this process prints into: each line about one would be the next save."""
    found = set()
    for descriptor in OUTPUTS:
        try:
            said = os.fstat(descriptor)
        except OSError:
            continue  # closed
        if stat.S_ISREG(said.st_mode):
            found.add((said.st_dev, said.st_ino))
    return frozenset(found)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        said = os.stat(path)  # noqa: PTH116 - as fstat says it
    except OSError:
        return None  # gone again: that counts
    return said.st_dev, said.st_ino


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

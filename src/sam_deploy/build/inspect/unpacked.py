"""Archives unpacked as Lambda does it: the function in one folder, layers over each other in one.

Both are read-only while they are used, and gone afterwards. Source: Lambda developer guide,
"Lambda execution environment" (/var/task is read-only, /opt holds the layers in their order).
"""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sam_deploy.build.inspect.contents import opened
from sam_deploy.build.inspect.model import Contents

_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the archives are. `search_path` is what Lambda puts in front of `sys.path`."""

    task: Path
    layers: Path
    scratch: Path
    """May be written to, as /tmp."""
    runtime: Path
    """What the Lambda runtime brings; empty until it is needed."""

    @property
    def search_path(self) -> tuple[str, ...]:
        """The function, the layers, the runtime. Source: "Working with layers for Python"."""
        versioned = sorted(self.layers.glob("python/lib/python3.*/site-packages"))
        layers = self.layers / "python"
        return tuple(map(str, (self.task, *versioned, layers, self.runtime / "python")))


@contextmanager
def unpacked(function: Contents, layers: Sequence[Contents]) -> Iterator[Folders]:
    """Give the folders of a function and its layers, read-only."""
    with tempfile.TemporaryDirectory(prefix="sam-deploy-inspect-") as temporary:
        root = Path(temporary)
        folders = Folders(root / "task", root / "opt", root / "tmp", root / "runtime")
        folders.scratch.mkdir()
        try:
            unpack((function,), folders.task)
            unpack(layers, folders.layers)
            unpack((), folders.runtime)
            yield folders
        finally:
            for folder in (folders.task, folders.layers, folders.runtime):
                _allow_writing(folder, allowed=True)


def unpack(archives: Sequence[Contents], folder: Path) -> None:
    """Unpack archives over each other into a folder, which is read-only from then on."""
    if folder.exists():
        _allow_writing(folder, allowed=True)
    folder.mkdir(exist_ok=True)
    for each in archives:
        with opened(each.path) as archive:
            archive.extractall(folder)
    _allow_writing(folder, allowed=False)


def _allow_writing(folder: Path, *, allowed: bool) -> None:
    for path in (folder, *folder.rglob("*")) if folder.exists() else ():
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IWUSR if allowed else mode & ~_WRITE)

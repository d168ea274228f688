"""A function's own folder, with everything beside it that its archive would hold.

The handler is imported from the source folder itself, so a saved file is what the next worker
runs, and the places in tracebacks and debuggers are the user's own. Dependencies, layers and the
runtime module lie in a folder that is searched right after it.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sam_deploy.local.workers.model import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sam_deploy.local.workers.place import Places


def from_source(
    places: Places, source: Path, archive: bytes, own: frozenset[str], layers: Sequence[bytes]
) -> Placed:
    """The source folder, and what else is in the function's archive and its layers.

    `own` are the entries that were made from the source.
    """
    return Placed(source, places.layers([*layers, beside(archive, own)]), for_host=True)


def unpacked(places: Places, archive: bytes, layers: Sequence[bytes]) -> Placed:
    """The archive as it is: for a function whose source is not what runs."""
    return Placed(places.code(archive), places.layers(layers), for_host=True)


def own_entries(archive: Path, source: Path) -> frozenset[str]:
    """The entries of an archive that were made from the source folder.

    Right after the archive was made the folder tells them from dependencies; later a module that
    was deleted or renamed would pass for one.
    """
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
    return frozenset(name for name in names if (source / _source_of(name)).exists())


def beside(archive: bytes, own: frozenset[str]) -> bytes:
    """What an archive holds and the source folder does not, as a layer of Python packages."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as opened,
        zipfile.ZipFile(data, "w") as kept,
    ):
        for entry in opened.infolist():
            if entry.is_dir() or entry.filename in own:
                continue
            # No time, so that equal content has one name.
            info = zipfile.ZipInfo(f"python/{entry.filename}")
            info.external_attr = entry.external_attr
            kept.writestr(info, opened.read(entry))
    return data.getvalue()


def _source_of(name: str) -> PurePosixPath:
    """The file that an entry was made from: a compiled module is made from its source."""
    path = PurePosixPath(name)
    if path.parent.name != "__pycache__":
        return path
    return path.parent.parent / f"{path.name.partition('.')[0]}.py"

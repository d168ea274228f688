"""The releases that `history` has shown last, for completion: a press of TAB asks no cloud.

May touch: `.sam-deploy/releases.txt` of the project. Nothing depends on what stands there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sam_deploy import own_folder

FILE: Final = Path(".sam-deploy", "releases.txt")
LARGEST_BYTES: Final = 100_000


def remember(project: Path, ids: Iterable[str]) -> None:
    """The ids are offered by the next press of TAB; a folder that cannot be written is let be."""
    file = project / FILE
    with contextlib.suppress(OSError):
        own_folder.make(file.parent)
        file.write_text("".join(f"{each}\n" for each in ids), encoding="utf-8")


def remembered(project: Path) -> list[str]:
    """Return the ids, the newest first; none when none were shown yet."""
    try:
        with (project / FILE).open("rb") as file:
            text = file.read(LARGEST_BYTES)
    except OSError:
        return []
    return text.decode(errors="replace").split()

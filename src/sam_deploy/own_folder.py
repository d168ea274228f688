"""The folder `.sam-deploy` of a project: nothing in it is anybody's to commit.

May touch: that folder.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

NAME: Final = ".sam-deploy"
IGNORED: Final = ".gitignore"
TEXT: Final = "# made by sam-deploy\n*\n"


def make(folder: Path) -> None:
    """A folder is there. Where it is in a `.sam-deploy`, git leaves all of that out.

    A project that was written by hand has no .gitignore that would. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ours = next((each for each in (folder, *folder.parents) if each.name == NAME), None)
    if ours is not None:
        # without it the folder is as useful; one that is there may be somebody's own
        with contextlib.suppress(OSError), (ours / IGNORED).open("x", encoding="utf-8") as file:
            file.write(TEXT)

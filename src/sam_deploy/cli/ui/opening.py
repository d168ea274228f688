"""Opens the browser without telling the address to every user of the machine.

What a program is started with can be read by all of them, and the address has the token. So the
browser is given a file that only this user can read, and which leads there. May touch:
`.sam-deploy/ui` of the project.
"""

from __future__ import annotations

import contextlib
import html
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sam_deploy import own_folder

FOLDER: Final = f"{own_folder.NAME}/ui"
"""Not the system's folder for temporary files: browsers in a sandbox of their own see another."""
PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>sam-deploy</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}"></head>
<body><p><a href="{address}">Open the dashboard</a></p></body></html>
"""


def with_default(address: str) -> None:
    """The user's browser is told to open an address."""
    import webbrowser  # noqa: PLC0415 - only here

    webbrowser.open(address)


@contextlib.contextmanager
def opened(
    address: str, port: int, project: Path, browse: Callable[[str], None] = with_default
) -> Iterator[None]:
    """The browser opens the dashboard, whenever it is ready; the file is gone after the block.

    A text browser must not take the terminal. Raises `OSError` when no such file can be made.
    """
    file = written(address, project / FOLDER / f"{port}.html")
    try:
        threading.Thread(target=browse, args=(file.as_uri(),), daemon=True).start()
        yield
    finally:
        with contextlib.suppress(OSError):
            file.unlink()


def written(address: str, file: Path) -> Path:
    """Return a file that leads to an address, and that nobody else can read. Raises `OSError`."""
    own_folder.make(file.parent)
    file.parent.chmod(0o700)
    # one that was left by a killed process had its rights from elsewhere, perhaps
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as page:  # noqa: PTH123 - a descriptor
        page.write(PAGE.format(address=html.escape(address)))
    return file.resolve()

"""Files that nobody else on this computer may read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MODE: Final = 0o600


def write_private(path: Path, text: str) -> None:
    """The file holds the text, whole, and only its owner may read it, whatever was there before."""
    partial = path.with_name(f".{path.name}-{os.getpid()}")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)

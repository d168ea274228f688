"""Writes what was exported. Touches only the folder, or the file, that was named."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sam_deploy.errors import ConfigError


def write(file: Path, content: str | bytes) -> None:
    """The file holds `content`, wholly: an interrupted write leaves what was there.

    Folders above it are made. Raises `ConfigError` when it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"`{file}` was not written",
            why=str(error),
            hint="name a place that can be written to: `--out`",
        ) from error

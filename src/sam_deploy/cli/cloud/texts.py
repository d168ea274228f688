"""What is sent: text of an option, of a file, or of standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sam_deploy.errors import ConfigError

STANDARD_INPUT = "-"


def given(text: str | None, file: Path | None, option: str, default: str | None = None) -> str:
    """Return the text that a command was given: `option` itself, `-` or `{option}-file`.

    Raises `UsageError` when there is none or two, `ConfigError` for a file that cannot be read.
    """
    if text is not None and file is not None:
        raise click.UsageError(f"{option} and a file exclude each other")
    if text == STANDARD_INPUT or str(file) == STANDARD_INPUT:
        return sys.stdin.read()
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"`{file}` could not be read",
                why=str(error),
                hint="name a text file in UTF-8",
            ) from error
    if text is None and default is None:
        raise click.UsageError(f"give {option} TEXT, a file, or `-` for standard input")
    return str(text if text is not None else default)


def json_text(text: str, what: str) -> str:
    """Return a text that is JSON. Raises `ConfigError`, with the place, for any other."""
    try:
        json.loads(text)
    except ValueError as error:
        raise ConfigError(
            f"{what} is no JSON",
            why=str(error),
            hint="such as '{\"id\": 1}'; quote it for the shell",
        ) from error
    return text

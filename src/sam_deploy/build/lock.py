"""The lock of a unit: a PEP 751 file as uv writes it, with a line that says what it was made from.

Reads and writes the project's lock files. The text of uv is kept as it is, so that other tools can
read the file too.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from packaging.utils import NormalizedName, canonicalize_name

from sam_deploy.build.disk import written_whole
from sam_deploy.errors import BuildError

_INPUTS: Final = "# inputs: sha256:"
_PACKAGE: Final = "\n[[packages]]\n"


@dataclass(frozen=True, slots=True)
class Download:
    """A wheel or sdist that a package index offers."""

    filename: str
    url: str
    sha256: str
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A package at one version, with the files that could be used for it."""

    name: NormalizedName
    version: str
    marker: str
    wheels: tuple[Download, ...]
    sdist: Download | None


def path_of(project: Path, archive: str, label: str, *, host: bool) -> Path:
    """Return where the lock of an archive is kept.

    Locks for AWS belong to the project and are committed; those of this computer are not.
    """
    folder = project / ".sam-deploy" / "locks" if host else project / "locks"
    return folder / f"{Path(archive).stem}.{label}.toml"


def read(path: Path, inputs: str) -> str | None:
    """Return the lock's text when it was made from these inputs (a SHA-256)."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return text if f"\n{_INPUTS}{inputs}\n" in f"\n{text}" else None


def write(path: Path, unit: str, inputs: str, body: str) -> str:
    """Write the lock whole and return its text."""
    text = (
        f"# What `{unit}` is built from, chosen by uv. `sam-deploy build --upgrade` chooses anew.\n"
        f"{_INPUTS}{inputs}\n{body}"
    )
    with written_whole(path) as file:
        file.write(text.encode())
    return text


def packages(text: str, origin: str) -> tuple[Package, ...]:
    """Parse a lock. Raises `BuildError` when it is damaged. Source: PEP 751."""
    try:
        tables = tomllib.loads(text).get("packages", [])
        return tuple(_package(table) for table in tables)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BuildError(
            f"The lock of `{origin}` is damaged",
            why=str(error),
            hint="remove the file under `locks/` and build again",
        ) from error


def block_of(body: str, name: str) -> str:
    """Return the text of one package in uv's output, to be added to another."""
    for block in body.split(_PACKAGE)[1:]:
        if block.startswith(f'name = "{name}"\n'):
            return f"{_PACKAGE}{block.rstrip()}\n"
    return ""


def _package(table: dict[str, Any]) -> Package:
    sdist = table.get("sdist")
    return Package(
        name=canonicalize_name(table["name"]),
        version=str(table.get("version", "")),
        marker=str(table.get("marker", "")),
        wheels=tuple(_download(wheel) for wheel in table.get("wheels", [])),
        sdist=_download(sdist) if sdist else None,
    )


def _download(table: dict[str, Any]) -> Download:
    url = str(table.get("url") or table.get("path") or "")
    filename = str(table.get("name") or unquote(urlsplit(url).path.rpartition("/")[2]))
    if "/" in filename or not filename:
        raise KeyError(f"a file without a name: {table}")
    return Download(filename, url, str(table["hashes"]["sha256"]), table.get("size"))

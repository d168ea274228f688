"""The lock of a unit: a PEP 751 file as uv writes it, with a line that says what it was made from.

Reads and writes the project's lock files. The text of uv is kept as it is, so that other tools can
read the file too.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class Folder:
    """A package of the project that is built from its folder."""

    name: str
    path: Path
    """Absolute."""
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """The part of a larger lock that one target needs."""

    packages: tuple[Package, ...]
    folders: tuple[Folder, ...]


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
    """Parse a lock. Raises `BuildError` when it is damaged. Source: PEP 751.

    Packages in folders are left out: see `folders`.
    """
    return derived(text, origin, Path()).packages


def folders(text: str, origin: str, relative_to: Path) -> tuple[Folder, ...]:
    """Return the packages of a lock that are built from their folders."""
    return derived(text, origin, relative_to).folders if "directory = " in text else ()


def derived(text: str, origin: str, relative_to: Path) -> Derived:
    """Parse a lock with local packages, whose paths are `relative_to` a folder.

    Raises `BuildError` when it is damaged, or holds what has no hash.
    """
    try:
        tables = tomllib.loads(text).get("packages", [])
        found = tuple(_package(t, relative_to) for t in tables if "directory" not in t)
        local = tuple(_folder(t, relative_to) for t in tables if "directory" in t)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BuildError(
            f"The lock of `{origin}` is damaged",
            why=str(error),
            hint="remove the file under `locks/` and build again",
        ) from error
    return Derived(found, local)


def render(content: Derived, relative_to: Path) -> str:
    """Return the body of a lock, with paths relative to a folder. Source: PEP 751."""
    return "".join(_lines(content, relative_to))


def _lines(content: Derived, relative_to: Path) -> Iterator[str]:
    yield 'lock-version = "1.0"\ncreated-by = "sam-deploy"\n'
    if not content.packages and not content.folders:
        yield "packages = []\n"
    for folder in content.folders:
        path = Path(os.path.relpath(folder.path, relative_to)).as_posix()
        yield f"{_PACKAGE}name = {_text(folder.name)}\ndirectory = {{ path = {_text(path)} }}\n"
    for package in content.packages:
        yield f"{_PACKAGE}name = {_text(package.name)}\nversion = {_text(package.version)}\n"
        if package.sdist:
            yield f"sdist = {_file(package.sdist)}\n"
        if package.wheels:
            inner = "".join(f"    {_file(wheel)},\n" for wheel in package.wheels)
            yield f"wheels = [\n{inner}]\n"


def _file(download: Download) -> str:
    size = f"size = {download.size_bytes}, " if download.size_bytes is not None else ""
    return (
        f"{{ name = {_text(download.filename)}, url = {_text(download.url)}, {size}"
        f"hashes = {{ sha256 = {_text(download.sha256)} }} }}"
    )


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def block_of(body: str, name: str) -> str:
    """Return the text of one package in uv's output, to be added to another."""
    for block in body.split(_PACKAGE)[1:]:
        if block.startswith(f'name = "{name}"\n'):
            return f"{_PACKAGE}{block.rstrip()}\n"
    return ""


def _folder(table: dict[str, Any], relative_to: Path) -> Folder:
    path = (relative_to / table["directory"]["path"]).resolve()
    return Folder(canonicalize_name(table["name"]), path, str(table.get("marker", "")))


def _package(table: dict[str, Any], relative_to: Path) -> Package:
    if "vcs" in table:
        raise BuildError(
            f"`{table['name']}` has no version that can be shipped",
            why=f"it is locked to {table['vcs'].get('url') or 'a repository'}, without a hash",
            hint="name a released version, or a folder of the project",
        )
    wheels, sdist = table.get("wheels", []), table.get("sdist")
    if archive := table.get("archive"):
        is_wheel = _download(archive, relative_to).filename.endswith(".whl")
        wheels, sdist = ([archive], None) if is_wheel else ([], archive)
    return Package(
        name=canonicalize_name(table["name"]),
        version=str(table.get("version", "")),
        marker=str(table.get("marker", "")),
        wheels=tuple(_download(wheel, relative_to) for wheel in wheels),
        sdist=_download(sdist, relative_to) if sdist else None,
    )


def _download(table: dict[str, Any], relative_to: Path) -> Download:
    url = str(table.get("url") or (relative_to / table["path"]))
    filename = str(table.get("name") or unquote(urlsplit(url).path.rpartition("/")[2]))
    if "/" in filename or not filename:
        raise KeyError(f"a file without a name: {table}")
    return Download(filename, url, str(table["hashes"]["sha256"]), table.get("size"))

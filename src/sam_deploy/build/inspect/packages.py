"""The packages of an archive, as their own `*.dist-info` folders tell it.

Pure: text in, values out. Installers and `build` leave these folders in, so an archive that
somebody else made can be explained as well as one of ours.
Source: PyPA "Recording installed projects" and core metadata specifications.
"""

from __future__ import annotations

import csv
import posixpath
from collections.abc import Callable, Collection, Sequence
from email.parser import HeaderParser

from packaging.utils import canonicalize_name

from sam_deploy.build.archive import installed_name
from sam_deploy.build.inspect.model import Package

Read = Callable[[str], str]
"""Returns the text of a file of the archive."""


def find_packages(paths: Sequence[str], read: Read) -> tuple[Package, ...]:
    """Return every package that has a dist-info folder with METADATA, sorted by name."""
    known = frozenset(paths)
    folders = {path.rpartition("/")[0] for path in paths if _is_metadata(path)}
    packages = [_package(folder, known, read) for folder in folders]
    return tuple(sorted(packages, key=lambda package: (package.name, package.folder)))


def _is_metadata(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name == "METADATA" and folder.endswith(".dist-info")


def _package(folder: str, known: Collection[str], read: Read) -> Package:
    def text(name: str) -> str:
        return read(f"{folder}/{name}") if f"{folder}/{name}" in known else ""

    stem = folder.rpartition("/")[2].removesuffix(".dist-info")
    fields = HeaderParser().parsestr(text("METADATA"))
    root = folder[: folder.rfind("/") + 1]
    return Package(
        name=canonicalize_name(fields.get("Name") or stem.partition("-")[0]),
        version=fields.get("Version") or stem.partition("-")[2],
        folder=folder,
        requires=tuple(_one_line(line) for line in fields.get_all("Requires-Dist") or ()),
        record=frozenset(_recorded(text("RECORD"), root)),
        top_level=tuple(text("top_level.txt").split()),
        # uv marks every package as requested, so its mark says nothing
        requested=f"{folder}/REQUESTED" in known and text("INSTALLER").strip() != "uv",
    )


def _one_line(value: str) -> str:
    return " ".join(str(value).split())


def _recorded(record: str, root: str) -> list[str]:
    """Return the archive paths of a RECORD: an installer's, or the wheel's own as `build` keeps it.

    Paths that lead out of the root, such as `../../bin/x`, are not in the archive.
    """
    found = []
    for row in csv.reader(record.splitlines()):
        name = installed_name(row[0]) if row else None
        if name:
            path = posixpath.normpath(posixpath.join(root, name))
            if not path.startswith(("../", "/")):
                found.append(path)
    return found

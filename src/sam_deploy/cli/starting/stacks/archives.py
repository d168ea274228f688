"""Unpacks archives that came from elsewhere, and tells packages from sources in them. Pure.

An archive is not trusted: no path leaves the folder, no link is made, no size is believed.
Source of the layout of packages: PyPA, "Recording installed projects" (`*.dist-info`).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import PurePosixPath
from typing import Any, Final

from sam_deploy.errors import RefusedError

MOST_BYTES: Final = 262_144_000
"""Unpacked. Source: Lambda quotas, "Deployment package size"."""
MOST_FILES: Final = 50_000
BLOCK: Final = 1 << 20
NEEDLESS: Final = re.compile(r"(^|/)__pycache__/|\.py[co]$|(^|/)\.DS_Store$")
RUNTIME: Final = "sam_deploy_runtime/"
"""What sam-deploy packs beside the code by itself."""
LAYER_ROOTS: Final = re.compile(r"^python/(lib/python3\.\d+/site-packages/)?")
PINNED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!+_-]*")


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive comes to."""

    files: Mapping[str, bytes]
    """Path with slashes -> content: the sources."""
    requirements: tuple[str, ...] = ()
    """Packages that were in it, pinned: name==version, sorted."""
    kept: tuple[str, ...] = ()
    """Packages that stay among the sources, each with the reason."""


def contents(archive: bytes, what: str, *, layer: bool = False) -> Contents:
    """Return the sources and the packages of an archive.

    `what` names it in errors. Of a layer only Python's folders count. Raises `RefusedError` for an
    archive that nobody should unpack.
    """
    files = unpacked(archive, what)
    if layer:
        files = {LAYER_ROOTS.sub("", k): v for k, v in files.items() if LAYER_ROOTS.match(k)}
    files = {k: v for k, v in files.items() if not k.startswith(RUNTIME)}
    requirements, kept = [], []
    for folder in sorted({k.split("/")[0] for k in files if ".dist-info/" in k}):
        pinned, reason = _package(files, folder)
        if reason:
            kept.append(f"{folder.removesuffix('.dist-info')}: {reason}")
            continue
        for name in _recorded(files, folder):
            files.pop(name, None)
        files = {k: v for k, v in files.items() if not k.startswith(f"{folder}/")}
        requirements.append(pinned)
    return Contents(files, tuple(sorted(requirements)), tuple(kept))


def unpacked(archive: bytes, what: str) -> dict[str, bytes]:
    """Return path -> content of an archive, without bytecode.

    Raises `RefusedError` when a path would leave the folder, for a link, for two files of one name
    (also where only case tells them apart), and when it is larger than Lambda allows.
    """
    found: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            if len(opened.infolist()) > MOST_FILES:
                raise _refused(what, f"it has more than {MOST_FILES} files")
            for entry in opened.infolist():
                if entry.is_dir() or NEEDLESS.search(entry.filename):
                    continue
                _check(entry, what)
                content = _content(opened, entry, MOST_BYTES - total, what)
                total += len(content)
                found[entry.filename] = content
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise _refused(what, f"it cannot be read: {error}") from error
    _refuse_twins(found, what)
    return found


def own_facts(archive: bytes, what: str) -> Mapping[str, Any]:
    """Return what sam-deploy has packed beside the code, where it built the archive; else nothing.

    Source: `sam_deploy_runtime/manifest.py`.
    """
    try:
        found = json.loads(unpacked(archive, what).get(f"{RUNTIME}app.json", b"{}"))
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _check(entry: zipfile.ZipInfo, what: str) -> None:
    name = entry.filename
    parts = PurePosixPath(name).parts
    escapes = name.startswith("/") or "\\" in name or ":" in parts[0] or ".." in parts
    if escapes or not name.isprintable():
        raise _refused(what, f"{name!r} is no path inside of it")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise _refused(what, f"{name!r} is a link, or no file")


def _content(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int, what: str) -> bytes:
    """Return a file's content, reading no more than there is room for, whatever it says of it."""
    blocks: list[bytes] = []
    size = 0
    with opened.open(entry) as file:
        while block := file.read(BLOCK):
            size += len(block)
            if size > room:
                raise _refused(what, f"it has more than {MOST_BYTES} bytes unpacked")
            blocks.append(block)
    return b"".join(blocks)


def _refuse_twins(found: Mapping[str, bytes], what: str) -> None:
    known: dict[str, str] = {}
    for name in found:
        other = known.setdefault(name.casefold(), name)
        if other != name:
            raise _refused(what, f"{other!r} and {name!r} are one file on some computers")
    for name in found:
        for above in PurePosixPath(name).parents:
            if str(above) in found:
                raise _refused(what, f"{str(above)!r} is a file and a folder")


def _refused(what: str, why: str) -> RefusedError:
    return RefusedError(
        f"The archive of {what} is not unpacked",
        why=why,
        hint="nothing was written; see where that archive came from",
    )


def _package(files: Mapping[str, bytes], folder: str) -> tuple[str, str]:
    """Return name==version of an installed package, or the reason why it stays where it is."""
    described = files.get(f"{folder}/METADATA", b"").decode("utf-8", "replace")
    headers = HeaderParser().parsestr(described)
    pinned = f"{headers.get('Name', '')}=={headers.get('Version', '')}"
    if not PINNED.fullmatch(pinned):
        return "", "its METADATA does not say what it is"
    if f"{folder}/direct_url.json" in files:
        return "", "it was not installed from a package index"
    if "+" in pinned:
        return "", f"its version {headers.get('Version')} is a local one"
    recorded = _recorded(files, folder)
    if not recorded:
        return "", "it has no RECORD of its files"
    changed = [name for name, stated in recorded.items() if stated not in {"", _hash(files[name])}]
    if changed:
        return "", f"`{changed[0]}` is not as it was installed"
    return pinned, ""


def _recorded(files: Mapping[str, bytes], folder: str) -> dict[str, str]:
    """Return the files that a package says are its own and that are there -> their hashes."""
    text = files.get(f"{folder}/RECORD", b"").decode("utf-8", "replace")
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    return {row[0]: "".join(row[1:2]) for row in rows if row[0] in files}


def _hash(content: bytes) -> str:
    """Return a hash as RECORD has it. Source: PyPA, "Binary distribution format"."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={digest.decode().rstrip('=')}"

"""What a bundle was made of, kept in the store, so that an unchanged function starts no process.

esbuild's metafile names every file that went in. To these come the files that decide how imports
are resolved. The contents of both make the fingerprint; what could lead an import elsewhere
(a new file beside the old ones, newly installed packages) only makes esbuild look again. Where new
files anywhere could, it always looks.
Reads the project; writes one small file per function into the store.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam_deploy.build.disk import read_json, written_whole
from sam_deploy.build.node import tsconfig
from sam_deploy.build.node.command import ModuleFormat
from sam_deploy.build.store import Store

SCHEMA: Final = 2
HashOf = Callable[[Path], str]
_TSCONFIGS: Final = ("tsconfig.json", "jsconfig.json")
_CONFIGURATION: Final = ("package.json", *_TSCONFIGS)
_INSTALLED: Final = (
    "node_modules/.package-lock.json",
    "node_modules/.modules.yaml",
    "node_modules/.yarn-state.yml",
    "node_modules/.yarn-integrity",
)
"""What npm, pnpm and yarn write whenever they change what is installed."""
_EXTENDS: Final = re.compile(r'"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")')
_TEXT: Final = re.compile(r'"([^"]+)"')
_MODULES: Final = "node_modules"


@dataclass(frozen=True, slots=True)
class Record:
    """What one bundle was made of. All paths are relative to the source folder."""

    module_format: ModuleFormat
    files: tuple[str, ...]
    """Bundled files, and the configuration files that apply to them."""
    surroundings: Mapping[str, str] = field(default_factory=dict)
    """What else decides how imports are resolved, by path: a hash, or nothing when not there."""
    is_open: bool = False
    """Files in folders that are not among these may be found, too: only esbuild can say."""


def record_of(
    source: Path,
    module_format: ModuleFormat,
    bundled: Iterable[str],
    hash_of: HashOf,
    *,
    is_open: bool = False,
) -> Record:
    """Return the record of a bundle that was made just now from these files.

    `is_open`: the code imports by a pattern, which finds files wherever they appear.
    """
    files = sorted(set(bundled))
    folders = sorted({_folder_of(path) for path in files})
    own = [folder for folder in folders if _MODULES not in folder.split("/")]
    configuration = {*_of_packages(source, folders), *_of_project(source, own)}
    surroundings = {path: _state(source, path, hash_of) for path in _surroundings(source, own)}
    is_open = is_open or any(_is_open(source, folder) for folder in own)
    return Record(module_format, tuple(sorted({*files, *configuration})), surroundings, is_open)


def hashes(record: Record, source: Path, hash_of: HashOf) -> dict[str, str] | None:
    """Return the hash of every file of a record; nothing when esbuild has to look again."""
    try:
        found = {path: hash_of(_at(source, path)) for path in record.files}
    except (FileNotFoundError, NotADirectoryError):
        return None
    for path, before in record.surroundings.items():
        if _state(source, path, hash_of) != before:
            return None
    return found


def _of_packages(source: Path, folders: Iterable[str]) -> Iterator[str]:
    """Yield the package.json of installed packages; esbuild reads no tsconfig there."""
    for folder in _upwards(f for f in folders if _MODULES in f.split("/")):
        path = f"{folder}/package.json"
        if _at(source, path).is_file():
            yield path


def _of_project(source: Path, own: Iterable[str]) -> Iterator[str]:
    """Yield the configuration files above the user's own code, with what they extend."""
    for folder in _to_the_root(source, own):
        for name in _CONFIGURATION:
            path = _joined(folder, name)
            if _at(source, path).is_file():
                yield path
                if name != "package.json":
                    yield from _extended(source, path, set())


def _is_open(source: Path, folder: str) -> bool:
    """Say whether the tsconfig of a folder, which is the nearest one, can lead to new files."""
    for above in _to_the_root(source, [folder]):
        paths = [_joined(above, name) for name in _TSCONFIGS]
        found = [path for path in paths if _at(source, path).is_file()]
        if found:
            extended = [other for path in found for other in _extended(source, path, set())]
            return any(tsconfig.is_open(_at(source, path)) for path in (*found, *extended))
    return False


def _extended(source: Path, path: str, seen: set[str]) -> Iterator[str]:
    """Yield the files that a tsconfig extends. Source: TypeScript documentation, `extends`."""
    text = _at(source, path).read_text(encoding="utf-8", errors="replace")
    for value in _EXTENDS.findall(text):
        for name in _TEXT.findall(value):
            for candidate in _candidates(source, _folder_of(path), name):
                if candidate not in seen and _at(source, candidate).is_file():
                    seen.add(candidate)
                    yield candidate
                    yield from _extended(source, candidate, seen)
                    break


def _candidates(source: Path, folder: str, name: str) -> Iterator[str]:
    if name.startswith((".", "/")):
        bases = [_joined(folder, name)]
    else:
        parents = _to_the_root(source, [folder])
        bases = [_joined(parent, f"{_MODULES}/{name}") for parent in parents]
    for base in bases:
        yield from (base, f"{base}.json", f"{base}/tsconfig.json")


def _surroundings(source: Path, own: Iterable[str]) -> Iterator[str]:
    """Yield the paths whose appearance or change can lead an import elsewhere.

    A folder stands for the names in it: an import finds a new `x.ts` before `x/index.ts`.
    """
    own = list(own)
    for folder in {*own, *(_joined(folder, "..") for folder in own)}:
        yield f"{folder}/"
    for folder in _to_the_root(source, own):
        for name in _CONFIGURATION:
            path = _joined(folder, name)
            if not _at(source, path).is_file():
                yield path
        yield from (_joined(folder, name) for name in _INSTALLED)


def _state(source: Path, path: str, hash_of: HashOf) -> str:
    try:
        if path.endswith("/"):
            return _names(_at(source, path))
        return hash_of(_at(source, path))
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _names(folder: Path) -> str:
    """Return the hash of the names in a folder; an import can mean any that is not hidden."""
    with os.scandir(folder) as entries:
        names = sorted(_name(entry) for entry in entries if not entry.name.startswith("."))
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()


def _name(entry: os.DirEntry[str]) -> str:
    try:
        return f"{entry.name}/" if entry.is_dir() else entry.name
    except OSError:  # a link to itself
        return entry.name


def _to_the_root(source: Path, folders: Iterable[str]) -> list[str]:
    """Return the folders and all above them, each once, relative to `source`."""
    found: dict[str, None] = {}
    for folder in folders:
        here = _at(source, folder)
        for level in range(len(here.parts)):
            found.setdefault(_joined(folder, "/".join([".."] * level) or "."))
    return list(found)


def _upwards(folders: Iterable[str]) -> set[str]:
    """Return the folders and those above them, up to the `node_modules` that they are in."""
    found: set[str] = set()
    for folder in folders:
        here = folder
        while here.rpartition("/")[2] not in {_MODULES, ""} and here not in found:
            found.add(here)
            here = here.rpartition("/")[0]
    return found


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0] or "."


def _joined(folder: str, name: str) -> str:
    return os.path.normpath(f"{folder}/{name}").replace(os.sep, "/")


def _at(source: Path, path: str) -> Path:
    return Path(os.path.normpath(source / path))


def fingerprint(settings: str, files: Mapping[str, str], packed: Iterable[str]) -> str:
    """Return the hash of all that decides an archive: settings, files by hash, packed files."""
    text = json.dumps([SCHEMA, settings, sorted(files.items()), sorted(packed)])
    return hashlib.sha256(f"sam-deploy node {text}".encode("utf-8", "surrogateescape")).hexdigest()


def read(store: Store, source: Path, settings: str) -> Record | None:
    """Return what this function's last bundle was made of, if that is known."""
    known = read_json(_path(store, source, settings))
    match known:
        case {
            "schema": int(schema),
            "format": "cjs" | "esm" as module_format,
            "files": list(files),
            "surroundings": dict(surroundings),
            "open": bool(is_open),
        } if schema == SCHEMA:
            return Record(module_format, tuple(files), surroundings, is_open)
    return None


def write(store: Store, source: Path, settings: str, record: Record) -> None:
    """Keep a record. Losing it only costs a run of esbuild, so it is not awaited on the disk."""
    value = {
        "schema": SCHEMA,
        "format": record.module_format,
        "files": list(record.files),
        "surroundings": dict(record.surroundings),
        "open": record.is_open,
    }
    with written_whole(_path(store, source, settings), store.temporary, durable=False) as file:
        file.write(json.dumps(value).encode())


def _path(store: Store, source: Path, settings: str) -> Path:
    key = hashlib.sha256(f"{source}\0{settings}".encode("utf-8", "surrogateescape")).hexdigest()
    return store.root / "node" / "inputs" / f"{key}.json"

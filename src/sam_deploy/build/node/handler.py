"""Finds the file that a Node handler names, and checks that it exports the function.

Reads the source folder. What cannot be decided without running the code is accepted.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.build.disk import read_json
from sam_deploy.build.node.command import ModuleFormat
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import NodeUnit

SUFFIXES: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs")
"""In this order, when there are several: TypeScript is the source, JavaScript may be its output."""
_MOST_FILES: Final = 2000
_MANY_NAMES: Final = 8
_ANNOTATION: Final = re.compile(rb"\b0\s*&&\s*\(module\.exports\s*=\s*\{([^}]*)\}\s*\)")
"""How esbuild tells Node's lexer which names a CommonJS bundle exports."""
_EXPORTED: Final = re.compile(rb"\b(?:module\.)?exports\.([A-Za-z_$][\w$]*)\s*=")
_MARK: Final = re.compile(rb"Object\.defineProperty\(exports, *[\"']__esModule")
_EVERYTHING: Final = re.compile(rb"\bexport\s*\*\s*from\b")
"""Names of other files, which may be CommonJS."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The file that is bundled, relative to the source folder, and the export that Lambda calls."""

    path: str
    export: str


def entry_of(unit: NodeUnit) -> Entry:
    """Return the handler's file. Raises `BuildError` when there is none, with near misses."""
    module, _, export = unit.handler.rpartition(".")
    if not unit.source.is_dir():
        raise BuildError(
            f"Source folder `{unit.source}` does not exist",
            why="it holds the code to ship",
            hint="correct `source` in the configuration",
        )
    if unit.entry and (unit.source / unit.entry).is_file():
        return Entry(unit.entry, export)
    for suffix in SUFFIXES:
        if (unit.source / f"{module}{suffix}").is_file():
            return Entry(f"{module}{suffix}", export)
    modules = sorted({path for path in _modules(unit.source) if path != module})
    same_name = [path for path in modules if path.rpartition("/")[2] == module.rpartition("/")[2]]
    near = same_name or difflib.get_close_matches(module, modules, n=3, cutoff=0.5)
    raise BuildError(
        f"Function `{unit.name}` has no handler `{unit.handler}`",
        why=f"`{unit.source}` has no `{module}` with one of the endings {', '.join(SUFFIXES)}",
        hint=f"did you mean `{near[0]}.{export}`?"
        if near
        else "correct `handler` or `source` in the configuration",
    )


def _modules(source: Path) -> Iterator[str]:
    """Yield the modules below `source`, without their endings; not those of dependencies."""
    seen = 0
    for folder, folders, files in os.walk(source):
        folders[:] = [f for f in folders if f != "node_modules" and not f.startswith(".")]
        for file in files:
            stem, dot, suffix = file.rpartition(".")
            if dot + suffix in SUFFIXES and not stem.endswith(".d"):
                yield Path(os.path.relpath(folder, source), stem).as_posix()
        seen += len(files)
        if seen > _MOST_FILES:
            return


def first_format(unit: NodeUnit, entry: Entry) -> ModuleFormat:
    """Return what the file's ending, or else its package, says that it is.

    Source: Node.js documentation, "Determining module system".
    """
    if unit.module_format:
        return unit.module_format
    suffix = Path(entry.path).suffix
    if suffix in {".mts", ".mjs"}:
        return "esm"
    if suffix in {".cts", ".cjs"}:
        return "cjs"
    here = (unit.source / entry.path).parent
    for folder in (here, *here.parents):
        if (folder / "package.json").is_file():
            is_module = read_json(folder / "package.json").get("type") == "module"
            return "esm" if is_module else "cjs"
    return "cjs"


def check_export(
    unit: NodeUnit, entry: Entry, source: bytes, bundle: bytes, listed: tuple[str, ...] | None
) -> None:
    """Raise `BuildError` when the handler's file surely does not export the function.

    `source` is that file and `bundle` what was made of it. `listed` are the exports that esbuild
    names for ES modules; it is None for a CommonJS file, whose exports only running it can tell.
    """
    if entry.export == "default" or _EVERYTHING.search(source):
        return
    names = _assigned(source, entry.export) if listed is None else {*listed, *_annotated(bundle)}
    if names is None or entry.export in names:
        return
    near = difflib.get_close_matches(entry.export, sorted(names), n=1, cutoff=0.5)
    raise BuildError(
        f"Function `{unit.name}` has no handler `{unit.handler}`",
        why=f"`{entry.path}` does not export `{entry.export}`; it exports "
        f"{', '.join(sorted(names)[:_MANY_NAMES]) or 'nothing'}",
        hint=f"did you mean `{unit.handler.rpartition('.')[0]}.{near[0]}`?"
        if near
        else "export the function, or correct `handler` in the configuration",
    )


def _annotated(bundle: bytes) -> set[str]:
    """Return the exports of a CommonJS bundle; an ES module has no such line."""
    every = list(_ANNOTATION.finditer(bundle))
    if not every:
        return set()
    # A bundled package may have such a line, too; only comments follow that of the bundle.
    rest = bundle[every[-1].end() :].lstrip(b"; \r\n")
    if rest and not rest.startswith((b"//", b"/*")):
        return set()
    names = (name.strip().strip(b"\"'") for name in every[-1][1].split(b","))
    return {name.decode("utf-8", "replace") for name in names if name}


def _assigned(source: bytes, export: str) -> set[str] | None:
    """Return what a CommonJS file exports by name, or nothing when that may not be all."""
    if re.search(rb"\b" + re.escape(export.encode()) + rb"\b", source):
        return None
    others = _MARK.sub(b"", _EXPORTED.sub(b"", source))
    return None if b"exports" in others else {n.decode() for n in _EXPORTED.findall(source)}

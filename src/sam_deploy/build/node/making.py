"""Runs esbuild once, or twice when only an ES module can hold the code, and reads what it made."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sam_deploy.build.node import esbuild, handler, messages, twin
from sam_deploy.build.node.command import METAFILE, ModuleFormat, arguments, output_name
from sam_deploy.build.node.handler import Entry
from sam_deploy.build.node.messages import Message
from sam_deploy.build.store import Store
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import NodeUnit

__all__ = ["Bundled", "arguments", "make"]
_TOP_LEVEL_AWAIT: Final = 'Top-level await is currently not supported with the "cjs"'
_IMPORT_META: Final = "empty-import-meta"


@dataclass(frozen=True, slots=True)
class Bundled:
    """What esbuild made, and of what."""

    module_format: ModuleFormat
    outputs: tuple[tuple[str, bytes], ...]
    """Name and content: the script, then its source map when one was asked for."""
    inputs: tuple[str, ...]
    """Every file that went in, relative to the source folder."""
    has_patterns: bool
    """The user's code imports whatever fits a pattern: ``import(`./texts/${name}.txt`)``."""
    exports: tuple[str, ...] | None
    """Names that an ES module exports; None for a handler that is CommonJS itself."""
    bytes_by_package: Mapping[str, int]
    warnings: tuple[str, ...]

    @property
    def script(self) -> bytes:
        """The bundle itself."""
        return self.outputs[0][1]


def make(unit: NodeUnit, entry: Entry, program: Path, store: Store, project: Path) -> Bundled:
    """Bundle the handler. Raises `BuildError` with everything that esbuild found wrong."""
    module_format = handler.first_format(unit, entry)
    store.temporary.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=store.temporary) as name:
        # Resolved, because the paths in a source map are relative to the real folder.
        folder = Path(name).resolve()
        finished = _run(unit, entry, module_format, program, folder)
        said = messages.parsed(finished.stderr)
        if module_format == "cjs" and not unit.module_format and _needs_module(finished.code, said):
            module_format = "esm"
            finished = _run(unit, entry, module_format, program, folder)
            said = messages.parsed(finished.stderr)
        if finished.code != 0:
            raise messages.failure(unit, project, said, finished.stderr)
        if twin.misses_export(said):
            _check_without_twin(unit, entry, program, store, project)
        own = twin.of_the_user(said)
        warnings = tuple(messages.shown(m, unit.source, project) for m in own)
        return _read(unit, entry, module_format, folder, warnings)


def _run(
    unit: NodeUnit, entry: Entry, module_format: ModuleFormat, program: Path, folder: Path
) -> esbuild.Finished:
    options = arguments(unit, entry.path, module_format, folder.as_posix())
    text = twin.entry_text(unit, entry.path, entry.export) if unit.facts else ""
    return esbuild.run(program, options, unit.source, text)


def _check_without_twin(
    unit: NodeUnit, entry: Entry, program: Path, store: Store, project: Path
) -> None:
    """Raise `BuildError` with what the handler's file does export: the twin's entry hides it."""
    alone = replace(unit, facts="", external=(*unit.external, twin.MODULE))
    made = make(alone, entry, program, store, project)
    source = (unit.source / entry.path).read_bytes()
    handler.check_export(unit, entry, source, made.script, made.exports)


def _needs_module(code: int, said: tuple[Message, ...]) -> bool:
    """Say whether CommonJS cannot hold the code, and an ES module could."""
    errors = [message for message in said if message.level == "error"]
    if errors:
        return all(error.text.startswith(_TOP_LEVEL_AWAIT) for error in errors)
    return code == 0 and any(message.kind == _IMPORT_META for message in said)


def _read(
    unit: NodeUnit,
    entry: Entry,
    module_format: ModuleFormat,
    folder: Path,
    warnings: tuple[str, ...],
) -> Bundled:
    meta: dict[str, Any] = json.loads((folder / METAFILE).read_bytes())
    name = output_name(unit, module_format)
    output = next(value for value in meta["outputs"].values() if value.get("entryPoint"))
    outputs = [(name, (folder / name).read_bytes())]
    if unit.source_maps:
        outputs.append((f"{name}.map", _map(folder, f"{name}.map", unit.source)))
    own = meta["inputs"].get(entry.path, {}).get("format")
    return Bundled(
        module_format=module_format,
        outputs=tuple(outputs),
        inputs=tuple(_files(unit, meta["inputs"])),
        has_patterns=any(_has_pattern(path, each) for path, each in meta["inputs"].items()),
        exports=_exports(unit, entry, output) if own == "esm" else None,
        bytes_by_package=_by_package(output["inputs"]),
        warnings=warnings,
    )


def _has_pattern(path: str, of_input: Mapping[str, Any]) -> bool:
    """Say whether a file of the user's own imports by a pattern, such as `./texts/**/*.txt`.

    Packages do so, too, but get no new files without an installation. Source: esbuild
    documentation, "Glob-style imports".
    """
    if "node_modules/" in path:
        return False
    return any(each.get("external") and "*" in each["path"] for each in of_input["imports"])


def _exports(unit: NodeUnit, entry: Entry, output: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the exports; with the twin only the handler, which has been found to be one."""
    return (entry.export,) if unit.facts else tuple(output["exports"])


def _files(unit: NodeUnit, named: Mapping[str, object]) -> Iterator[str]:
    """Yield the real files among esbuild's inputs."""
    for name in named:
        path = name.removeprefix("(disabled):")
        if (unit.source / path).is_file():
            yield Path(path).as_posix()
        elif ".zip/" in path:
            raise BuildError(
                f"Function `{unit.name}` cannot be bundled",
                why="its dependencies are in zip files (Yarn Plug'n'Play), whose content cannot "
                "be followed",
                hint="set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`",
            )


def _map(folder: Path, name: str, source: Path) -> bytes:
    """Return the source map with paths relative to the source folder: the same in every place."""
    value = json.loads((folder / name).read_bytes())
    made_in = (folder / name).parent
    value["sources"] = [
        twin.name_in_maps(path)
        if twin.DATA_URL in path
        else Path(os.path.relpath(os.path.normpath(made_in / path), source)).as_posix()
        for path in value["sources"]
    ]
    return json.dumps(value, separators=(",", ":")).encode()


def _by_package(shares: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    """Return the bytes that each package has in the bundle; the user's own code is `(own)`."""
    found: Counter[str] = Counter()
    for path, share in shares.items():
        _, marker, inside = path.rpartition("node_modules/")
        package = messages.package_name(inside) if marker else "(own)"
        if path == twin.ENTRY or twin.DATA_URL in path:
            package = twin.MODULE
        found[package] += share["bytesInOutput"]
    return found

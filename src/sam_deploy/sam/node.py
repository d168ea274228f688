"""Node functions of a template: bundled by esbuild as it asks for, or packed as they are.

Looks at `package.json` and at file names.
Source: AWS SAM CLI documentation, "Building Node.js Lambda functions with esbuild".
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from sam_deploy.plan.model import NodeUnit
from sam_deploy.sam import methods
from sam_deploy.sam.reading import Reading
from sam_deploy.sam.resources import Placed

ENDINGS: Final = (".js", ".mjs", ".cjs")
_KNOWN: Final = (
    "EntryPoints",
    "Minify",
    "Sourcemap",
    "SourcesContent",
    "KeepNames",
    "External",
    "Target",
    "Format",
    "OutExtension",
    "Define",
    "Loader",
    "MainFields",
    "Banner",
    "UseNpmCi",
)
_EMITTING: Final = ("file", "copy")
"""Loaders that make further files beside the bundle."""


def unit(reading: Reading, placed: Placed, path: Path, runtime: str) -> NodeUnit | None:
    """Return the unit of a bundled function; None, and mistakes, when it cannot be made so."""
    where = (*placed.where, "Metadata", "BuildProperties")
    given = placed.metadata.get("BuildProperties", {})
    if not isinstance(given, Mapping):
        reading.wrong(where, "it must be a mapping, with `EntryPoints`")
        return None
    properties: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _KNOWN:
            reading.wrong((*where, name), "this option of esbuild is not passed on; remove it")
        properties[name] = reading.settled(value, (*where, name), "how to bundle it", placed)
    problems = len(reading.problems)
    handler = _handler(reading, placed)
    entry = _entry(reading, placed, path, handler, properties.get("EntryPoints"))
    external = methods.texts(reading, (*where, "External"), properties.get("External"))
    options = _options(reading, placed, properties)
    module_format = _format(reading, placed, properties.get("Format"))
    if len(reading.problems) > problems or external is None or not handler or entry is None:
        return None
    return NodeUnit(
        key=f"function/{placed.logical_id}",
        name=placed.logical_id,
        archive=f"{placed.logical_id}.zip",
        runtime=runtime,
        source=path,
        handler=handler,
        minify=_yes(properties.get("Minify", True)),
        source_maps=_yes(properties.get("Sourcemap", False)),
        external=external,
        entry=entry,
        output=handler.rpartition(".")[0],
        module_format=module_format,
        language=str(properties.get("Target") or ""),
        options=options,
    )


def plain_handler_there(reading: Reading, placed: Placed, path: Path, runtime: str) -> bool:
    """Whether a folder can be packed as it is; adds the mistakes that say why not."""
    if not runtime.startswith("nodejs"):
        return True
    if _needs_packages(path):
        message = (
            f"`{path.name}/package.json` has dependencies, which are not installed here; bundle "
            "them: `Metadata: {BuildMethod: esbuild, BuildProperties: {EntryPoints: [app.ts]}}`"
        )
        reading.wrong(placed.where, message)
        return False
    handler = _handler(reading, placed)
    if not handler:
        return False
    module = handler.rpartition(".")[0]
    if handler.startswith("/") or any((path / f"{module}{each}").is_file() for each in ENDINGS):
        return True
    looked_for = ", ".join(f"`{module}{each}`" for each in ENDINGS)
    reading.wrong(placed.place("Handler"), f"`{path.name}` has none of {looked_for}")
    return False


def _needs_packages(path: Path) -> bool:
    try:
        found = json.loads((path / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and bool(found.get("dependencies"))


def _handler(reading: Reading, placed: Placed) -> str:
    given = placed.property("Handler")
    if given is None:
        reading.wrong(placed.where, "it has no `Handler`")
        return ""
    where = placed.place("Handler")
    handler = reading.settled(given, where, "which file is the handler's", placed)
    if isinstance(handler, str) and "." not in handler:
        reading.wrong(where, f"`{handler}` is no `file.function`")
    return handler if isinstance(handler, str) and "." in handler else ""


def _entry(reading: Reading, placed: Placed, path: Path, handler: str, given: object) -> str | None:
    """Return the entry point that becomes the handler's file, as esbuild names its outputs."""
    where = (*placed.where, "Metadata", "BuildProperties", "EntryPoints")
    points = methods.texts(reading, where, given)
    if not points or not handler:
        return "" if points is not None else None
    module = handler.rpartition(".")[0]
    cleaned = [str(PurePosixPath(each)) for each in points]
    common = os.path.commonpath([str(PurePosixPath(each).parent) for each in cleaned])
    made = {str(PurePosixPath(os.path.relpath(each, common or "."))): each for each in cleaned}
    for output, entry in made.items():
        if str(PurePosixPath(output).with_suffix("")) == str(PurePosixPath(module)):
            if len(made) > 1:
                message = f"only `{entry}` is bundled, which `Handler` names"
                reading.warn("entry-points", where, message)
            return _there(reading, placed, path, entry)
    outputs = ", ".join(f"`{PurePosixPath(each).with_suffix('')}.js`" for each in made)
    message = f"esbuild makes {outputs} of these, and `Handler` names `{module}.js`"
    reading.wrong(where, message)
    return None


def _there(reading: Reading, placed: Placed, path: Path, entry: str) -> str | None:
    endings = ("", ".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs")
    for ending in endings:
        if (path / f"{entry}{ending}").is_file():
            return f"{entry}{ending}"
    where = (*placed.where, "Metadata", "BuildProperties", "EntryPoints")
    reading.wrong(where, f"`{entry}` is not in `{path.name}`")
    return None


def _format(reading: Reading, placed: Placed, given: object) -> Literal["", "cjs", "esm"]:
    if given is None:
        return ""
    if given == "esm":
        return "esm"
    if given != "cjs":
        where = (*placed.where, "Metadata", "BuildProperties", "Format")
        reading.wrong(where, f"it is `{given}`; Lambda runs cjs and esm")
    return "cjs"


def _options(reading: Reading, placed: Placed, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options that are passed on; adds mistakes for those that would be lost."""
    where = (*placed.where, "Metadata", "BuildProperties")
    found = [f"--define:{each}" for each in _pairs(given.get("Define"))]
    for loader in _pairs(given.get("Loader")):
        if loader.rpartition("=")[2] in _EMITTING:
            message = f"`{loader}` makes further files, which are not packed; use `dataurl`"
            reading.wrong((*where, "Loader"), message)
        found.append(f"--loader:{loader}")
    fields = methods.texts(reading, (*where, "MainFields"), given.get("MainFields"))
    if fields:
        found.append(f"--main-fields={','.join(fields)}")
    for banner in _pairs(given.get("Banner")):
        if "createRequire" in banner:
            continue  # every ES module gets that from us
        reading.wrong((*where, "Banner"), "a banner is not passed on; put it into the code")
    return tuple(found)


def _pairs(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}={each}" for name, each in value.items()]
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return [str(each) for each in listed]


def _yes(value: object) -> bool:
    return str(value).lower() == "true"

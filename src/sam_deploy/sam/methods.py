"""Which way a function or layer is built, and which ways are somebody else's. Looks at file names.

Source: AWS SAM CLI documentation, "Build methods" (`Metadata.BuildMethod`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from sam_deploy.sam.document import Where
from sam_deploy.sam.reading import Reading
from sam_deploy.sam.resources import Placed

Method = Literal["python", "esbuild", "plain"]
_PYTHON: Final = re.compile(r"python(3\.\d+|-uv)?")
_NODE: Final = re.compile(r"nodejs\d*(\.x)?")
_ELSEWHERE: Final = (
    "build it with its own tool first, name the result in `{property}` (a zip or a folder), and "
    "remove `BuildMethod`"
)
_MANIFESTS: Final = {
    "java": ("pom.xml", "build.gradle", "build.gradle.kts"),
    "dotnet": ("*.csproj", "*.fsproj"),
    "ruby": ("Gemfile",),
    "go": ("go.mod",),
    "provided": ("go.mod", "Cargo.toml", "Makefile"),
}
"""Files that say that there is something to compile or to install."""


def of_function(reading: Reading, placed: Placed, runtime: str) -> Method | None:
    """Return how a function is built; None, and a mistake, when that is not done here."""
    where = (*placed.where, "Metadata", "BuildMethod")
    given = placed.metadata.get("BuildMethod")
    method = reading.settled(given, where, "how to build it", placed) if given else None
    if given and method is None:
        return None
    if method == "esbuild":
        return "esbuild"
    if method is None or _PYTHON.fullmatch(str(method)) or _NODE.fullmatch(str(method)):
        return _by_runtime(reading, placed, str(method or runtime), runtime)
    _refuse(reading, where, str(method), placed)
    return None


def of_layer(reading: Reading, placed: Placed) -> str | None:
    """Return the Python runtime that a layer is built for; None, and a mistake, for others."""
    where = (*placed.where, "Metadata", "BuildMethod")
    method = reading.settled(placed.metadata["BuildMethod"], where, "how to build it", placed)
    if method is None:
        return None
    if method != "python-uv" and _PYTHON.fullmatch(str(method)):
        return str(method)
    if method == "python-uv":
        known = reading.known(placed.property("CompatibleRuntimes"), placed)
        if isinstance(known, list) and len(known) == 1:
            return str(known[0])
        reading.wrong(where, "name the runtime, such as `BuildMethod: python3.12`")
        return None
    _refuse(reading, where, str(method), placed)
    return None


def patterns(reading: Reading, placed: Placed) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return `BuildProperties` Include and Exclude, which SAM itself ignores for Python."""
    properties = placed.metadata.get("BuildProperties")
    where = (*placed.where, "Metadata", "BuildProperties")
    if properties is None:
        return (), ()
    if not isinstance(properties, Mapping):
        reading.wrong(where, "it must be a mapping, with `Include` and `Exclude`")
        return None
    for name in ("ParentPackageMode", "ParentPackages"):
        if name in properties:
            message = "packages of parent folders are not packed; name their folder in `CodeUri`"
            reading.wrong((*where, name), message)
            return None
    found = [
        texts(reading, (*where, name), properties.get(name)) for name in ("Include", "Exclude")
    ]
    include, exclude = found
    return None if include is None or exclude is None else (include, exclude)


def texts(reading: Reading, where: Where, value: object) -> tuple[str, ...] | None:
    """Return a list of texts, or a single one; None, and a mistake, for anything else."""
    if value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    if all(isinstance(each, str) for each in listed):
        return tuple(listed)
    reading.wrong(where, "it must be a list of texts")
    return None


def _by_runtime(reading: Reading, placed: Placed, method: str, runtime: str) -> Method | None:
    if runtime.startswith("python"):
        return "python"
    if runtime.startswith("nodejs"):
        return "plain"
    language = next((each for each in _MANIFESTS if runtime.startswith(each)), "")
    if not language:
        message = f"`{method}` is no runtime that sam-deploy knows how to build"
        reading.wrong(placed.place("Runtime"), message)
        return None
    code = placed.property("CodeUri") or placed.property("Code")
    folder = reading.file.parent / str(reading.known(code, placed))
    manifest = next((f.name for m in _MANIFESTS[language] for f in folder.glob(m)), "")
    if not manifest:
        return "plain"
    what = f"`{folder.name}/{manifest}` has to be built, and sam-deploy builds Python and Node only"
    reading.wrong(placed.place("Runtime"), f"{what}; {_elsewhere(placed)}")
    return None


def _refuse(reading: Reading, where: Where, method: str, placed: Placed) -> None:
    if method == "nodejs" or method.startswith("nodejs"):
        hint = "put `node_modules` below `nodejs/` in the folder yourself, and remove `BuildMethod`"
    elif method == "makefile":
        hint = f"a makefile may do anything; {_elsewhere(placed)}"
    else:
        hint = _elsewhere(placed)
    message = f"`BuildMethod: {method}` is not built here (Python and esbuild are); {hint}"
    reading.wrong(where, message)


def _elsewhere(placed: Placed) -> str:
    name = next((each for each in ("CodeUri", "ContentUri", "Code") if placed.property(each)), "")
    return _ELSEWHERE.format(property=name or "CodeUri")

"""What has to be built for a function or a layer of a template. Looks at folders, builds nothing.

Source: AWS SAM specification, "AWS::Serverless::Function", "AWS::Serverless::LayerVersion";
AWS SAM CLI documentation, "Building Lambda layers", "Building functions with custom runtimes".
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from sam_deploy.build.check import handler_files
from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import Architecture, BuildUnit, PlainUnit, Unit
from sam_deploy.plan.targets import aws_target
from sam_deploy.sam import methods, node
from sam_deploy.sam.model import Shape
from sam_deploy.sam.reading import Reading
from sam_deploy.sam.resources import Placed

FUNCTIONS: Final[dict[str, tuple[str, Shape]]] = {
    "AWS::Serverless::Function": ("CodeUri", "Bucket and Key"),
    "AWS::Lambda::Function": ("Code", "S3Bucket and S3Key"),
}
LAYERS: Final[dict[str, tuple[str, Shape]]] = {
    "AWS::Serverless::LayerVersion": ("ContentUri", "Bucket and Key"),
    "AWS::Lambda::LayerVersion": ("Content", "S3Bucket and S3Key"),
}
ARCHIVES: Final = (".zip", ".jar", ".war")


def read_function(reading: Reading, placed: Placed) -> None:
    """Add the unit of a function whose code is on this computer."""
    name, shape = FUNCTIONS[placed.kind]
    if _is_image(reading, placed) or "InlineCode" in placed.own:
        return
    code = placed.property(name)
    if code is None:
        if placed.kind == "AWS::Serverless::Function":
            reading.wrong(placed.where, "it has no `CodeUri`, and no `InlineCode` either")
        return
    path = reading.local(placed, name, code)
    unit = _function_unit(reading, placed, path) if path else None
    if unit:
        reading.upload(placed, name, unit, shape)
        reading.layers[unit.key] = _layers(reading, placed)


def read_layer(reading: Reading, placed: Placed) -> None:
    """Add the unit of a layer whose content is on this computer."""
    name, shape = LAYERS[placed.kind]
    content = placed.property(name)
    if content is None:
        reading.wrong(placed.where, f"it has no `{name}`")
    path = reading.local(placed, name, content) if content is not None else None
    unit = _layer_unit(reading, placed, path) if path else None
    if unit:
        reading.upload(placed, name, unit, shape)


def _function_unit(reading: Reading, placed: Placed, path: Path) -> Unit | None:
    key, archive = f"function/{placed.logical_id}", f"{placed.logical_id}.zip"
    plain = PlainUnit(
        key, placed.logical_id, "function", archive, path, exclude=_own_files(reading, path)
    )
    if path.is_file():
        return _archive(reading, placed, plain)
    if placed.metadata.get("SkipBuild") in {True, "true", "True"}:
        return plain
    runtime = _runtime(reading, placed)
    method = methods.of_function(reading, placed, runtime) if runtime else None
    if method == "plain" and runtime:
        return plain if node.plain_handler_there(reading, placed, path, runtime) else None
    if method == "esbuild" and runtime:
        return node.unit(reading, placed, path, runtime)
    return _python(reading, placed, path, str(runtime)) if method == "python" else None


def _archive(reading: Reading, placed: Placed, plain: PlainUnit) -> PlainUnit | None:
    name = (FUNCTIONS | LAYERS)[placed.kind][0]
    if plain.source.suffix.lower() in ARCHIVES or zipfile.is_zipfile(plain.source):
        return plain
    message = f"`{plain.source.name}` is no zip file; name the folder that it is in"
    reading.wrong(placed.place(name), message)
    return None


def _runtime(reading: Reading, placed: Placed) -> str | None:
    given = placed.property("Runtime")
    if given is None:
        reading.wrong(placed.where, "it has no `Runtime`, so nobody knows how to build it")
        return None
    known = reading.settled(given, placed.place("Runtime"), "which runtime to build for", placed)
    return str(known) if known else None


def _python(reading: Reading, placed: Placed, path: Path, runtime: str) -> BuildUnit | None:
    chosen = methods.patterns(reading, placed)
    handler = _handler(reading, placed, path)
    unit = _build_unit(reading, placed, path, runtime, _architecture(reading, placed))
    if unit is None or handler is None or chosen is None:
        return None
    include, exclude = chosen
    return replace(unit, handler=handler, include=include, exclude=(*unit.exclude, *exclude))


def _build_unit(
    reading: Reading, placed: Placed, path: Path, runtime: str, architecture: str | None
) -> BuildUnit | None:
    """Return the unit of Python code; None, and a mistake, for what Lambda does not have."""
    kind = "layer" if placed.kind in LAYERS else "function"
    if architecture is None:
        return None
    machine: Architecture = "arm64" if architecture == "arm64" else "x86_64"
    try:
        target = aws_target(runtime, machine)
    except ConfigError as error:
        place = placed.place("Runtime") if kind == "function" else (*placed.where, "Metadata")
        reading.wrong(place, f"{error.what}: {error.why}; {error.hint}")
        return None
    return BuildUnit(
        key=f"{kind}/{placed.logical_id}",
        name=placed.logical_id,
        kind="layer" if kind == "layer" else "function",
        archive=f"{placed.logical_id}.zip",
        target=target,
        source=path,
        exclude=_own_files(reading, path),
        bytecode="auto",
        of_template=True,
    )


def _handler(reading: Reading, placed: Placed, path: Path) -> str | None:
    """Return the handler; empty when it is known only on AWS, None when there is none."""
    given = placed.property("Handler")
    if given is None:
        reading.wrong(placed.where, "it has no `Handler`")
        return None
    handler = reading.known(given, placed)
    if not isinstance(handler, str):
        return ""
    where = placed.place("Handler")
    if "." not in handler:
        reading.wrong(where, f"`{handler}` is no `module.function`")
        return None
    files = handler_files(handler)
    asks = ("requirements.txt", "pyproject.toml")
    if any((path / each).exists() for each in (*files, *asks)):
        return handler  # a dependency may bring the handler: the build will tell
    reading.wrong(where, f"`{path.name}` has neither `{files[0]}` nor `{files[1]}`")
    return None


def _architecture(reading: Reading, placed: Placed) -> str | None:
    given = placed.property("Architectures")
    if given is None:
        return "x86_64"
    where = placed.place("Architectures")
    wanted = "which architecture to build for"
    known = reading.settled(given, where, wanted, placed)
    if known is None:
        return None
    if known in (["x86_64"], ["arm64"]):
        return str(known[0])
    reading.wrong(where, f"it is {known!r}; Lambda takes one of x86_64 and arm64, as a list")
    return None


def _layer_unit(reading: Reading, placed: Placed, path: Path) -> Unit | None:
    key, archive = f"layer/{placed.logical_id}", f"{placed.logical_id}.zip"
    plain = PlainUnit(
        key, placed.logical_id, "layer", archive, path, exclude=_own_files(reading, path)
    )
    if path.is_file():
        return _archive(reading, placed, plain)
    if "BuildMethod" not in placed.metadata:
        return plain
    runtime = methods.of_layer(reading, placed)
    chosen = methods.patterns(reading, placed)
    if runtime is None or chosen is None:
        return None
    where = (*placed.where, "Metadata", "BuildArchitecture")
    wanted = "which architecture to build for"
    asked = placed.metadata.get("BuildArchitecture", _only_architecture(reading, placed))
    architecture = reading.settled(asked, where, wanted, placed)
    if architecture not in {"x86_64", "arm64", None}:
        reading.wrong(where, f"it is {architecture!r}; Lambda has x86_64 and arm64")
        return None
    unit = _build_unit(reading, placed, path, runtime, architecture)
    if unit is None:
        return None
    return replace(unit, include=chosen[0], exclude=(*unit.exclude, *chosen[1]))


def _only_architecture(reading: Reading, placed: Placed) -> str:
    """Return the architecture of a layer for one only. SAM's own default is x86_64."""
    known = reading.known(placed.property("CompatibleArchitectures"), placed)
    return "arm64" if known == ["arm64"] else "x86_64"


def _layers(reading: Reading, placed: Placed) -> tuple[str, ...]:
    """Return the units of those layers of a function that are in the same template."""
    lists = [placed.inherited.get("Layers"), placed.own.get("Layers")]
    used = [each for found in lists if isinstance(found, list) for each in found]
    names = [each.get("Ref") for each in used if isinstance(each, dict)]
    del reading
    return tuple(f"layer/{name}" for name in names if isinstance(name, str))


def _is_image(reading: Reading, placed: Placed) -> bool:
    """Whether a function is a container image: one in a registry is left alone."""
    kind = placed.property("PackageType")
    if kind is None or reading.known(kind, placed) != "Image":
        return False
    image = placed.property("ImageUri")
    in_registry = isinstance(image, (str, dict)) and ".dkr." in str(image)
    if placed.kind == "AWS::Serverless::Function" and not in_registry:
        message = (
            "container images are not built; push the image to ECR and name it in `ImageUri`, or "
            "make it a zip function (`PackageType: Zip` with `CodeUri`, `Runtime` and `Handler`)"
        )
        reading.wrong(placed.place("PackageType"), message)
    return True


def _own_files(reading: Reading, source: Path) -> tuple[str, ...]:
    """Return patterns of what is about the deployment, not of the code, where that is `source`."""
    folder = reading.file.resolve().parent
    if not folder.is_relative_to(source):
        return ()
    prefix = f"/{folder.relative_to(source).as_posix()}/".replace("/./", "/")
    return tuple(f"{prefix}{name}" for name in (reading.file.name, "samconfig.*"))

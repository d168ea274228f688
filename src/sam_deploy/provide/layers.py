"""Layer versions of a region: found by the hash of their content, published when it is new.

PublishLayerVersion is not idempotent: repeating it after a lost answer makes a second version. So
it is called by a client that does not repeat calls, and after a failure the version is looked for
before the call is made again.
"""

from __future__ import annotations

import random
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from sam_deploy.aws import Functions, LayerVersion, Objects, is_transient
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.plan.targets import ARCHITECTURES
from sam_deploy.provide.archives import CALLS_AT_ONCE
from sam_deploy.provide.model import Archive, Layer

MARK: Final = "sam-deploy sha256:"
PAUSES_SECONDS: Final = (1.0, 2.0, 4.0)
"""After each failed try, before it is looked whether it has worked all the same (R221)."""
JITTER: Final = 0.25
"""A pause is longer or shorter by up to this fraction, so that regions do not try in step."""
ELF: Final = b"\x7fELF"


def content_hash(description: str) -> str:
    """Return the SHA-256 that a description tells, hexadecimal; '' for somebody else's version."""
    return description.removeprefix(MARK) if description.startswith(MARK) else ""


def publish_layers(
    layers: Sequence[Layer],
    archives: Sequence[Archive],
    files: Mapping[str, Path],
    functions: Functions,
    bucket: Objects,
    *,
    stop: Stop,
) -> tuple[dict[str, str], int]:
    """Return layer name -> version ARN and how many were published: content that is new here.

    `files` maps hashes of archives to paths; a layer whose file is not here is published as well.
    """
    hashes = {archive.unit: archive.sha256 for archive in archives}

    def ensure(layer: Layer) -> tuple[str, bool]:
        there = _find(functions, layer)
        file = files.get(hashes[layer.unit])
        made = there or _publish(functions, layer, file, bucket.bucket, stop)
        return made.arn, there is None

    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        found = list(pool.map(ensure, layers))
    arns = {layer.name: arn for layer, (arn, _) in zip(layers, found, strict=True)}
    return arns, sum(new for _, new in found)


def _find(functions: Functions, layer: Layer) -> LayerVersion | None:
    """Return the version with this content that fits the functions that have it."""
    return functions.find_layer(
        layer.layer_name,
        layer.description,
        runtime=layer.runtime,
        architecture=layer.architecture,
    )


def _publish(
    functions: Functions, layer: Layer, file: Path | None, bucket: str, stop: Stop
) -> LayerVersion:
    """Return the version, published once: three tries, and after each failure a look.

    Only faults that pass by themselves are tried again. The last one is raised.
    """
    # without the file nobody can tell what is in it: it runs at least where it was built for
    architectures = compatible_architectures(file, layer.architecture) if file else ()
    for pause in PAUSES_SECONDS:
        try:
            return functions.publish_layer(
                layer.layer_name,
                layer.description,
                bucket,
                layer.object_key,
                runtimes=(layer.runtime,),
                architectures=architectures or (layer.architecture,),
            )
        except SamDeployError as error:
            if not is_transient(error):
                raise
            # first the pause: the lost call may still be at work, and a list may be a moment late
            stop.pause(pause * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
            there = _find(functions, layer)
            if there is not None:
                return there
            if pause == PAUSES_SECONDS[-1]:
                raise
    raise AssertionError(layer.name)


def compatible_architectures(archive: Path, built_for: str) -> tuple[str, ...]:
    """Return the architectures on which everything in an archive runs.

    Only machine code (ELF) belongs to one. The Python runtime is never widened: dependencies were
    chosen for that version, and another one may need others.
    """
    return (built_for,) if _has_machine_code(archive) else tuple(ARCHITECTURES)


def _has_machine_code(archive: Path) -> bool:
    with zipfile.ZipFile(archive) as content:
        for entry in content.infolist():
            if entry.is_dir() or entry.filename.endswith((".py", ".pyc", ".pyi")):
                continue
            with content.open(entry) as file:
                if file.read(len(ELF)) == ELF:
                    return True
    return False

"""Layer versions of a region: found by the hash of their content, published when it is new.

PublishLayerVersion is not idempotent: repeating it after a lost answer makes a second version. So
it is called by a client that does not repeat calls, and after a failure the version is looked for
before the call is made again.
"""

from __future__ import annotations

import random
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy import naming
from sam_deploy.aws import Functions, LayerVersion, is_transient
from sam_deploy.build import Artifact, Artifacts
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.plan import BuildUnit, Plan
from sam_deploy.plan.targets import ARCHITECTURES
from sam_deploy.provide.archives import CALLS_AT_ONCE, artifact_key

MARK: Final = "sam-deploy sha256:"
PAUSES_SECONDS: Final = (1.0, 2.0, 4.0)
"""After each failed try, before it is looked whether it has worked all the same (R221)."""
JITTER: Final = 0.25
"""A pause is longer or shorter by up to this fraction, so that regions do not try in step."""
ELF: Final = b"\x7fELF"


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    artifact: Artifact
    runtime: str
    architecture: str


def layer_description(artifact: Artifact) -> str:
    """Return the description of the layer version that holds an archive.

    The whole hash, because publishing is not idempotent: this is how a version is found again.
    """
    return f"{MARK}{artifact.sha256}"


def content_hash(description: str) -> str:
    """Return the SHA-256 that a description tells, hexadecimal; '' for somebody else's version."""
    return description.removeprefix(MARK) if description.startswith(MARK) else ""


def find_layer(
    functions: Functions, plan: Plan, unit: BuildUnit, artifact: Artifact
) -> LayerVersion | None:
    """Return the version that holds a layer's archive and fits the functions that have it."""
    return _find(functions, _wanted(plan, unit, artifact))


def publish_layers(
    plan: Plan, artifacts: Artifacts, functions: Functions, bucket: str, stop: Stop
) -> tuple[dict[str, str], int]:
    """Return layer name -> version ARN and how many were published: content that is new here."""
    units = [
        unit
        for unit in plan.builds
        if isinstance(unit, BuildUnit) and unit.kind == "layer" and not unit.of_template
    ]

    def ensure(unit: BuildUnit) -> tuple[str, bool]:
        wanted = _wanted(plan, unit, artifacts[unit.key])
        there = _find(functions, wanted)
        made = there or _publish(functions, wanted, bucket, stop)
        return made.arn, there is None

    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        found = list(pool.map(ensure, units))
    arns = {unit.name: arn for unit, (arn, _) in zip(units, found, strict=True)}
    return arns, sum(new for _, new in found)


def _wanted(plan: Plan, unit: BuildUnit, artifact: Artifact) -> _Wanted:
    name = naming.layer_name(plan.name, unit.name)
    return _Wanted(name, artifact, unit.target.runtime, unit.target.architecture)


def _find(functions: Functions, wanted: _Wanted) -> LayerVersion | None:
    return functions.find_layer(
        wanted.name,
        layer_description(wanted.artifact),
        runtime=wanted.runtime,
        architecture=wanted.architecture,
    )


def _publish(functions: Functions, wanted: _Wanted, bucket: str, stop: Stop) -> LayerVersion:
    """Return the version, published once: three tries, and after each failure a look.

    Only faults that pass by themselves are tried again. The last one is raised.
    """
    architectures = compatible_architectures(wanted.artifact.path, wanted.architecture)
    for pause in PAUSES_SECONDS:
        try:
            return functions.publish_layer(
                wanted.name,
                layer_description(wanted.artifact),
                bucket,
                artifact_key(wanted.artifact),
                runtimes=(wanted.runtime,),
                architectures=architectures,
            )
        except SamDeployError as error:
            if not is_transient(error):
                raise
            # first the pause: the lost call may still be at work, and a list may be a moment late
            stop.pause(pause * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
            there = _find(functions, wanted)
            if there is not None:
                return there
            if pause == PAUSES_SECONDS[-1]:
                raise
    raise AssertionError(wanted.name)


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

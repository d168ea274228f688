"""What every region needs before a stack can refer to it. Values only, readable as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy import naming
from sam_deploy.build import Artifact
from sam_deploy.plan import BuildUnit, Plan

HASH_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive as it lies in an artifact bucket."""

    unit: str
    """The unit it was built from: `function/Api`, `layer/pymongo`."""
    object_key: str
    """Its own hash, so that equal bytes are stored once."""
    sha256: str
    code_sha256: str
    """The same hash in base64, as Lambda's `CodeSha256`."""
    size_bytes: int
    file_name: str
    """Such as Api.zip: what it is called in a folder of archives."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer whose content has to be published once in each region."""

    name: str
    """As in `deploy.py`."""
    layer_name: str
    """As on AWS."""
    unit: str
    object_key: str
    description: str
    """Holds the hash of the content: by it, a version is found again."""
    runtime: str
    architecture: str


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that the provide phase has to know; it names no app, and no path."""

    name: str
    """Of the app or of the template's stack: names the artifact buckets."""
    home_region: str
    regions: tuple[str, ...]
    archives: tuple[Archive, ...]
    layers: tuple[Layer, ...]


def artifact_key(artifact: Artifact) -> str:
    """Return the S3 key of an archive: its own hash, so that equal bytes are stored once."""
    return archive_key(artifact.sha256, artifact.archive)


def archive_key(sha256: str, archive: str) -> str:
    """Return the same for a hash (hexadecimal) and the name of a file."""
    return f"artifacts/{sha256}{Path(archive).suffix or '.zip'}"


def layer_description(artifact: Artifact) -> str:
    """Return the description of the layer version that holds an archive.

    The whole hash, because publishing is not idempotent: this is how a version is found again.
    """
    return f"sam-deploy sha256:{artifact.sha256[:HASH_CHARACTERS]}"


def archive_of(artifact: Artifact) -> Archive:
    """Return what is remembered of an archive when its path is forgotten."""
    return Archive(
        artifact.key,
        artifact_key(artifact),
        artifact.sha256,
        artifact.code_sha256,
        artifact.size_bytes,
        artifact.archive,
    )


def needs_of(plan: Plan, artifacts: Iterable[Artifact]) -> Needs:
    """Return what a plan needs, now that its archives are known."""
    found = {artifact.key: artifact for artifact in artifacts}
    return Needs(
        name=plan.name,
        home_region=plan.home_region,
        regions=plan.regions,
        archives=tuple(archive_of(each) for each in found.values()),
        layers=tuple(
            _layer(plan, unit, found[unit.key])
            for unit in plan.builds
            if isinstance(unit, BuildUnit) and unit.kind == "layer" and not unit.of_template
        ),
    )


def _layer(plan: Plan, unit: BuildUnit, artifact: Artifact) -> Layer:
    return Layer(
        name=unit.name,
        layer_name=naming.layer_name(plan.name, unit.name),
        unit=unit.key,
        object_key=artifact_key(artifact),
        description=layer_description(artifact),
        runtime=unit.target.runtime,
        architecture=unit.target.architecture,
    )

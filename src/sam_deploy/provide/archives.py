"""Archives in the bucket of a region: sent once, copied by S3, and never taken on trust.

An archive is named by its hash. Its bytes are hashed before they leave this computer, S3 verifies
them as they arrive, and what lies in a bucket is compared with the hash that S3 keeps before any
stack may name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from sam_deploy.aws import Checksums, Objects
from sam_deploy.build import Artifact
from sam_deploy.build.disk import sha256_of
from sam_deploy.build.store import stamp_path
from sam_deploy.errors import BuildError, IncompleteError
from sam_deploy.events import Note, Report

T = TypeVar("T")
R = TypeVar("R")
CALLS_AT_ONCE: Final = 8
"""Calls of one region under way at the same time."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What it took to have every archive in a bucket."""

    count: int
    """Archives that were not there, or not as they should be."""
    sent_bytes: int
    """Of archives that left this computer; copies between regions cost none."""
    text: str


@dataclass(frozen=True, slots=True)
class _Lacking:
    artifact: Artifact
    why: str


def artifact_key(artifact: Artifact) -> str:
    """Return the S3 key of an archive: its own hash, so that equal bytes are stored once."""
    return f"artifacts/{artifact.sha256}{Path(artifact.archive).suffix or '.zip'}"


def bring(
    bucket: Objects,
    source: Objects | None,
    artifacts: Mapping[str, Artifact],
    account: str,
    report: Report,
) -> Brought:
    """Every archive is in the bucket, with the bytes that its name stands for.

    They come from this computer, or by S3's own copy from `source`, the bucket of another region.
    Raises `BuildError` for an archive that is damaged here, which is discarded and not sent, and
    `IncompleteError` when S3 does not hold what it was given.
    """
    distinct = {artifact.sha256: artifact for artifact in artifacts.values()}
    lacking = _lacking(bucket, distinct.values())
    for each in lacking:
        if each.why != Objects.ABSENT:
            report(Note(_spoilt(bucket, each), "warning", bucket.region))

    def mend(each: _Lacking) -> None:
        if source is None:
            _upload(bucket, each.artifact)
        else:
            bucket.copy_from(source.bucket, account, artifact_key(each.artifact))

    _side_by_side(mend, lacking)
    for each in _lacking(bucket, [each.artifact for each in lacking]):
        raise IncompleteError(
            f"`{each.artifact.archive}` is not in the bucket `{bucket.bucket}` as it should be",
            why=each.why,
            state="no stack was touched; what the environments serve is as before",
            hint="run the same command again",
        )
    sent = 0 if source else sum(each.artifact.size_bytes for each in lacking)
    how = "copied" if source else "uploaded"
    text = f"{len(lacking)} {how}, {len(artifacts) - len(lacking)} there"
    return Brought(len(lacking), sent, text)


def _lacking(bucket: Objects, artifacts: Iterable[Artifact]) -> list[_Lacking]:
    """Return the archives that the bucket does not hold in full, and why each does not count."""

    def look(each: Artifact) -> _Lacking:
        wanted = Checksums(each.size_bytes, each.code_sha256)
        return _Lacking(each, bucket.lacks(artifact_key(each), each.path, wanted))

    return [each for each in _side_by_side(look, artifacts) if each.why]


def _side_by_side(act: Callable[[T], R], each: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        return list(pool.map(act, each))


def _spoilt(bucket: Objects, each: _Lacking) -> str:
    key = artifact_key(each.artifact)
    return f"`{key}` in `{bucket.bucket}` is replaced, since {each.why}"


def _upload(bucket: Objects, artifact: Artifact) -> None:
    found = sha256_of(artifact.path)
    if found != artifact.sha256:
        raise _damaged(artifact, found)
    bucket.upload(artifact_key(artifact), artifact.path, artifact.code_sha256)


def _damaged(artifact: Artifact, found: str) -> BuildError:
    # a store that cannot be written to keeps it, and is told of every time
    with suppress(OSError):
        for damaged in (artifact.path, stamp_path(artifact.path)):
            damaged.unlink(missing_ok=True)
    return BuildError(
        f"`{artifact.archive}` is damaged and was not uploaded",
        why=f"its bytes have the SHA-256 {found}, not {artifact.sha256} as when it was built: "
        "the disk has a fault, or another program has changed it",
        state="no stack was touched; what the environments serve is as before",
        hint="it has been discarded; run the same command again, which builds it anew",
    )

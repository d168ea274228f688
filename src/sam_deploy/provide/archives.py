"""Archives in the bucket of a region: sent once, copied by S3, and never taken on trust.

An archive is named by its hash. Its bytes are hashed before they leave this computer, S3 verifies
them as they arrive, and what lies in a bucket is compared with the hash that S3 keeps before any
stack may name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from sam_deploy.aws import Checksums, Objects
from sam_deploy.build.disk import sha256_of
from sam_deploy.build.store import stamp_path
from sam_deploy.errors import BuildError, IncompleteError
from sam_deploy.events import Note, Report
from sam_deploy.provide.model import Archive

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
    archive: Archive
    why: str


def at_once() -> None:
    """Wait for nothing."""


def bring(
    bucket: Objects,
    source: Objects | None,
    archives: Sequence[Archive],
    files: Mapping[str, Path],
    report: Report,
    *,
    is_new: bool = False,
    source_ready: Callable[[], None] = at_once,
) -> Brought:
    """Every archive is in the bucket, with the bytes that its name stands for.

    They come from this computer, where `files` maps hashes to paths, or by S3's own copy from
    `source`, the bucket of another region, once `source_ready` returns. A bucket that `is_new` is
    not asked what it holds. Raises `BuildError` for a file that is damaged, which
    is discarded and not sent, and `IncompleteError` when there is none, or when S3 does not hold
    what it was given.
    """
    distinct = {archive.sha256: archive for archive in archives}
    if is_new:
        lacking = [_Lacking(each, Objects.ABSENT) for each in distinct.values()]
    else:
        lacking = _lacking(bucket, distinct.values(), files)
    if lacking:
        source_ready()
    for each in lacking:
        if each.why != Objects.ABSENT:
            report(Note(_spoilt(bucket, each), "warning", bucket.region))

    def mend(each: _Lacking) -> None:
        if source is None:
            _upload(bucket, each.archive, files)
        else:
            bucket.copy_from(source.bucket, bucket.account, each.archive.object_key)

    _side_by_side(mend, lacking)
    for each in _lacking(bucket, [each.archive for each in lacking], files):
        raise IncompleteError(
            f"`{each.archive.file_name}` is not in the bucket `{bucket.bucket}` as it should be",
            why=each.why,
            state="no stack was touched; what the environments serve is as before",
            hint="run the same command again",
        )
    sent = 0 if source else sum(each.archive.size_bytes for each in lacking)
    how = "copied" if source else "uploaded"
    text = f"{len(lacking)} {how}, {len(archives) - len(lacking)} there"
    return Brought(len(lacking), sent, text)


def _lacking(
    bucket: Objects, archives: Iterable[Archive], files: Mapping[str, Path]
) -> list[_Lacking]:
    """Return the archives that the bucket does not hold in full, and why each does not count."""

    def look(each: Archive) -> _Lacking:
        wanted = Checksums(each.size_bytes, each.code_sha256)
        return _Lacking(each, bucket.lacks(each.object_key, wanted, files.get(each.sha256)))

    return [each for each in _side_by_side(look, archives) if each.why]


def _side_by_side(act: Callable[[T], R], each: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        return list(pool.map(act, each))


def _spoilt(bucket: Objects, each: _Lacking) -> str:
    return f"`{each.archive.object_key}` in `{bucket.bucket}` is replaced, since {each.why}"


def _upload(bucket: Objects, archive: Archive, files: Mapping[str, Path]) -> None:
    path = files.get(archive.sha256)
    if path is None:
        raise IncompleteError(
            f"The archive `{archive.file_name}` is neither here nor in `{bucket.bucket}`",
            why="the deployment that is to be finished did not come as far as to upload it",
            state="no stack was touched by this command",
            hint="run `sam-deploy deploy` where the sources are",
        )
    found = sha256_of(path)
    if found != archive.sha256:
        raise _damaged(archive, path, found)
    bucket.upload(archive.object_key, path, archive.code_sha256)


def _damaged(archive: Archive, path: Path, found: str) -> BuildError:
    hint = "make the folder of archives anew"
    if path.stem == archive.sha256:
        # named by its hash: of the store. One that cannot be written to is told of every time
        with suppress(OSError):
            for damaged in (path, stamp_path(path)):
                damaged.unlink(missing_ok=True)
        hint = "it has been discarded; run the same command again, which builds it anew"
    return BuildError(
        f"`{archive.file_name}` is damaged and was not uploaded",
        why=f"its bytes have the SHA-256 {found}, not {archive.sha256} as when it was built: "
        "the disk has a fault, or another program has changed it",
        state="no stack was touched; what the environments serve is as before",
        hint=hint,
    )

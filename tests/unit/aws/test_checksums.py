from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from sam_deploy.aws.checksums import in_parts, parts_of

CONTENT = bytes(range(250))


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@pytest.mark.parametrize(("part_bytes", "count"), [(100, 3), (125, 2), (250, 1), (1000, 1)])
def test_the_checksum_of_parts_is_the_hash_of_their_hashes(
    tmp_path: Path, part_bytes: int, count: int
) -> None:
    """As S3 makes it of an upload in parts, with their number behind it."""
    file = tmp_path / "large.zip"
    file.write_bytes(CONTENT)
    parts = [CONTENT[at : at + part_bytes] for at in range(0, len(CONTENT), part_bytes)]
    found = parts_of(file, part_bytes)
    assert [base64.b64encode(digest(each)).decode() for each in parts] == list(found.parts)
    joined = digest(b"".join(digest(each) for each in parts))
    assert f"{base64.b64encode(joined).decode()}-{count}" == found.composite


def test_a_checksum_of_parts_is_told_from_one_of_the_whole(tmp_path: Path) -> None:
    """By its hyphen, which base64 does not have."""
    file = tmp_path / "small.zip"
    file.write_bytes(CONTENT)
    assert in_parts(parts_of(file, 100).composite)
    assert not in_parts(base64.b64encode(digest(CONTENT)).decode())

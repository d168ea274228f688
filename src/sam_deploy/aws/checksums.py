"""SHA-256 of files as S3 tells it: of the whole, or of the parts that it came in.

S3 knows the hash of a whole object only when that came in one request; FULL_OBJECT checksums of
uploads in parts exist for the CRC algorithms alone. Source: S3 user guide, "Checking object
integrity".
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Checksums:
    """What an object must be to stand for a file. `sha256` is base64."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A file in parts of one size, the last one shorter: the SHA-256 of each, base64."""

    parts: tuple[str, ...]

    @property
    def composite(self) -> str:
        """The checksum of the whole that S3 tells: the hash of the parts' hashes, and how many."""
        joined = b"".join(base64.b64decode(each) for each in self.parts)
        return f"{_base64(joined)}-{len(self.parts)}"


def in_parts(checksum: str) -> bool:
    """Whether a checksum that S3 tells is one of parts; base64 has no hyphen."""
    return "-" in checksum


def parts_of(path: Path, part_bytes: int) -> Parts:
    """Return the hashes of a file's parts; a part is in memory at a time."""
    found = []
    with path.open("rb") as body:
        while content := body.read(part_bytes):
            found.append(_base64(content))
    return Parts(tuple(found))


def _base64(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()

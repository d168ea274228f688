"""The table of contents of a wheel, and where each entry's bytes lie.

Only the central directory is parsed; nothing is unpacked. What a wheel may not hold (links, paths
that lead out, encryption) is refused here. Source: APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.
"""

from __future__ import annotations

import mmap
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.errors import BuildError

STORED: Final = 0
DEFLATED: Final = 8
RECOMPRESSED: Final = frozenset({12, 14})
"""bzip2 and lzma, which Lambda does not unpack."""
END: Final = struct.Struct("<4s4H2LH")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
LOCAL: Final = struct.Struct("<4s5H3L2H")
ENCRYPTED: Final = 0x1
UTF8: Final = 0x800
IN_ZIP64: Final = 0xFFFFFFFF
MAX_ENTRIES: Final = 65_535


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a wheel. Sizes in bytes; `start` is the offset of its first data byte."""

    name: str
    method: int
    crc32: int
    compressed_bytes: int
    unpacked_bytes: int
    start: int
    executable: bool


class Wheel:
    """A mapped wheel: its file entries, and their bytes as views of the mapped file."""

    def __init__(
        self, path: Path, data: memoryview, entries: tuple[Entry, ...] | None = None
    ) -> None:
        self.path = path
        self.data = data
        self.entries = tuple(_entries(path, data)) if entries is None else entries

    def raw(self, entry: Entry) -> memoryview:
        """Return the bytes of an entry as they lie in the wheel."""
        return self.data[entry.start : entry.start + entry.compressed_bytes]

    def head(self, entry: Entry, size_bytes: int) -> bytes:
        """Return the first bytes of an entry's content; empty when it is damaged."""
        if entry.method == STORED:
            return bytes(self.raw(entry)[:size_bytes])
        if entry.method != DEFLATED:
            return self.unpacked(entry)[:size_bytes]
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self.raw(entry), size_bytes)
        except zlib.error:
            return b""

    def unpacked(self, entry: Entry) -> bytes:
        """Return the content of an entry, checked against its CRC."""
        if entry.method == STORED:
            content = bytes(self.raw(entry))
        elif entry.method == DEFLATED:
            try:
                content = zlib.decompress(self.raw(entry), -zlib.MAX_WBITS)
            except zlib.error as error:
                raise _refused(self.path, f"`{entry.name}` is damaged ({error})") from error
        else:
            with zipfile.ZipFile(self.path) as archive:
                content = archive.read(entry.name)
        if zlib.crc32(content) != entry.crc32:
            raise _refused(self.path, f"`{entry.name}` does not have the checksum it names")
        return content


def open_wheel(path: Path, entries: tuple[Entry, ...] | None = None) -> Wheel:
    """Map a wheel and read its table of contents, unless its `entries` are known already.

    The mapping ends with the last view of it.
    """
    with path.open("rb") as file:
        try:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except ValueError as error:
            raise _refused(path, "it is empty") from error
    return Wheel(path, data, entries)


def _entries(path: Path, data: memoryview) -> Iterator[Entry]:
    count, offset = _central_directory(path, data)
    seen: set[str] = set()
    for _ in range(count):
        fields, name, extra, offset = _central_record(path, data, offset)
        if name.endswith("/"):
            continue
        if name in seen:
            raise _refused(path, f"it holds `{name}` twice")
        seen.add(name)
        yield _entry(path, data, fields, name, extra)


def _central_directory(path: Path, data: memoryview) -> tuple[int, int]:
    """Return the number of entries and the offset of the first record."""
    tail = bytes(data[-(END.size + 0xFFFF) :])
    position = tail.rfind(b"PK\x05\x06")
    if position < 0 or position + END.size > len(tail):
        raise _refused(path, "it is not a zip file, or it was cut off")
    _, _, _, _, count, _, offset, _ = END.unpack_from(tail, position)
    if count == MAX_ENTRIES or offset == IN_ZIP64:
        raise _refused(path, f"it has {MAX_ENTRIES:,} entries or more, too many for Lambda")
    return count, offset


def _central_record(
    path: Path, data: memoryview, offset: int
) -> tuple[tuple[int, ...], str, bytes, int]:
    """Return one record: its numbers, name, extra field, and the offset of the next one."""
    if offset + CENTRAL.size > len(data):
        raise _refused(path, "its table of contents was cut off")
    signature, *fields = CENTRAL.unpack_from(data, offset)
    if signature != b"PK\x01\x02":
        raise _refused(path, "its table of contents is damaged")
    name_length, extra_length, comment_length = fields[9:12]
    start = offset + CENTRAL.size
    encoding = "utf-8" if fields[2] & UTF8 else "cp437"
    try:
        name = bytes(data[start : start + name_length]).decode(encoding)
    except UnicodeDecodeError as error:
        raise _refused(path, "it holds a file name that is not UTF-8") from error
    extra = bytes(data[start + name_length : start + name_length + extra_length])
    following = start + name_length + extra_length + comment_length
    return tuple(fields), name, extra, following


def _entry(path: Path, data: memoryview, fields: tuple[int, ...], name: str, extra: bytes) -> Entry:
    flags, method, crc32 = fields[2], fields[3], fields[6]
    compressed, unpacked, local = _wide(extra, fields[7], fields[8], fields[15])
    mode = fields[14] >> 16
    refuse_path(path, name)
    if stat.S_ISLNK(mode):
        raise _refused(path, f"`{name}` is a symbolic link")
    if flags & ENCRYPTED:
        raise _refused(path, f"`{name}` is encrypted")
    if method not in {STORED, DEFLATED} and method not in RECOMPRESSED:
        raise _refused(path, f"`{name}` is compressed by method {method}, which is not known")
    if local + LOCAL.size > len(data) or bytes(data[local : local + 4]) != b"PK\x03\x04":
        raise _refused(path, f"`{name}` is not where the table of contents says")
    name_length, extra_length = LOCAL.unpack_from(data, local)[9:11]
    start = local + LOCAL.size + name_length + extra_length
    if start + compressed > len(data) or (method == STORED and compressed != unpacked):
        raise _refused(path, f"`{name}` was cut off")
    return Entry(name, method, crc32, compressed, unpacked, start, bool(mode & 0o111))


def _wide(extra: bytes, compressed: int, unpacked: int, local: int) -> tuple[int, int, int]:
    """Read the 64-bit sizes where the 32-bit ones say so (ZIP64 extra field, 4.5.3)."""
    if IN_ZIP64 not in {compressed, unpacked, local}:
        return compressed, unpacked, local
    numbers = iter(_zip64_numbers(extra))
    unpacked = next(numbers, unpacked) if unpacked == IN_ZIP64 else unpacked
    compressed = next(numbers, compressed) if compressed == IN_ZIP64 else compressed
    local = next(numbers, local) if local == IN_ZIP64 else local
    return compressed, unpacked, local


def _zip64_numbers(extra: bytes) -> tuple[int, ...]:
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        body = extra[position + 4 : position + 4 + length]
        if kind == 1:
            return struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8])
        position += 4 + length
    return ()


def refuse_name(name: str) -> None:
    """Raise `BuildError` for a file of the user's own whose name no archive can have."""
    try:
        refuse_path(Path("your application"), name)
    except BuildError as error:
        raise BuildError(
            f"`{name}` cannot go into an archive",
            why=error.why,
            hint="rename it, or exclude it",
        ) from error


def refuse_path(path: Path, name: str) -> None:
    """Raise `BuildError` when an entry would land anywhere but below the archive's root."""
    parts = name.split("/")
    if (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or ".." in parts
        or parts[0][1:2] == ":"
    ):
        raise _refused(path, f"`{name}` leads out of the folder it is unpacked in")
    if "" in parts or "." in parts:
        raise _refused(path, f"`{name}` is not a plain path")


def _refused(path: Path, why: str) -> BuildError:
    return BuildError(
        f"`{path.name}` cannot go into an archive",
        why=why,
        hint="use another version of the package, or report this to its authors",
    )

"""Archives are assembled, not zipped: the deflated bytes of wheels are copied as they are.

Unpacking and compressing again is what makes other tools slow, and it changes nothing. The result
depends on content only: entries are sorted, times are 1980-01-01, modes are 755 or 644. May read
wheels and write the one file it is given.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final

from sam_deploy.build import wheel_zip
from sam_deploy.build.model import Archive
from sam_deploy.build.wheel_zip import DEFLATED, RECOMPRESSED, STORED, UTF8, Entry, Wheel
from sam_deploy.errors import BuildError

CENTRAL: Final = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
END: Final = struct.Struct("<4s4H2LH")
DOS_DATE: Final = 0x21
"""1980-01-01, the first day that a zip file knows."""
UNIX: Final = 3
MAX_BYTES: Final = 0xFFFFFFFF
LEVEL: Final = 6
CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A file that is not in a wheel. `read` is called when its turn has come."""

    path: str
    read: Callable[[], bytes]
    executable: bool = False
    origin: str = "your application"


@dataclass(frozen=True, slots=True)
class Packed:
    """An entry's bytes, ready to be written."""

    method: int
    crc32: int
    unpacked_bytes: int
    data: bytes | memoryview


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of the archive to be, and where its content comes from."""

    name: str
    origin: str
    executable: bool
    wheel: Wheel | None = None
    entry: Entry | None = None
    plain: PlainFile | None = None
    packed: Packed | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the wheels goes in, and the compiled files that go with them."""

    left_out: Mapping[Path, Collection[str]] = field(default_factory=dict)
    """Installed names by the path of their wheel."""
    bytecode: Mapping[Path | None, Wheel] = field(default_factory=dict)
    """Zips of compiled files by the path of their sources' wheel; the plain files' has none."""


EVERYTHING: Final = Choice()


def splice(
    wheels: Sequence[Wheel],
    plain: Iterable[PlainFile],
    prefix: str,
    out: BinaryIO,
    check_size: Callable[[int], None] = lambda _unpacked_bytes: None,
    choice: Choice = EVERYTHING,
    *,
    left_out: tuple[str, ...] = (),
) -> Archive:
    """Write a zip of all wheels and plain files, each under `prefix`; return what it is.

    `check_size` is told the unpacked bytes of the wheels before anything is written, and those of
    the whole archive at the end. `left_out` names what was not given, for the record.

    Raises `BuildError` for a wheel that cannot be taken, for two different files of one name, and
    for more than Lambda's zip reader can take (65,535 entries, 4 GiB).
    """
    items = _merged(wheels, plain, prefix, choice)
    check_size(sum(item.entry.unpacked_bytes for item in items if item.entry))
    made = _write(items, out)
    check_size(made.unpacked_bytes)
    return replace(made, left_out=left_out)


def write_packed(entries: Iterable[tuple[str, Packed]], out: BinaryIO) -> Archive:
    """Write a zip of entries that are packed already, in their order; return what it is."""
    return _write([_Item(name, "", executable=False, packed=each) for name, each in entries], out)


def _merged(
    wheels: Sequence[Wheel], plain: Iterable[PlainFile], prefix: str, choice: Choice
) -> list[_Item]:
    items: dict[str, _Item] = {}
    for wheel in wheels:
        left_out = choice.left_out.get(wheel.path, ())
        for entry in wheel.entries:
            name = installed_name(entry.name)
            if name is not None and name not in left_out:
                item = _Item(prefix + name, wheel.path.name, entry.executable, wheel, entry)
                _add(items, item)
    for file in plain:
        wheel_zip.refuse_name(file.path)
        _add(items, _Item(prefix + file.path, file.origin, file.executable, plain=file))
    _add_bytecode(items, prefix, choice)
    _refuse_file_as_folder(items)
    if not items:
        raise BuildError(
            "There is nothing to put into the archive",
            why="no file and no package is left for this target",
            hint="check the patterns, and the markers of the requirements",
        )
    if len(items) >= wheel_zip.MAX_ENTRIES:
        raise BuildError(
            f"{len(items):,} files are too many for one archive",
            why=f"a zip file for Lambda holds fewer than {wheel_zip.MAX_ENTRIES:,}",
            hint="split the dependencies into two layers, or exclude what is not needed",
        )
    return [items[name] for name in sorted(items)]


def installed_name(name: str) -> str | None:
    """Return where an installer puts a wheel's file, or nothing when it belongs in no archive.

    As `uv pip install --target` does it, without `bin/`: scripts name an interpreter of the
    building machine, and headers are for compilers. Source: PEP 427, "The .data directory".
    """
    head, _, rest = name.partition("/")
    if not head.endswith(".data") or not rest:
        return name
    scheme, _, inner = rest.partition("/")
    return inner if scheme in {"purelib", "platlib", "data"} and inner else None


def compiled_name(path: str, cache_tag: str) -> str:
    """Return where Python looks for a source's compiled file. Source: PEP 3147."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}__pycache__/{name.removesuffix('.py')}.{cache_tag}.pyc"


def source_name(path: str) -> str:
    """Return the source of a compiled file: the inverse of `compiled_name`."""
    folder, _, name = path.rpartition("__pycache__/")
    return f"{folder}{name.removesuffix('.pyc').rpartition('.')[0]}.py"


def _add(items: dict[str, _Item], item: _Item) -> None:
    other = items.setdefault(item.name, item)
    if other is item or _same_content(other, item):
        return
    raise BuildError(
        f"Two different files are called `{item.name}`",
        why=f"one is from {_named(other)}, the other from {_named(item)}",
        hint="leave out one of the packages, or exclude or rename your own file",
    )


def _add_bytecode(items: dict[str, _Item], prefix: str, choice: Choice) -> None:
    """Add the compiled files of sources that are packed, each from the wheel that won."""
    for owner, compiled in choice.bytecode.items():
        for entry in compiled.entries:
            source = items.get(prefix + source_name(entry.name))
            if source and (source.wheel.path if source.wheel else None) == owner:
                name = prefix + entry.name
                items.setdefault(name, _Item(name, source.origin, False, compiled, entry))


def _named(item: _Item) -> str:
    return f"`{item.origin}`" if item.wheel else item.origin


def _same_content(one: _Item, two: _Item) -> bool:
    """Merge only what two wheels agree on; an application's own file must be unique."""
    if one.wheel is None or one.entry is None or two.wheel is None or two.entry is None:
        return False
    sizes = (one.entry.unpacked_bytes, one.entry.crc32)
    if sizes != (two.entry.unpacked_bytes, two.entry.crc32):
        return False
    return one.wheel.unpacked(one.entry) == two.wheel.unpacked(two.entry)


def _refuse_file_as_folder(items: dict[str, _Item]) -> None:
    folders: dict[str, str] = {}
    for name in items:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders[folder] = name
            folder = folder.rpartition("/")[0]
    for folder in folders.keys() & items.keys():
        raise BuildError(
            f"`{folder}` is a file and a folder at once",
            why=f"{_named(items[folder])} has the file, "
            f"{_named(items[folders[folder]])} the folder",
            hint="leave out one of the packages, or exclude or rename your own file",
        )


class _Output:
    """A file that is hashed and measured while it is written, a megabyte at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.size_bytes = 0
        self._waiting = bytearray()

    def write(self, data: bytes | memoryview) -> None:
        self._waiting += data
        self.size_bytes += len(data)
        if len(self._waiting) >= CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        self.file.write(self._waiting)
        self.hash.update(self._waiting)
        self._waiting = bytearray()


def _write(items: Sequence[_Item], file: BinaryIO) -> Archive:
    output = _Output(file)
    central: list[bytes] = []
    unpacked_bytes = 0
    for item in items:
        packed = _packed(item)
        central.append(_write_entry(output, item, packed))
        unpacked_bytes += packed.unpacked_bytes
    directory = b"".join(central)
    start = output.size_bytes
    if start + len(directory) > MAX_BYTES:
        raise BuildError(
            "The archive would be larger than 4 GiB",
            why="Lambda takes 250 MB unpacked",
            hint="leave out what is not needed",
        )
    output.write(directory)
    count = len(items)
    output.write(END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0))
    output.flush()
    return Archive(output.hash.hexdigest(), output.size_bytes, unpacked_bytes, count)


def _packed(item: _Item) -> Packed:
    if item.packed:
        return item.packed
    if item.wheel and item.entry and item.entry.method not in RECOMPRESSED:
        entry = item.entry
        return Packed(entry.method, entry.crc32, entry.unpacked_bytes, item.wheel.raw(entry))
    if item.wheel and item.entry:
        return _deflated(item.wheel.unpacked(item.entry))
    return _deflated(item.plain.read() if item.plain else b"")


def _deflated(content: bytes) -> Packed:
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = compressor.compress(content) + compressor.flush()
    if len(data) >= len(content):
        return Packed(STORED, zlib.crc32(content), len(content), content)
    return Packed(DEFLATED, zlib.crc32(content), len(content), data)


def _write_entry(output: _Output, item: _Item, packed: Packed) -> bytes:
    """Write one entry and return its record for the central directory."""
    name = item.name.encode()
    flags = 0 if item.name.isascii() else UTF8
    needs = 10 if packed.method == STORED else 20
    sizes = (packed.crc32, len(packed.data), packed.unpacked_bytes, len(name), 0)
    common = (flags, packed.method, 0, DOS_DATE, *sizes)
    offset = output.size_bytes
    if offset > MAX_BYTES or packed.unpacked_bytes > MAX_BYTES or len(name) > 0xFFFF:  # noqa: PLR2004
        raise BuildError(
            f"`{item.name}` does not fit",
            why="the archive would exceed 4 GiB",
            hint="leave out what is not needed: Lambda takes 250 MB unpacked",
        )
    output.write(LOCAL.pack(b"PK\x03\x04", needs, *common) + name)
    output.write(packed.data)
    mode = 0o100755 if item.executable else 0o100644
    record = CENTRAL.pack(b"PK\x01\x02", needs, UNIX, needs, *common, 0, 0, 0, mode << 16, offset)
    return record + name

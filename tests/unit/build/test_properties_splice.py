"""Whatever is spliced comes out again: read by a strict reader of our own, and by two others."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.build.archive import PlainFile, splice
from sam_deploy.build.wheel_zip import open_wheel

Content: TypeAlias = tuple[bytes, bool]
LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)

names = st.text("abcäж文 -'", min_size=1, max_size=5)
contents = st.tuples(
    st.one_of(st.binary(max_size=50), st.binary(min_size=1, max_size=9).map(lambda b: b * 300)),
    st.booleans(),
)


def trees(top: str) -> st.SearchStrategy[dict[str, Content]]:
    """Return trees below a folder of their own; every file is called `f`, so none is a folder."""
    paths = st.lists(names, max_size=3).map(lambda parts: "/".join([top, *parts, "f"]))
    return st.dictionaries(paths, contents, max_size=5)


def wheel(path: Path, tree: Mapping[str, Content], methods: Sequence[int], *, stream: bool) -> Path:
    """Write a wheel; when streamed, sizes follow the data, as some build backends write it."""
    out = io.BytesIO()
    target = _Unseekable(out) if stream else out
    with zipfile.ZipFile(target, "w") as archive:  # type: ignore[arg-type]
        for number, (name, (data, executable)) in enumerate(tree.items()):
            info = zipfile.ZipInfo(name, (2021, 3, 4, 5, 6, 8))
            info.external_attr = (0o100755 if executable else 0o100644) << 16
            info.compress_type = methods[number % len(methods)]
            archive.writestr(info, data)
    path.write_bytes(out.getvalue())
    return path


class _Unseekable:
    """A pipe: zipfile then writes data descriptors."""

    def __init__(self, file: io.BytesIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def read_strictly(data: bytes) -> dict[str, Content]:
    """Read a zip from front to back, refusing gaps, descriptors, extras and any disagreement."""
    signature, *disks, size, start, comment = END.unpack(data[-END.size :])
    count = disks[2]
    assert (b"PK\x05\x06", [0, 0, count, count], 0) == (signature, disks, comment)
    assert len(data) - END.size == start + size
    found: dict[str, Content] = {}
    position, record = 0, start
    for _ in range(count):
        local = LOCAL.unpack_from(data, position)
        central = CENTRAL.unpack_from(data, record)
        assert (b"PK\x03\x04", b"PK\x01\x02") == (local[0], central[0])
        assert local[1:11] == central[2:12], "the two headers disagree"
        _, needs, flags, method, _, _, crc32, packed, unpacked, length, extra = local
        assert (0, [0, 0, 0], position) == (extra, list(central[12:15]), central[16])
        name = data[position + LOCAL.size :][:length]
        assert name == data[record + CENTRAL.size :][:length]
        assert flags == (0 if name.isascii() else 0x800)
        begin = position + LOCAL.size + length
        raw = data[begin : begin + packed]
        content = raw if method == 0 else zlib.decompress(raw, -zlib.MAX_WBITS)
        assert (method in {0, 8}, needs <= 20) == (True, True)
        assert (crc32, unpacked) == (zlib.crc32(content), len(content))
        mode = central[15] >> 16
        assert mode in {0o100644, 0o100755}
        assert name.decode() not in found
        found[name.decode()] = (content, mode == 0o100755)
        position, record = begin + packed, record + CENTRAL.size + length
    assert (start, len(data) - END.size) == (position, record)
    return found


@settings(deadline=None, max_examples=120)
@given(
    trees("one"),
    trees("two"),
    trees("app"),
    st.permutations(METHODS),
    st.booleans(),
    st.sampled_from(["", "python/"]),
)
def test_a_strict_unzip_of_the_result_equals_the_inputs(
    first: dict[str, Content],
    second: dict[str, Content],
    own: dict[str, Content],
    methods: Sequence[int],
    stream: bool,  # noqa: FBT001 - drawn by hypothesis
    prefix: str,
) -> None:
    """Two wheels of any compression and the application's files, under any prefix."""
    own = own | {"app/last": (b"", False)}
    with tempfile.TemporaryDirectory() as folder:
        wheels = [
            open_wheel(wheel(Path(folder, f"{name}-1-py3-none-any.whl"), tree, methods, stream=s))
            for name, tree, s in (("one", first, stream), ("two", second, not stream))
            if tree
        ]
        plain = [PlainFile(path, lambda d=data: d, x) for path, (data, x) in own.items()]
        out = io.BytesIO()
        made = splice(wheels, plain, prefix, out)
    expected = {f"{prefix}{name}": value for name, value in (first | second | own).items()}
    assert expected == read_strictly(out.getvalue())
    assert expected == _by_python(out.getvalue())
    sizes = sum(len(data) for data, _ in expected.values())
    assert (len(expected), sizes) == (made.files, made.unpacked_bytes)


def _by_python(data: bytes) -> dict[str, Content]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(archive.namelist())
        return {
            info.filename: (archive.read(info), bool(info.external_attr >> 16 & 0o111))
            for info in archive.infolist()
        }


@settings(deadline=None, max_examples=12)
@given(trees("one").filter(bool), trees("app"))
def test_info_zip_accepts_it(first: dict[str, Content], own: dict[str, Content]) -> None:
    """`unzip -t` checks what it reads; twelve examples, because each is a process."""
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("unzip is not installed")
    with tempfile.TemporaryDirectory() as folder:
        source = wheel(Path(folder, "one-1-py3-none-any.whl"), first, METHODS, stream=False)
        plain = [PlainFile(path, lambda d=data: d, x) for path, (data, x) in own.items()]
        path = Path(folder, "out.zip")
        with path.open("wb") as out:
            splice([open_wheel(source)], plain, "python/", out)
        done = subprocess.run([unzip, "-tq", str(path)], capture_output=True, check=False)
    assert 0 == done.returncode, done.stdout

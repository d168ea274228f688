from __future__ import annotations

import hashlib
import io
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build import archive
from sam_deploy.build.archive import PlainFile, installed_name, splice
from sam_deploy.build.wheel_zip import open_wheel
from sam_deploy.errors import BuildError

MakeWheel = Callable[..., Path]


def plain(path: str, content: bytes, *, executable: bool = False) -> PlainFile:
    return PlainFile(path, lambda: content, executable)


def spliced(*wheels: Path, files: tuple[PlainFile, ...] = (), prefix: str = "") -> bytes:
    out = io.BytesIO()
    made = splice([open_wheel(path) for path in wheels], files, prefix, out)
    content = out.getvalue()
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (made.sha256, made.size_bytes)
    return content


def read(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_every_file_of_a_wheel_arrives_under_the_prefix(make_wheel: MakeWheel) -> None:
    """What was in the wheel is in the archive, byte for byte, under `python/`."""
    content = {"pkg/__init__.py": b"x = 1\n" * 50, "pkg/data.bin": bytes(range(256)), "é.txt": b""}
    wheel = make_wheel("pkg-1-py3-none-any.whl", content)
    result = read(spliced(wheel, prefix="python/"))
    assert {f"python/{name}": data for name, data in content.items()} == result


def test_compressed_bytes_are_copied_and_not_made_again(make_wheel: MakeWheel) -> None:
    """The deflated data of the wheel is found unchanged in the archive."""
    wheel = make_wheel("pkg-1-py3-none-any.whl", {"a.py": b"hello world " * 400})
    opened = open_wheel(wheel)
    assert bytes(opened.raw(opened.entries[0])) in spliced(wheel)


def test_stored_entries_stay_stored_and_exotic_ones_are_deflated(make_wheel: MakeWheel) -> None:
    """Lambda unpacks stored and deflated entries only, so bzip2 and lzma are compressed again."""
    content = {name: name.encode() * 300 for name in ("stored", "bzip2", "lzma", "deflated")}
    methods = {"stored": zipfile.ZIP_STORED, "bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}
    result = spliced(make_wheel("pkg-1-py3-none-any.whl", content, methods=methods))
    with zipfile.ZipFile(io.BytesIO(result)) as opened:
        found = {info.filename: info.compress_type for info in opened.infolist()}
    deflated = dict.fromkeys(("bzip2", "lzma", "deflated"), zipfile.ZIP_DEFLATED)
    assert {"stored": zipfile.ZIP_STORED, **deflated} == found
    assert content == read(result)


def test_order_times_and_modes_are_fixed(make_wheel: MakeWheel) -> None:
    """Entries are sorted, dated 1980-01-01, and have mode 755 or 644, made on Unix."""
    wheel = make_wheel(
        "pkg-1-py3-none-any.whl",
        {"z.py": b"", "a/run": b"", "a/plain": b""},
        modes={"a/run": 0o100501, "a/plain": 0o100600},
    )
    result = spliced(wheel, files=(plain("m.py", b"1"), plain("x.sh", b"2", executable=True)))
    with zipfile.ZipFile(io.BytesIO(result)) as opened:
        infos = opened.infolist()
    expected = [("a/plain", 0o644), ("a/run", 0o755), ("m.py", 0o644), ("x.sh", 0o755)]
    assert [*expected, ("z.py", 0o644)] == [
        (info.filename, stat.S_IMODE(info.external_attr >> 16)) for info in infos
    ]
    assert {((1980, 1, 1, 0, 0, 0), 3, b"")} == {
        (info.date_time, info.create_system, info.extra) for info in infos
    }
    assert not any(info.flag_bits & 0x8 for info in infos)


def test_info_zip_finds_no_fault(make_wheel: MakeWheel, tmp_path: Path) -> None:
    """The strict `unzip -t` accepts the archive, where the machine has it."""
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("unzip is not installed")
    path = tmp_path / "out.zip"
    path.write_bytes(spliced(make_wheel("p-1-py3-none-any.whl", {"ä/b.py": b"x" * 999, "c": b""})))
    assert 0 == subprocess.run([unzip, "-tq", path], check=False, capture_output=True).returncode


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pkg/a.py", "pkg/a.py"),
        ("p-1.data/purelib/pkg/a.py", "pkg/a.py"),
        ("p-1.data/platlib/pkg/a.so", "pkg/a.so"),
        ("p-1.data/data/share/x", "share/x"),
        ("p-1.data/scripts/tool", None),
        ("p-1.data/headers/x.h", None),
        ("p-1.dist-info/RECORD", "p-1.dist-info/RECORD"),
    ],
)
def test_data_schemes_are_mapped_as_an_installer_does(name: str, expected: str | None) -> None:
    """PEP 427: purelib, platlib and data go to the root; scripts and headers are left out."""
    assert expected == installed_name(name)


def test_equal_files_of_two_wheels_are_one(make_wheel: MakeWheel) -> None:
    """Two wheels may both bring the same namespace file, however each compressed it."""
    one = make_wheel("a-1-py3-none-any.whl", {"ns/__init__.py": b"x" * 99, "ns/a.py": b"a"})
    two = make_wheel(
        "b-1-py3-none-any.whl",
        {"ns/__init__.py": b"x" * 99, "ns/b.py": b"b"},
        methods={"ns/__init__.py": zipfile.ZIP_STORED},
    )
    assert {"ns/__init__.py", "ns/a.py", "ns/b.py"} == read(spliced(one, two)).keys()


def test_different_files_of_one_name_are_refused_with_both_origins(make_wheel: MakeWheel) -> None:
    """Neither of two wheels wins silently."""
    one = make_wheel("a-1-py3-none-any.whl", {"x.py": b"1"})
    two = make_wheel("b-1-py3-none-any.whl", {"x.py": b"2"})
    with pytest.raises(BuildError) as caught:
        spliced(one, two)
    assert "Two different files are called `x.py`" == caught.value.what
    assert ("a-1" in caught.value.why, "b-1" in caught.value.why) == (True, True)


def test_an_application_file_never_hides_one_of_a_package(make_wheel: MakeWheel) -> None:
    """Even an equal file is refused: the application's own name is in the way."""
    wheel = make_wheel("a-1-py3-none-any.whl", {"six.py": b"1"})
    with pytest.raises(BuildError, match=r"six\.py") as caught:
        spliced(wheel, files=(plain("six.py", b"1"),))
    assert "your application" in caught.value.why


def test_a_name_cannot_be_file_and_folder(make_wheel: MakeWheel) -> None:
    """Such an archive could not be unpacked."""
    wheel = make_wheel("a-1-py3-none-any.whl", {"x": b"1"})
    with pytest.raises(BuildError, match="file and a folder"):
        spliced(wheel, files=(plain("x/y.py", b"1"),))


def test_too_many_files_are_refused() -> None:
    """A zip without ZIP64 ends at 65,534 entries."""
    files = tuple(plain(f"{number}.txt", b"") for number in range(65_535))
    with pytest.raises(BuildError, match="too many for one archive"):
        spliced(files=files)


def test_the_size_is_told_before_anything_is_written(make_wheel: MakeWheel) -> None:
    """Gigabytes are refused at once; the whole is told at the end."""
    wheel = open_wheel(make_wheel("a-1-py3-none-any.whl", {"a.py": b"x" * 500}))
    told: list[tuple[int, int]] = []
    out = io.BytesIO()
    splice([wheel], [plain("b.py", b"y" * 7)], "", out, lambda n: told.append((n, out.tell())))
    assert [(500, 0), (507, len(out.getvalue()))] == told


def test_an_empty_archive_is_refused() -> None:
    """Lambda takes no empty zip, so it is told here."""
    with pytest.raises(BuildError, match="nothing to put"):
        spliced()


names = st.from_regex(r"\A[a-z]{1,3}(/[a-z]{1,3}){0,2}\.py\Z")


@given(st.dictionaries(names, st.binary(max_size=2000), min_size=1, max_size=12), st.randoms())
def test_the_same_files_give_the_same_bytes_in_any_order(
    content: dict[str, bytes], random: object
) -> None:
    """An archive is a function of its content, and gives all of it back."""
    files = [plain(name, data) for name, data in content.items()]
    first = spliced(files=tuple(files))
    random.shuffle(files)  # type: ignore[attr-defined]
    assert first == spliced(files=tuple(files))
    assert content == read(first)


def test_the_level_of_deflate_is_the_measured_one() -> None:
    """Level 9 saves 0.9 % for many times the time; level 6 is on purpose."""
    assert 6 == archive.LEVEL

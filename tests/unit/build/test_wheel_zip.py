from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.build.wheel_zip import open_wheel
from sam_deploy.errors import BuildError

MakeWheel = Callable[..., Path]


@pytest.mark.fault(45)
@pytest.mark.parametrize("name", ["../x.py", "a/../../x.py", "/etc/x", "a\\b.py", "C:/x", "a//b"])
def test_a_path_that_leads_out_is_refused(make_wheel: MakeWheel, name: str) -> None:
    """Installers skip such entries and exits 0; here the wheel is refused and named."""
    with pytest.raises(BuildError, match=r"evil-1-py3-none-any\.whl"):
        open_wheel(make_wheel("evil-1-py3-none-any.whl", {name: b"x"}))


@pytest.mark.fault(45)
def test_a_symbolic_link_is_refused(make_wheel: MakeWheel) -> None:
    """A link could point anywhere on the machine it is unpacked on."""
    wheel = make_wheel("p-1-py3-none-any.whl", {"l": b"/x"}, modes={"l": stat.S_IFLNK | 0o777})
    with pytest.raises(BuildError, match="symbolic link"):
        open_wheel(wheel)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Readers disagree on which of the two counts."""
    path = tmp_path / "p-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("a.py", "1")
        opened.writestr("a.py", "2")
    with pytest.raises(BuildError, match="twice"):
        open_wheel(path)


@pytest.mark.parametrize("keep", [0, 1, 21, 60])
def test_a_wheel_that_was_cut_off_is_refused(make_wheel: MakeWheel, keep: int) -> None:
    """Whatever is missing at the end, it is an error with the file's name."""
    path = make_wheel("p-1-py3-none-any.whl", {"a.py": b"x" * 500})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BuildError, match=r"p-1-py3-none-any\.whl"):
        open_wheel(path)


def test_damaged_data_is_noticed_when_it_is_read(make_wheel: MakeWheel) -> None:
    """The checksum of the entry is compared with the content."""
    path = make_wheel("p-1-py3-none-any.whl", {"a": b"abc"}, methods={"a": zipfile.ZIP_STORED})
    path.write_bytes(path.read_bytes().replace(b"abc", b"abd", 1))
    opened = open_wheel(path)
    with pytest.raises(BuildError, match="checksum"):
        opened.unpacked(opened.entries[0])


def test_an_encrypted_entry_is_refused(make_wheel: MakeWheel) -> None:
    """Bit 0 of the flags in the central directory."""
    path = make_wheel("p-1-py3-none-any.whl", {"a": b"abc"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.rfind(b"PK\x01\x02") + 8, 1)
    path.write_bytes(data)
    with pytest.raises(BuildError, match="encrypted"):
        open_wheel(path)


def test_folders_are_no_entries(make_wheel: MakeWheel) -> None:
    """Only files are listed."""
    wheel = open_wheel(make_wheel("p-1-py3-none-any.whl", {"a/": b"", "a/b.py": b"1"}))
    assert ["a/b.py"] == [entry.name for entry in wheel.entries]


def test_sizes_in_the_zip64_field_are_read(make_wheel: MakeWheel) -> None:
    """Some tools write 64-bit sizes for small files, too."""
    path = make_wheel("p-1-py3-none-any.whl", {"a": b"abc"}, methods={"a": zipfile.ZIP_STORED})
    data = path.read_bytes()
    at = data.rfind(b"PK\x01\x02")
    record = bytearray(data[at : data.rfind(b"PK\x05\x06")])
    end = bytearray(data[data.rfind(b"PK\x05\x06") :])
    struct.pack_into("<LL", record, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", record, 30, 20)
    record += struct.pack("<HHQQ", 1, 16, 3, 3)
    struct.pack_into("<L", end, 12, len(record))
    path.write_bytes(data[:at] + record + end)
    opened = open_wheel(path)
    assert b"abc" == opened.unpacked(opened.entries[0])


def test_the_head_of_an_entry_is_read_without_the_rest(make_wheel: MakeWheel) -> None:
    """Twenty bytes tell which machine a native module is for."""
    opened = open_wheel(make_wheel("p-1-py3-none-any.whl", {"a.so": b"\x7fELF" + b"z" * 10_000}))
    assert b"\x7fELFzzzz" == opened.head(opened.entries[0], 8)

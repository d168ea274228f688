from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.build.inspect.contents import Subject, possible_targets, take_apart
from sam_deploy.errors import BuildError

MakeZip = Callable[..., Path]


def test_an_archive_is_taken_apart(
    make_zip: MakeZip, dist_info: Callable[..., dict[str, str]]
) -> None:
    """Parts with versions and chains; the zip's own bytes are what is left of the file."""
    path = make_zip(
        {
            "handler.py": "import a\n" * 50,
            "a.py": "x = 1\n" * 100,
            "b/__init__.py": "",
            **dist_info("a", "1.0", record=("a.py",), requires=("b",)),
            **dist_info("b", "2.0", record=("b/__init__.py",)),
        }
    )
    contents = take_apart(Subject(path, "Api"))
    found = {part.label: (part.chain, len(part.files)) for part in contents.parts}
    assert {"a 1.0": (("a",), 3), "b 2.0": (("a", "b"), 3), "your code": ((), 1)} == found
    assert path.stat().st_size == contents.zipped_bytes + contents.overhead_bytes
    with zipfile.ZipFile(path) as archive:
        assert sum(info.file_size for info in archive.infolist()) == contents.unpacked_bytes
        assert archive.namelist() != [file.path for file in contents.files]
        assert sorted(archive.namelist()) == [file.path for file in contents.files]


def test_folders_of_a_zip_are_no_files(make_zip: MakeZip) -> None:
    """Some tools write an entry for each folder."""
    contents = take_apart(Subject(make_zip({"a/": "", "a/b.py": "x"}), "Api"))
    assert ["a/b.py"] == [file.path for file in contents.files]


def test_of_two_entries_with_one_name_the_later_is_what_is_unpacked(tmp_path: Path) -> None:
    """The bytes of the first are the zip's own: nothing is counted twice."""
    path = tmp_path / "double.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr("a.py", "first")
        archive.writestr("a.py", "second!")
    contents = take_apart(Subject(path, "double"))
    assert (7, 1) == (contents.unpacked_bytes, len(contents.files))
    assert path.stat().st_size == contents.zipped_bytes + contents.overhead_bytes


def test_an_empty_zip_holds_nothing(make_zip: MakeZip) -> None:
    """Lambda would refuse it; there is nothing to explain."""
    contents = take_apart(Subject(make_zip({}), "empty"))
    assert ((), 0, 22) == (contents.parts, contents.unpacked_bytes, contents.overhead_bytes)


@pytest.mark.parametrize("damage", ["text", "cut", "flipped", "name"])
def test_what_is_no_whole_zip_is_refused(
    damage: str, make_zip: MakeZip, dist_info: Callable[..., dict[str, str]]
) -> None:
    """With the path and the reason, never a traceback."""
    path = make_zip(dist_info("a", "1", record=("a.py",)))
    whole = path.read_bytes()
    start = whole.index(b"METADATA") + len("METADATA")
    contents = {
        "text": b"this is no zip file",
        "cut": whole[:-30],
        "flipped": whole[:start] + b"\xff" * 20 + whole[start + 20 :],
        "name": whole.replace(b"a-1.dist-info/METADATA", b"\xff\xfe1.dist-info/METADATA"),
    }[damage]
    if damage == "name":  # the flag that says that names are UTF-8
        contents = _with_utf8_flag(contents)
    path.write_bytes(contents)
    with pytest.raises(BuildError, match="cannot be read as a zip file"):
        take_apart(Subject(path, "damaged"))


def _with_utf8_flag(data: bytes) -> bytes:
    found = bytearray(data)
    position = found.find(b"PK\x01\x02")
    while position >= 0:
        found[position + 9] |= 0x08
        position = found.find(b"PK\x01\x02", position + 1)
    return bytes(found)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(BuildError, match=r"There is no archive `.*gone\.zip`"):
        take_apart(Subject(tmp_path / "gone.zip", "gone"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/_x.cpython-311-aarch64-linux-gnu.so", ["python3.11-arm64"]),
        ("a/__pycache__/x.cpython-313.pyc", ["python3.13-arm64", "python3.13-x86_64"]),
        (
            "python/lib/python3.12/site-packages/a.py",
            ["python3.12-arm64", "python3.12-x86_64"],
        ),
    ],
)
def test_the_target_of_a_foreign_zip_is_guessed_from_its_files(
    path: str, expected: list[str]
) -> None:
    """Compiled modules, bytecode and folders name Python and machine."""
    assert expected == sorted(target.label for target in possible_targets([path]))


def test_without_a_sign_every_target_is_possible() -> None:
    """A requirement then counts when it holds on any of them."""
    assert 12 == len(possible_targets(["handler.py"]))

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sam_deploy.build.inspect.difference import compare
from sam_deploy.build.inspect.model import Contents, Part, StoredFile

MakeContents = Callable[..., Contents]


def test_packages_that_came_went_and_changed(make_contents: MakeContents) -> None:
    """The largest change first, with its bytes."""
    old = make_contents("old", {"six 1.16": 100, "idna 3": 500, "same 1": 10})
    new = make_contents("new", {"six 1.17": 120, "numpy 2": 9000, "same 1": 10})
    found = [
        (each.change, each.name, each.old.version, each.new.version, each.unpacked_bytes)
        for each in compare(old, new).packages
    ]
    assert [
        ("added", "numpy", "", "2", 9000),
        ("removed", "idna", "3", "", -500),
        ("changed", "six", "1.16", "1.17", 20),
    ] == found


def test_own_files_are_compared_by_content(make_contents: MakeContents) -> None:
    """Of the same name and size, but another checksum, is changed."""
    old = make_contents("old", {}, {"a.py": 10, "b.py": 20, "c.py": 30})
    part = old.parts[0]
    files = tuple(
        replace(file, crc32=1) if file.path == "b.py" else file
        for file in part.files
        if file.path != "c.py"
    )
    new = replace(old, parts=(replace(part, files=(*files, StoredFile("d.py", 5, 7, 0))),))
    difference = compare(old, new)
    found = [(each.change, each.name, each.unpacked_bytes) for each in difference.files]
    assert [("changed", "b.py", 0), ("removed", "c.py", -30), ("added", "d.py", 7)] == found
    assert -23 == difference.unpacked_bytes


def test_a_package_of_the_same_version_may_have_changed(make_contents: MakeContents) -> None:
    """Slimmed, or with bytecode."""
    old, new = make_contents("old", {"six 1": 100}), make_contents("new", {"six 1": 90})
    (changed,) = compare(old, new).packages
    assert ("changed", "1", "1", -10, -5) == (
        changed.change,
        changed.old.version,
        changed.new.version,
        changed.unpacked_bytes,
        changed.zipped_bytes,
    )


def test_an_archive_does_not_differ_from_itself(make_contents: MakeContents) -> None:
    """Nor from one whose zip only looks different."""
    old = make_contents("old", {"six 1": 100}, {"a.py": 10})
    assert compare(old, replace(old, size_bytes=old.size_bytes + 5)).is_empty
    assert not compare(old, make_contents("new", {"six 1": 100})).is_empty


def test_the_changes_add_up_to_the_difference(make_contents: MakeContents) -> None:
    """Packages and own files together explain every byte on disk."""
    old = make_contents("old", {"six 1": 100, "idna 3": 50}, {"a.py": 10, "b.py": 4})
    new = make_contents("new", {"six 2": 170}, {"a.py": 11, "c.py": 9})
    difference = compare(old, new)
    explained = sum(each.unpacked_bytes for each in (*difference.packages, *difference.files))
    assert difference.unpacked_bytes == explained


def test_a_package_that_is_there_twice_shows_both_versions(make_contents: MakeContents) -> None:
    """Installers that do not clean up leave such archives."""
    old = make_contents("old", {"six 1": 100})
    second = Part("package", "six", "2", (StoredFile("six-2/a.py", 1, 2, 3),))
    new = replace(old, parts=(*old.parts, second))
    (changed,) = compare(old, new).packages
    assert ("1", "1 and 2", 2) == (
        changed.old.version,
        changed.new.version,
        changed.unpacked_bytes,
    )

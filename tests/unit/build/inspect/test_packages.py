from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy.build.inspect.packages import find_packages

DistInfo = Callable[..., dict[str, str]]


def test_a_package_tells_its_facts(dist_info: DistInfo) -> None:
    """Name, version, requirements, files, import names, and whether it was asked for."""
    files = dist_info(
        "PyYAML",
        "6.0.3",
        record=("yaml/__init__.py", "../../bin/tool", "PyYAML-6.0.3.dist-info/RECORD"),
        requires=("six>=1", "idna; extra == 'web'"),
        root="python/",
        REQUESTED="",
        **{"top_level.txt": "_yaml\nyaml\n"},
    )
    (package,) = find_packages(list(files), files.__getitem__)
    assert ("pyyaml", "6.0.3", "python/") == (package.name, package.version, package.root)
    assert ("six>=1", "idna; extra == 'web'") == package.requires
    assert ("_yaml", "yaml") == package.top_level
    assert package.requested
    inside = {"python/yaml/__init__.py", "python/PyYAML-6.0.3.dist-info/RECORD"}
    assert inside == {path for path in package.record if path.startswith("python/")}


def test_a_record_that_leads_out_of_the_archive_claims_nothing(dist_info: DistInfo) -> None:
    """An installer's `../../bin/x` lies beside the folder, not in it."""
    files = dist_info("a", "1", record=("../../bin/a", "/etc/passwd", "a.py"))
    (package,) = find_packages(list(files), files.__getitem__)
    assert {"a.py"} == package.record


def test_a_wheels_own_record_is_read_as_it_is_installed(dist_info: DistInfo) -> None:
    """`build` keeps RECORD as the wheel has it, and puts `.data` schemes where they belong."""
    files = dist_info("a", "1", record=("a-1.data/purelib/a.py", "a-1.data/scripts/run", "b.py"))
    (package,) = find_packages(list(files), files.__getitem__)
    assert {"a.py", "b.py"} == package.record


def test_a_folder_without_metadata_is_no_package() -> None:
    """An empty or cut dist-info explains nothing."""
    assert () == find_packages(["a-1.dist-info/RECORD", "METADATA"], lambda _: "")


def test_metadata_without_a_name_falls_back_to_the_folder() -> None:
    """Damaged metadata still has a folder with name and version."""
    (package,) = find_packages(["typing_extensions-4.1.dist-info/METADATA"], lambda _: "")
    assert ("typing-extensions", "4.1") == (package.name, package.version)


@pytest.mark.parametrize(("installer", "expected"), [("pip\n", True), ("uv", False), ("", True)])
def test_uv_marks_everything_as_requested(
    installer: str,
    expected: bool,  # noqa: FBT001 - a case of the table
    dist_info: DistInfo,
) -> None:
    """So only the mark of another installer tells what a person asked for."""
    files = dist_info("a", "1", REQUESTED="", INSTALLER=installer)
    (package,) = find_packages(list(files), files.__getitem__)
    assert expected == package.requested

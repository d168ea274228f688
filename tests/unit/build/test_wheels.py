from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from sam_deploy.build.lock import Download, Package
from sam_deploy.build.wheels import choose, is_pure, wanted
from sam_deploy.plan.model import Architecture, Target
from sam_deploy.plan.targets import aws_target


def wheels(*filenames: str) -> tuple[Download, ...]:
    return tuple(Download(name, f"https://x/{name}", name) for name in filenames)


def chosen(target: Target, *filenames: str) -> str | None:
    found = choose(wheels(*filenames), target)
    return found.filename if found else None


ANY = "p-1-py3-none-any.whl"


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    ("runtime", "architecture", "filename", "fits"),
    [
        ("python3.11", "x86_64", "p-1-cp311-cp311-manylinux_2_26_x86_64.whl", True),
        ("python3.11", "x86_64", "p-1-cp311-cp311-manylinux_2_27_x86_64.whl", False),
        ("python3.11", "x86_64", "p-1-cp311-cp311-manylinux_2_24_x86_64.whl", True),
        ("python3.11", "x86_64", "p-1-cp311-cp311-manylinux1_x86_64.whl", True),
        ("python3.11", "arm64", "p-1-cp311-cp311-manylinux2014_aarch64.whl", True),
        ("python3.11", "arm64", "p-1-cp311-cp311-manylinux2014_x86_64.whl", False),
        ("python3.12", "x86_64", "p-1-cp312-cp312-manylinux_2_34_x86_64.whl", True),
        ("python3.12", "x86_64", "p-1-cp312-cp312-manylinux_2_35_x86_64.whl", False),
        ("python3.12", "x86_64", "p-1-cp311-cp311-manylinux_2_17_x86_64.whl", False),
        ("python3.12", "x86_64", "p-1-cp39-abi3-manylinux_2_17_x86_64.whl", True),
        ("python3.12", "x86_64", "p-1-cp312-cp312-musllinux_1_2_x86_64.whl", False),
        ("python3.12", "x86_64", "p-1-cp312-cp312-macosx_11_0_x86_64.whl", False),
        ("python3.12", "x86_64", "p-1-cp313-cp313t-manylinux_2_17_x86_64.whl", False),
        ("python3.9", "x86_64", ANY, True),
    ],
)
def test_a_wheel_fits_by_python_abi_machine_and_glibc(
    runtime: str, architecture: Architecture, filename: str, *, fits: bool
) -> None:
    """PEP 600: glibc 2.26 up to python3.11, 2.34 from python3.12 on."""
    assert fits == (chosen(aws_target(runtime, architecture), filename) is not None)


def test_the_most_specific_wheel_is_taken(target: Target) -> None:
    """The exact ABI is better than abi3, and that is better than pure Python."""
    exact = "p-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    abi3 = "p-1-cp39-abi3-manylinux_2_28_x86_64.whl"
    assert exact == chosen(target, ANY, abi3, exact)
    assert abi3 == chosen(target, ANY, abi3)


def test_newer_glibc_is_better_and_build_numbers_decide_the_rest(target: Target) -> None:
    """As pip ranks them: tags first, then the highest build number."""
    older = "p-1-cp312-cp312-manylinux_2_17_x86_64.whl"
    newer = "p-1-cp312-cp312-manylinux_2_28_x86_64.whl"
    assert newer == chosen(target, older, newer)
    assert "p-1-10-py3-none-any.whl" == chosen(
        target, ANY, "p-1-10-py3-none-any.whl", "p-1-9-py3-none-any.whl"
    )


def test_names_that_are_no_wheels_are_passed_over(target: Target) -> None:
    """An index may list files of a bygone age."""
    assert None is chosen(target, "p-1.egg", "p.whl")


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", True),
        ("python_full_version < '3.12.12'", True),
        ("python_full_version < '3.12.11'", False),
        ("platform_machine == 'x86_64' and sys_platform == 'linux'", True),
        ("sys_platform == 'win32'", False),
        ("extra == 'test'", False),
    ],
)
def test_markers_are_those_of_the_target(target: Target, marker: str, *, expected: bool) -> None:
    """The patch version counts, and this computer does not."""
    package = Package(canonicalize_name("p"), "1", marker, (), None)
    assert expected == wanted(package, target)


def test_pure_means_any_machine() -> None:
    """`py3-none-any` runs anywhere; everything else is for one machine."""
    assert is_pure(ANY)
    assert not is_pure("p-1-cp312-cp312-linux_x86_64.whl")
    assert not is_pure("p-1-py3-none-manylinux_2_17_x86_64.whl")

"""Where uv cannot use the stand-in interpreter, versions are tried until they fit. Real uv."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from sam_deploy.build import lock
from sam_deploy.build.credentials import Credentials
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.requirements import Requested
from sam_deploy.build.resolve import Resolver
from sam_deploy.build.store import Store
from sam_deploy.build.wheels import machine
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target
from sam_deploy.plan.targets import aws_target


def write_wheel(folder: Path, name: str, version: str, tag: str, *requires: str) -> None:
    information = f"{name}-{version}.dist-info"
    metadata = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {r}" for r in requires)]
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as wheel:
        wheel.writestr(f"{information}/METADATA", "\n".join(["Metadata-Version: 2.1", *metadata]))
        wheel.writestr(f"{information}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        wheel.writestr(f"{information}/RECORD", "")


def broken_interpreter(target: Target, store: Store) -> Path:
    """Stand for a system that cannot run scripts, such as Windows."""
    del target
    path = store.root / "broken"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(0o755)
    return path


def resolve(folder: Path, index: Path, target: Target, *requirements: str) -> list[tuple[str, str]]:
    store = Store(folder / "store")
    options = ["--no-index", f"--find-links {index}"]
    steps: list[str] = []
    with Fetcher(store, lambda: Credentials({}, None)) as fetcher:
        resolver = Resolver(
            store, fetcher, folder, lambda step, _: steps.append(step), broken_interpreter
        )
        requested = Requested(requirements=list(requirements), options=options)
        body = resolver.resolve(requested, target, "unit")
    found = [(str(each.name), each.version) for each in lock.packages(body, "unit")]
    return [*found, ("rounds", str(len(steps)))]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("runtime", ["python3.9", "python3.11"])
def test_versions_that_need_a_later_glibc_are_given_up_one_by_one(
    tmp_path: Path, index: Path, runtime: str
) -> None:
    """The platform asked for has glibc 2.28; what uv chooses is checked against 2.26."""
    target = aws_target(runtime, "arm64")
    minor = target.python_minor[1]
    for version, glibc in (("1", 17), ("2", 26), ("3", 27), ("4", 28)):
        tag = f"cp3{minor}-cp3{minor}-manylinux_2_{glibc}_{machine(target)}"
        write_wheel(index, "native", version, tag, "pure")
    write_wheel(index, "pure", "1", "py3-none-any")
    # one round that fails on the interpreter, one for each of versions 4, 3 and 2
    expected = [("native", "2"), ("pure", "1"), ("rounds", "4")]
    assert expected == resolve(tmp_path, index, target, "native")


def test_when_nothing_fits_the_error_is_the_one_of_the_exact_way(
    tmp_path: Path, index: Path
) -> None:
    """The newest version is named, with its tags."""
    target = aws_target("python3.11", "x86_64")
    for version in ("1", "2"):
        write_wheel(index, "native", version, "cp311-cp311-manylinux_2_28_x86_64")
    with pytest.raises(BuildError, match=r"`native` 2 has no wheel for python3\.11") as caught:
        resolve(tmp_path, index, target, "native")
    assert "on offer: cp311-cp311-manylinux_2_28_x86_64" in caught.value.why


def test_a_target_that_uv_knows_needs_no_interpreter(tmp_path: Path, index: Path) -> None:
    """From python3.12 on the platform is exact, so there is one round."""
    write_wheel(index, "pure", "1", "py3-none-any")
    expected = [("pure", "1"), ("rounds", "1")]
    assert expected == resolve(tmp_path, index, aws_target("python3.12", "x86_64"), "pure")
